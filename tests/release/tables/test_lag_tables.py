"""Days from an event to its report, in steps: what they tell of how many files were that quick."""

from __future__ import annotations

import numpy as np
import pandas as pd
from whole_results import ledger_of, whole_results

from diaban.analysis.case_factors import event_lags, files_within
from diaban.release.cells import WHOLE, all_files_cell
from diaban.release.frames.whole import protected_whole
from diaban.release.tables.lags import LEAST_FILES, VALUES, lag_cell, within_cell

LAG = "occurred_to_reported"


def lagged(days_of):
    """Results with files of localities: code -> days of each file, missing where a date is."""
    rows = [(place, days) for place, taken in days_of.items() for days in taken]
    keys = [f"k{n}" for n in range(len(rows))]
    files = pd.DataFrame({"case_key": keys, "locality": [p for p, _ in rows], "stream": "s"})
    start = pd.Timestamp("2023-01-01")
    reported = [pd.NaT if np.isnan(d) else start + pd.Timedelta(days=d) for _, d in rows]
    cases = pd.DataFrame({"case_key": keys, "occurred_to": start, "reported_on": pd.to_datetime(reported)})
    return whole_results(
        event_lags=event_lags(files, cases),
        files_within=lambda days: files_within(files, cases, days),
    )


def told(days_of, *, hidden=()):
    """Frame of the lag, by locality, and the ledger."""
    sizes = {place: len(days) for place, days in days_of.items()} | {WHOLE: sum(map(len, days_of.values()))}
    cells = {place: {all_files_cell(place, "s"): float(n)} for place, n in sizes.items()}
    shown = {cell: n for place, mine in cells.items() if place not in hidden for cell, n in mine.items()}
    ledger = ledger_of(shown, {c: n for place in hidden for c, n in cells[place].items()})
    frame = protected_whole(lagged(days_of), ledger)["event_lags"]
    return frame[frame["lag"] == LAG].set_index("locality"), ledger


SPREAD = list(np.repeat([1, 5, 10, 20, 45, 80], 8))
QUICK = [2.0] * 60


def test_days_are_told_in_steps():
    frame, _ = told({"a": SPREAD, "b": QUICK})
    assert not frame["hidden"].any()
    assert frame.loc["a", VALUES].astype(float).tolist() == [14, 14, 30, 60]
    assert frame.loc["b", VALUES].astype(float).tolist() == [3, 3, 3, 3]
    assert not {"median", "upper_quartile", "n_undated"} & set(frame)


def test_few_files_and_hidden_ones_tell_no_days():
    frame, _ = told({"a": SPREAD, "b": [2.0] * (LEAST_FILES - 1), "c": QUICK}, hidden=["c"])
    assert frame["hidden"].to_dict() == {"a": False, "b": True, "c": True, WHOLE: False}
    assert frame.loc[["b", "c"], ["n_files", *VALUES, "withheld"]].isna().all(axis=None)


def test_what_never_came_within_the_longest_step_has_no_number():
    frame, _ = told({"a": [400.0] * 40, "b": QUICK})
    assert frame.loc["a", VALUES].isna().all()


def test_steps_leave_it_open_how_few_were_slow():
    """Two of 40 took longer than a month: whoever knows all files and all steps cannot say so."""
    frame, ledger = told({"a": [1.0] * 30 + [20.0] * 8 + [50.0] * 2, "b": SPREAD})
    assert not frame["hidden"].any()
    state = ledger.state
    few = [cell for cell in state.needed if cell.startswith("lag|")]
    assert few
    left = ledger._attacker.ranges(state.hidden, of=few).loc[few]
    wide = left["upper"] - left["lower"]
    assert (wide >= pd.Series(state.needed)[few] - 1e-6).all()


def test_a_step_that_would_tell_undated_files_is_not_told():
    """20 dated files of 20: nearly all of them quick leaves the slow ones open to 10 only by the half."""
    days = {"a": [1.0] * 20 + [np.nan] * 2, "b": SPREAD}
    frame, ledger = told(days)
    dated = lag_cell("a", "s", LAG)
    assert not ledger.shows(dated)
    assert not ledger.shows(within_cell(dated, 3))
    left = ledger._attacker.ranges(ledger.state.hidden, of=[dated + "|undated"]).loc[dated + "|undated"]
    assert left["upper"] - left["lower"] >= min(5, ledger.state.needed[dated + "|undated"])
    assert frame.loc["a", "n_files"] == 22 or frame.loc["a", "hidden"]
