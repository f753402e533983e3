import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from theme_frames import BOTH, CASES, CODED, CODES, EITHER, FAMILY, HOME, MEMBERS, PERSONS, ByHand

from diaban.analysis.themes import theme_members, theme_support, theme_undetermined

TABLES = (CASES, MEMBERS, PERSONS, CODES)


def keys(told, theme):
    return "".join(told.loc[told["theme"] == theme.key, "case_key"])


@pytest.mark.parametrize(
    ("theme", "known", "open_"),
    [
        (HOME, "ae", "c"),  # the word "unknown" is not known; an empty cell does not apply
        (FAMILY, "a", "cd"),  # b's parent is a suspect
        (CODED, "ab", "de"),  # d: not established; e: not coded
        (BOTH, "a", "e"),  # c is coded with something else, b is elsewhere
        (EITHER, "abe", "cd"),  # each pick is enough by itself
        (ByHand("t", select={"place": ["home"]}, streams=["t"]), "e", ""),
        (ByHand("unknown", select={"place": ["unknown"]}), "c", ""),
        (ByHand("nowhere", select={"place": ["moon"]}), "", "c"),
    ],
)
def test_who_belongs_and_of_whom_it_cannot_be_told(theme, known, open_):
    assert keys(theme_members(*TABLES, [theme]), theme) == known
    assert keys(theme_undetermined(*TABLES, [theme]), theme) == open_


def test_only_the_first_coder_counts():
    second = pd.concat([CODES, CODES.assign(case_key="e", round=2).head(1)])
    assert keys(theme_members(CASES, MEMBERS, PERSONS, second, [CODED]), CODED) == "ab"
    assert keys(theme_undetermined(CASES, MEMBERS, PERSONS, second, [CODED]), CODED) == "de"


def test_a_theme_that_the_study_does_not_record_is_withheld_not_zero():
    themes = [HOME, FAMILY, CODED, EITHER]
    bare = CASES.drop(columns="place")
    support = theme_support(bare, MEMBERS, None, None, themes, minimum_cases=1).set_index("theme")
    assert (support["cases"] == 0).all()
    assert (support["undetermined"] == 5).all(), "any of the five may belong"
    assert support["lacking"].tolist() == ["place", "persons", "cause_codes", "place; cause_codes"]
    assert set(support["withheld"]) == {"theme_not_recorded"}
    empty = theme_support(CASES.assign(place=pd.NA), MEMBERS, None, None, [HOME])
    assert empty["withheld"].tolist() == ["theme_not_recorded"], "a column without any value is none"


def test_support_of_what_is_recorded():
    some = theme_support(CASES, MEMBERS, PERSONS, None, [EITHER, HOME], minimum_cases=2).set_index("theme")
    assert some.loc["either", ["cases", "lacking"]].tolist() == [2, "cause_codes"], "one way in is left"
    assert some["withheld"].isna().all()
    few = theme_support(*TABLES, [HOME, ByHand("moon", select={"place": ["moon"]})])
    assert few["withheld"].tolist() == ["too_few_cases", "no_cases"]


def test_no_cases_and_no_themes():
    empty = [t.head(0) for t in TABLES]
    assert theme_members(*empty, [HOME, FAMILY, CODED]).empty
    assert theme_members(*TABLES, []).columns.tolist() == ["case_key", "theme"]
    assert theme_support(*TABLES, []).empty


VALUES = st.sampled_from(["home", "school", "unknown"])


@settings(deadline=None, max_examples=60)
@given(st.lists(VALUES, min_size=1, max_size=8), st.permutations(range(8)))
def test_more_knowledge_never_contradicts(places, order):
    """Whatever an unknown place turns out to be: members stay, and new ones were undetermined before."""
    n = len(places)
    cases = pd.DataFrame({"case_key": [f"k{i}" for i in range(n)], "place": places}).astype("str")
    members = cases[["case_key"]].assign(stream="s")
    before = [f(cases, members, None, None, [HOME]) for f in (theme_members, theme_undetermined)]
    found = cases["place"].where(
        cases["place"] != "unknown", ["home" if i < 4 else "school" for i in order][:n]
    )
    after = set(theme_members(cases.assign(place=found), members, None, None, [HOME])["case_key"])
    known, open_ = (set(told["case_key"]) for told in before)
    assert known <= after <= known | open_
    assert not known & open_
