"""Dispersions of a release are those of what is shown, whatever the hidden counts are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.rate_ratio import panel_dispersion
from diaban.analysis.trends import run_chart, trends_table
from diaban.release.audit.replay_dispersion import replayed_dispersions
from diaban.release.cells import count_cell
from diaban.release.cube import Cube
from diaban.release.frames.told_dispersion import dispersions

PLACES, BLOCKS = list("abcdef"), {"early": ["1", "2", "3"], "late": ["4", "5", "6"]}
COUNTS = st.lists(st.integers(0, 40), min_size=2, max_size=2)


def blocks_of(hidden: list[int] = (1, 3), seed: int = 5) -> pd.DataFrame:
    """Counts of blocks; those of "a" are hidden."""
    index = pd.MultiIndex.from_product([PLACES, BLOCKS], names=["locality", "period"])
    rows = index.to_frame(index=False).assign(stream="s", person_years=3000.0)
    cases = 4 * np.random.default_rng(seed).poisson(6, len(rows))
    cases[:2] = hidden
    return rows.assign(cases=cases, hidden=rows["locality"] == "a")


def years_of(rows: pd.DataFrame, *, shown: bool) -> pd.DataFrame:
    """A third of each block in each of its years; shown where the block is, or nowhere."""
    parts = [
        rows[rows["period"] == block].assign(period=year, person_years=1000.0, cases=rows["cases"] / 4)
        for block, years in BLOCKS.items()
        for year in years
    ]
    years = pd.concat(parts, ignore_index=True)
    return years if shown else years.assign(hidden=True)


@settings(max_examples=40, deadline=None)
@given(COUNTS, st.booleans())
def test_what_is_hidden_makes_no_difference(hidden, shown):
    told = []
    for counts in ([0, 0], hidden):
        rows = blocks_of(counts)
        told.append(dispersions(rows, years_of(rows, shown=shown), rows["stream"]))
    for one, other in zip(*told, strict=True):
        pd.testing.assert_series_equal(one, other)


def test_with_nothing_hidden_it_is_that_of_all():
    rows = blocks_of().assign(hidden=False)
    of_years, of_blocks = dispersions(rows, years_of(rows, shown=True), rows["stream"])
    assert of_blocks["s"] == round(panel_dispersion(rows)["s"], 1)
    assert of_years["s"] >= of_blocks["s"]


def test_where_no_year_is_shown_that_of_blocks_is_taken_and_where_nothing_is_one():
    rows = blocks_of()
    of_years, of_blocks = dispersions(rows, years_of(rows, shown=False), rows["stream"])
    assert of_years["s"] == of_blocks["s"] > 1
    none = rows.assign(hidden=True)
    assert [d["s"] for d in dispersions(none, years_of(none, shown=False), none["stream"])] == [1.0, 1.0]


# The audit -----------------------------------------------------------------------------------------------


def cube_of(*, of_all: bool) -> Cube:
    """Trends and a run chart with the dispersions of what is shown, or of all counts."""
    rows = blocks_of()
    years = years_of(rows, shown=True)
    of_years, of_blocks = dispersions(rows, years, rows["stream"])
    if of_all:
        of_blocks = panel_dispersion(rows).round(1)
        of_years = panel_dispersion(years).round(1)
    trends = trends_table(rows, list(BLOCKS), baseline=["early"], dispersion=of_blocks)
    base = rows[rows["period"] == "early"].set_index("locality")["cases"].rename("baseline_cases")
    late = rows[rows["period"] == "late"].set_index("locality")[["cases", "hidden"]]
    trends = trends.join(late, on="locality").join(base, on="locality").assign(baseline="early")
    chart = run_chart(years, list("123456"), baseline=BLOCKS["early"], dispersion=of_years)
    frames = {"rates": rows, "trends": trends, "run_chart": chart.assign(hidden=chart["locality"] == "a")}
    return Cube(frames, {})


def test_the_audit_proves_those_of_what_is_shown():
    found = list(replayed_dispersions(cube_of(of_all=False)))
    assert {one.place: one.outcome for one in found}["trends[s].dispersion"] == "proved"
    assert not any(one.statements({}) for one in found if one.outcome == "proved")


def test_the_audit_refuses_those_of_all_counts():
    found = {one.place: one for one in replayed_dispersions(cube_of(of_all=True))}
    trend = found["trends[s].dispersion"]
    assert trend.outcome == "not_audited"
    cell = count_cell("a", "s", "early")
    assert cell in trend.cells
    assert [(s.lower, s.upper) for s in trend.statements({cell: 1.0})] == [(1.0, 1.0)]


def test_nothing_hidden_is_nothing_to_prove():
    cube = cube_of(of_all=False)
    frames = {name: frame.assign(hidden=False) for name, frame in cube.frames.items()}
    assert not list(replayed_dispersions(Cube(frames, {})))
