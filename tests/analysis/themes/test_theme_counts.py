import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from theme_frames import ByHand

from diaban.analysis.intervals import count_interval
from diaban.analysis.themes import theme_counts

ONE, TWO = ByHand("one", select={"x": ["y"]}, streams=["s"]), ByHand("two", select={"x": ["y"]})
CELL = ["theme", "locality", "stream", "period"]
YEARS = {("X", "s"): 1000.0, ("Y", "s"): 3000.0, ("X", "t"): 500.0, ("Y", "t"): 500.0}
EXPOSED = pd.DataFrame([(*k, v) for k, v in YEARS.items()], columns=["locality", "stream", "person_years"])
EXPOSED = EXPOSED.assign(period="1").astype({"locality": "str", "stream": "str", "period": "str"})


def register(n):
    """Cases by (locality, streams); all of them belong to the theme."""
    rows = [(where, streams) for (where, streams), count in n.items() for _ in range(count)]
    cases = pd.DataFrame({"case_key": [f"k{i}" for i in range(len(rows))], "locality": [r[0] for r in rows]})
    pairs = [(f"k{i}", stream) for i, (_, streams) in enumerate(rows) for stream in streams]
    members = pd.DataFrame(pairs, columns=["case_key", "stream"])
    return cases.assign(period="1").astype("str"), members.astype("str")


def counts(n, themes, **options):
    cases, members = register(n)
    of_theme = pd.concat([cases[["case_key"]].assign(theme=t.key) for t in themes]).astype("str")
    told = theme_counts(of_theme, cases, members, EXPOSED, themes, **options)
    return told.set_index(CELL)


def test_a_rate_and_what_it_is_compared_with():
    told = counts({("X", "s"): 12, ("Y", "s"): 8}, [ONE], per=1000)
    x = told.loc[("one", "X", "*", "1")]
    lower, upper = (float(limit) for limit in count_interval(12))
    assert (x["cases"], x["whole_cases"], x["rate"], x["whole_rate"]) == (12, 20, 12.0, 5.0)
    assert (x["lower"], x["upper"]) == pytest.approx((lower, upper))
    assert (x["expected"], x["ratio"]) == (5.0, 2.4)
    assert x["p"] == pytest.approx(binomtest(12, 20, 0.25).pvalue)
    assert x["comparisons"] == 2, "a theme of one stream is tested once a locality"
    assert x["differs"] == "above"
    assert told.loc[("one", "Y", "*", "1"), "differs"] == "below"
    assert told.loc[("one", "X", "s", "1"), "rate"] == 12.0
    assert told["p"].notna().sum() == 2


def test_a_case_of_two_streams_counts_once_and_streams_have_no_common_rate():
    told = counts({("X", "s"): 4, ("X", "st"): 2, ("Y", "t"): 6, ("Y", "s"): 2}, [TWO])
    assert told.loc[("two", "X", "*", "1"), "cases"] == 6
    assert told.loc[("two", "X", "s", "1"), "cases"] == 6
    assert told.loc[("two", "X", "t", "1"), "cases"] == 2
    assert told.loc[("two", "*", "*", "1"), "cases"] == 14
    assert np.isnan(told.loc[("two", "X", "*", "1"), "rate"])
    # stream s: 4 + 1 + 2 = 7 parts over 4,000, t: 1 + 6 = 7 over 1,000 person-years
    assert told.loc[("two", "X", "*", "1"), "expected"] == pytest.approx(7 / 4 + 7 / 2)


def test_the_order_of_the_rows_changes_nothing():
    n = {("X", "s"): 12, ("Y", "s"): 8}
    cases, members = register(n)
    of_theme = cases[["case_key"]].assign(theme="one")
    one = theme_counts(of_theme, cases, members, EXPOSED, [ONE])
    other = theme_counts(of_theme[::-1], cases[::-1], members[::-1], EXPOSED[::-1], [ONE])
    pd.testing.assert_frame_equal(
        one.sort_values(CELL, ignore_index=True), other.sort_values(CELL, ignore_index=True)
    )


def test_few_none_and_not_recorded():
    few = counts({("X", "s"): 3}, [ONE])
    assert set(few["withheld"]) == {"too_few_cases"}
    assert few.loc[("one", "Y", "s", "1"), "cases"] == 0, "the count stands"
    assert few[["rate", "ratio", "p"]].isna().all(axis=None)
    assert set(counts({("X", "s"): 3}, [ONE], minimum_cases=1)["withheld"].dropna()) == set()
    cases, members = register({("X", "s"): 3})
    nothing = pd.DataFrame({"case_key": [], "theme": []}, dtype="str")
    none = theme_counts(nothing, cases, members, EXPOSED, [ONE])
    assert set(none["withheld"]) == {"no_cases"}
    assert (none["cases"] == 0).all()
    support = pd.DataFrame({"theme": ["one"], "withheld": ["theme_not_recorded"]})
    untold = theme_counts(nothing, cases, members, EXPOSED, [ONE], support=support)
    assert set(untold["withheld"]) == {"theme_not_recorded"}
    assert untold["cases"].isna().all(), "what is not recorded is missing, not 0"
    assert theme_counts(nothing, cases, members, EXPOSED, []).empty


def test_a_place_without_population():
    cases, members = register({("X", "s"): 12, ("Y", "s"): 8})
    exposed = EXPOSED.assign(person_years=EXPOSED["person_years"].where(EXPOSED["locality"] != "Y", 0.0))
    told = theme_counts(cases[["case_key"]].assign(theme="one"), cases, members, exposed, [ONE])
    told = told.set_index(CELL)
    assert told.loc[("one", "Y", "s", "1"), "withheld"] == "no_population_at_risk"
    assert np.isnan(told.loc[("one", "Y", "s", "1"), "rate"])


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(st.sampled_from([("X", "s"), ("Y", "s"), ("X", "t"), ("Y", "st")]), st.integers(1, 9)))
def test_localities_and_expected_cases_add_up_to_the_whole(n):
    told = counts(n, [TWO], minimum_cases=1).reset_index()
    for _, rows in told.groupby(["stream", "period"]):
        whole, parts = rows[rows["locality"] == "*"].iloc[0], rows[rows["locality"] != "*"]
        assert parts["cases"].sum() == whole["cases"]
        if whole["cases"]:
            assert parts["expected"].sum() == pytest.approx(whole["cases"])


def test_false_discoveries_stay_within_the_budget():
    """30 registers without any difference between 20 places: at most a few name one (family at 5 %)."""
    rng = np.random.default_rng(3)
    places = [f"L{i}" for i in range(20)]
    years = rng.uniform(500, 4000, 20)
    exposed = pd.DataFrame({"locality": places, "stream": "s", "period": "1", "person_years": years})
    named = 0
    for _ in range(30):
        where = np.repeat(places, rng.poisson(years / 200))
        cases = pd.DataFrame({"case_key": [f"k{i}" for i in range(len(where))], "locality": where})
        cases = cases.assign(period="1")
        told = theme_counts(
            cases[["case_key"]].assign(theme="one"),
            cases,
            cases[["case_key"]].assign(stream="s"),
            exposed,
            [ONE],
        )
        assert told["comparisons"].iloc[0] == 20
        named += told["differs"].notna().any()
    assert named <= 5
