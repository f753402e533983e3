"""What left the office, as it is kept inside: to judge the next release by, and to hold what was told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from diaban.editions import OF_A_CASE, known_then, settled
from diaban.errors import DiabanError
from diaban.intake.tables import Tables
from diaban.release.cells import WHOLE
from diaban.release.cube import Cube
from diaban.release.ledger.state import LedgerState
from diaban.spec import StudySpec

FOLDER, RECORD = "released", "release.json"
RELEASES = "releases"
"""Beside it, the archives themselves."""
TABLES = ("periods", "counts", "cases", *OF_A_CASE)
"""The register as it was read for a release: what a later one keeps of it."""


@dataclass(frozen=True)
class Released:
    """A release that was given out. folder: where it is kept. number: 1 for the first. key: of the stage that
    it was made of. together: keys of the stages and releases that this one was protected together with."""

    folder: Path
    name: str
    number: int
    key: str
    cutoff: date | None
    together: frozenset[str]

    @property
    def label(self) -> str:
        """What its cells are called by, in the ledger and in what the audit says."""
        return self.folder.name

    @cached_property
    def cube(self) -> Cube:
        return Cube.load(self.folder / "cube")

    @cached_property
    def state(self) -> LedgerState:
        return LedgerState.load(self.folder / "ledger")

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Name -> frame of the register as it was then; none where it was not kept."""
        kept = {name: self.folder / "tables" / f"{name}.parquet" for name in TABLES}
        return {name: pd.read_parquet(path) for name, path in kept.items() if path.is_file()}

    def state_beside(self, reported: Collection[str]) -> LedgerState:
        """Its ledger; where it reports other localities its whole is another one, with cells of its own."""
        return self.state if set(self.cube.reported) == set(reported) else _own_wholes(self.state, self.label)


def all_released(study: Path) -> list[Released]:
    """The releases of a study, oldest first. study: its folder of runs.

    Raises DiabanError `release_memory` for one that cannot be read: what was told is then not known.
    """
    kept = sorted(path for path in (study / FOLDER).glob("[!.]*") if path.is_dir())
    return sorted((_read(folder) for folder in kept), key=lambda one: (one.number, one.label))


def _read(folder: Path) -> Released:
    if not (folder / "cube" / "facts.json").is_file() or not (folder / "ledger" / "equations.json").is_file():
        raise DiabanError("release_memory", folder=folder, name=folder.name)
    if not (folder / RECORD).is_file():  # kept by an earlier version of the program, without its register
        name, _, key = folder.name.rpartition("-")
        return Released(folder, name, 0, key, None, frozenset())
    try:
        told = json.loads((folder / RECORD).read_text("utf-8"))
        cutoff, together = date.fromisoformat(told["cutoff"]), frozenset(told["together"])
        return Released(folder, told["name"], int(told["number"]), told["key"], cutoff, together)
    except (ValueError, KeyError, TypeError):
        raise DiabanError("release_memory", folder=folder, name=folder.name) from None


def to_judge_by(
    releases: Sequence[Released], key_of: Callable[[Sequence[Released]], str], chain: Collection[str] = ()
) -> list[Released]:
    """The releases that a stage has to be protected together with: as few of the oldest as will do.

    key_of: the key of the stage beside these. chain: keys of the declared editions that it is protected with
    anyway. One that was made of this very stage adds nothing, nor one that was protected with it.
    """
    for number in range(len(releases) + 1):
        chosen = list({one.key: one for one in releases[:number] if one.key not in chain}.values())
        key = key_of(chosen)[:12]
        if all(one.key in (key, *chain) or key in one.together for one in releases[number:]):
            return chosen
    raise AssertionError("all of them always do")


def as_given_out(tables: Tables, spec: StudySpec, releases: Sequence[Released]) -> Tables:
    """`tables` with the register as the newest release read it: all of it for the same cut-off, of an
    earlier one the periods that were closed; of a later one what of it was known at the cut-off of `spec`.

    Two releases that differ by a late or corrected case would tell it by subtraction.
    """
    known = sorted(
        ((one.cutoff, one.number, one.tables) for one in releases if one.cutoff and one.tables),
        key=lambda told: told[:2],
    )
    before = [told for told in known if told[0] <= spec.periods.cutoff]
    if before:
        cutoff, _, newest = before[-1]
        return settled(tables, replace(tables, **newest), spec, cutoff)
    if known:
        then = known_then(replace(tables, **known[0][2]), spec)
        return settled(tables, then, spec, spec.periods.cutoff)
    return tables


def kept_as(study: Path, name: str) -> list[Path]:
    """Where the release `name` (of its archive, or of its folder here) is kept: of each stage it was made of.

    Raises DiabanError `release_unknown`.
    """
    kept = [path for path in sorted((study / FOLDER).glob("[!.]*")) if path.is_dir()]
    wanted = name.removesuffix(".zip")
    found = [path for path in kept if wanted in (path.name, _archive_name(path))]
    if not found:
        raise DiabanError("release_unknown", name=name, known=", ".join(p.name for p in kept) or "-")
    return found


def forget(study: Path, name: str) -> list[Path]:
    """Remove what is kept of a release (`kept_as`), and the archive unless another release is called so too;
    returns what was removed."""
    removed = kept_as(study, name)
    for path in removed:
        shutil.rmtree(path)
    archive = study / RELEASES / f"{_archive_name(removed[0])}.zip"
    left = {_archive_name(path) for path in (study / FOLDER).glob("[!.]*")}
    if archive.is_file() and archive.stem not in left:
        archive.unlink()
        removed.append(archive)
    return removed


def _archive_name(kept: Path) -> str:
    return kept.name.rpartition("-")[0]


def _own_wholes(state: LedgerState, name: str) -> LedgerState:
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
