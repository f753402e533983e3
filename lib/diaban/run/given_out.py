"""What left the office: the cube and the ledger of every release, kept inside to judge the next one by."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from diaban.release.cells import WHOLE
from diaban.release.cube import Cube
from diaban.release.ledger_state import LedgerState
from diaban.release.published import Published
from diaban.run.atomic import swap_directory
from diaban.run.stage import Stage

FOLDER = "released"


def keep_given_out(stage: Stage, name: str) -> Path:
    """Keep what a release of `stage` tells and hides. Internal: it never goes into an archive."""
    target = stage.path.parent / FOLDER / f"{name}-{stage.path.name}"
    unfinished = target.with_name(f".{target.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    stage.ledger.save(unfinished / "ledger")
    shutil.copytree(stage.path / "cube", unfinished / "cube")
    swap_directory(unfinished, target)
    return target


def given_out(stage: Stage, known: Sequence[Published]) -> list[Published]:
    """Releases that told or hid something else than this stage and the editions that are `known`."""
    found: list[Published] = []
    for kept in sorted((stage.path.parent / FOLDER).glob("*/cube")):
        one = Published(kept.parent.name, Cube.load(kept), LedgerState.load(kept.parent / "ledger"))
        if set(one.cube.reported) != set(stage.cube.reported):
            one = one._replace(state=_own_wholes(one.state, one.edition))
        if not any(_same(one, other) for other in [*known, *found]):
            found.append(one)
    return found


def _own_wholes(state: LedgerState, name: str) -> LedgerState:
    """The whole of other localities is another whole: its cells get names of their own."""

    def renamed(cell: str) -> str:
        return cell.replace(f"|{WHOLE}|", f"|{WHOLE} of {name}|")

    equations = [
        replace(e, total=renamed(e.total), parts=tuple(renamed(part) for part in e.parts))
        for e in state.equations
    ]
    return replace(
        state,
        counts=state.counts.rename(renamed),
        equations=equations,
        hidden=frozenset(renamed(cell) for cell in state.hidden),
        needed={renamed(cell): width for cell, width in state.needed.items()},
    )


def _same(one: Published, other: Published) -> bool:
    """Whether two editions tell the same numbers and hide the same cells."""
    if one.state.hidden != other.state.hidden or one.cube.frames.keys() != other.cube.frames.keys():
        return False
    return _all_equal((frame, other.cube[name]) for name, frame in one.cube.frames.items())


def _all_equal(pairs: Iterable) -> bool:
    return all(one.equals(other) for one, other in pairs)
