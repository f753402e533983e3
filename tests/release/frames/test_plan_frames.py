"""What the frames of the plan show of the simulated study, and what all of it together tells."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from plan_attack import CODES_OF, WIDE, PlanAttack, small_plan_counts
from published_attack import small_counts
from told_results import told_results
from whole_results import ledger_of, told

from diaban.release.cells import WHOLE, count_cell
from diaban.release.ledger.ledger import Ledger

PUBLIC = {
    "targets": ["change", "cases_needed", "chance_by_luck", "chance_if_true"],
    "targets_pooled": ["change", "years_apart", "pooled_change"],
    "mid_year": ["change", "season_share"],
    "share_targets": ["limit", "needed_if_all"],
    "fewest_targets": [],
    "handling": ["days"],
    "stopped": [],
    "relative_rates": ["comparisons"],
    "same_age": ["days"],
    "late_reports": ["share_counted"],
    "reading": [],
    "repeat_shares": [],
    "theme_counts": ["person_years", "per", "comparisons"],
    "theme_panels": ["comparisons"],
}
"""Numbers that a hidden row may carry: what was asked, people at risk, and what holds of every locality.
share_counted is of the delay in all years. chance_by_luck, chance_if_true follow from the count of the block,
and are looked at below."""


@pytest.fixture(scope="module")
def kept(binh_phuoc_run):
    """The cube, the truth behind it with the dispersions that are told, and what may be shown."""
    run = binh_phuoc_run
    return run.cube.frames, told_results(run), run.spec.disclosure.threshold


@pytest.fixture(scope="module")
def attack(kept):
    frames, results, _ = kept
    spec = results.spec
    streams_of = {theme.key: list(theme.streams) or [s.key for s in spec.streams] for theme in spec.themes}
    streams_of |= {target.key: [target.stream] for target in spec.targets if target.kind == "share"}
    blocks = {block.key: list(block.periods) for block in spec.periods.blocks}
    return PlanAttack(frames, blocks, list(results.file_periods), streams_of=streams_of, codes_of=CODES_OF)


@pytest.fixture(scope="module")
def truth(kept, attack):
    _, results, threshold = kept
    every = small_plan_counts(results, threshold) | small_counts(results, threshold)
    return {cell: n for cell, n in every.items() if cell in attack.cells}


# The attack ------------------------------------------------------------------------------------------------


def test_the_attacker_knows_the_new_frames(attack, truth):
    kinds = pd.Series([cell[0] for cell in truth]).value_counts()
    assert (kinds[["cases", "theme", "not", "between", "files"]] > 20).all()
    assert kinds["reports"] > 3
    assert len(attack.weighted) > 5, "verdicts"


def test_no_small_count_stands_in_a_frame(attack, truth):
    assert {cell: n for cell, n in truth.items() if cell in attack.known} == {}


def test_no_small_count_can_be_worked_out_from_all_frames_together(attack, truth, kept):
    threshold = kept[2]
    ranges = attack.ranges(list(truth), threshold)
    for cell, (low, high) in ranges.items():
        assert low - 1e-6 <= truth[cell] <= high + 1e-6 or high - low >= threshold, cell
    assert {c: (truth[c], r) for c, r in ranges.items() if r[1] - r[0] < threshold - 1e-6} == {}


def test_whole_numbers_do_not_tell_more_of_the_years(attack, truth, kept):
    """A count is a whole number, and a target is missed by a little at least."""
    told = attack.whole_numbers([cell for cell in truth if cell[0] == "cases"])
    assert len(told) > 50
    assert all(low <= truth[cell] <= high or high == WIDE for cell, (low, high) in told.items())
    assert {c: (truth[c], r) for c, r in told.items() if r[1] - r[0] < kept[2]} == {}


# What stands in the frames ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PUBLIC)
def test_a_hidden_row_carries_no_number(kept, name):
    frame = kept[0][name]
    numbers = frame.select_dtypes("number").columns.difference(PUBLIC[name])
    assert len(numbers) or name == "reading" or frame["hidden"].all()
    assert frame.loc[frame["hidden"], numbers].isna().all(axis=None)
    words = frame.columns.intersection(["evidence", "verdict", "outlook", "differs", "direction", "label"])
    assert frame.loc[frame["hidden"], words].isna().all(axis=None)


@pytest.mark.parametrize("name", PUBLIC)
def test_why_a_hidden_number_is_withheld_is_not_that_it_is_zero(kept, name):
    """`too_few_files` is a range, which the attacker above knows; `no_reports` is a number."""
    frame = kept[0][name]
    if "withheld" in frame:
        assert not set(frame.loc[frame["hidden"], "withheld"].dropna()) & {
            "no_cases",
            "no_reports",
            "no_baseline",
        }


def shown_beside_true(kept, name, keys, columns):
    frames, results, _ = kept
    shown = frames[name][~frames[name]["hidden"]]
    both = shown.merge(getattr(results, name), on=keys, suffixes=("", "_true"), validate="one_to_one")
    assert len(both) == len(shown) > 0
    for column in columns:
        told, true = (both[c].astype("float64").to_numpy() for c in (column, f"{column}_true"))
        assert np.allclose(told, true, atol=0.006, equal_nan=True), column


def test_shown_numbers_are_the_results_own(kept):
    counted = ["cases", "base_cases", "limit"]
    keys = ["locality", "target"]
    shown_beside_true(kept, "targets", keys, [*counted, "attainment", "smallest_visible_fall"])
    shown_beside_true(
        kept, "targets_pooled", keys, ["cases", "base_cases", "change_per_year", "lower", "upper"]
    )
    shown_beside_true(kept, "mid_year", keys, [*counted, "probability"])
    shown_beside_true(kept, "share_targets", keys, ["successes", "n", "share", "lower", "upper"])


def test_pooled_evidence_is_that_of_two_counts_and_of_nothing_hidden(kept):
    frames, results, _ = kept
    both = frames["targets_pooled"].merge(
        results.targets_pooled, on=["locality", "target"], suffixes=("", "_true")
    )
    seen = both[~both["hidden"]]
    assert np.allclose(seen["attainment"], seen["attainment_two_counts"], atol=0.006)


def test_chances_of_a_target_go_with_the_count_of_the_block(kept):
    frames = kept[0]
    report = frames["rates"].query("period == @kept[1].spec.periods.report")
    hidden = report[report["hidden"]][["locality", "stream"]]
    rows = frames["targets"].merge(hidden, on=["locality", "stream"])
    assert len(rows)
    assert rows[["chance_by_luck", "chance_if_true"]].isna().all(axis=None)


def test_chances_from_hidden_years_are_rounded(kept):
    """attainment and probability are made of a locality's single years too: with all digits, and the model
    known, the years could be fitted to them."""
    frames = kept[0]
    for name, column in (("targets", "attainment"), ("mid_year", "probability")):
        places = frames[name].loc[frames[name]["locality"] != WHOLE, column].dropna()
        assert np.allclose(places, places.round(2), atol=1e-12), name


def test_a_verdict_is_the_results_own_or_missing(kept):
    frames, results, _ = kept
    both = frames["targets"].merge(results.targets, on=["locality", "target"], suffixes=("", "_true"))
    told = both.dropna(subset=["met"])
    assert (told["met"].astype(bool) == told["met_true"].astype(bool)).all()
    assert both.loc[~both["met_shown"], "met"].isna().all()
    assert both.loc[both["counts_shown"], "met_shown"].all()


def test_the_whole_has_its_targets_and_no_small_count(kept):
    frames, _, threshold = kept
    assert not frames["targets"].query("locality == @WHOLE")["hidden"].any()
    series = {"control_charts": ["value"], "reconciliation": ["cases", "suspects", "child_victims"],
              "late_reports": ["counted"], "same_age": ["cases", "base_cases"], "stopped": ["n"]}  # fmt: skip
    for name, columns in series.items():
        frame = frames[name]
        assert "locality" not in frame or set(frame["locality"]) == {WHOLE}
        few = {c: int((frame[c].astype("float64") < threshold - 1e-9).sum()) for c in columns}
        assert few == dict.fromkeys(columns, 0), name


def test_something_is_left_to_tell(kept):
    """Half of the handling by locality, and most targets' verdicts, would be a sign of too much hidden."""
    frames = kept[0]
    assert frames["handling"]["hidden"].mean() < 0.75
    assert frames["targets"]["met_shown"].mean() > 0.5
    assert not frames["targets_pooled"]["hidden"].all()


# Shares without counts, by hand ----------------------------------------------------------------------------


def shares(n: list[int], successes: list[int]) -> pd.DataFrame:
    return told_of(share_rows(n, successes)).set_index("locality")


def share_rows(n: list[int], successes: list[int], target: str = "classified") -> pd.DataFrame:
    table = pd.DataFrame({"locality": [*"abc"[: len(n) - 1], WHOLE], "n": n, "successes": successes})
    reason = table["n"].eq(0).map({True: "no_reports", False: None}).astype("str")
    met = (table["successes"] == table["n"]).astype("boolean").where(table["n"] > 0)
    numbers = ["share", "lower", "upper", "most_failures", "evidence"]
    return table.assign(
        target=target,
        period="2",
        limit=1.0,
        strict=False,
        met=met,
        withheld=reason,
        **dict.fromkeys(numbers, 0.5),
    )


MEASURES = [("classified", "classified"), ("processed", "decided")]


def told_of(table: pd.DataFrame, ledger: Ledger | None = None) -> pd.DataFrame:
    targets = [SimpleNamespace(key=key, stream="s", select={}, measure=measure) for key, measure in MEASURES]
    return told(ledger, targets=targets, share_targets=table)["share_targets"]


def test_no_report_reads_like_reports_of_which_none_was_left():
    table = shares([0, 3, 40, 43], [0, 3, 40, 43])
    assert table.loc["a", ["met", "withheld"]].equals(table.loc["b", ["met", "withheld"]])
    assert not table.loc[WHOLE, "hidden"]


@pytest.mark.parametrize(("due", "hidden"), [(43, True), (42, True), (39, True), (38, False)])
def test_few_reports_that_are_not_due_are_not_the_difference_of_two_targets(due, hidden):
    """All 43 were received; of `due` the time has passed."""
    numbers = zip(("classified", "processed"), (43, due), strict=True)
    rows = [share_rows([3, n - 3, n], [3, n - 3, n], target) for target, n in numbers]
    both = told_of(pd.concat(rows, ignore_index=True)).query("locality == @WHOLE")
    assert both["hidden"].tolist() == [False, hidden]
    assert both.iloc[1][["n", "successes", "share"]].isna().all() == hidden


@pytest.mark.parametrize(("successes", "hidden"), [(43, False), (40, True), (38, False)])
def test_of_the_whole_few_that_were_missed_are_hidden(successes, hidden):
    table = shares([3, 40, 43], [3, successes - 3, successes])
    assert table.loc[WHOLE, "hidden"] == hidden
    assert table.loc[["a", "b"], ["n", "successes", "share"]].isna().all(axis=None)


@pytest.mark.parametrize(("reports", "hidden"), [(45.0, True), (43.0, False), (60.0, False)])
def test_few_reports_of_the_year_that_are_not_counted_do_not_show(reports, hidden):
    ledger = ledger_of({count_cell(WHOLE, "s", "2"): reports})
    assert told_of(share_rows([3, 40, 43], [3, 40, 43]), ledger).iloc[2]["hidden"] == hidden


def test_few_reports_of_the_other_years_do_not_show_beside_the_handling_of_all():
    """All years: 45 classified; 43 of them were this year's."""
    for handled, hidden in ((45.0, True), (80.0, False)):
        ledger = ledger_of({f"reports|{WHOLE}|s|classified": handled})
        assert told_of(share_rows([3, 40, 43], [3, 40, 43]), ledger).iloc[2]["hidden"] == hidden
