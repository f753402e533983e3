"""The province stage: everything that needs all localities, computed once and kept by content key."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from diaban.intake.read import read_tables
from diaban.intake.tables import Intake
from diaban.release.build import build_cube
from diaban.release.cube import Cube
from diaban.results import Results
from diaban.run.atomic import swap_directory
from diaban.run.keys import code_key, content_key
from diaban.spec import StudySpec, read_spec

VERSIONS = ("numpy", "pandas", "scipy", "statsmodels", "matplotlib")
STAGE_VARIABLE = "DIABAN_STAGE"
"""Tells the pages of one run where its stage is, so that they need not work out its key again."""


@dataclass(frozen=True)
class Stage:
    """A study with its cube. path: the folder of the run; key: the content key of all that went in."""

    spec: StudySpec
    folder: Path
    path: Path
    key: str
    cube: Cube


def outputs_folder(folder: Path) -> Path:
    """Where the runs of the study in `folder` go: `outputs` beside the folder that holds the studies."""
    return folder.resolve().parent.parent / "outputs"


def stage_key(spec: StudySpec, folder: Path) -> str:
    """Content key of the study's files, its reference data, the code and the versions that compute."""
    named = (spec.reference.code_book, spec.reference.more_codes, spec.reference.measures)
    reference = [folder / path for path in named if path]
    inputs = [folder.resolve(), *(path.resolve() for path in reference)]
    parameters = {"code": code_key("diaban"), "within": spec.places.report_parent}
    return content_key(inputs, parameters, {name: version(name) for name in VERSIONS})


def open_stage(folder: Path, *, outputs: Path | None = None, within: str | None = None) -> Stage:
    """The stage of the study in `folder`: loaded where its key is known, else computed and kept.

    within: code of the locality whose localities are reported, instead of the one that the study names.
    Nothing is written before the tables were read and all results computed.
    """
    spec = read_spec(folder)
    if within is not None:
        places = spec.places.model_copy(update={"report_parent": within})
        spec = spec.model_copy(update={"places": places})
    declared = os.environ.get(STAGE_VARIABLE)
    if declared and Path(declared).parent.name == spec.study.key:
        path = Path(declared)
        return Stage(spec, folder, path, path.name, Cube.load(path / "cube"))
    key = stage_key(spec, folder)
    path = (outputs or outputs_folder(folder)) / spec.study.key / key[:12]
    if not (path / "cube").is_dir():
        compute_stage(spec, folder, path)
    return Stage(spec, folder, path, key, Cube.load(path / "cube"))


def compute_stage(spec: StudySpec, folder: Path, path: Path) -> None:
    """Read, analyse, protect; then write `internal/` (validated tables) and `cube/` under `path`."""
    intake = read_tables(spec, folder)
    cube = build_cube(Results(spec, intake.tables), intake.card, folder)
    _write(path / "internal", lambda target: _save_internal(intake, target))
    _write(path / "cube", cube.save)


def _write(target: Path, save) -> None:
    """Fill a folder beside `target` and put it there when it is whole."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    unfinished.mkdir(parents=True)
    try:
        save(unfinished)
        swap_directory(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _save_internal(intake: Intake, target: Path) -> None:
    for name, frame in intake.tables.present().items():
        frame.to_parquet(target / f"{name}.parquet")
    intake.quarantine.astype("str").to_parquet(target / "quarantine.parquet")
