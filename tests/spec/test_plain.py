"""What may be printed, and what may name a thing."""

import pytest

from diaban.spec.plain import LONGEST_KEY, clipped, flaw_of_text, is_key


@pytest.mark.parametrize(
    "key", ["a", "_", "25426-1", "2021-2023", "fewer_u18", "Bù", "DE.BY", "x" * LONGEST_KEY]
)
def test_letters_digits_and_three_signs_name_a_thing(key):
    assert is_key(key)


@pytest.mark.parametrize(
    "key", ["", ".", "..", "-a", "a/b", "a\\b", "a|b", "*", "a b", "a\n", "a\x00", "x" * 65]
)
def test_separators_do_not(key):
    assert not is_key(key)


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", None), ("Bù Đăng <b> & 'x' =1+1", None), ("two\nlines\tand a tab", None), ("مرحبا", None),
        ("a\u202eb", "unseen"), ("a\u2066b", "unseen"), ("\ufeffa", "unseen"), ("a\x00b", "unseen"),
        ("a\rb", "unseen"), ("a\x85b", "unseen"), ("ab", None), ("abc", "long"), ("\u202e" * 3, "long"),
    ],
)  # fmt: skip
def test_a_text_is_printable_or_says_why_not(text, flaw):
    assert flaw_of_text(text, 2 if text in ("ab", "abc", "\u202e" * 3) else 100) == flaw


def test_a_message_shows_what_was_not_seen_and_no_more_than_it_must():
    assert clipped("a\u202eb") == "a<U+202E>b"
    assert clipped("x" * 40) == "x" * 40
    assert clipped("x" * 10_000) == "x" * 39 + "…"
    assert "\u202e" not in clipped("\u202e" * 100)
