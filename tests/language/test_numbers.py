"""Numbers, shares and dates as each language writes them (vietnamese.md, "Numbers and dates")."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from diaban.language.numbers import MISSING, between, counted, day, mean, number, percent, rate


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (0, 0, "0", "0"),
        (0.0, 2, "0,00", "0.00"),
        (999, 0, "999", "999"),
        (-1234.5, 1, "−1.234,5", "−1,234.5"),
        (np.int64(31), 0, "31", "31"),
        (np.float64(2.25), 1, "2,2", "2.2"),
    ],
)
def test_number(value, decimals, vi, en):
    assert number(value, "vi", decimals) == vi
    assert number(value, "en", decimals) == en


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (0.0, "0,0", "0.0"),
        (9.94, "9,9", "9.9"),
        (9.96, "10", "10"),
        (10.4, "10", "10"),
        (1234.5, "1.234", "1,234"),
    ],
)
def test_a_rate_under_ten_has_one_decimal(value, vi, en):
    assert rate(value, "vi") == vi
    assert rate(value, "en") == en


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [(4.67, "4,7", "4.7"), (4.0, "4", "4"), (0.04, "0", "0"), (9.97, "10", "10"), (12.6, "13", "13")],
)
def test_a_mean_count(value, vi, en):
    assert mean(value, "vi") == vi
    assert mean(value, "en") == en


@pytest.mark.parametrize(
    ("share", "decimals", "vi", "en"),
    [(0.05, 0, "5%", "5%"), (0.1234, 1, "12,3%", "12.3%"), (0.0, 0, "0%", "0%"), (1.0, 0, "100%", "100%"),
     (12.5, 0, "1.250%", "1,250%")],
)  # fmt: skip
def test_percent_has_no_space(share, decimals, vi, en):
    assert percent(share, "vi", decimals) == vi
    assert percent(share, "en", decimals) == en


@pytest.mark.parametrize("value", [date(2024, 12, 4), pd.Timestamp("2024-12-04")])
def test_day(value):
    assert day(value, "vi") == "04/12/2024"
    assert day(value, "en") == "4 December 2024"


@pytest.mark.parametrize("missing", [None, pd.NA, float("nan"), np.nan, np.float64("nan")])
@pytest.mark.parametrize("write", [number, rate, mean, percent])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_missing_is_an_ellipsis_never_a_number(write, missing, language):
    assert write(missing, language) == MISSING == "…"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 [case|cases] in 2 [day|days]", "1 case in 2 days"),
        ("0 [alert|alerts], 1,001 [row|rows]", "0 alerts, 1,001 rows"),
        ("11 [file|files]; … [file|files]", "11 files; … files"),
        ("1 vụ", "1 vụ"),
        ("", ""),
    ],
)
def test_a_noun_has_the_form_of_its_number(text, said):
    assert counted(text) == said


def test_a_range_of_which_nothing_is_shown_is_one_ellipsis():
    assert between("1", "2") == "1 – 2"
    assert between("1", MISSING) == "1 – …"
    assert between(MISSING, MISSING) == MISSING
