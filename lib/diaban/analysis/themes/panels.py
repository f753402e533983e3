"""What the cases of a theme look like: place, hour, weekday or weekend, season, group size."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from diaban.analysis.case_factors.aoristic import event_season
from diaban.analysis.labels import first_true, text
from diaban.analysis.themes.categories import COLUMN_OF, WHOLE, category_shares
from diaban.analysis.themes.members import not_recorded
from diaban.analysis.themes.picks import UNKNOWN, Theme

SEASON = ("month", "weekday")
PANELS = (*COLUMN_OF, *SEASON)
MINIMUM_FILES = 10
MOST_UNKNOWN = 0.5
COLUMNS = [
    "theme", "locality", "panel", "category", "n", "n_files", "share", "lower", "upper", "n_others",
    "others", "reference_share", "p", "q", "comparisons", "differs", "defines", "withheld",
]  # fmt: skip
_MEASURES = ["share", "lower", "upper", "reference_share", "p"]


def theme_panels(
    of_theme: pd.DataFrame,
    cases: pd.DataFrame,
    members: pd.DataFrame,
    themes: Sequence[Theme],
    *,
    first: pd.Timestamp,
    last: pd.Timestamp,
    support: pd.DataFrame | None = None,
    localities: Sequence[str] | None = None,
    minimum_files: int = MINIMUM_FILES,
    most_unknown: float = MOST_UNKNOWN,
    false_discovery: float = 0.05,
    level: float = 0.95,
) -> pd.DataFrame:
    """The same panels for every theme, by locality and for all ("*"): shares of the theme's cases.

    of_theme: case_key, theme, from `theme_members`. cases: case_key, locality (of report), occurred_from,
    occurred_to and as many of place_type, hour_band, day_type, group_size_band as are recorded, of the
    periods that are read together. members: case_key, stream. first, last: the days of those periods, whole
    years. support: of `theme_support`. localities: all that are to have rows (default: those in `cases`).

    panel (of PANELS), category: n of n_files cases, share in 0..1 with a Wilson interval; "unknown" (and
    empty) is a category of its own. "month" and "weekday" ("1" Monday) are of the whole only, and weighted:
    an event somewhere between two days counts in part on each (`event_season`), so n is not whole there.
    reference_share: of `n_others` of `others` cases of the theme's streams not known to belong to it, in the
    whole; for month and weekday, by the calendar. p: two-sided Fisher exact test against those others (in
    the whole only); q: Benjamini and Hochberg's over all `comparisons`; differs: "above", "below" or missing.
    defines: the theme is picked by this very column, so that nothing is tested; where every pick asks for
    it, only the values asked for have rows, and no reference.
    withheld: `too_few_files` (under `minimum_files`; 30 for month and weekday), `mostly_unknown` (share of
    unknown above `most_unknown`), `step_not_recorded` (no such column), `theme_not_recorded` (says
    `support`); the latter two, and a theme without a case, have one row with a missing category.
    """
    places = sorted(cases["locality"].unique()) if localities is None else list(localities)
    rows = category_shares(of_theme, cases, members, themes, places, level)
    rows = _within_definition(rows, themes)
    rows = rows.assign(withheld=_reasons(rows, minimum_files, most_unknown))
    if {"occurred_from", "occurred_to"} <= set(cases.columns):
        files = of_theme.rename(columns={"theme": "stream"}).merge(cases[["case_key", "locality"]])
        season = event_season(files, cases, first=first, last=last, level=level)
        rows = pd.concat([rows, _of_season(season)], ignore_index=True)
    rows = _complete(rows, themes, places, not_recorded(support))
    rows = rows.assign(defines=_defines(rows, themes))
    rows[_MEASURES] = rows[_MEASURES].astype("float64").mask(rows["withheld"].notna())
    rows["p"] = rows["p"].mask(rows["defines"])
    rows = _with_discoveries(rows, false_discovery)[COLUMNS]
    return rows.astype(dict.fromkeys(["theme", "locality", "panel", "category"], "str"))


def _reasons(rows: pd.DataFrame, minimum_files: int, most_unknown: float) -> pd.api.extensions.ExtensionArray:
    panel = [rows["theme"], rows["locality"], rows["panel"]]
    unknown = rows["share"].where(rows["category"] == UNKNOWN).groupby(panel).transform("max")
    few = rows["n_files"] < minimum_files
    return text(first_true([few, unknown > most_unknown], ["too_few_files", "mostly_unknown"]))


def _of_season(season: pd.DataFrame) -> pd.DataFrame:
    named = {"stream": "theme", "unit": "panel", "weight": "n", "expected_share": "reference_share"}
    rows = season.rename(columns=named).drop(columns="n_undated")
    return rows.assign(locality=WHOLE, category=rows["value"].astype("str")).drop(columns="value")


def _complete(
    rows: pd.DataFrame, themes: Sequence[Theme], places: Sequence[str], untold: Collection[str]
) -> pd.DataFrame:
    """Every theme, panel and locality, in the order of themes and panels; one row where there was none."""
    keys, names = [theme.key for theme in themes], ["theme", "panel", "locality"]
    grid = pd.MultiIndex.from_product([keys, PANELS, [*places, WHOLE]], names=names).to_frame(index=False)
    grid = grid[~grid["panel"].isin(SEASON) | (grid["locality"] == WHOLE)]
    present = pd.MultiIndex.from_frame(rows[names])
    bare = grid[~pd.MultiIndex.from_frame(grid).isin(present)]
    told, picked = bare["theme"].isin(rows["theme"]), ~bare["theme"].isin(list(untold))
    zero = pd.Series(0.0, index=bare.index).where(~told & picked)
    reasons = first_true([~picked, told], ["theme_not_recorded", "step_not_recorded"], "too_few_files")
    rows = pd.concat([rows, bare.assign(n=zero, n_files=zero, withheld=reasons)], ignore_index=True)
    ranks = [{key: i for i, key in enumerate(known)} for known in (keys, PANELS)]
    order = pd.DataFrame({"t": rows["theme"].map(ranks[0]), "p": rows["panel"].map(ranks[1])})
    rows = rows.loc[order.sort_values(["t", "p"], kind="stable").index].reset_index(drop=True)
    return rows.astype({"withheld": "str"})


def _within_definition(rows: pd.DataFrame, themes: Sequence[Theme]) -> pd.DataFrame:
    for theme in themes:
        picks = (theme, *theme.also)
        for panel, column in COLUMN_OF.items():
            if all(column in pick.select for pick in picks):
                asked = {value for pick in picks for value in pick.select[column]}
                mine = (rows["theme"] == theme.key) & (rows["panel"] == panel)
                rows = rows.assign(reference_share=rows["reference_share"].mask(mine))
                rows = rows[~mine | rows["category"].isin(asked)]
    return rows


def _defines(rows: pd.DataFrame, themes: Sequence[Theme]) -> pd.Series:
    by = {theme.key: {c for pick in (theme, *theme.also) for c in pick.select} for theme in themes}
    pairs = zip(rows["theme"], rows["panel"], strict=True)
    told = [COLUMN_OF.get(panel) in by[theme] for theme, panel in pairs]
    return pd.Series(told, index=rows.index, dtype=bool)


def _with_discoveries(rows: pd.DataFrame, false_discovery: float) -> pd.DataFrame:
    tested = rows["p"].notna()
    q = pd.Series(np.nan, index=rows.index)
    if tested.any():
        q[tested] = multipletests(rows.loc[tested, "p"], method="fdr_bh")[1]
    clear, more = q < false_discovery, rows["share"] > rows["reference_share"]
    sides = first_true([clear & more, clear & ~more], ["above", "below"])
    return rows.assign(q=q, comparisons=int(tested.sum()), differs=text(sides))
