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
from diaban.release.cube import Cube
from diaban.release.frames.coarse import IN_STEPS
from diaban.release.published import Published
from diaban.release.ranges.if_small import least_width

STEPS = 20
"""To how fine a part it is told of how many small counts several values are left to guessers."""

EXACT_RANGES = 12
"""Of so many of the narrowest cells the whole range is worked out."""


def certificate(
    editions: Sequence[Published],
    union: Union,
    readings: Sequence[Readings],
    again: Sequence[list[Replayed]],
    attacks: Sequence[Attack],
    leaks: Sequence[Leak],
    told_before: Sequence[Leak],
    *,
    seconds: float,
) -> dict[str, Any]:
    """Plain numbers and texts, fit for JSON; neither a hidden count nor a name of one stands in it."""
    now, replayed = editions[0], [one for found in again for one in found]
    threshold = now.state.threshold
    return {
        "editions": [one.edition for one in editions],
        "threshold": threshold,
        "cells": {
            "known": len(union.counts),
            "published": len(union.counts) - len(union.hidden),
            "hidden": len(union.hidden),
            "promised_less_than_threshold": sum(w < threshold for w in union.needed.values()),
            "hidden_share": round(len(union.hidden) / max(len(union.counts), 1), 4),
        },
        "narrowest": _narrowest(attacks),
        "if_known_to_be_small": {
            "values_left": least_width(threshold) + 1,
            "of_at_least": _of_at_least(len(now.state.apart), len(now.state.guessed)),
        },
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
        },
        "fitted_together": {
            "statements": len(replayed),
            **{name: sum(one.outcome == name for one in replayed) for name in ("proved", "tried")},
            "ways": sum(one.tried for one in replayed),
            "refused": sum(one.outcome == "not_audited" for one in replayed),
        },
        "in_steps": sum(_in_steps(one.cube) for one in editions),
        "leaks": len(set(leaks)),
        "told_before": len(set(told_before)),
        "seconds": round(seconds, 1),
    }


def _of_at_least(promised: int, small: int) -> float:
    """Share of the small ones, in steps: how many exactly would tell which counts cannot be."""
    return int(promised / small * STEPS) / STEPS if small else 1.0


def _in_steps(cube: Cube) -> int:
    """Figures of models that are told in steps, of which nothing is proved."""
    names = [name for name in (*IN_STEPS, "area_robustness") if name in cube.frames]
    return int(sum(cube[name].select_dtypes("float").notna().to_numpy().sum() for name in names))


def _narrowest(attacks: Sequence[Attack]) -> dict[str, Any] | None:
    """The smallest range of a protected cell beyond its promise, whole numbers at both ends, and what kind of
    cell that is: which one, and where the range lies, is nobody's business."""
    seen = [
        (float(a.width[i] - a.block.needed[i]), a.block.cells[i], n, int(i))
        for n, a in enumerate(attacks)
        for i in np.flatnonzero(a.block.needed > 0)
    ]
    best: dict[str, Any] | None = None
    for _, cell, n, i in sorted(seen)[:EXACT_RANGES]:
        block = attacks[n].block
        low, high = range_of(block, i) if len(block.right) else (block.lower[i], block.upper[i])
        width, needed = float(high - low), float(block.needed[i])
        if best is None or width - needed < best["width"] - best["needed"]:
            best = {"class": cell.split("|", 1)[0], "width": width, "needed": needed}
    return best
