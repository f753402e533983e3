"""The written rule: every branch, more evidence never counts less, and the table says what the rule does."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaban.findings.strength import (
    ENOUGH_FILES,
    RULES,
    FactorEvidence,
    area_finding_strength,
    case_finding_strength,
    factor_strength,
    level_strength,
    notable,
    trend_strength,
)
from diaban.findings.words import DOTS, sentences

ORDER = ("insufficient", "weak", "moderate", "strong")
CHECKS = (False, None, True)
"""Failed, not made, passed: from the least evidence to the most."""
EVERYTHING = FactorEvidence(
    case_over=True, case_hint=True, n_files=20, coders_agree=True,
    area_supported=True, area_robust=True, area_unfavourable_here=True,
)  # fmt: skip
TRUTH_TABLE = [
    FactorEvidence(*row)
    for row in product(
        (False, True), (False, True), (0, 19, 20), CHECKS, (False, True), CHECKS, (False, True)
    )
]


def stated(e):
    """The rule as it is written down in words: a grade a side, 0 nothing, 1 doubtful, 2 stands, 3 checked."""
    files = 1 if e.case_hint else 0
    if e.case_over:
        files = {False: 1, None: 2, True: 3 if e.n_files >= 20 else 2}[e.coders_agree]
    area = 0
    if e.area_supported and e.area_unfavourable_here:
        area = {False: 1, None: 2, True: 3}[e.area_robust]
    if files == area == 3:
        return "strong"
    return ORDER[min(max(files, area), 2)]


def test_the_whole_truth_table():
    assert len(TRUTH_TABLE) == 432
    assert [factor_strength(e).strength for e in TRUTH_TABLE] == [stated(e) for e in TRUTH_TABLE]


def test_every_row_of_the_rule_decides_somewhere():
    decided = {factor_strength(e) for e in TRUTH_TABLE}
    assert {(rule, strength) for strength, rule in decided} == set(RULES[:8])


@pytest.mark.parametrize(
    ("change", "strength", "rule"),
    [
        ({}, "strong", "both_sides"),
        ({"n_files": 19}, "moderate", "both_sides_unchecked"),
        ({"coders_agree": None}, "moderate", "both_sides_unchecked"),
        ({"area_robust": None}, "moderate", "both_sides_unchecked"),
        ({"area_unfavourable_here": False}, "moderate", "case_side_only"),
        ({"area_robust": False}, "moderate", "case_side_only"),
        ({"coders_agree": False}, "moderate", "area_side_only"),
        ({"case_over": False}, "moderate", "area_side_only"),
        ({"coders_agree": False, "area_robust": False}, "weak", "coders_disagree"),
        ({"case_over": False, "area_robust": False}, "weak", "not_robust"),
        ({"case_over": False, "area_supported": False}, "weak", "before_fdr_only"),
        ({"case_over": False, "case_hint": False, "area_supported": False}, "insufficient", "no_support"),
    ],
)
def test_one_step_from_everything(change, strength, rule):
    assert factor_strength(replace(EVERYTHING, **change)) == (strength, rule)


def test_nothing_known_is_insufficient():
    assert factor_strength(FactorEvidence()) == ("insufficient", "no_support")


@pytest.mark.parametrize("judge", [factor_strength, case_finding_strength, area_finding_strength])
def test_more_evidence_never_lowers_the_strength(judge):
    """Every single step up, from every row of the truth table."""
    steps = dict.fromkeys(("case_over", "case_hint", "area_supported"), (False, True))
    steps |= {"area_unfavourable_here": (False, True), "n_files": (0, 19, 20)}
    steps |= {"coders_agree": CHECKS, "area_robust": CHECKS}
    for e in TRUTH_TABLE:
        before = ORDER.index(judge(e).strength)
        for name, values in steps.items():
            for more in values[values.index(getattr(e, name)) + 1 :]:
                after = judge(replace(e, **{name: more})).strength
                assert ORDER.index(after) >= before, (e, name, more)


evidence = st.builds(
    FactorEvidence,
    case_over=st.booleans(),
    case_hint=st.booleans(),
    n_files=st.integers(0, 10_000),
    coders_agree=st.sampled_from(CHECKS),
    area_supported=st.booleans(),
    area_robust=st.sampled_from(CHECKS),
    area_unfavourable_here=st.booleans(),
)


@given(evidence, st.integers(0, 10_000))
def test_strong_needs_everything_whatever_the_number_of_files(e, more_files):
    strong = factor_strength(e).strength == "strong"
    complete = e.case_checked and e.area_checked
    assert strong == complete
    assert not strong or e.n_files >= ENOUGH_FILES
    more = factor_strength(replace(e, n_files=e.n_files + more_files)).strength
    assert ORDER.index(more) >= ORDER.index(factor_strength(e).strength)


def test_the_other_side_lifts_a_finding_but_does_not_carry_it():
    hint = replace(EVERYTHING, case_over=False)
    assert factor_strength(hint) == ("moderate", "area_side_only"), "the factor is supported by its area side"
    assert case_finding_strength(hint) == ("weak", "before_fdr_only"), "what is said of the files is not"
    fragile = replace(EVERYTHING, area_robust=False)
    assert area_finding_strength(fragile) == ("weak", "not_robust")
    assert case_finding_strength(EVERYTHING) == area_finding_strength(EVERYTHING) == ("strong", "both_sides")
    disputed = replace(EVERYTHING, coders_agree=False)
    assert case_finding_strength(disputed) == ("weak", "coders_disagree")


@pytest.mark.parametrize(
    ("probability", "ratio", "outside", "expected"),
    [
        (0.99, 1.2, True, "strong"),
        (0.98, 1.2, True, "moderate"),
        (0.999, 1.2, False, "moderate"),
        (0.975, 1 / 1.2, False, "moderate"),
        (0.949, 3.0, True, "insufficient"),
        (1.0, 1.19, True, "insufficient"),
        (1.0, 1.0, True, "insufficient"),
    ],
)
def test_level(probability, ratio, outside, expected):
    assert level_strength(probability=probability, ratio=ratio, outside_funnel=outside) == expected


@pytest.mark.parametrize(
    ("ratio", "excludes_one", "cases", "expected"),
    [
        (1.5, True, 20, "moderate"),
        (1.5, True, 19, "weak"),
        (0.5, True, 20, "moderate"),
        (1.5, False, 500, "insufficient"),
        (1.1, True, 500, "insufficient"),
        (1.5, True, 0, "weak"),
    ],
)
def test_trend(ratio, excludes_one, cases, expected):
    assert trend_strength(ratio=ratio, excludes_one=excludes_one, cases=cases, minimum=10) == expected


@pytest.mark.parametrize(
    ("ratio", "expected"), [(1.0, False), (1.2, True), (0.84, False), (0.83, True), (0.0, True)]
)
def test_notable(ratio, expected):
    assert notable(ratio) is expected


def test_the_printed_table_says_what_the_functions_do():
    """Each line of RULES, in its order, played by the function that it is about."""
    played = {factor_strength(e).rule: factor_strength(e).strength for e in TRUTH_TABLE} | {
        "level_outside_funnel": level_strength(probability=0.99, ratio=2, outside_funnel=True),
        "level_likely": level_strength(probability=0.975, ratio=2, outside_funnel=False),
        "trend_interval_excludes_one": trend_strength(ratio=2, excludes_one=True, cases=20, minimum=10),
        "trend_few_cases": trend_strength(ratio=2, excludes_one=True, cases=5, minimum=10),
    }
    assert dict(RULES) == played
    assert len(RULES) == len(played)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_rule_and_strength_has_words(language):
    words = sentences(language)
    assert [key for key, _ in RULES] == list(words["rule"])
    assert set(words["strength"]) == set(DOTS) == {"strong", "moderate", "weak", "insufficient"}
