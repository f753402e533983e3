"""From one rate to the next: the parts are what they say and add up."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registers import PERIODS, PERSONS, edition

from diaban.editions import edition_changes, rate_changes

PARTS = ["by_cases", "by_time", "by_denominator"]


def row(frame, locality="A", period="2023"):
    chosen = (frame["locality"] == locality) & (frame["period"] == period) & (frame["stream"] == "abuse")
    return frame[chosen].iloc[0]


def counts(number: int) -> dict:
    return {("A", "2023", "abuse"): number}


def test_more_cases_over_the_same_population() -> None:
    """3 and 6 cases among 3,000: 100 and 200 per 100,000."""
    found = row(rate_changes(edition(None, counts=counts(3)), edition(None, counts=counts(6)), per=100_000))
    assert (found["rate_before"], found["rate_after"]) == pytest.approx((100, 200))
    assert tuple(found[PARTS]) == pytest.approx((100, 0, 0))


def test_a_revised_population_is_the_denominator() -> None:
    """3 cases among 3,000, then among 2,000: 100 and 150."""
    editions = (
        edition(None, counts=counts(3), persons=PERSONS | {"A": people}) for people in (3000.0, 2000.0)
    )
    found = row(rate_changes(*editions, per=100_000))
    assert tuple(found[PARTS]) == pytest.approx((0, 0, 50))
    assert (found["person_years_before"], found["person_years_after"]) == (3000, 2000)


def test_the_rest_of_a_running_period_is_time_not_population() -> None:
    """3 cases in half a year, 6 in the whole: 200 more for the cases, 200 less for the time."""
    half, whole = {"2022": 1.0, "2023": 0.5}, {"2022": 1.0, "2023": 1.0}
    editions = (edition(None, counts=counts(3), years=half), edition(None, counts=counts(6), years=whole))
    found = row(rate_changes(*editions, per=100_000))
    assert (found["rate_before"], found["rate_after"]) == pytest.approx((200, 200))
    assert tuple(found[PARTS]) == pytest.approx((200, -200, 0))


def test_a_period_that_is_new_adds_time_to_a_pool_of_periods() -> None:
    one, two = {"2022": 1.0}, {"2022": 1.0, "2023": 1.0}
    before = edition(None, counts={("A", "2022", "abuse"): 3}, years=one)
    after = edition(None, counts={("A", "2022", "abuse"): 3, ("A", "2023", "abuse"): 3}, years=two)
    found = row(rate_changes(before, after, per=100_000, pooled=dict.fromkeys(two, "*")), period="*")
    assert (found["rate_before"], found["rate_after"]) == pytest.approx((100, 100))
    assert tuple(found[PARTS]) == pytest.approx((100, -100, 0))


def test_a_cell_of_one_edition_only_has_no_change() -> None:
    before = edition(None, years={"2022": 1.0})
    found = row(rate_changes(before, edition(None, counts=counts(3)), per=100_000))
    assert found["withheld"] == "not_in_earlier_edition"
    assert found[PARTS].isna().all()
    assert found["rate_after"] == pytest.approx(100)
    back = row(rate_changes(edition(None, counts=counts(3)), before, per=100_000))
    assert back["withheld"] == "no_population_at_risk"


def test_a_count_that_is_not_known_is_not_zero_in_a_pool_either() -> None:
    known = edition(None, counts=counts(3))
    hidden = replace(known, exposed=known.exposed.assign(cases=known.exposed["cases"].astype("Int64")))
    first = hidden.exposed.index[hidden.exposed["locality"] == "A"][0]
    hidden.exposed.loc[first, "cases"] = pd.NA
    for locality in ("A", "*"):
        found = row(
            rate_changes(hidden, known, per=100_000, pooled=dict.fromkeys(PERIODS, "*")), locality, "*"
        )
        assert pd.isna(found["rate_before"])
        assert found["rate_after"] > 0
    changes = edition_changes(hidden, known)
    chosen = (changes["stream"] == "abuse") & (changes["period"] == "2022")
    assert changes.loc[chosen, "before"].isna().tolist() == [True, True, False]


def test_without_persons_there_is_no_rate() -> None:
    nobody = edition(None, persons={"A": 0.0})
    found = rate_changes(nobody, nobody, per=100_000)
    assert found["rate_before"].isna().all()
    assert found["withheld"].notna().all()


numbers = st.integers(0, 50)
people = st.integers(100, 10_000)


@settings(max_examples=25, deadline=None)
@given(numbers, numbers, people, people, st.sampled_from([0.25, 0.5, 1.0]))
def test_the_parts_always_add_up(then: int, now: int, a: int, b: int, years: float) -> None:
    before = edition(None, counts=counts(then), persons={"A": float(a)}, years={"2023": years})
    after = edition(None, counts=counts(now), persons={"A": float(b)})
    for locality in ("A", "*"):
        found = row(rate_changes(before, after, per=100_000), locality)
        assert found[PARTS].sum() == pytest.approx(found["rate_after"] - found["rate_before"], abs=1e-6)
