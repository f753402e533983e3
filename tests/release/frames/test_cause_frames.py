"""What the cube holds on causes beyond single codes: hidden with what it tells of, else the true numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from diaban.release.cells import WHOLE
from diaban.release.tables.lags import LEAST_FILES


@pytest.fixture(scope="module")
def kept(binh_phuoc_run):
    return binh_phuoc_run.cube, binh_phuoc_run.results


def hidden_counts(cube) -> set[tuple[str, str]]:
    rates = cube["rates"]
    rows = rates[rates["hidden"]]
    return set(zip(rows["locality"], rows["stream"], rows["period"], strict=True))


@pytest.mark.parametrize("name", ["excess_decomposition", "what_if", "concentration"])
def test_what_explains_a_hidden_count_is_hidden_with_it(kept, name):
    cube, _ = kept
    frame, hidden = cube[name], hidden_counts(cube)
    keys = pd.Series(zip(frame["locality"], frame["stream"], frame["period"], strict=True), index=frame.index)
    assert hidden, "nothing to test"
    assert frame.loc[keys.isin(hidden), "hidden"].all()
    values = [c for c in ("cases", "lower", "upper", "change", "dominated") if c in frame]
    assert frame.loc[frame["hidden"], values].isna().all(axis=None)
    assert not frame["hidden"].all()


def test_a_shown_decomposition_adds_up_to_the_shown_count(kept):
    cube, _ = kept
    rows = cube["excess_decomposition"].query("~hidden").astype({"cases": "float64"})
    parts = rows[rows["component"] != "observed"].groupby(["locality", "stream"])["cases"].sum()
    rates = cube["rates"].query("~hidden and period == @cube['excess_decomposition']['period'].iloc[0]")
    shown = rates.set_index(["locality", "stream"])["cases"].astype(float)
    assert len(parts) > 5
    each = rows.groupby(["locality", "stream"]).size().max()
    assert (parts - shown.reindex(parts.index)).abs().max() <= 0.05 * each  # each part in tenths


def test_no_cell_of_a_shown_pair_is_small(kept):
    cube, results = kept
    threshold = results.spec.disclosure.threshold
    pairs = cube["code_pairs"]
    both = pairs.merge(
        results.code_pairs, on=["stream", "a", "b"], suffixes=("_told", ""), validate="one_to_one"
    )
    shown = both[~both["hidden"]]
    assert len(shown) > 20
    n_both, a, b, n = (shown[name].astype(int) for name in ("n_both", "n_a", "n_b", "n_files"))
    assert pd.concat([n_both, a - n_both, b - n_both, n - a - b + n_both]).min() >= threshold
    assert pairs.loc[pairs["hidden"], ["n_both", "lift", "lower", "upper", "supported"]].isna().all(axis=None)
    whole = cube["case_factors_whole"][["stream", "code"]].apply(tuple, axis=1)
    for column in ("a", "b"):
        assert shown[["stream", column]].apply(tuple, axis=1).isin(whole).all()


def test_files_without_a_third_code_are_not_the_difference_of_two_tables(kept):
    """A pair is counted over files with a third code, `case_factors_whole` over all."""
    cube, _ = kept
    assert not {"n_a", "n_b", "n_files", "expected", "p", "q"} & set(cube["code_pairs"])


def test_moments_are_true_or_missing_and_named_only_where_all_are_shown(kept):
    cube, results = kept
    frame = cube["event_moments"]
    truth = results.event_moments.replace({"locality": {"all": WHOLE}})
    both = frame.merge(truth, on=["locality", "stream", "moment"], suffixes=("", "_true"))
    shown = both[~both["hidden"]]
    assert (shown["n"] == shown["n_true"]).all()
    assert both.loc[both["hidden"], ["n", "share", "lower"]].isna().all(axis=None)
    assert (shown["n"].astype(int) >= results.spec.disclosure.threshold).all()
    partly = frame.groupby(["locality", "stream"])["hidden"].transform("any")
    assert frame.loc[partly, ["named", "probability_first"]].isna().all(axis=None)
    assert frame.loc[frame["locality"] == WHOLE, "hidden"].mean() < 0.5


def test_days_are_told_of_enough_files(kept):
    cube, results = kept
    frame = cube["event_lags"]
    assert "n_undated" not in frame
    shown = frame[~frame["hidden"]]
    assert (shown["n_files"].astype(int) >= LEAST_FILES).all()
    assert (results.event_lags["n_files"] < LEAST_FILES).any(), "nothing to test"


def test_agreement_and_sensitivity_have_no_count_of_few_files(kept):
    cube, results = kept
    assert not {"both", "first_only", "second_only", "neither", "kappa"} & set(cube["coder_agreement"])
    codes = cube["coder_agreement"].query("unit == 'code'")
    assert codes["alpha"].isna().all()
    assert codes["agreed"].notna().any()
    whole = cube["case_factors_whole"][["stream", "code"]].apply(tuple, axis=1)
    assert cube["coding_sensitivity"][["stream", "code"]].apply(tuple, axis=1).isin(whole).all()
    assert set(cube["recording"]) == {"locality", "stream", "changed"}
    assert len(results.recording) == len(cube["recording"])


def test_what_was_tested_of_a_hidden_row_has_no_number(kept):
    cube, _ = kept
    tested = cube["tested_factors"].query("side == 'case'")
    hidden = tested["result"] == "not_shown"
    assert tested.loc[hidden, ["estimate", "lower", "upper", "q", "reason"]].isna().all(axis=None)
    rows = cube["case_factors"].query("hidden")
    assert hidden.sum() == (~rows["code"].isin(["XX", "uncoded"])).sum() > 100


def test_priorities_rest_on_shown_rows_only(kept):
    cube, _ = kept
    shown = cube["case_factors"].query("~hidden")[["locality", "stream", "code"]].apply(tuple, axis=1)
    ranked = cube["priorities"][["locality", "stream", "code"]].apply(tuple, axis=1)
    assert len(ranked) > 20
    assert ranked.isin(shown).all()


def test_whether_recording_changed_is_not_said_beside_a_hidden_count(kept):
    """It is judged from ten files in each of both blocks on: that it is would tell of a hidden count."""
    cube, results = kept
    periods = results.spec.periods
    hidden = {(place, stream) for place, stream, period in hidden_counts(cube)
              if period in (periods.report, periods.baseline)}  # fmt: skip
    recording = cube["recording"].set_index(["locality", "stream"])["changed"]
    true = results.recording.set_index(["locality", "stream"])["changed"]
    assert hidden & set(recording.index)
    assert recording[[key in hidden for key in recording.index]].isna().all()
    counts = results.blocks.pivot(index=["locality", "stream"], columns="period", values="cases")
    enough = counts[[periods.report, periods.baseline]].min(axis=1) >= 15
    told = [key for key in recording.index if key not in hidden and enough[key]]
    assert recording[told].equals(true[told])
    assert recording.drop(told).isna().all(), "ten of eleven files with a known way leave one without"


def test_which_part_holds_most_is_not_said_of_so_few_that_all_would_be_small(kept):
    """Of ten cases of which no part holds half, each part has four at most."""
    cube, results = kept
    counts = results.blocks.set_index(["locality", "stream", "period"])["cases"]
    rows = cube["concentration"].set_index(["locality", "stream", "period"])["dominated"]
    assert rows[(counts[rows.index] <= 10).to_numpy()].isna().all()
    assert rows.notna().any()
