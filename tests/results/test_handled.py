"""Handling of reports and cases on the shipped study, counted again from its files."""

from __future__ import annotations

import pandas as pd
import pytest

WHOLE = ALL = "*"
STOPPED = ["suspended", "terminated", "returned"]
FRAMES = (
    "stages", "time_to_decision", "decision_curves", "decision_medians", "resolution", "stopped",
    "share_targets", "fewest_targets", "relative_rates",
)  # fmt: skip


@pytest.fixture(scope="module")
def complete(register: pd.DataFrame) -> pd.DataFrame:
    """The register without the running year."""
    return register[register["year"] != "2024"]


def having(events: pd.DataFrame, *steps: str, until: str = "2024-06-14") -> set[str]:
    made = events["step"].isin(steps) & (events["date"] <= until)
    return set(events.loc[made, "case_key"])


def test_every_stage_is_counted(shipped, complete, events) -> None:
    reached = {
        "received": ["received"],
        "classified": ["classified"],
        "assigned": ["assigned"],
        "decided": ["prosecuted", "not_prosecuted", "report_suspended"],
    }
    rows = shipped.stages[(shipped.stages["period"] == ALL) & (shipped.stages["stream"] != ALL)]
    assert set(rows["stage"]) == set(reached)
    assert len(rows) == 12 * 2 * 4
    for row in rows.itertuples():
        mine = complete[complete["stream"] == row.stream]
        mine = mine if row.locality == WHOLE else mine[mine["district"] == row.locality]
        assert row.n_reports == len(mine), (row.locality, row.stage)
        assert row.n == mine["case_key"].isin(having(events, *reached[row.stage])).sum(), row


def test_a_case_of_both_streams_is_one_report_of_the_whole(shipped, complete) -> None:
    rows = shipped.stages.set_index(["locality", "stream", "period", "stage"])["n_reports"]
    assert complete["case_key"].duplicated().any()
    assert rows[(WHOLE, ALL, ALL, "received")] == complete["case_key"].nunique()


@pytest.mark.parametrize("name", ["stages", "resolution"])
def test_blocks_and_districts_add_up(shipped, name: str) -> None:
    frame = getattr(shipped, name)
    keys = ["stream", "period"] + (["stage"] if name == "stages" else [])
    own = frame[frame["locality"] != WHOLE].groupby(keys)["n_reports"].sum()
    whole = frame[frame["locality"] == WHOLE].set_index(keys)["n_reports"]
    assert own.to_dict() == whole.to_dict()
    keys[keys.index("period")] = "locality"
    blocks = frame[frame["period"] != ALL].groupby(keys)["n_reports"].sum()
    assert blocks.to_dict() == frame[frame["period"] == ALL].set_index(keys)["n_reports"].to_dict()


def test_reports_are_due_or_not_and_none_is_lost(shipped, complete, events) -> None:
    frame = shipped.resolution
    assert (frame["n_reports"] == frame["n_undated"] + frame["n_not_due"] + frame["n_due"]).all()
    assert (frame["n_in_time"] <= frame["n_resolved"]).all()
    resolved = having(events, "prosecuted", "not_prosecuted")
    for row in frame[(frame["locality"] == WHOLE) & (frame["period"] == ALL)].itertuples():
        mine = complete if row.stream == ALL else complete[complete["stream"] == row.stream]
        mine = mine.drop_duplicates("case_key")
        assert row.n_resolved + row.n_not_due_resolved == mine["case_key"].isin(resolved).sum()


def test_kinds_of_decision_add_up_to_any(shipped) -> None:
    frame = shipped.time_to_decision.dropna(subset=["share"])
    keys = ["locality", "stream", "period", "limit"]
    kinds = frame[frame["kind"] != "any"].groupby(keys)["share"].agg(["sum", "size"])
    any_kind = frame[frame["kind"] == "any"].set_index(keys)["share"]
    kinds = kinds[kinds["size"] == 3]
    assert len(kinds) > 30
    assert kinds["sum"].to_numpy() == pytest.approx(any_kind.reindex(kinds.index).to_numpy(), abs=1e-9)


def test_where_all_reports_were_seen_long_enough_the_share_is_a_share(shipped, complete, events) -> None:
    """Of 2016 to 2020 nothing is censored within 140 days, so the curve is what counting gives."""
    frame = shipped.time_to_decision
    decided = events[events["step"].isin(["prosecuted", "not_prosecuted", "report_suspended"])]
    first = decided.groupby("case_key")["date"].min()
    rows = frame[(frame["locality"] == WHOLE) & (frame["period"] == "2018-2020") & (frame["kind"] == "any")]
    rows = rows[rows["stream"] != ALL]
    assert len(rows) == 2 * 3
    received = events[events["step"] == "received"].groupby("case_key")["date"].min()
    for row in rows.itertuples():
        mine = complete[(complete["stream"] == row.stream) & complete["year"].isin(["2018", "2019", "2020"])]
        days = (mine["case_key"].map(first) - mine["case_key"].map(received)).dt.days
        assert row.n_reports + row.n_undated == len(mine)
        assert row.share == pytest.approx((days <= row.days).sum() / row.n_reports, abs=0.02), row.limit


def test_stopped_cases_of_child_sexual_abuse(shipped, complete, events) -> None:
    sexual = complete[(complete["stream"] == "child_abuse") & (complete["abuse_form"] == "sexual")]
    frame = shipped.stopped
    assert set(frame["target"]) == {"sexual_stopped"}
    whole = frame[(frame["locality"] == WHOLE) & (frame["period"] == ALL) & (frame["reason_code"] == ALL)]
    told = whole.set_index("step")["n"]
    assert set(told.index) == {*STOPPED, ALL}
    for step in STOPPED:
        assert told[step] == sexual["case_key"].isin(having(events, step)).sum(), step
    assert told[ALL] == sexual["case_key"].isin(having(events, *STOPPED)).sum() > 0
    reasons = frame[(frame["period"] == ALL) & (frame["step"] == ALL) & (frame["reason_code"] != ALL)]
    sums = reasons.groupby("locality")["n"].sum()
    of_all = frame[(frame["period"] == ALL) & (frame["step"] == ALL) & (frame["reason_code"] == ALL)]
    assert (sums >= of_all.set_index("locality")["n"].reindex(sums.index)).all(), (
        "a case may have two reasons"
    )


def test_share_targets_count_the_newest_complete_year(shipped, complete, events) -> None:
    frame = shipped.share_targets
    assert len(frame) == 3 * 12
    mine = complete[(complete["stream"] == "child_abuse") & (complete["year"] == "2023")]
    for row in frame[frame["target"] == "classified"].itertuples():
        own = mine if row.locality == WHOLE else mine[mine["district"] == row.locality]
        assert row.n == len(own)
        assert row.successes == own["case_key"].isin(having(events, "classified")).sum()
    resolved = frame[(frame["target"] == "resolved") & (frame["locality"] == WHOLE)].iloc[0]
    assert resolved["n"] == len(mine), "half a year later all of them are due"
    assert (
        resolved["successes"] == mine["case_key"].isin(having(events, "prosecuted", "not_prosecuted")).sum()
    )
    assert frame.loc[frame["target"] == "resolved", "strict"].all()
    assert (frame["met"] == (frame["successes"] == frame["n"]))[frame["target"] == "classified"].all()


def test_a_full_share_of_a_few_reports_supports_nothing(shipped) -> None:
    few = shipped.share_targets.query("target == 'resolved' and 0 < n < 93 and successes == n")
    assert len(few) > 2
    assert few["met"].all()
    assert (few["evidence"] == "open").all()


def test_both_years_of_a_fewest_target_had_the_same_time(shipped, complete, events) -> None:
    sexual = complete[(complete["stream"] == "child_abuse") & (complete["abuse_form"] == "sexual")]
    now = having(events, *STOPPED)
    then = having(events, *STOPPED, until="2023-06-14")
    for row in shipped.fewest_targets.itertuples():
        mine = sexual if row.locality == WHOLE else sexual[sexual["district"] == row.locality]
        newer, older = mine[mine["year"] == "2023"], mine[mine["year"] == "2022"]
        assert (row.n, row.base_n) == (len(newer), len(older))
        assert row.count == newer["case_key"].isin(now).sum()
        assert row.base_count == older["case_key"].isin(then).sum()


def test_groups_unknown_and_mixed_cases_are_all_cases(shipped, complete) -> None:
    frame = shipped.relative_rates
    sex = frame[
        (frame["stream"] == "child_abuse") & (frame["point"] == "resolved") & (frame["column"] == "sex")
    ]
    row = sex.iloc[0]
    parts = [int(row[name]) for name in ("n_cases", "base_cases", "n_mixed", "n_unknown")]
    assert sum(parts) == (complete["stream"] == "child_abuse").sum()
    small = frame[frame["withheld"] == "group_too_small"]
    assert small[["n_cases", "share", "base_share"]].isna().all(axis=None)
    assert frame.loc[frame["withheld"].notna(), ["ratio", "p", "q"]].isna().all(axis=None)
    assert set(frame["comparisons"].dropna()) == {frame["withheld"].isna().sum()}


@pytest.mark.parametrize("name", FRAMES)
def test_without_steps_events_or_cases_nothing_is_said_of_handling(official, changed, name: str) -> None:
    for results in (official, changed(handling=None), changed(process_events=None), changed(cases=None)):
        assert getattr(results, name) is None


def test_without_persons_groups_are_not_compared(changed) -> None:
    assert changed(persons=None).relative_rates is None
