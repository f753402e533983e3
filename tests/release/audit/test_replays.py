"""What is fitted to several localities together: proved to follow from what is shown, tried, or refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diaban.analysis.case_factors.share_comparison import POSTERIOR
from diaban.analysis.case_factors.share_shrinkage import shrink_shares
from diaban.analysis.funnel_curves import funnel_curves
from diaban.analysis.rates import rates_table
from diaban.release.audit.replay_comparisons import replayed_comparisons
from diaban.release.audit.replay_rates import replayed_rates
from diaban.release.audit.replay_shares import replayed_shares
from diaban.release.cells import code_cell, count_cell
from diaban.release.cube import Cube
from diaban.release.frames.pooled_fits import pooled_fit, pooled_rates, pooled_shares
from diaban.release.frames.shown_comparisons import factors_by_shown
from diaban.release.suppression.suppression import blank

SHOWN = [12, 30, 9, 22, 41]
TOLD = ["cases", "rate", "lower", "upper", "ratio", "ratio_lower", "ratio_upper", "shrunk_rate",
        "shrunk_lower", "shrunk_upper", "probability_above", "rank_lower", "rank_upper", "z", "outlier",
        "withheld"]  # fmt: skip


def rates_of(hidden, *, together, funnel=True):
    """A cube of rates of localities of which the first are hidden; fitted with them as one, or apart."""
    places = [f"p{i}" for i in range(len(hidden) + len(SHOWN))]
    exposed = pd.DataFrame({"locality": places, "period": "b", "stream": "s", "cases": [*hidden, *SHOWN]})
    exposed["person_years"] = np.linspace(9_000, 40_000, len(places))
    rates = rates_table(exposed, per=100_000, seed=1)
    hide = pd.Series(np.arange(len(rates)) < len(hidden))
    fit = pooled_fit(rates, hide, per=100_000, seed=1) if together else rates
    told = pooled_rates(rates, hide, fit) if together else rates.assign(rank_lower=None, rank_upper=None)
    curves = funnel_curves(fit if funnel else rates)
    return Cube({"rates": blank(told, hide, TOLD), "funnel": curves}, {})


def outcomes(found):
    return {one.place.split("[")[0] + one.place.split("]", 1)[1].split(",")[0]: one.outcome for one in found}


# Rates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", [[3], [0], [2, 4], [1, 2, 3, 4, 0, 2, 1, 3, 4, 2]])
def test_fitted_with_the_hidden_ones_as_one_it_is_proved_however_many_there_are(hidden):
    found = list(replayed_rates(rates_of(hidden, together=True)))
    assert outcomes(found) == {"rates.shrunk_rate": "proved", "rates.z": "proved"}
    assert not any(one.statements({}) for one in found)


def test_fitted_to_each_it_is_tried_way_by_way_and_gives_them_back():
    found = list(replayed_rates(rates_of([2, 4], together=False)))
    assert {one.outcome for one in found} == {"tried"}
    cells = [count_cell(place, "s", "b") for place in ("p0", "p1")]
    assert found[0].possible == dict(zip(cells, [[2.0], [4.0]], strict=True))
    assert found[0].tried == 7


def test_where_there_are_too_many_ways_nobody_can_say_what_is_told():
    """Ten hidden localities with 22 cases have more ways than are tried."""
    hidden = [1, 2, 3, 4, 0, 2, 1, 3, 4, 2]
    found = list(replayed_rates(rates_of(hidden, together=False)))
    assert {one.outcome for one in found} == {"not_audited"}
    cell = count_cell("p0", "s", "b")
    (told,) = found[0].statements({cell: 1.0})
    assert (told.weights, told.lower, told.upper) == ({cell: 1.0}, 1.0, 1.0)


def test_a_funnel_with_the_variance_of_all_is_not_proved():
    found = outcomes(replayed_rates(rates_of([0, 12], together=True, funnel=False)))
    assert found == {"rates.shrunk_rate": "proved", "rates.z": "tried"}


def test_ranks_beside_hidden_localities_are_refused():
    cube = rates_of([2, 4], together=True)
    cube.frames["rates"].loc[4, "rank_lower"] = 2
    assert outcomes(replayed_rates(cube))["rates.rank_lower"] == "not_audited"


def test_a_single_digit_that_is_different_is_not_proved():
    cube = rates_of([2, 4], together=True)
    cube.frames["rates"].loc[4, "shrunk_rate"] *= 1.001
    (one,) = (r for r in replayed_rates(cube) if "shrunk" in r.place)
    assert one.strange


def test_a_funnel_of_a_whole_that_is_hidden_is_refused():
    cube = rates_of([2, 4], together=True)
    rates = cube["rates"].assign(hidden=True, reference_rate=np.nan, expected=np.nan)
    rates[TOLD] = None
    found = list(replayed_rates(Cube({"rates": rates, "funnel": cube["funnel"]}, {})))
    assert outcomes(found) == {"rates.z": "not_audited"}
    assert list(replayed_rates(Cube({"rates": rates}, {}))) == []


def test_nothing_hidden_and_nothing_there():
    assert list(replayed_rates(rates_of([], together=True))) == []
    assert list(replayed_rates(Cube({}, {}))) == []
    assert list(replayed_shares(Cube({}, {}))) == []
    assert list(replayed_comparisons(Cube({}, {}))) == []


# Shares ----------------------------------------------------------------------------------------------------


def shares_of(hidden, *, together):
    coded = np.array([*hidden, *SHOWN])
    files = np.array([*[10 + i for i in range(len(hidden))], 30, 40, 50, 60, 70])
    places = [f"p{i}" for i in range(len(coded))]
    frame = pd.DataFrame({"locality": places, "stream": "s", "code": "c", "n_coded": coded, "n_files": files})
    frame["rest_coded"], frame["rest_files"] = coded.sum() - coded, files.sum() - files
    against = (frame["rest_coded"] / frame["rest_files"]).to_numpy()
    frame[POSTERIOR] = np.column_stack(shrink_shares(coded, files, against))
    hide = np.arange(len(coded)) < len(hidden)
    told = blank(frame.assign(withheld=None), hide, [*frame.columns[3:], "withheld"])
    other = frame.assign(code="d", hidden=False, **dict.fromkeys(POSTERIOR))  # of it all files are known
    return Cube({"case_factors": pd.concat([pooled_shares(told) if together else told, other])}, {})


@pytest.mark.parametrize("hidden", [[3], [2, 3, 1], [2, 1, 3, 4, 0, 2, 1, 3]])
def test_shares_fitted_with_the_hidden_ones_as_one_are_proved(hidden):
    (one,) = replayed_shares(shares_of(hidden, together=True))
    assert one.outcome == "proved"


def test_shares_fitted_to_each_are_tried():
    (one,) = replayed_shares(shares_of([2, 3, 1], together=False))
    assert (one.outcome, one.tried, one.left) == ("tried", 28, 1)
    assert one.possible[code_cell("p1", "s", "c")] == [3.0]


def test_shares_with_too_many_ways_are_refused():
    (one,) = replayed_shares(shares_of([2, 1, 3, 4, 0, 2, 1, 3], together=False))
    assert one.outcome == "not_audited"
    assert len(one.cells) == 8


def test_shares_of_localities_whose_files_nobody_knows_are_refused():
    cube = shares_of([2, 3, 1], together=False)
    alone = cube["case_factors"].query("code == 'c'")
    (one,) = replayed_shares(Cube({"case_factors": alone}, {}))
    assert one.outcome == "not_audited"


# Comparisons -----------------------------------------------------------------------------------------------


def factors():
    p = pd.Series([0.0001, 0.01, 0.3, np.nan, np.nan])
    frame = pd.DataFrame(
        {"locality": list("abcde"), "stream": "s", "code": "c", "p": p, "q": p, "over": True}
    )
    frame["comparisons"], frame["hidden"] = 5, [False, False, False, True, True]
    return frame.astype({"over": "boolean"})


def q_outcome(frame):
    (one,) = replayed_comparisons(Cube({"case_factors": frame}, {}))
    return one.outcome


def test_a_q_by_the_shown_comparisons_is_proved():
    assert q_outcome(factors_by_shown(factors())) == "proved"


@pytest.mark.parametrize("change", [
    {"q": [0.0001, 0.02, 0.3, np.nan, np.nan]},  # as if hidden comparisons were as clear
    {"over": pd.array([True, False, False, None, None], dtype="boolean")},
    {"comparisons": 4},
    {"q": [np.nan] * 5},
])  # fmt: skip
def test_what_ranks_hidden_comparisons_is_refused(change):
    assert q_outcome(factors_by_shown(factors()).assign(**change)) == "not_audited"
