"""Comparisons of groups: judged again, and other counts sought of which the same words are true."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.analysis.handling.ratio_interval import mid_p
from diaban.release.audit.replay import Replayed
from diaban.release.cube import Cube
from diaban.release.ledger.state import LedgerState
from diaban.release.tables.groups import (
    FAMILY,
    LEFT_OF_GROUP,
    OF_GROUP,
    Compared,
    compared,
    group_cell,
    large,
    ways,
    words,
)

FRAME = "relative_rates"


def replayed_groups(cube: Cube, state: LedgerState, *, victims: int | None = None) -> Iterator[Replayed]:
    """One a stream, role and column of which something is said. What the state does not know, or what is not
    what its counts say, is not audited. victims: threshold of counts of child victims."""
    frame = cube.frames.get(FRAME)
    if frame is None or frame["hidden"].all():
        return
    if "differs" not in frame or "ratio" in frame:
        yield Replayed(FRAME, "not_audited")
        return
    counts = state.counts.to_dict()
    known = _known(frame, counts)
    shown = ~frame["hidden"].to_numpy(dtype=bool)
    if (shown & ~known).any() or not _as_said(frame[shown], counts, len(frame)):
        yield Replayed(FRAME, "not_audited")
        return
    for family, rows in frame[known].groupby(FAMILY, sort=False):
        mine = shown[rows.index]
        if not mine.any():
            continue
        one, place = compared(rows, counts), f"{FRAME}[{', '.join(map(str, family))}]"
        least = _least(one, state, victims if rows["role"].iloc[0] == "victim" else None)
        if not large(one.cases[one.places[mine]], least).all():
            yield Replayed(place, "not_audited", tuple(one.names))
            continue
        others = frame[shown & ~frame.index.isin(rows.index)]
        found = ways(one, mine, least, _p(others, counts), len(frame))
        yield Replayed(place, "tried", tuple(found), found, tried=len(found), left=len(found) or 1)


def _least(one: Compared, state: LedgerState, victims: int | None) -> int:
    """Below how many a group is small: as the ledger protects those that are, and the threshold at least."""
    parts = [name + end for name in one.names for end in ("", LEFT_OF_GROUP)]
    return int(max([state.threshold, victims or 0, *(state.needed.get(part, 0.0) for part in parts)]))


def _known(frame: pd.DataFrame, counts: dict[str, float]) -> np.ndarray:
    return np.array([all(cell in counts for cell in _cells(row)) for row in frame.itertuples()], dtype=bool)


def _cells(row) -> list[str]:
    names = [
        group_cell(row.stream, row.role, row.column, group, row.point) for group in (row.group, row.base)
    ]
    return [name + end for name in names for end in ("", OF_GROUP)]


def _counts(rows: pd.DataFrame, counts: dict[str, float]) -> np.ndarray:
    return np.array([[counts[c] for c in _cells(row)] for row in rows.itertuples()], float).reshape(-1, 4)


def _p(rows: pd.DataFrame, counts: dict[str, float]) -> np.ndarray:
    return mid_p(*_counts(rows, counts).T)


def _as_said(rows: pd.DataFrame, counts: dict[str, float], comparisons: int) -> bool:
    said = words(_counts(rows, counts), np.empty(0), comparisons)
    told = rows["side"].astype(object).where(rows["side"].notna(), "")
    return said == told.tolist() and [bool(d) for d in rows["differs"]] == [word != "" for word in said]
