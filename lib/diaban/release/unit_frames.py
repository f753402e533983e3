"""The protected frames of counting units and themes."""

from __future__ import annotations

import pandas as pd

from diaban.release.cells import WHOLE, WITHOUT, count_cell
from diaban.release.ledger import Ledger
from diaban.release.ranges import Equation
from diaban.release.suppression import blank, hidden_cells
from diaban.results import Results

UNITS = ["cases", "suspects", "child_victims", "distinct_suspects", "distinct_child_victims"]
ALL = "*"


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
    """Units side by side where neither they nor what lies between them is small; of the whole alone."""
    if table is None:
        return None
    rows = table[(table["locality"] == WHOLE) & (table["stream"] != ALL)].reset_index(drop=True)
    twice = {"suspects": "distinct_suspects", "child_victims": "distinct_child_victims"}
    least = {name: of_victims if "child_victims" in name else threshold for name in UNITS}
    for name in UNITS:
        rows[name] = rows[name].where(rows[name] >= least[name])
    for entries, persons in twice.items():
        again = rows[entries] - rows[persons]
        rows[persons] = rows[persons].where((again == 0) | (again >= least[entries]))
    return rows[["locality", "stream", "period", *UNITS, "withheld"]]


def _repeats(table: pd.DataFrame | None, threshold: int, of_victims: int) -> pd.DataFrame | None:
    if table is None:
        return None
    rows = table[table["locality"] == WHOLE].reset_index(drop=True)
    least = rows["role"].map({"victim": of_victims}).fillna(threshold)
    shown = (rows["repeat_persons"] >= least) & (rows["persons"] - rows["repeat_persons"] >= least)
    return blank(rows, ~shown, ["persons", "repeat_persons", "share", "lower", "upper"])


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
    """Of the whole: no category of a panel can be worked out of which the theme or other cases have few."""
    if panels is None:
        return None
    rows = panels[panels["locality"] == WHOLE].reset_index(drop=True)
    known = rows[rows["n"].notna() & rows["category"].notna()]
    hide = pd.Series(True, index=rows.index)
    for _, part in known.groupby(["theme", "panel"]):
        hide[part.index] = _hidden_categories(part, threshold)
    told = ["n", "n_files", "share", "lower", "upper", "n_others", "others", "reference_share", "p", "q",
            "differs"]  # fmt: skip
    return blank(rows, hide, told)


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
