"""The protected frames of counting units and themes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.release.cells import WHOLE, WITHOUT, count_cell
from diaban.release.ledger import Ledger
from diaban.release.ranges import Equation
from diaban.release.suppression import blank, hidden_cells
from diaban.results import Results

UNITS = ["cases", "suspects", "child_victims"]
PERSONS = ["distinct_suspects", "distinct_child_victims"]
ALL = "*"
TENS = 10
FINEST, COARSEST = 0.05, 0.1
"""Steps of rounded shares of a theme: not finer, and no use beyond."""


def protected_units(results: Results, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """reconciliation, repeat_shares (of the whole), theme_counts, theme_panels; where the study has them."""
    threshold, of_victims = ledger.threshold, results.spec.disclosure.of_victims
    frames = {
        "reconciliation": _reconciled(results.reconciliation, threshold, of_victims),
        "repeat_shares": _repeats(results.repeat_shares, threshold, of_victims),
        "theme_counts": _themes(results, ledger),
        "theme_panels": _panels(results.theme_panels, threshold),
        "theme_support": _support(results.theme_support),
    }
    return {name: frame for name, frame in frames.items() if frame is not None}


def _reconciled(table: pd.DataFrame | None, threshold: int, of_victims: int) -> pd.DataFrame | None:
    """Units side by side, of the whole alone: beside the cases no other unit may leave a small difference.

    Child victims are rounded to tens: single cases with several of them would be the difference to the cases.
    How many persons there are is not told, which beside their entries would tell who is counted again.
    """
    if table is None:
        return None
    rows = table[(table["locality"] == WHOLE) & (table["stream"] != ALL)].reset_index(drop=True)
    keys = ["locality", "stream", "period"]
    if threshold == 0:
        return rows[[*keys, *UNITS, *PERSONS, "withheld"]]
    apart = (rows["suspects"] - rows["cases"]).abs()
    rows["suspects"] = rows["suspects"].where((rows["suspects"] >= threshold) & (apart >= threshold))
    rows["child_victims"] = (rows["child_victims"] / TENS).round() * TENS
    rows["child_victims"] = rows["child_victims"].where(rows["child_victims"] >= of_victims)
    rows["cases"] = rows["cases"].where(rows["cases"] >= threshold)
    return rows[[*keys, *UNITS, "withheld"]]


def _repeats(table: pd.DataFrame | None, threshold: int, of_victims: int) -> pd.DataFrame | None:
    """Shares of persons who are counted again, in whole percent and without their numbers."""
    if table is None:
        return None
    rows = table[table["locality"] == WHOLE].reset_index(drop=True)
    least = rows["role"].map({"victim": of_victims}).fillna(threshold)
    shown = (rows["repeat_persons"] >= least) & (rows["persons"] - rows["repeat_persons"] >= least)
    counted, told = ["persons", "repeat_persons"], ["share", "lower", "upper"]
    if threshold > 0:
        rows, counted = rows.drop(columns=counted).round(dict.fromkeys(told, 2)), []
    return blank(rows, ~shown, [*counted, *told])


def _themes(results: Results, ledger: Ledger) -> pd.DataFrame | None:
    """Cases of a theme by block, localities and the whole; a theme of one stream leaves a rest of it."""
    table = results.theme_counts
    if table is None:
        return None
    rows = table[table["stream"] == ALL].reset_index(drop=True)
    known = rows[rows["cases"].notna()]
    cells = {_cell(r.theme, r.locality, r.period): float(r.cases) for r in known.itertuples()}
    small = {cell for cell, n in cells.items() if n < ledger.threshold}
    equations = []
    for (theme, period), part in known[known["locality"] != WHOLE].groupby(["theme", "period"]):
        parts = tuple(_cell(theme, place, period) for place in part["locality"])
        equations.append(Equation(_cell(theme, WHOLE, period), parts))
    rests, more, few = _rests(results, known, cells, ledger)
    ledger.add(pd.Series(cells | rests), [*equations, *more], small=small | few)
    order = known["locality"].ne(WHOLE).sort_values(kind="stable").index
    wanted = [_cell(r.theme, r.locality, r.period) for r in known.loc[order].itertuples()]
    shown = ledger.show_most([{cell} for cell in wanted if cell not in small])
    own = [_cell(r.theme, r.locality, r.period) in shown for r in rows.itertuples()]
    told = ["cases", "whole_cases", "rate", "lower", "upper", "whole_rate", "expected", "ratio",
            "ratio_lower", "ratio_upper", "p", "q", "differs"]  # fmt: skip
    whole = [_cell(r.theme, WHOLE, r.period) in shown for r in rows.itertuples()]
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
        cell = _cell(row.theme, row.locality, row.period)
        if total in ledger.counts.index and ledger.counts[total] >= cells[cell]:
            rests[cell + WITHOUT] = float(ledger.counts[total]) - cells[cell]
            equations.append(Equation(total, (cell, cell + WITHOUT)))
            if rests[cell + WITHOUT] < ledger.threshold:
                few |= {cell + WITHOUT}
    return rests, equations, few


def _cell(theme: str, locality: str, period: str) -> str:
    return f"theme|{locality}|{theme}|{period}"


def _panels(panels: pd.DataFrame | None, threshold: int) -> pd.DataFrame | None:
    """Of the whole, in rounded shares: themes overlap, and their exact numbers beside each other would tell
    who is in two of them. A step of the rounding holds more cases than the threshold, of the theme and of the
    others; where that is more than COARSEST nothing is told. Categories that few have are hidden as well."""
    if panels is None:
        return None
    rows = panels[panels["locality"] == WHOLE].reset_index(drop=True)
    known = rows[rows["n"].notna() & rows["category"].notna()]
    hide = pd.Series(True, index=rows.index)
    for _, part in known.groupby(["theme", "panel"]):
        hide[part.index] = _hidden_categories(part, threshold)
    counted = ["n", "n_files", "n_others", "others"]
    told = ["share", "lower", "upper", "reference_share", "differs"]
    if threshold == 0:
        return blank(rows, hide, [*counted, *told, "p", "q"])
    step = (np.ceil(20 * (threshold + 1) / rows[["n_files", "others"]].min(axis=1)) / 20).clip(lower=FINEST)
    for name in ("share", "lower", "upper", "reference_share"):
        rows[name] = ((rows[name] / step).round() * step).clip(0, 1).round(2)
    hide |= ~(step <= COARSEST)
    return blank(rows.drop(columns=[*counted, "p", "q"]), hide, told)


def _hidden_categories(part: pd.DataFrame, threshold: int) -> list[bool]:
    """Which categories of one panel are hidden: both of its columns add up to a number that is shown."""
    categories = part["category"].tolist()
    counts: dict[str, float] = {}
    group: dict[str, str] = {}
    equations: list[Equation] = []
    for column in ("n", "n_others"):
        cells = {f"{column}|{one}": float(n) for one, n in zip(categories, part[column], strict=True)}
        counts |= cells | {column: sum(cells.values())}
        equations.append(Equation(column, tuple(cells)))
        group |= {cell: cell.split("|", 1)[1] for cell in cells}
    if counts["n"] < threshold:
        return [True] * len(categories)
    small = [cell for cell, n in counts.items() if n < threshold]
    hidden = hidden_cells(
        pd.Series(counts),
        equations,
        small,
        threshold=threshold,
        group=group,
        reluctance={"n": 1, "n_others": 1},
    )
    return [f"n|{one}" in hidden or "n" in hidden for one in categories]
