"""Vietnamese order of names: Đ after D, tones only where the letters are the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaban.language.collate import sort_key

DISTRICTS = [
    "Bình Long", "Bù Đăng", "Bù Đốp", "Bù Gia Mập", "Chơn Thành", "Đồng Phú", "Đồng Xoài", "Hớn Quản",
    "Lộc Ninh", "Phú Riềng", "Phước Long",
]  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_districts(form):
    shuffled = [unicodedata.normalize(form, name) for name in sorted(DISTRICTS, key=lambda n: n[::-1])]
    assert [unicodedata.normalize("NFC", n) for n in sorted(shuffled, key=sort_key)] == DISTRICTS


@pytest.mark.parametrize(
    "names",
    [
        ["An", "Ăn", "Ân"],
        ["Da", "Đa"],
        ["Dương", "Đa"],
        ["La", "Là", "Lả", "Lã", "Lá", "Lạ"],
        ["Lạ", "Lam"],
        ["Bù", "Bù Đăng"],
        ["Oai", "Ôn", "Ơn", "Phú"],
        ["Göttingen", "Goslar"][::-1],
    ],
)
def test_letters_before_tones(names):
    backwards = names[::-1]
    assert sorted(backwards, key=sort_key) == names


def test_edges():
    assert sorted(["b", "", "a"], key=sort_key) == ["", "a", "b"]
    assert sorted([], key=sort_key) == []
    assert sorted(["bù đăng", "Bình Long"], key=sort_key) == ["Bình Long", "bù đăng"], "case does not matter"


@given(st.lists(st.text(max_size=8), max_size=8))
def test_any_text_can_be_sorted_and_the_order_does_not_depend_on_the_start(names):
    backwards = names[::-1]
    assert sorted(names, key=sort_key) == sorted(backwards, key=sort_key)
