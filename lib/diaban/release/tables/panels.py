"""Panels of themes as cells: cases by category, of which shares are told in steps."""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from diaban.release.cells import WHOLE, WITHOUT, theme_cell
from diaban.release.ledger.ledger import Ledger, Offer
from diaban.release.ranges.ranges import Equation
from diaban.release.tables.targets import SLACK
from diaban.release.tables.whole import Tables, told
from diaban.results import Results

ALL = "*"
FINEST, COARSEST = 0.05, 0.1
"""Steps of rounded shares of a theme: not finer, and no use beyond."""

COUNTED = ["n", "n_files", "n_others", "others"]
TOLD = ["share", "lower", "upper", "reference_share", "differs"]
_SIDES = (("n", "n_files", "share"), ("n_others", "others", "reference_share"))
_HALF = 0.5 + 1e-9


def panel_cell(side: str, theme: str, panel: str = ALL, category: str = ALL) -> str:
    """Cases of a theme (side "n") or of no theme beside it ("n_others"), of the whole, by category."""
    return f"panel|{side}|{theme}|{panel}|{category}"


def panel_cells(tables: Tables, results: Results) -> None:
    """Categories of a panel add up to the theme, and the theme of all periods is that of its blocks."""
    if results.theme_panels is None:
        return
    rows = panel_rows(results.theme_panels, tables.threshold)
    blocks = [block.key for block in results.spec.periods.blocks]
    for theme, mine in rows[rows["known"]].groupby("theme", sort=False):
        for side, total, _ in _SIDES:
            every = mine[total].dropna()
            if every.empty:
                continue
            whole = tables.count(panel_cell(side, theme), every.iloc[0])
            ends = WITHOUT if side == "n_others" else ""
            tables.beside(
                whole, [theme_cell(theme, WHOLE, block) + ends for block in blocks], f"{whole}|blocks"
            )
            for panel, part in mine[mine[total].notna()].groupby("panel", sort=False):
                cells = [
                    tables.count(panel_cell(side, theme, panel, c), n)
                    for c, n in zip(part["category"], part[side], strict=True)
                ]
                tables.beside(whole, cells, f"{panel_cell(side, theme, panel)}|rest")
    for row in rows[rows["known"]].itertuples():
        for cell, total, share in _told_of(row):
            for end, at in zip(("low", "high"), _ends(share, row.step), strict=True):
                tables.free(f"{cell}|{end}{SLACK}", abs(tables[cell] - at * tables[total]))


def panel_rows(panels: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """Rows of the whole with rounded shares.

    step: of the rounding, which holds more cases than the threshold, of the theme and of the others. known:
    whether a row has anything to tell. The limits are those of all counts that round to the same share, or
    they would tell which of them it is.
    """
    rows = panels[panels["locality"] == WHOLE].reset_index(drop=True)
    if threshold == 0:
        return rows.assign(step=np.nan, known=rows["n"].notna() & rows["category"].notna())
    step = (np.ceil(20 * (threshold + 1) / rows[["n_files", "others"]].min(axis=1)) / 20).clip(lower=FINEST)
    known = rows["n"].notna() & rows["category"].notna() & (step <= COARSEST)
    for name in ("share", "reference_share"):
        rows[name] = ((rows[name] / step).round() * step).clip(0, 1).round(2)
    files = rows["n_files"].where(rows["n_files"] > 0)
    low, high = ((rows["share"] + side * step / 2).clip(0, 1) for side in (-1, 1))
    lower, upper = (proportion_confint(at * files, files, method="wilson") for at in (low, high))
    rows["lower"] = (np.floor(lower[0] / step + 1e-9) * step).clip(0, 1).round(2)
    rows["upper"] = (np.ceil(upper[1] / step - 1e-9) * step).clip(0, 1).round(2)
    return rows.assign(step=step.where(known).round(2), known=known)


def _told_of(row) -> list[tuple[str, str, float]]:
    """(cell, its total, the share that is told) of a row."""
    found = []
    for side, total, share in _SIDES:
        if pd.notna(getattr(row, total)) and pd.notna(getattr(row, share)):
            cell = panel_cell(side, row.theme, row.panel, row.category)
            found.append((cell, panel_cell(side, row.theme), getattr(row, share)))
    return found


def _ends(share: float, step: float) -> tuple[float, float]:
    """Between which shares one lies that is written as `share`."""
    return max(share - _HALF * step, 0.0), min(share + _HALF * step, 1.0)


def panel_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """Of the whole, in rounded shares: themes overlap, and their exact numbers beside each other would tell
    who is in two of them. Categories that few have are hidden, with others where these would tell them."""
    assert results.theme_panels is not None
    rows = panel_rows(results.theme_panels, ledger.threshold)
    if ledger.threshold == 0:
        seen = rows.pop("known").to_numpy(bool)
        return told(rows.drop(columns="step"), seen, [*COUNTED, *TOLD, "p", "q"])
    offers = [_offer(ledger, row) for row in rows.itertuples()]
    may = np.array([one is not None for one in offers], dtype=bool)
    seen = np.zeros(len(rows), dtype=bool)
    seen[may] = ledger.tell_most([one for one in offers if one is not None])
    return told(rows.drop(columns=[*COUNTED, "p", "q", "known"]), seen, [*TOLD, "step"])


def _offer(ledger: Ledger, row) -> Offer | None:
    """Nothing of a category that few cases have, of the theme or of the others."""
    if not row.known:
        return None
    cells = [panel_cell(side, row.theme, row.panel, row.category) for side, _, _ in _SIDES]
    if ledger.protected & {*cells, *(panel_cell(side, row.theme) for side, _, _ in _SIDES)}:
        return None
    beside = []
    for cell, total, share in _told_of(row):
        low, high = _ends(share, row.step)
        beside.append(Equation(cell, (total, f"{cell}|low{SLACK}"), (low, 1.0)))
        beside.append(Equation(cell, (total, f"{cell}|high{SLACK}"), (high, -1.0)))
    totals = [total for _, total, _ in _told_of(row)]  # the limits tell of the theme; the others may be known
    return Offer(frozenset([panel_cell("n", row.theme), *totals]), tuple(beside))
