"""What of a section stands where it was, and what waits among the tables of reference."""

from __future__ import annotations

from dataclasses import replace

from diaban.release.exports.annex.blocks import Block, Fold, Section, Table


def in_full(section: Section) -> Section:
    """The section without a table twice: one that a folded table holds whole, with more columns, is replaced
    by that fold."""
    shown: list[Block] = []
    left = list(section.folded)
    for block in section.shown:
        fold = next((f for f in left if isinstance(block, Table) and _holds(f, block)), None)
        if fold is None or not isinstance(block, Table):
            shown.append(block)
            continue
        left.remove(fold)
        first, *others = fold.blocks
        assert isinstance(first, Table)
        shown += [replace(first, title=block.title), *others]
    return Section(shown, left)


def _holds(fold: Fold, table: Table) -> bool:
    """Whether the fold opens with a table of which every row of `table` begins one."""
    longer = fold.blocks[0] if fold.blocks else None
    if not isinstance(longer, Table) or not table.rows:
        return False
    beginnings = {row[: len(table.head[0])] for row in longer.rows} if table.head else set()
    return set(table.rows) <= beginnings
