"""The plan's targets on the shipped study, counted again from its files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diaban.analysis.rate_ratio import panel_dispersion
from diaban.analysis.targets import mid_year

CHANGES = {"child_abuse": -0.03, "u18_offending": -0.05}
WHOLE = "*"


def by_district(register: pd.DataFrame, *years: str) -> dict:
    rows = register[register["year"].isin(years)]
    own = rows.groupby(["district", "stream"]).size()
    whole = rows.groupby("stream").size()
    return own.to_dict() | {(WHOLE, stream): count for stream, count in whole.items()}


def test_the_newest_complete_year_is_judged_against_the_year_before(shipped) -> None:
    assert shipped.judged == ("2023", "2022")


def test_without_a_year_before_nothing_is_judged(changed) -> None:
    alone = changed()
    alone.__dict__["periods"] = ["2023"]
    assert alone.judged is None
    assert (alone.targets, alone.targets_pooled, alone.mid_year) == (None, None, None)
    empty = changed()
    empty.__dict__["periods"] = []
    assert empty.judged is None


def test_counts_and_verdicts_of_every_district(shipped, register) -> None:
    newer, older = by_district(register, "2023"), by_district(register, "2022")
    table = shipped.targets
    assert len(table) == 2 * (11 + 1)
    for row in table.itertuples():
        cell = (row.locality, row.stream)
        assert (row.cases, row.base_cases) == (newer.get(cell, 0), older.get(cell, 0)), cell
        asked = row.base_cases * (1 + CHANGES[row.stream])
        assert row.met == (row.cases <= asked + 1e-9), cell
        assert row.limit == np.floor(asked + 1e-9), cell


def test_the_verdict_is_the_count_the_evidence_and_the_detectability(shipped) -> None:
    told = shipped.targets.dropna(subset=["verdict"])
    assert len(told) > 12
    first = told["verdict"].str.split("_").str[0]
    assert (first == np.where(told["met"], "met", "missed")).all()
    assert (told["verdict"].str.endswith("_visible") == told["visible"]).all()
    assert (told["visible"] == (told["power"] >= 0.8)).all()
    supports = np.where(told["met"], told["evidence"] == "fell", told["evidence"] == "not")
    assert (told["verdict"].str.contains("_supported_") == supports).all()


def test_blocks_are_counted_too(shipped, register) -> None:
    report = by_district(register, "2021", "2022", "2023")
    base = by_district(register, "2018", "2019", "2020")
    for row in shipped.targets_pooled.itertuples():
        cell = (row.locality, row.stream)
        assert (row.cases, row.base_cases) == (report.get(cell, 0), base.get(cell, 0)), cell
        assert row.pooled_change == pytest.approx((1 + row.change) ** 3 - 1)


def test_the_year_to_date_is_counted_with_its_own_population(shipped, register, population) -> None:
    running = by_district(register, "2024")
    to_date = shipped.to_date
    assert to_date["cases"].sum() == (register["year"] == "2024").sum()
    population = population[population["period"] == "2024"]
    bands = {"child_abuse": ["0-5", "6-10", "11-13", "14-15"], "u18_offending": ["14-15", "16-17"]}
    for row in to_date.itertuples():
        assert row.cases == running.get((row.locality, row.stream), 0)
        mine = population["age_band"].isin(bands[row.stream]) & (population["district"] == row.locality)
        assert row.persons == population.loc[mine, "persons"].sum()


def test_the_outlook_starts_from_the_counts_so_far(shipped, register) -> None:
    running, base = by_district(register, "2024"), by_district(register, "2023")
    table = shipped.mid_year
    assert len(table) == 24
    for row in table.itertuples():
        cell = (row.locality, row.stream)
        assert (row.cases, row.base_cases) == (running.get(cell, 0), base.get(cell, 0)), cell
        assert row.remaining == max(row.limit - row.cases, 0)
        if row.cases > row.limit:
            assert row.probability == 0
        assert row.lower <= row.expected <= row.upper
        assert row.cases <= row.lower


def test_the_seasons_share_is_that_of_the_first_half_of_complete_years(shipped, register) -> None:
    years = register[register["year"] != "2024"]
    for row in shipped.season.itertuples():
        mine = years[years["stream"] == row.stream]
        share = (mine["month"] <= 6).mean()
        assert row.cases == len(mine)
        assert row.share == pytest.approx(share, abs=0.01), "drawn a little towards even months"
        assert row.lower < share < row.upper


def test_the_register_lacks_the_newest_reports(shipped, register) -> None:
    delay = shipped.register_delay
    running = delay[delay["origin"] == "running"].set_index("stream")
    assert sorted(running.index) == sorted(CHANGES)
    for stream, row in running.iterrows():
        counted = ((register["year"] == "2024") & (register["stream"] == stream)).sum()
        assert row["counted"] == counted
        assert row["factor"] == pytest.approx(row["expected_finally"] / counted, rel=0.005)
        assert 0.8 < row["share_counted"] <= 1


def test_what_the_register_lacks_is_part_of_the_outlook(shipped) -> None:
    """With every report taken for counted the year is expected to end lower, in the whole at least."""
    told = shipped.mid_year
    complete = mid_year(
        shipped.to_date, shipped.exposed_report, shipped.season, targets=shipped.aims, base="2023",
        order=shipped.periods, dispersion=panel_dispersion(shipped.exposed_report).round(1),
    )  # fmt: skip
    running = shipped.register_delay[shipped.register_delay["origin"] == "running"].set_index("stream")
    both = told.merge(complete, on=["locality", "target"], suffixes=("", "_if_complete"))
    whole = both[both["locality"] == WHOLE]
    lacking = running["share_counted"].reindex(whole["stream"]).to_numpy() < 1
    assert lacking.any()
    assert (whole["expected"] > whole["expected_if_complete"])[lacking].all()
    assert told.set_index("stream")["share_counted"].to_dict() == pytest.approx(
        running["share_counted"].to_dict(), rel=0.001
    )


def test_without_dates_of_registration_every_report_is_taken_for_counted(changed, shipped) -> None:
    plain = changed(cases=shipped.tables.cases.drop(columns="accepted_on"))
    assert plain.register_delay is None
    assert (plain.mid_year["share_counted"].fillna(1) == 1).all()
    assert len(plain.mid_year) == 24


def test_without_targets_or_cases_there_is_no_plan(official, changed) -> None:
    none = changed(targets=[])
    for name in ("targets", "targets_pooled", "mid_year", "share_targets", "fewest_targets", "stopped"):
        assert getattr(none, name) is None, name
    for name in ("targets", "targets_pooled", "season", "to_date", "register_delay", "mid_year"):
        assert getattr(official, name) is None, name
    assert (none.season is None) is False, "the season is no question of a target"
