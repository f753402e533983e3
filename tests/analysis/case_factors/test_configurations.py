"""Lipset's eighteen states between the wars (Rihoux & De Meur 2009, p. 57; R package QCA, data LF and LC).

The fuzzy memberships are those of LF; above one half they give the crisp table LC.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from diaban.analysis.case_factors.configurations import COLUMNS, ConfigurationRule, configurations
from diaban.analysis.case_factors.minimise import Product
from diaban.analysis.case_factors.truth_table import (
    ChanceBar,
    all_products,
    necessity,
    sufficiency,
    truth_table,
)
from diaban.errors import DiabanError

CONDITIONS = ["DEV", "URB", "LIT", "IND", "STB"]
LF = """
AU 0.81 0.12 0.99 0.73 0.43 0.05
BE 0.99 0.89 0.98 1.00 0.98 0.95
CZ 0.58 0.98 0.98 0.90 0.91 0.89
EE 0.16 0.07 0.98 0.01 0.91 0.12
FI 0.58 0.03 0.99 0.08 0.58 0.77
FR 0.98 0.03 0.99 0.81 0.95 0.95
DE 0.89 0.79 0.99 0.96 0.31 0.05
GR 0.04 0.09 0.13 0.36 0.43 0.06
HU 0.07 0.16 0.88 0.07 0.13 0.42
IE 0.72 0.05 0.98 0.01 0.95 0.92
IT 0.34 0.10 0.41 0.47 0.58 0.05
NL 0.98 1.00 0.99 0.94 0.99 0.95
PL 0.02 0.17 0.59 0.00 0.00 0.12
PT 0.01 0.02 0.01 0.11 0.01 0.05
RO 0.01 0.03 0.17 0.00 0.84 0.21
ES 0.03 0.30 0.09 0.21 0.20 0.06
SE 0.95 0.13 0.99 0.67 0.91 0.95
UK 0.98 0.99 0.99 1.00 0.98 0.95
"""
STATES = [line.split()[0] for line in LF.strip().splitlines()]
FUZZY = np.array([line.split()[1:] for line in LF.strip().splitlines()], dtype=float)
BOOK = pd.DataFrame({"code": [*CONDITIONS, "OTHER", "XX"], "domain": ["E", "E", "E", "E", "P", pd.NA, pd.NA]})
EIGHTEEN = ConfigurationRule(
    consistency=1, frequency=1, alpha=1, minimum_files=18, minimum_outcome=1, files_per_row=0, permutations=99
)


def lipset():
    """(codes, cases, outcome); every state carries a code that is no condition, so that all are coded."""
    crisp = FUZZY > 0.5
    rows = [
        (state, code, 1)
        for state, carried in zip(STATES, crisp, strict=True)
        for code, yes in zip([*CONDITIONS, "OTHER"], [*carried[:5], True], strict=True)
        if yes
    ]
    cases = pd.DataFrame({"case_key": STATES, "locality": "x", "stream": "s"})
    return (
        pd.DataFrame(rows, columns=["case_key", "code", "round"]),
        cases,
        pd.Series(crisp[:, 5], index=STATES),
    )


def asked(codes, cases, outcome, conditions=CONDITIONS, rule=EIGHTEEN, **options):
    return configurations(
        codes, cases, BOOK, outcome, conditions, configuration="k", seed=1, rule=rule, **options
    )


def part(result, solution, kind):
    return result[(result["solution"] == solution) & (result["part"] == kind)].reset_index(drop=True)


@pytest.mark.parametrize(
    ("condition", "consistency", "coverage"),
    [
        ("DEV", 0.8310, 0.7746),
        ("URB", 0.5387, 0.7714),
        ("LIT", 0.9906, 0.6428),
        ("IND", 0.6690, 0.6843),
        ("STB", 0.9202, 0.7069),
    ],
)
def test_fuzzy_necessity_of_lipset(condition, consistency, coverage):
    """R: pof(DEV + URB + LIT + IND + STB <- SURV, LF)."""
    found = necessity(FUZZY[:, CONDITIONS.index(condition)], FUZZY[:, 5])
    assert np.round(found, 4).tolist() == [consistency, coverage]


def test_conservative_solution_of_lipset():
    """R: minimize(truthTable(LC, "SURV")) gives DEV*~URB*LIT*STB + DEV*LIT*IND*STB."""
    result = asked(*lipset())
    terms = part(result, "conservative", "term")
    assert terms["expression"].tolist() == ["DEV*LIT*IND*STB", "DEV*~URB*LIT*STB"]
    assert terms[["n_files", "n_outcome"]].to_numpy().tolist() == [[6, 6], [4, 4]]
    assert terms["consistency"].tolist() == [1, 1]
    assert terms["coverage"].tolist() == [0.75, 0.5]
    assert terms["unique_coverage"].tolist() == [0.5, 0.25]
    assert terms["codes"][1] == ["DEV", "URB", "LIT", "STB"]
    assert terms["present"][1] == [True, False, True, True]
    whole = part(result, "conservative", "whole").iloc[0]
    assert whole["expression"] == "DEV*LIT*IND*STB + DEV*~URB*LIT*STB"
    assert (whole["n_files"], whole["consistency"], whole["coverage"]) == (8, 1, 1)


def test_parsimonious_solution_of_lipset():
    """R: minimize(truthTable(LC, "SURV"), include = "?") gives DEV*STB."""
    terms = part(asked(*lipset()), "parsimonious", "term")
    assert terms["expression"].tolist() == ["DEV*STB"]
    assert terms.loc[0, ["consistency", "coverage", "n_files", "models"]].tolist() == [1, 1, 8, 1]


def test_necessity_of_lipset_and_what_chance_says_of_eighteen_states():
    rule = ConfigurationRule(**{**vars(EIGHTEEN), "alpha": 0.05, "permutations": 2000})
    result = asked(*lipset(), rule=rule)
    conditions = part(result, "necessary", "condition").set_index("expression")
    assert conditions.index.tolist() == [s + c for c in CONDITIONS for s in ("", "~")]
    assert conditions.loc["LIT", ["consistency", "coverage"]].tolist() == pytest.approx([1, 8 / 13])
    assert conditions.index[conditions["holds"]].tolist() == ["DEV", "STB"]
    parsimonious = part(result, "parsimonious", "term").iloc[0]
    assert parsimonious["holds"]
    assert parsimonious["p"] < 0.005
    few = part(result, "conservative", "term").set_index("expression").loc["DEV*~URB*LIT*STB"]
    assert few["withheld"] == "not_above_base"
    assert np.isnan(few["consistency"])
    assert (few["n_files"], few["n_outcome"]) == (4, 4)


def test_limits_of_consistency_are_clopper_and_pearson():
    """8 of 8: the lower limit is .025 ** (1 / 8)."""
    whole = part(asked(*lipset()), "parsimonious", "whole").iloc[0]
    assert (whole["lower"], whole["upper"]) == pytest.approx((0.025 ** (1 / 8), 1))


def test_a_domain_is_any_of_its_codes():
    result = part(asked(*lipset(), conditions=["E", "P"]), "necessary", "condition").set_index("expression")
    assert result.loc["E", "n_files"] == ((FUZZY[:, :4] > 0.5).any(axis=1)).sum()
    assert result.loc["P", "n_files"] == (FUZZY[:, 4] > 0.5).sum()


def test_sufficiency_is_necessity_turned_round():
    x, y = [1, 1, 1, 0], [1, 1, 0, 1]
    assert sufficiency(x, y) == necessity(y, x) == (2 / 3, 2 / 3)
    assert np.isnan(necessity([0, 0], [0, 0])).all()


def test_truth_table_counts_and_unobserved_rows():
    table = truth_table(np.array([0, 0, 3, 3, 3]), np.array([True, False, True, True, False]), 2)
    assert table["n"].tolist() == [2, 0, 0, 3]
    assert table["n_outcome"].tolist() == [1, 0, 0, 2]
    assert table["consistency"].isna().tolist() == [False, True, True, False]


NAMES = np.array(["A", "B", "C"])
THREE = pd.DataFrame({"code": [*NAMES, "Z", "XX"]})


def simulated(rng, n=200, base=0.4, with_both=None, places=4):
    """Files with three codes; where A and B meet, the outcome has the chance `with_both`."""
    X = rng.random((n, 3)) < 0.4
    locality = rng.integers(0, places, n)
    chance = np.full(n, base) + 0.15 * (locality == 0)
    if with_both is not None:
        chance = np.where(X[:, 0] & X[:, 1], with_both, chance)
    keys = [f"f{i}" for i in range(n)]
    rows = [(key, code, 1) for key, x in zip(keys, X, strict=True) for code in [*NAMES[x], "Z"]]
    cases = pd.DataFrame({"case_key": keys, "locality": [f"p{g}" for g in locality], "stream": "s"})
    codes = pd.DataFrame(rows, columns=["case_key", "code", "round"])
    return codes, cases, pd.Series(rng.random(n) < chance, index=keys)


def solved(codes, cases, outcome, conditions=tuple(NAMES), **changes):
    rule = ConfigurationRule(**{"permutations": 199, **changes})
    return configurations(codes, cases, THREE, outcome, conditions, configuration="k", seed=3, rule=rule)


def test_a_planted_configuration_is_found():
    rng = np.random.default_rng(1)
    found = [solved(*simulated(rng, base=0.35, with_both=0.92)) for _ in range(12)]
    held = [part(r, "parsimonious", "term").query("holds")["expression"].tolist() for r in found]
    assert np.mean([any("A*B" in expression for expression in one) for one in held]) >= 0.9


def test_chance_alone_shows_a_configuration_in_5_percent_of_studies():
    """40 studies with a common outcome: most have a consistent row, which without the bar would be shown."""
    rng = np.random.default_rng(2)
    told = [solved(*simulated(rng, n=100, base=0.65)) for _ in range(40)]
    shown = [r.query("part == 'term' and holds").shape[0] > 0 for r in told]
    without = [r.query("part == 'term'").shape[0] > 0 for r in told]
    assert np.mean(without) > 0.5
    assert np.mean(shown) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 40)


def test_p_of_one_product_alone_is_the_permutation_p():
    """With a family of one product and one locality, p is the hypergeometric tail."""
    row, outcome = np.repeat([0, 1], [30, 10]), np.zeros(40, dtype=bool)
    outcome[[0, 1, 2, 3, 4, 30, 31, 32, 33]] = True
    bar = ChanceBar(row, outcome, np.zeros(40), 1, frequency=1, permutations=40_000, seed=1)
    one = [Product(1, 1)]
    assert bar.p_values(one, one)[0] == pytest.approx(hypergeom.sf(3, 40, 9, 10), abs=0.008)
    assert len(all_products(2)) == 9


def test_districts_that_differ_in_condition_and_outcome_are_no_evidence():
    rng = np.random.default_rng(4)
    codes, cases, _ = simulated(rng, n=200, places=2)
    in_first = cases["locality"] == "p0"
    extra = pd.DataFrame({"case_key": cases.loc[in_first, "case_key"], "code": "A", "round": 1})
    outcome = pd.Series(rng.random(200) < np.where(in_first, 0.9, 0.1), index=cases["case_key"])
    codes = pd.concat([codes[codes["code"] != "A"], extra])
    result = part(solved(codes, cases, outcome), "necessary", "condition").set_index("expression")
    assert result.loc["A", "consistency"] > 0.85
    assert not result.loc["A", "above_base"]


def test_the_same_seed_and_any_order_give_the_same():
    codes, cases, outcome = simulated(np.random.default_rng(5), with_both=0.9)
    again = solved(codes.sample(frac=1, random_state=1), cases, outcome.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(again, solved(codes, cases, outcome))


def test_refusals_say_why():
    codes, cases, outcome = simulated(np.random.default_rng(6))
    few = solved(codes, cases.head(20), outcome)
    assert few["withheld"].tolist() == ["too_few_files"] * 3
    assert few[["consistency", "coverage", "p"]].isna().all().all()
    rare = solved(codes, cases, outcome & (np.arange(200) < 5))
    assert rare["withheld"].tolist() == ["too_few_with_outcome"] * 3
    crowded = solved(codes, cases, outcome, files_per_row=30)
    assert part(crowded, "conservative", "whole")["withheld"].tolist() == ["too_many_conditions"]
    assert part(crowded, "necessary", "condition")["consistency"].notna().all()
    nothing = solved(codes, cases, outcome, consistency=0.99)
    assert part(nothing, "parsimonious", "whole")["withheld"].tolist() == ["nothing_consistent"]


def test_too_many_conditions_for_any_number_of_files():
    codes, cases, outcome = lipset()
    result = asked(codes, cases, outcome, conditions=[*CONDITIONS, "E", "P"])
    assert result["withheld"].tolist() == ["too_many_conditions"] * 3


def test_files_without_an_outcome_or_a_code_are_left_out():
    codes, cases, outcome = simulated(np.random.default_rng(7))
    outcome = outcome.astype("boolean")
    outcome.iloc[:50] = pd.NA
    codes = codes[codes["case_key"] != "f199"]
    assert solved(codes, cases, outcome.drop("f100"), consistency=0.99)["n_files"].max() == 148


def test_a_condition_that_every_file_or_none_has():
    codes, cases, outcome = simulated(np.random.default_rng(8))
    result = part(solved(codes, cases, outcome, ["Z", "A"]), "necessary", "condition").set_index("expression")
    assert result.loc["Z", "consistency"] == 1
    assert not result.loc["Z", "holds"]
    assert result.loc["~Z", "n_files"] == 0
    assert np.isnan(result.loc["~Z", "coverage"])


def test_empty_and_errors():
    codes, cases, outcome = lipset()
    empty = asked(codes, cases.head(0), outcome)
    assert list(empty.columns) == COLUMNS
    assert empty.empty
    uncoded = asked(codes.head(0), cases, outcome)
    assert uncoded["withheld"].tolist() == ["too_few_files"] * 3
    with pytest.raises(DiabanError, match="GDP"):
        asked(codes, cases, outcome, conditions=["GDP"])
