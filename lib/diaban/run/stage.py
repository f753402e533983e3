"""The province stage: everything that needs all localities, computed once and kept by content key."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from diaban.release.cube import Cube
from diaban.release.ledger.state import LedgerState
from diaban.run.choice import Choice
from diaban.run.compute import LEDGER, compute_stage
from diaban.run.declared import declared_spec
from diaban.run.plan import plan_stage
from diaban.spec import StudySpec, read_spec

STAGE_VARIABLE = "DIABAN_STAGE"
"""Tells the pages of one run where its stage is, so that they need not work out its key again."""


@dataclass(frozen=True)
class Stage:
    """A study with its cube. path: the folder of the run; key: the content key of all that went in; together:
    keys of the stages and releases that it is protected together with."""

    spec: StudySpec
    folder: Path
    path: Path
    key: str
    cube: Cube
    together: frozenset[str] = frozenset()

    @property
    def ledger(self) -> LedgerState:
        """What its cube knows, tells and hides: not for any page."""
        return LedgerState.load(self.path / "internal" / LEDGER)

    @property
    def internal(self) -> bool:
        """Whether its counts are exact, for the office alone."""
        return bool(self.cube.facts["internal"])


def open_stage(
    folder: Path,
    *,
    outputs: Path | None = None,
    within: str | None = None,
    edition: str | None = None,
    internal: bool = False,
) -> Stage:
    """The stage of the study in `folder`: loaded where its key is known, else computed and kept.

    within: code of the locality whose localities are reported, instead of the one that the study names.
    edition: key of a declared edition, by default the study as its files are now. internal: exact counts, for
    the office alone. Releases that were given out are part of the key: a shared stage is protected together
    with them. Nothing is written before the tables were read and all results computed.
    """
    declared = os.environ.get(STAGE_VARIABLE)
    if declared and Path(declared).parent.name == read_spec(folder).study.key:
        return _stage_of_run(folder, Path(declared), within)
    plan = plan_stage(folder, Choice(within, edition, internal), outputs=outputs)
    if not (plan.path / "cube").is_dir():
        compute_stage(plan, outputs=outputs)
    return Stage(plan.spec, folder, plan.path, plan.key, Cube.load(plan.path / "cube"), plan.together)


@lru_cache(maxsize=1)
def _stage_of_run(folder: Path, path: Path, within: str | None) -> Stage:
    """The stage that a run made; a process that makes a page and its monitoring file loads it once."""
    cube = Cube.load(path / "cube")
    choice = Choice(within, cube.facts["edition"] or None, bool(cube.facts["internal"]))
    return Stage(declared_spec(folder, choice), folder, path, path.name, cube)
