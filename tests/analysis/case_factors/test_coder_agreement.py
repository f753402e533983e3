import numpy as np
import pandas as pd
import pytest
from coded_files import BOOK, double_coded

from diaban.analysis.case_factors.coder_agreement import AGREED, COLUMNS, MINIMUM_GIVEN, coder_agreement
from diaban.analysis.case_factors.reliability import alpha_of_two, cohen_kappa

MEASURES = ["agreement", "kappa", "kappa_lower", "kappa_upper", "alpha", "alpha_lower", "alpha_upper"]


def agreement(*cells, **options):
    return coder_agreement(double_coded(*cells)[1], BOOK, **options).set_index(["unit", "code"])


def test_the_textbook_table():
    """Two coders on 50 files, (20, 5, 10, 15): agreement .7, kappa .4."""
    result = agreement(20, 5, 10, 15)
    assert [*result.index.names, *result.columns] == COLUMNS
    a = result.loc[("code", "A")]
    assert (a.n_files, a.both, a.first_only, a.second_only, a.neither) == (50, 20, 5, 10, 15)
    assert a.agreement == pytest.approx(0.7)
    assert a.kappa == pytest.approx(0.4)
    assert a.alpha == pytest.approx(1 - 99 * 15 / (45 * 55))
    assert a.kappa_lower < a.kappa < a.kappa_upper
    assert a.alpha_lower < a.alpha < a.alpha_upper
    assert not a.agreed


def test_a_domain_is_given_with_any_of_its_codes():
    """A and B are of one domain: every file has B."""
    domain = agreement(20, 5, 10, 15).loc[("domain", "GD")]
    assert (domain.both, domain.neither) == (50, 0)
    book = BOOK.assign(domain=["GD", "NT", "GD", "NT", None])
    alone = coder_agreement(double_coded(20, 5, 10, 15)[1], book).set_index(["unit", "code"])
    assert alone.loc[("domain", "GD"), MEASURES].tolist() == pytest.approx(
        alone.loc[("code", "A"), MEASURES].tolist(), abs=0.03
    )


def test_agreed_from_two_thirds_on():
    just, short = agreement(40, 6, 6, 60).loc[("code", "A")], agreement(40, 10, 10, 60).loc[("code", "A")]
    assert just.alpha > AGREED > short.alpha
    assert (just.agreed, short.agreed) == (True, False)


def test_full_agreement_still_has_an_interval():
    a = agreement(20, 0, 0, 20).loc[("code", "A")]
    assert (a.kappa, a.alpha, a.kappa_upper, a.agreed) == (1, 1, 1, True)
    assert 0.7 < a.alpha_lower < 1


def test_codes_that_hardly_anybody_or_nearly_everybody_gives_are_not_judged():
    result = agreement(20, 0, 0, 20)
    for code in ("B", "C", "XX"):
        row = result.loc[("code", code)]
        assert row.withheld == "code_too_rare_to_judge"
        assert row[[*MEASURES, "agreed"]].isna().all()
    rare = MINIMUM_GIVEN - 1
    assert agreement(rare - 1, 1, 0, 60).loc[("code", "A"), "withheld"] == "code_too_rare_to_judge"
    assert agreement(60, 1, 0, rare - 1).loc[("code", "A"), "withheld"] == "code_too_rare_to_judge"
    assert pd.isna(agreement(rare, 1, 0, 60).loc[("code", "A"), "withheld"])


def test_few_files_are_withheld():
    a = agreement(3, 1, 0, 2).loc[("code", "A")]
    assert (a.withheld, a.n_files, a.both) == ("too_few_files", 6, 3)
    assert a[[*MEASURES, "agreed"]].isna().all()


def test_files_of_one_coder_do_not_count_and_empty_is_fine():
    codes = double_coded(20, 5, 10, 15)[1]
    once = pd.DataFrame({"case_key": [f"z{i}" for i in range(9)], "code": "A", "round": 1})
    pd.testing.assert_frame_equal(
        coder_agreement(pd.concat([codes, once]), BOOK), coder_agreement(codes, BOOK)
    )
    empty = coder_agreement(codes.iloc[:0], BOOK)
    assert empty["n_files"].unique().tolist() == [0]
    assert (empty["withheld"] == "too_few_files").all()
    assert coder_agreement(codes, BOOK.head(0)).empty


def test_same_seed_same_intervals():
    one, two, other = (agreement(20, 5, 10, 15, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert one.loc[("code", "A"), "alpha_lower"] != other.loc[("code", "A"), "alpha_lower"]


@pytest.mark.parametrize(("share", "sensitivity", "false_positive"), [(0.1, 0.95, 0.002), (0.3, 0.85, 0.02)])
def test_intervals_hold_the_agreement_of_all_files(share, sensitivity, false_positive):
    """200 samples of 158 files, judged at once as 200 codes: 95 % intervals hold 92 to 98 %."""
    both, neither = (
        share * s**2 + (1 - share) * f**2
        for s, f in ((sensitivity, false_positive), (1 - sensitivity, 1 - false_positive))
    )
    truth = np.array([both, (1 - both - neither) / 2, (1 - both - neither) / 2, neither])
    rng = np.random.default_rng(5)
    names = [f"c{i}" for i in range(200)]
    cell = rng.choice(4, size=(158, 200), p=truth)
    parts = []
    for number, yes in ((1, cell < 2), (2, (cell == 0) | (cell == 2))):
        file, code = np.nonzero(np.column_stack([yes, np.ones(158, bool)]))
        parts.append(
            pd.DataFrame({"case_key": file, "code": [[*names, "all"][j] for j in code], "round": number})
        )
    result = coder_agreement(pd.concat(parts), pd.DataFrame({"code": names, "domain": None}), draws=500)
    for name, measure in (("kappa", cohen_kappa), ("alpha", alpha_of_two)):
        value = float(measure(*(truth * 1e9)))
        held = (result[f"{name}_lower"] <= value) & (value <= result[f"{name}_upper"])
        assert held.mean() == pytest.approx(0.95, abs=0.031)
