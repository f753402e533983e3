import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.ranks import rank_confidence_set, rank_intervals
from diaban.analysis.shrinkage import GammaPosterior, shrink

# PISA 2018 mathematics, mean and standard error: csranks, data-raw/pisa.csv.
PISA = """
Australia 491.3600252 1.939833031|Austria 498.9423138 2.970998694|Belgium 508.0703063 2.262662011
Canada 512.0169429 2.357475749|Chile 417.4065563 2.41588757|Colombia 390.9322732 2.989559274
Czechia 499.4676508 2.460661531|Denmark 509.3983746 1.735002337|Estonia 523.4145802 1.743602224
Finland 507.3013618 1.967920411|France 495.4075794 2.320214487|Germany 500.0437805 2.647083096
Greece 451.3703438 3.091228197|Hungary 481.0826364 2.319596741|Iceland 495.1873762 1.953082603
Ireland 499.632894 2.198621128|Israel 463.0345488 3.498563228|Italy 486.5898573 2.780045867
Japan 526.9732502 2.471475318|Korea 525.933002 3.121394315|Latvia 496.1263306 1.962766789
Lithuania 481.1911884 1.953282039|Luxembourg 483.421485 1.097632409|Mexico 408.8014734 2.493225544
Netherlands 519.2309824 2.632277885|NewZealand 494.489676 1.705942856|Norway 500.9637885 2.219044878
Poland 515.6478747 2.602085176|Portugal 492.4874062 2.684570081|Slovakia 486.1648542 2.555595707
Slovenia 508.8975441 1.363877596|Spain 481.3926126 1.462417763|Sweden 502.3877022 2.654250935
Switzerland 515.3147131 2.908003898|Turkey 453.5077774 2.260406789|UK 501.7698992 2.564428111
USA 478.2447174 3.235444099
"""


def test_confidence_sets_are_csranks():
    """csranks::csranks(math_score, Sigma, simul = FALSE), a bootstrap: to one rank (methods.md)."""
    rows = [row.split() for line in PISA.split("\n") for row in line.split("|") if row]
    names = [name for name, _, _ in rows]
    scores, errors = (np.array([row[i] for row in rows], dtype=float) for i in (1, 2))
    lower, upper = rank_confidence_set(scores, errors, seed=1)
    published = {"Japan": (1, 4), "Korea": (1, 6), "Estonia": (1, 6), "Netherlands": (1, 7),
                 "Poland": (2, 11), "Switzerland": (2, 11)}  # fmt: skip
    for name, ranks in published.items():
        i = names.index(name)
        assert (lower[i], upper[i]) == pytest.approx(ranks, abs=1), name


def test_clear_order_is_certain():
    risks = GammaPosterior(np.array([1e6, 4e6, 2e6]), np.array([1e6, 1e6, 1e6]))
    lower, upper = rank_intervals(risks, seed=1)
    assert lower.tolist() == upper.tolist() == [3, 1, 2]


def test_equal_localities_may_have_any_rank():
    lower, upper = rank_intervals(shrink([5] * 11, [5] * 11), seed=1)
    assert (lower <= 2).all()
    assert (upper >= 10).all()


def test_groups_are_ranked_apart():
    risks = GammaPosterior(np.array([9e6, 8e6, 1e6, 2e6]), np.full(4, 1e6))
    lower, _ = rank_intervals(risks, ["a", "a", "b", "b"], seed=1)
    assert lower.tolist() == [1, 2, 2, 1]


def test_seed_fixes_the_result():
    risks = shrink([3, 5, 8, 2, 9, 4], [5] * 6)
    first, again = rank_intervals(risks, seed=4), rank_intervals(risks, seed=4)
    assert np.array_equal(first, again)


def test_edges():
    empty = GammaPosterior(np.array([]), np.array([]))
    assert rank_intervals(empty, seed=1)[0].shape == (0,)
    one = rank_intervals(GammaPosterior(np.array([2.0]), np.array([1.0])), seed=1)
    assert (one[0][0], one[1][0]) == (1, 1)
    lower, upper = rank_intervals(GammaPosterior(np.array([np.nan, 2.0]), np.array([1.0, 1.0])), seed=1)
    assert np.isnan(lower).tolist() == [True, False]
    assert upper[1] == 1
    assert np.ravel(rank_confidence_set([3.0], [1.0], seed=1)).tolist() == [1, 1]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=5, max_size=25).filter(any))
def test_intervals_are_ranks_in_order(cases):
    lower, upper = rank_intervals(shrink(cases, [np.mean(cases)] * len(cases)), seed=1)
    assert (lower >= 1).all()
    assert (lower <= upper).all()
    assert (upper <= len(cases)).all()
