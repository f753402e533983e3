"""Keep what leaves the office, and tell what was given out beside a stage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from diaban.release.published import Published
from diaban.run.atomic import swap_directory
from diaban.run.released import FOLDER, RECORD, TABLES, all_released
from diaban.run.stage import Stage


def keep_given_out(stage: Stage, name: str) -> Path:
    """Keep what a release of `stage` tells and hides, and the register that it was made of.

    Internal: it never goes into an archive. A second release of the same stage and name is the same one.
    """
    study = stage.path.parent
    target = study / FOLDER / f"{name}-{stage.path.name}"
    if target.is_dir():
        return target
    number = 1 + max((one.number for one in all_released(study)), default=0)
    unfinished = target.with_name(f".{target.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "tables").mkdir(parents=True)
    stage.ledger.save(unfinished / "ledger")
    shutil.copytree(stage.path / "cube", unfinished / "cube")
    for table in TABLES:
        made = stage.path / "internal" / f"{table}.parquet"
        if made.is_file():
            shutil.copyfile(made, unfinished / "tables" / made.name)
    record = {
        "name": name,
        "number": number,
        "key": stage.path.name,
        "cutoff": stage.spec.periods.cutoff.isoformat(),
        "together": sorted(stage.together),
    }
    (unfinished / RECORD).write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    swap_directory(unfinished, target)
    return target


def given_out(stage: Stage, known: Sequence[Published]) -> list[Published]:
    """Releases that told or hid something else than this stage and the editions that are `known`."""
    found: list[Published] = []
    for kept in all_released(stage.path.parent):
        one = Published(kept.label, kept.cube, kept.state_beside(stage.cube.reported))
        if not any(_same(one, other) for other in [*known, *found]):
            found.append(one)
    return found


def _same(one: Published, other: Published) -> bool:
    """Whether two editions tell the same numbers and hide the same cells."""
    if one.state.hidden != other.state.hidden or one.cube.frames.keys() != other.cube.frames.keys():
        return False
    return all(frame.equals(other.cube[name]) for name, frame in one.cube.frames.items())
