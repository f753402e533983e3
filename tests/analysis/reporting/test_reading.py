import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.reporting.reading import AFTER_A_FALL, AFTER_A_RISE, COLUMNS, reading


def exposed(base, now, locality="p"):
    return pd.DataFrame(
        {
            "locality": locality,
            "period": ["b", "a"],
            "stream": "s",
            "cases": [base, now],
            "person_years": 1000.0,
        }
    )


def signals(*pairs, locality="p", stream="s"):
    frame = pd.DataFrame(pairs, columns=["signal", "direction"], dtype="str")
    return frame.assign(locality=locality, stream=pd.Series([stream] * len(frame), dtype="str"))


def read(base, now, *pairs, **options):
    return reading(exposed(base, now), signals(*pairs, **options), period="a", base="b").iloc[0]


@pytest.mark.parametrize(("pair", "reason"), list(AFTER_A_RISE.items()))
def test_a_rise_is_ambiguous(pair, reason):
    row = read(10, 20, pair)
    assert (row["label"], row["reasons"], row["direction"]) == ("rise_ambiguous", reason, "rose")
    assert row["rate_ratio"] == 2


@pytest.mark.parametrize(("pair", "reason"), list(AFTER_A_FALL.items()))
def test_a_fall_is_inconclusive(pair, reason):
    row = read(20, 10, pair)
    assert (row["label"], row["reasons"], row["direction"]) == ("fall_inconclusive", reason, "fell")


@pytest.mark.parametrize(
    ("base", "now", "pair"),
    [
        (20, 10, ("reports", "steady")),
        (20, 10, ("reports", "rose")),
        (10, 20, ("outreach", "fell")),
        (10, 20, ("campaign", "steady")),
        (10, 10, ("reports", "fell")),
    ],
)
def test_otherwise_it_is_plain(base, now, pair):
    row = read(base, now, pair)
    assert row["label"] == "plain"
    assert pd.isna(row["reasons"])
    assert pd.isna(row["withheld"])


def test_a_change_of_the_population_alone_is_none():
    rows = exposed(17, 17).assign(person_years=[1000.0, 1015.0])
    row = reading(rows, signals(("reports", "fell")), period="a", base="b").iloc[0]
    assert (row["direction"], row["label"]) == ("same", "plain")
    assert row["rate_ratio"] < 1


def test_several_reasons_and_what_was_known():
    row = read(10, 20, ("outreach", "rose"), ("recording", "changed"), ("reports", "steady"))
    assert row["reasons"] == "outreach_rose;recording_changed"
    assert row["known_signals"] == "outreach;recording;reports"


def test_a_change_that_nobody_could_check_is_not_plain():
    for row in (read(10, 20), read(20, 10), read(20, 10, ("outreach", "steady"))):
        assert row["withheld"] == "reporting_not_known"
        assert pd.isna(row["label"])
    assert read(10, 20, ("outreach", "steady"))["label"] == "plain"


def test_signals_of_other_places_and_streams_do_not_count():
    assert read(10, 20, ("outreach", "rose"), locality="q")["withheld"] == "reporting_not_known"
    assert read(10, 20, ("outreach", "rose"), stream="t")["withheld"] == "reporting_not_known"
    assert read(10, 20, ("outreach", "rose"), stream=None)["label"] == "rise_ambiguous"


def test_zero_one_and_missing():
    assert read(0, 0, ("reports", "fell"))["withheld"] == "no_cases"
    assert read(1, 0, ("reports", "fell"))["label"] == "fall_inconclusive"
    row = read(0, 1, ("outreach", "rose"))
    assert (row["label"], row["rate_ratio"]) == ("rise_ambiguous", np.inf)
    assert read(np.nan, 3, ("outreach", "rose"))["withheld"] == "too_few_periods"
    one_period = reading(exposed(3, 4).iloc[1:], signals(("outreach", "rose")), period="a", base="b")
    assert one_period["withheld"].tolist() == ["too_few_periods"]
    nothing = reading(exposed(1, 1).iloc[:0], signals(), period="a", base="b")
    assert list(nothing) == COLUMNS
    assert nothing.empty


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 30),
    st.integers(0, 30),
    st.lists(
        st.tuples(
            st.sampled_from(["outreach", "campaign", "recording", "proactive", "reports"]),
            st.sampled_from(["rose", "fell", "steady", "changed", "at_work"]),
        ),
        max_size=4,
    ),
)
def test_a_label_or_a_reason_why_not_and_the_label_fits_the_direction(base, now, pairs):
    row = read(base, now, *pairs)
    assert pd.isna(row["label"]) != pd.isna(row["withheld"])
    if row["label"] == "rise_ambiguous":
        assert now > base
    if row["label"] == "fall_inconclusive":
        assert now < base
    if pd.notna(row["label"]):
        assert pd.isna(row["reasons"]) == (row["label"] == "plain")
