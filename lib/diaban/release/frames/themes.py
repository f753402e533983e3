"""The protected frames of themes."""

from __future__ import annotations

from itertools import product

import pandas as pd

from diaban.release.cells import WHOLE, WITHOUT, code_cell, count_cell, theme_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Equation
from diaban.results import Results

ALL = "*"


def protected_units(results: Results, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """theme_counts, theme_support; where the study has them."""
    frames = {
        "theme_counts": _themes(results, ledger),
        "theme_support": _support(results.theme_support),
    }
    return {name: frame for name, frame in frames.items() if frame is not None}


def _themes(results: Results, ledger: Ledger) -> pd.DataFrame | None:
    """Cases of a theme by block, localities and the whole; a theme of one stream leaves a rest of it."""
    table = results.theme_counts
    if table is None:
        return None
    rows = table[table["stream"] == ALL].reset_index(drop=True)
    known = rows[rows["cases"].notna()]
    cells = {theme_cell(r.theme, r.locality, r.period): float(r.cases) for r in known.itertuples()}
    small = {cell for cell, n in cells.items() if n < ledger.threshold}
    equations = []
    for (theme, period), part in known[known["locality"] != WHOLE].groupby(["theme", "period"]):
        parts = tuple(theme_cell(theme, place, period) for place in part["locality"])
        equations.append(Equation(theme_cell(theme, WHOLE, period), parts))
    rests, more, few = _rests(results, known, cells, ledger)
    beyond, by_codes = _beyond_codes(results, cells, ledger)
    ledger.add(pd.Series(cells | rests | beyond), [*equations, *more, *by_codes], small=small | few)
    order = known["locality"].ne(WHOLE).sort_values(kind="stable").index
    wanted = [theme_cell(r.theme, r.locality, r.period) for r in known.loc[order].itertuples()]
    shown = ledger.show_most([{cell} for cell in wanted if cell not in small])
    own = [theme_cell(r.theme, r.locality, r.period) in shown for r in rows.itertuples()]
    told = ["cases", "whole_cases", "rate", "lower", "upper", "whole_rate", "expected", "ratio",
            "ratio_lower", "ratio_upper", "p", "q", "differs"]  # fmt: skip
    whole = [theme_cell(r.theme, WHOLE, r.period) in shown for r in rows.itertuples()]
    both = [a and b for a, b in zip(own, whole, strict=True)]
    for name in told:
        rows[name] = rows[name].where(own if name == "cases" else both)
    hide = [not one for one in own]
    rows["withheld"] = rows["withheld"].mask(hide)  # why there is no number would tell that it is zero
    return rows.assign(hidden=hide)


def _support(support: pd.DataFrame | None) -> pd.DataFrame | None:
    """Whether a theme can be described, not of how many cases."""
    return None if support is None else support[["theme", "withheld"]]


def _rests(
    results: Results, known: pd.DataFrame, cells: dict[str, float], ledger: Ledger
) -> tuple[dict[str, float], list[Equation], set[str]]:
    """Cases of the stream without the theme, for themes of one stream."""
    of_one = {theme.key: theme.streams[0] for theme in results.spec.themes if len(theme.streams) == 1}
    rests: dict[str, float] = {}
    equations, few = [], set()
    for row in known[known["theme"].isin(of_one)].itertuples():
        total = count_cell(row.locality, of_one[row.theme], row.period)
        cell = theme_cell(row.theme, row.locality, row.period)
        if total in ledger.counts.index and ledger.counts[total] >= cells[cell]:
            rests[cell + WITHOUT] = float(ledger.counts[total]) - cells[cell]
            equations.append(Equation(total, (cell, cell + WITHOUT)))
            if rests[cell + WITHOUT] < ledger.threshold:
                few |= {cell + WITHOUT}
    return rests, equations, few


def _beyond_codes(
    results: Results, cells: dict[str, float], ledger: Ledger
) -> tuple[dict[str, float], list[Equation]]:
    """A code that is enough for a theme is on no more files than the theme has cases, of all blocks."""
    beyond: dict[str, float] = {}
    equations = []
    blocks = [block.key for block in results.spec.periods.blocks]
    counts = ledger.counts.to_dict()
    places = list(dict.fromkeys(cell.split("|")[1] for cell in cells))
    for theme in results.spec.themes:
        enough = {c for pick in (theme, *theme.also) if not (pick.select or pick.persons) for c in pick.codes}
        streams = theme.streams or [stream.key for stream in results.spec.streams]
        for place, stream, code in product(places, streams, sorted(enough)):
            mine = tuple(theme_cell(theme.key, place, block) for block in blocks)
            coded = code_cell(place, stream, code)
            if coded not in counts or not cells.keys() >= {*mine}:
                continue
            more = sum(cells[cell] for cell in mine) - counts[coded]
            if more >= 0:
                rest = f"{coded}|beyond {theme.key}"
                beyond[rest] = more
                equations.append(Equation(coded, (*mine, rest), (*[1.0] * len(mine), -1.0)))
    return beyond, equations
