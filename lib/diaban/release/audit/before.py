"""What earlier editions told by themselves: a new one does not tell it, and cannot take it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from diaban.release.audit.attack import range_of
from diaban.release.audit.blocks import Block, blocks
from diaban.release.audit.leaks import Leak
from diaban.release.audit.union import Union

_SAME = 1e-6


class Before:
    """Sifts leaks of all editions together: those that are as narrow without the newest are kept in `leaks`.

    union: of all editions. earlier: makes that of all but the newest; called once, where there is a leak.
    """

    def __init__(self, union: Union, earlier: Callable[[], Union]) -> None:
        self.leaks: list[Leak] = []
        self._union, self._make = union, earlier

    @cached_property
    def _earlier(self) -> Union:
        return self._make()

    @cached_property
    def _name(self) -> dict[str, str]:
        """Cell of all editions -> its name among the earlier ones."""
        return {
            name: self._earlier.names[edition][cell]
            for edition, names in self._union.names.items()
            if edition in self._earlier.names
            for cell, name in names.items()
        }

    @cached_property
    def _blocks(self) -> dict[str, Block]:
        """Hidden cell of the earlier editions -> its block."""
        return {cell: block for block in blocks(self._earlier) for cell in block.cells}

    def sifted(self, told: Iterable[Leak]) -> list[Leak]:
        """Those of `told` to which the newest edition adds something."""
        news = []
        for leak in told:
            if leak.kind == "told" and self._told(leak):
                self.leaks.append(leak)
            else:
                news.append(leak)
        return news

    def _told(self, leak: Leak) -> bool:
        """Whether the range without the newest edition is no wider than with it."""
        cell = self._name.get(leak.cell)
        if cell is None or leak.lower is None or leak.upper is None:
            return False
        if cell not in self._earlier.hidden:
            return True
        block = self._blocks.get(cell)  # none: nothing protected is linked to it, and nobody has attacked it
        if block is None or not len(block.right):
            return False
        low, high = range_of(block, block.cells.index(cell))
        return high - low <= leak.upper - leak.lower + _SAME
