"""The written rule: every branch, and that the printed table says what the functions do."""

import pytest

from diaban.findings.strength import RULES, factor_strength, level_strength, notable, trend_strength
from diaban.findings.words import DOTS, sentences


@pytest.mark.parametrize(
    ("case_side", "area_side", "survives_fdr", "n_files", "expected"),
    [
        (True, True, True, 20, "strong"),
        (True, True, True, 19, "moderate"),
        (True, False, True, 500, "moderate"),
        (False, True, True, 0, "moderate"),
        (True, True, False, 500, "weak"),
        (True, False, False, 20, "weak"),
        (False, False, True, 500, "insufficient"),
        (False, False, False, 0, "insufficient"),
    ],
)
def test_factor(case_side, area_side, survives_fdr, n_files, expected):
    found = factor_strength(
        case_side=case_side, area_side=area_side, survives_fdr=survives_fdr, n_files=n_files
    )
    assert found == expected


@pytest.mark.parametrize(
    ("probability", "ratio", "outside", "expected"),
    [
        (0.99, 1.2, True, "strong"),
        (0.98, 1.2, True, "moderate"),
        (0.999, 1.2, False, "moderate"),
        (0.95, 1 / 1.2, False, "moderate"),
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
    """Each line of RULES, played by the function that it is about."""
    played = {
        "both_sides": factor_strength(case_side=True, area_side=True, survives_fdr=True, n_files=20),
        "one_side_after_fdr": factor_strength(case_side=True, area_side=False, survives_fdr=True, n_files=20),
        "before_fdr_only": factor_strength(case_side=True, area_side=False, survives_fdr=False, n_files=20),
        "no_support": factor_strength(case_side=False, area_side=False, survives_fdr=True, n_files=20),
        "level_outside_funnel": level_strength(probability=0.99, ratio=2, outside_funnel=True),
        "level_likely": level_strength(probability=0.95, ratio=2, outside_funnel=False),
        "trend_interval_excludes_one": trend_strength(ratio=2, excludes_one=True, cases=20, minimum=10),
        "trend_few_cases": trend_strength(ratio=2, excludes_one=True, cases=5, minimum=10),
    }
    assert dict(RULES) == played


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_rule_and_strength_has_words(language):
    words = sentences(language)
    assert [key for key, _ in RULES] == list(words["rule"])
    assert set(words["strength"]) == set(DOTS) == {"strong", "moderate", "weak", "insufficient"}
