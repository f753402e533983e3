"""The certificate of a release: what was attacked, how, and how near the attack came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from diaban.release.audit.attack import Attack, range_of
from diaban.release.audit.leaks import Leak
from diaban.release.audit.readings import Readings
from diaban.release.audit.register import REGISTER
from diaban.release.audit.replay import Replayed
from diaban.release.audit.union import Union
from diaban.release.published import Published

EXACT_RANGES = 12
"""Of so many of the narrowest cells the whole range is worked out."""


def certificate(
    editions: Sequence[Published],
    union: Union,
    readings: Sequence[Readings],
    again: Sequence[list[Replayed]],
    attacks: Sequence[Attack],
    leaks: Sequence[Leak],
    *,
    seconds: float,
) -> dict[str, Any]:
    """Plain numbers and texts, fit for JSON; no hidden count stands in it."""
    now = editions[0]
    threshold = now.state.threshold
    return {
        "editions": [one.edition for one in editions],
        "threshold": threshold,
        "cells": {
            "known": len(union.counts),
            "published": len(union.counts) - len(union.hidden),
            "hidden": len(union.hidden),
            "protected": len(union.needed),
            "promised_less_than_threshold": sum(w < threshold for w in union.needed.values()),
            "hidden_share": round(len(union.hidden) / max(len(union.counts), 1), 4),
        },
        "narrowest": _narrowest(attacks),
        "attacked": {
            "frames": sum(len(one.cube.frames) for one in editions),
            "columns": sum(
                len(REGISTER[n].columns) for one in editions for n in one.cube.frames if n in REGISTER
            ),
            "numbers": sum(told.numbers for told in readings),
            "inverted": sum(told.inverted for told in readings),
            "statements": sum(len(told.statements) for told in readings),
            "equations": len(union.rows),
            "blocks": len(attacks),
            "largest_block": max((len(a.block.cells) for a in attacks), default=0),
            "linear_programmes": sum(a.programmes for a in attacks),
            "searches_in_whole_numbers": sum(a.searches for a in attacks),
            "unfinished_searches": sum(a.unfinished for a in attacks),
            "statements_replayed": sum(len(found) for found in again),
            "ways_replayed": sum(one.tried for found in again for one in found),
        },
        "leaks": len(set(leaks)),
        "seconds": round(seconds, 1),
    }


def _narrowest(attacks: Sequence[Attack]) -> dict[str, Any] | None:
    """The protected cell with the smallest range beyond its promise, whole numbers at both ends."""
    seen = [
        (float(a.width[i] - a.block.needed[i]), a.block.cells[i], n, int(i))
        for n, a in enumerate(attacks)
        for i in np.flatnonzero(a.block.needed > 0)
    ]
    best: dict[str, Any] | None = None
    for _, cell, n, i in sorted(seen)[:EXACT_RANGES]:
        block = attacks[n].block
        low, high = range_of(block, i) if len(block.right) else (block.lower[i], block.upper[i])
        width = float(high - low)
        if best is None or width - block.needed[i] < best["width"] - best["needed"]:
            best = {"cell": cell, "lower": float(low), "upper": float(high), "width": width,
                    "needed": float(block.needed[i])}  # fmt: skip
    return best
