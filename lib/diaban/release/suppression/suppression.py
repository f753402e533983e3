"""Which cells of a set of linked tables are hidden so that no small count can be read or worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from diaban.release.ranges.ranges import Equation
from diaban.release.suppression.blocks import LinkedBlock, cell_weights, linked_blocks
from diaban.release.suppression.exposed import attainable, exposed_cells, with_more_needed
from diaban.release.suppression.least_hidden import least_hidden
from diaban.release.suppression.near_least_hidden import near_least_hidden
from diaban.release.suppression.varied import decoys, values_left

ROUNDS = 8
"""How often more is hidden from a reader who knows which cells are small."""


def small(counts: pd.Series, threshold: int) -> pd.Series:
    """True where a count is below the threshold. Zero too: a shown zero would tell that no hidden one is."""
    return counts < threshold


def hidden_cells(
    counts: pd.Series,
    equations: Sequence[Equation],
    primary: Iterable[str],
    *,
    threshold: int,
    group: Mapping[str, str] | None = None,
    reluctance: Mapping[str, int] | None = None,
    shown: Collection[str] = (),
    hidden: Iterable[str] = (),
    needed: Mapping[str, float] | None = None,
    guessable: Collection[str] | None = None,
    secret: bytes = b"",
) -> set[str]:
    """`primary` and the complementary cells that keep each of them uncertain by at least `threshold`.

    counts: cell -> count, all cells of all linked tables. `group`: cell -> name of the cells that are
    hidden together (a series is shown whole or not at all). `reluctance`: cell -> how much it would be
    missed (default 0). More is hidden where a reader who knew which of them are small would know one of
    these too well (ranges/if_small.py). What is hidden beyond them weighs as little as can be
    (`cell_weights`), or nearly so in a block in which the best choice is not found within bounds
    (`least_hidden`). The same for the same input.

    shown, hidden: cells that were given out, and kept back, before: the ones cannot be hidden any more, the
    others stay hidden. needed: further cells that must stay uncertain, and by how much. A cell that nothing
    could keep as wide as that is kept as wide as it can be. guessable: cells of which a reader may see that
    they are small, or are not (default: all). secret: what nobody outside knows, and varies the choice
    (`varied`).
    """
    known, together = set(shown), group or {}
    tabled = set(counts.index if guessable is None else guessable)
    among = decoys(counts[counts.index.isin(tabled)], reluctance or {}, secret, threshold=threshold)
    wide = {**dict.fromkeys(among, float(threshold)), **(needed or {})}
    wide |= dict.fromkeys(primary, float(threshold))
    wide = {cell: width for cell, width in wide.items() if cell not in known}
    kept_back = _with_groups({*wide, *hidden}, counts.index, together) - known
    blocks = linked_blocks(
        counts,
        equations,
        needed=wide,
        kept_back=kept_back,
        known=known,
        group=together,
        weights=cell_weights(counts, reluctance or {}, secret=secret),
        guessable=tabled,
        left=values_left(counts.index, threshold, secret),
    )
    for block in blocks:
        kept_back |= {block.cells[i] for i in np.flatnonzero(_chosen(block, threshold))}
    return kept_back


def _chosen(block: LinkedBlock, threshold: int) -> NDArray:
    """The cells (bool) of the block that are hidden. Further ones, where a reader who knows which are small
    would know one too well, are a good choice, not always the best one."""
    hidden = _least(block)
    for _ in range(ROUNDS):
        wider = with_more_needed(block, hidden, threshold)
        if wider is None:
            break
        block = wider
        hidden = near_least_hidden(replace(block, kept_back=hidden))
    return hidden


def _least(block: LinkedBlock) -> NDArray:
    """The cells (bool) that keep all of the block as wide as is needed."""
    if not len(exposed_cells(block, block.kept_back)):
        return block.kept_back
    block = attainable(block)
    best = least_hidden(block)
    return near_least_hidden(block) if best is None else best


def _with_groups(cells: set[str], every: Iterable[str], group: Mapping[str, str]) -> set[str]:
    """`cells` and those that are hidden with them."""
    taken = {group[cell] for cell in cells if cell in group}
    return cells | {str(cell) for cell in every if group.get(cell) in taken} if taken else cells


def blank(frame: pd.DataFrame, hide: ArrayLike, columns: Sequence[str]) -> pd.DataFrame:
    """`frame` with `columns` missing where `hide`, and a column `hidden` that says so."""
    blanked = frame.assign(hidden=np.asarray(hide, dtype=bool))
    for column in columns:
        blanked[column] = blanked[column].astype(object).where(~blanked["hidden"], None).convert_dtypes()
    return blanked
