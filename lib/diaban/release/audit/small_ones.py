"""Whether a reader who knew of every hidden count whether it is small would know one of these too well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from diaban.release.audit.blocks import Block
from diaban.release.audit.leaks import Leak
from diaban.release.ledger.state import LedgerState
from diaban.release.ranges.if_small import least_width, widths_if_small


def small_ones(blocks: Iterable[Block], state: LedgerState) -> Iterator[Leak]:
    """The cells of `state.apart` of which such a reader is left too few values (ranges/if_small.py)."""
    enough = least_width(state.threshold)
    for block in blocks:
        small = np.isin(block.cells, list(state.guessed))
        if not small.any():
            continue
        left = widths_if_small(
            block.matrix,
            block.right,
            block.truth,
            small,
            threshold=state.threshold,
            large=np.isin(block.cells, list(state.large)),
            lower=block.lower,
            upper=block.upper,
            enough=enough,
        )
        for cell, width in zip(np.flatnonzero(small), left, strict=True):
            if width < enough and block.cells[cell] in state.apart:
                yield Leak("closed_in", block.cells[cell], needed=enough)
