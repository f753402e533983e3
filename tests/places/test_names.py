"""A locality is found as people write it; a name that fits none or several is answered with names."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaban.errors import DiabanError
from diaban.places import find_locality, fold

LOCALITIES = pd.DataFrame(
    [
        ("70", "Bình Phước", "Tỉnh", "province", None),
        ("696", "Bù Đăng", "Huyện", "district", None),
        ("692", "Lộc Ninh", "Huyện", "district", None),
        ("690", "Bình Long", "Thị xã", "district", None),
        ("1001", "Lộc Ninh", "Thị trấn", "commune", None),
        ("1002", "Tân Hưng", "Xã", "commune", None),
        ("1003", "Tân Hưng", "Xã", "commune", None),
        ("1004", "Mỹ Lộc", "Xã", "commune", None),
        ("1005", "Mỹ Lọc", "Xã", "commune", None),
        ("2001", "Göttingen", "Landkreis", "district", "2016-10-31"),
        ("2002", "Göttingen", "Landkreis", "district", None),
        ("2003", "Straße", None, "district", None),
    ],
    columns=["locality", "name", "type", "level", "valid_to"],
).assign(valid_to=lambda f: pd.to_datetime(f["valid_to"]))


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        ("Bù Đăng", None, "696"),
        ("bu dang", None, "696"),
        ("BÙ ĐĂNG", None, "696"),
        ("huyện Bù Đăng", None, "696"),
        ("  Huyen  Bu-Dang ", None, "696"),
        ("Bu\u0300 \u0110a\u0306ng", None, "696"),
        ("696", None, "696"),
        ("thi xa binh long", None, "690"),
        ("Lộc Ninh", "district", "692"),
        ("thị trấn Lộc Ninh", None, "1001"),
        ("Mỹ Lộc", None, "1004"),
        ("Gottingen", None, "2002"),
        ("Göttingen, Landkreis", None, "2002"),
        ("2001", None, "2001"),
        ("strasse", None, "2003"),
    ],
)
def test_found(text, level, code):
    assert find_locality(LOCALITIES, text, level=level) == code


@pytest.mark.parametrize("text", ["Tân Hưng", "Lộc Ninh", "my loc"])
def test_ambiguous_names_list_the_candidates(text):
    with pytest.raises(DiabanError) as caught:
        find_locality(LOCALITIES, text)
    assert caught.value.key == "places_ambiguous"
    assert len(caught.value.fields["candidates"].split("; ")) == 2


@pytest.mark.parametrize(
    ("text", "likely"), [("Bu Dan", "Bù Đăng (696)"), ("Loc Nin", "Lộc Ninh"), ("Bình Lông Đ", "Bình Long")]
)
def test_unknown_names_list_the_nearest(text, likely):
    with pytest.raises(DiabanError) as caught:
        find_locality(LOCALITIES, text)
    assert caught.value.key == "places_unknown"
    assert likely in caught.value.message("vi")
    assert likely in caught.value.message("en")


@pytest.mark.parametrize("text", ["", "   ", "???"])
def test_nothing_finds_nothing(text):
    with pytest.raises(DiabanError) as caught:
        find_locality(LOCALITIES, text)
    assert caught.value.key == "places_unknown"


def test_no_localities_at_all():
    with pytest.raises(DiabanError):
        find_locality(LOCALITIES.iloc[:0], "Bù Đăng")


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
