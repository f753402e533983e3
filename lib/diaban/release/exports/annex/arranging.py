"""What of a section stands where it was, and what waits among the tables of reference."""

from __future__ import annotations

from dataclasses import replace

from diaban.release.exports.annex.blocks import Block, Figure, Fold, Section, Table
from diaban.release.exports.annex.pictures import size_on_paper

TALL = 200.0
"""Points: a figure that is higher gives way to the table that has its numbers."""


def in_full(section: Section, *, behind: str = "") -> Section:
    """The section without a table twice: one that a folded table holds whole, with more columns, is replaced
    by that fold; so is a tall figure by the fold that is called `behind`."""
    shown: list[Block] = []
    left = list(section.folded)
    for block in section.shown:
        fold = next((f for f in left if _stands_for(f, block, behind)), None)
        if fold is None:
            shown.append(block)
            continue
        left.remove(fold)
        first, *others = fold.blocks
        assert isinstance(first, Table)
        shown += [replace(first, title=block.title) if isinstance(block, Table) else first, *others]
    return Section(shown, left)


def _stands_for(fold: Fold, block: Block, behind: str) -> bool:
    """Whether the fold opens with the table that is printed for the block."""
    if isinstance(block, Figure):
        named = fold.title.casefold() == behind.casefold() and isinstance(fold.blocks[0], Table)
        return named and size_on_paper(block.svg)[1] > TALL
    return isinstance(block, Table) and _holds(fold, block)


def _holds(fold: Fold, table: Table) -> bool:
    """Whether the fold opens with a table of which every row of `table` begins one."""
    longer = fold.blocks[0] if fold.blocks else None
    if not isinstance(longer, Table) or not table.rows:
        return False
    beginnings = {row[: len(table.head[0])] for row in longer.rows} if table.head else set()
    return set(table.rows) <= beginnings
