"""What the study tells over time, counted again from its files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

CAMPAIGNS = Path(__file__).parents[2] / "data" / "binh_phuoc" / "tables" / "campaigns.csv"
WHOLE = "*"
FRAMES = (
    "late_reports", "chain_ladder", "late_months", "same_age", "reading", "campaign_effects",
    "control_charts", "alerts", "change_points",
)  # fmt: skip
LABELS = {"plain", "rise_ambiguous", "fall_inconclusive"}


def year_of(day: pd.Series) -> pd.Series:
    """The police year of a day: from 15/12 on the next one."""
    return (day.dt.year + ((day.dt.month == 12) & (day.dt.day >= 15))).astype("str")


def test_known_so_far_is_what_the_register_holds_of_each_year_of_events(shipped, register) -> None:
    frame = shipped.late_reports
    years = frame[frame["origin"].str.startswith("year ")]
    assert years["origin"].nunique() == 9
    happened = register.assign(year=year_of(register["occurred_to"])).groupby(["stream", "year"]).size()
    for row in years.itertuples():
        assert row.counted == happened[(row.stream, row.origin.removeprefix("year "))]
    known = years[years["withheld"].isna()]
    assert (known["expected_finally"] >= known["counted"] - 1e-9).all()
    newest = known[known["origin"] == "year 2024"].set_index("stream")["share_counted"]
    assert (newest < known[known["origin"] == "year 2020"].set_index("stream")["share_counted"]).all()


def test_the_chain_ladder_expects_what_older_months_grew_to(shipped) -> None:
    """Development factors from the triangle by their definition; below ten cases a month only one holds."""
    frame = shipped.chain_ladder
    assert set(frame["stream"]) == set(shipped.late_reports["stream"])
    for stream, rows in shipped._event_triangle.groupby("stream"):
        table = rows.pivot(index="origin", columns="age", values="counted")
        told = frame[frame["stream"] == stream].set_index("origin")
        order = [origin for origin in told.index if origin in table.index]
        newest = next(o for o in reversed(order) if told.loc[o, "counted"] > 0)
        expected = told.loc[newest, "counted"]
        for age in range(int(table.loc[newest].last_valid_index()), table.columns.max()):
            seen = table[table[age + 1].notna()]
            expected *= seen[age + 1].sum() / seen[age].sum()
        assert told.loc[newest, "expected_finally"] == pytest.approx(expected)
        assert told.loc[newest, "a_month"] == pytest.approx(rows["new"].sum() / len(table))
    assert ((frame["a_month"] >= 10) == (frame["holds"] == "both")).all()
    known = frame[frame["withheld"].isna()]
    assert (
        (known["lower"] <= known["expected_finally"]) & (known["expected_finally"] <= known["upper"])
    ).all()


def test_two_years_are_compared_at_the_same_age(shipped, register) -> None:
    """In the half-year to 14/6/2023: what was reported in it, as known at its end and now."""
    start, end = pd.Timestamp("2022-12-15"), pd.Timestamp("2023-06-15")
    then = register[register["reported_on"].between(start, end)]
    seen = then[then["accepted_on"] <= end]
    for row in shipped.same_age.itertuples():
        own, before, later = (
            t[t["stream"] == row.stream] for t in (register[register["year"] == "2024"], seen, then)
        )
        if row.locality != WHOLE:
            own, before, later = (t[t["district"] == row.locality] for t in (own, before, later))
        assert row.cases == len(own)
        assert row.base_cases <= row.base_cases_now
        assert row.days == 183
        assert abs(row.base_cases - len(before)) <= 1, "one day more in a leap year"
        assert abs(row.base_cases_now - len(later)) <= 1
    whole = shipped.same_age.set_index(["locality", "stream"])
    sums = (
        shipped.same_age[shipped.same_age["locality"] != WHOLE]
        .groupby("stream")[["cases", "base_cases"]]
        .sum()
    )
    for stream, row in sums.iterrows():
        assert whole.loc[(WHOLE, stream), ["cases", "base_cases"]].tolist() == row.tolist()


def test_a_chart_of_counts_shows_the_counts(shipped) -> None:
    charts = shipped.control_charts
    of_cases = charts[(charts["unit"] == "cases") & charts["locality"].ne(WHOLE)]
    assert len(of_cases)
    for (stream, every), rows in of_cases.groupby(["stream", "every"]):
        assert shipped.unit_of_charts[stream] == every
        counts = shipped.counts_by(every).set_index(["locality", "stream", "period"])["cases"]
        cells = list(zip(rows["locality"], rows["stream"], rows["period"], strict=True))
        assert rows["value"].to_numpy(float) == pytest.approx(counts.reindex(cells).to_numpy(float))


def test_the_whole_has_a_chart_of_all_its_cases(shipped, register) -> None:
    charts = shipped.control_charts
    whole = charts[(charts["locality"] == WHOLE) & (charts["unit"] == "cases")]
    sums = whole.groupby("stream")["value"].sum()
    for stream, cases in sums.items():
        mine = register[register["stream"] == stream]
        if shipped.unit_of_charts[stream] == "quarter":
            mine = mine[~((mine["year"] == "2024") & (mine["month"] > 6))]
        assert cases == len(mine)
    assert set(charts["locality"]) == {WHOLE, *shipped.exposed_report["locality"]}


def test_the_unit_is_the_shortest_with_three_cases_a_point(shipped, register) -> None:
    for stream, unit in shipped.unit_of_charts.items():
        months = 8 * 12 + 6
        mean = (register["stream"] == stream).sum() / months
        needed = next((name for name, n in (("month", 1), ("quarter", 3)) if mean * n >= 3), "half")
        assert unit == needed


def test_alerts_speak_of_the_newest_points_within_their_budget(shipped, register) -> None:
    frame = shipped.alerts
    assert len(frame) == 22 * 4, "the four newest quarters of every locality and stream"
    assert (frame["expected_false_alarms"] <= frame["budget"]).all()
    told = frame["withheld"].isna()
    assert (
        frame.loc[told, "alert"].astype(bool).equals(frame.loc[told, "cases"] >= frame.loc[told, "threshold"])
    )
    quarter = (register["month"] - 1) // 3 + 1
    cells = register.groupby(["district", "stream", register["year"] + "-Q" + quarter.astype(str)]).size()
    for row in frame.itertuples():
        assert row.cases == cells.get((row.locality, row.stream, row.period), 0)


def test_a_campaigns_counts_are_cases_of_its_own_places(shipped, register) -> None:
    campaigns = pd.read_csv(CAMPAIGNS, dtype="str")
    for row in shipped.campaign_effects.itertuples():
        places = set(campaigns.loc[campaigns["campaign"] == row.campaign, "locality"])
        assert row.treated == len(places)
        mine = register[(register["stream"] == row.stream) & register["district"].isin(places)]
        assert row.after == mine["occurred_to"].between(row.start, row.end).sum()
        years = [2, 4]
        windows = [[d - pd.DateOffset(years=n) for d in (row.start, row.end)] for n in years]
        assert row.before == sum(mine["occurred_to"].between(*window).sum() for window in windows)


def test_the_planted_campaign_is_found_and_the_empty_one_is_not(shipped) -> None:
    told = shipped.campaign_effects.set_index("campaign")["told"]
    assert told.to_dict() == {"CD01": "fell", "CD02": "open"}


def test_a_reading_is_made_of_the_counts_of_both_blocks(shipped, register) -> None:
    block = {"2021-2023": ["2021", "2022", "2023"], "2018-2020": ["2018", "2019", "2020"]}
    counts = {
        name: register[register["year"].isin(years)].groupby(["district", "stream"]).size()
        for name, years in block.items()
    }
    frame = shipped.reading
    assert len(frame) == 22
    for row in frame.itertuples():
        cell = (row.locality, row.stream)
        assert (row.cases, row.base_cases) == (
            counts[row.period].get(cell, 0),
            counts[row.base].get(cell, 0),
        )
    labelled = frame.dropna(subset=["label"])
    assert set(labelled["label"]) <= LABELS
    unclear = labelled["label"] != "plain"
    assert unclear.any()
    assert labelled.loc[unclear, "reasons"].notna().all()
    assert (labelled.loc[labelled["label"] == "rise_ambiguous", "direction"] == "rose").all()
    assert (labelled.loc[labelled["label"] == "fall_inconclusive", "direction"] == "fell").all()


@pytest.mark.parametrize("name", FRAMES)
def test_without_dated_cases_there_is_nothing_over_time(official, changed, name: str) -> None:
    assert getattr(official, name) is None
    assert getattr(changed(cases=None), name) is None


def test_a_study_without_campaigns_outreach_and_indicators_still_reads_its_counts(changed, shipped) -> None:
    bare = changed(campaigns=None, outreach=None, indicators=None)
    assert bare.campaign_effects is None
    assert len(bare.reading) == len(shipped.reading)
    assert np.array_equal(bare.reading["cases"], shipped.reading["cases"])
