"""The province stage: everything that needs all localities, computed once and kept by content key."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from diaban.editions import (
    Snapshot,
    as_of,
    edition_files,
    edition_of,
    published_before,
    read_edition,
    read_snapshot,
    snapshot,
    with_closed_periods,
    write_snapshot,
)
from diaban.intake.read import read_tables
from diaban.intake.tables import Intake
from diaban.release.build import Built, build_cube
from diaban.release.cube import Cube
from diaban.release.edition_frames import Earlier, edition_frames
from diaban.release.ledger_state import LedgerState
from diaban.release.published import Published
from diaban.results import QUESTIONS, Results
from diaban.run.atomic import swap_directory
from diaban.run.choice import Choice, chosen_edition, edition_before, is_earlier
from diaban.run.keys import code_key, content_key
from diaban.run.review_file import REVIEW_FILE
from diaban.run.stage_process import Begun, start_stage
from diaban.spec import StudySpec, read_spec
from diaban.spec.model import DisclosureSpec

KEPT = "edition"
"""Folder, below the internal one, of what a later edition is compared with."""

LEDGER = "ledger"
"""Folder, below the internal one, of what the release knows and hides."""

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

    @property
    def ledger(self) -> LedgerState:
        """What its cube knows, tells and hides: not for any page."""
        return LedgerState.load(self.path / "internal" / LEDGER)

    @property
    def internal(self) -> bool:
        """Whether its counts are exact, for the office alone."""
        return bool(self.cube.facts["internal"])


def outputs_folder(folder: Path) -> Path:
    """Where the runs of the study in `folder` go: `outputs` beside the folder that holds the studies; beside
    the link, where the study is one."""
    return folder.absolute().parent.parent / "outputs"


def stage_key(spec: StudySpec, folder: Path, choice: Choice) -> str:
    """Content key of the study's files, its reference data, the code and the versions that compute."""
    named = (spec.reference.code_book, spec.reference.more_codes, spec.reference.measures)
    reference = [folder / path for path in named if path]
    study = [path for path in sorted(folder.resolve().iterdir()) if path.name != REVIEW_FILE]
    inputs = [*study, *(path.resolve() for path in reference)]
    parameters = {"code": code_key("diaban"), **choice._asdict(), "within": spec.places.report_parent}
    return content_key(inputs, parameters, {name: version(name) for name in VERSIONS})


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
    the office alone. Nothing is written before the tables were read and all results computed.
    """
    declared = os.environ.get(STAGE_VARIABLE)
    if declared and Path(declared).parent.name == read_spec(folder).study.key:
        return _stage_of_run(folder, Path(declared), within)
    choice = Choice(within, edition, internal)
    spec = declared_spec(folder, choice)
    key = stage_key(spec, folder, choice)
    path = (outputs or outputs_folder(folder)) / spec.study.key / key[:12]
    if not (path / "cube").is_dir():
        compute_stage(spec, folder, path, choice, outputs=outputs)
    return Stage(spec, folder, path, key, Cube.load(path / "cube"))


@lru_cache(maxsize=1)
def _stage_of_run(folder: Path, path: Path, within: str | None) -> Stage:
    """The stage that a run made; a process that makes a page and its monitoring file loads it once."""
    cube = Cube.load(path / "cube")
    choice = Choice(within, cube.facts["edition"] or None, bool(cube.facts["internal"]))
    return Stage(declared_spec(folder, choice), folder, path, path.name, cube)


def declared_spec(folder: Path, choice: Choice) -> StudySpec:
    """The study's declaration, as it was at the chosen edition and for the chosen audience."""
    spec = read_spec(folder)
    edition = chosen_edition(spec, choice.edition)
    if edition is not None and is_earlier(spec, edition):
        spec = as_of(spec, edition, edition_files(spec, folder, edition))
    if choice.within is not None:
        places = spec.places.model_copy(update={"report_parent": choice.within})
        spec = spec.model_copy(update={"places": places})
    if choice.internal:
        spec = spec.model_copy(
            update={"disclosure": DisclosureSpec.model_construct(threshold=0, child_victims=0, reason=None)}
        )
    return spec


def compute_stage(
    spec: StudySpec, folder: Path, path: Path, choice: Choice, *, outputs: Path | None = None
) -> None:
    """Read, analyse, protect; then write `internal/` (validated tables) and `cube/` under `path`.

    Where an earlier edition is declared and not kept yet, another process computes it meanwhile.
    """
    declared = read_spec(folder)
    edition = chosen_edition(declared, choice.edition)
    before = edition_before(declared, spec.periods.cutoff)
    begun = start_stage(folder, outputs, choice._replace(edition=before.key)) if before else Begun()
    try:
        intake = _intake(spec, declared, folder, choice)
        now = snapshot(intake.tables, spec, edition=edition.key if edition else "", code=code_key("diaban"))
        results = _results(spec, declared, folder, choice, intake)
        _answer_meanwhile(results, begun)
    except BaseException:
        begun.stop()
        raise
    begun()
    earlier = keep_edition(folder, choice._replace(edition=before.key), outputs=outputs) if before else None
    cube, state = _built(results, declared, folder, choice, intake, earlier)
    if edition is not None:
        cube.frames.update(edition_frames(cube, spec, edition, now, earlier))
    _write(path / "internal", lambda target: _save_internal(intake, now, state, target))
    _write(path / "cube", cube.save)


def _answer_meanwhile(results: Results, begun: Begun) -> None:
    """Ask the questions of the cube while another process computes; what fails is said where it is needed."""
    for question in QUESTIONS:
        if not begun.going_on:
            return
        with suppress(Exception):
            getattr(results, question)


def keep_edition(folder: Path, choice: Choice, *, outputs: Path | None = None) -> Earlier:
    """What a later edition is compared with, and judged together with where it was given out: of a stage that
    is there, else computed and kept by itself."""
    declared = read_spec(folder)
    edition = edition_of(declared, str(choice.edition))
    spec = declared_spec(folder, choice)
    key = stage_key(spec, folder, choice)[:12]
    study = (outputs or outputs_folder(folder)) / spec.study.key
    whole, kept = study / key, study / "editions" / key
    before = edition_before(declared, spec.periods.cutoff)
    older = keep_edition(folder, choice._replace(edition=before.key), outputs=outputs) if before else None
    shared = edition.published and not choice.internal
    cube_in, rest_in = (whole, whole / "internal") if (whole / "cube").is_dir() else (kept, kept)
    if not (cube_in / "cube").is_dir():
        intake = _intake(spec, declared, folder, choice)
        now = snapshot(intake.tables, spec, edition=edition.key, code=code_key("diaban"))
        results = _results(spec, declared, folder, choice, intake)
        cube, state = _built(results, declared, folder, choice, intake, older, findings_only=not shared)
        cube.frames.update(edition_frames(cube, spec, edition, now, older))
        _write(kept / KEPT, lambda target: write_snapshot(now, target))
        _write(kept / LEDGER, state.save)
        _write(kept / "cube", cube.save)
    cube = Cube.load(cube_in / "cube")
    published = older.published if older else ()
    if shared:
        published = (Published(edition.key, cube, LedgerState.load(rest_in / LEDGER)), *published)
    return Earlier(edition, cube, read_snapshot(rest_in / KEPT), published)


def _intake(spec: StudySpec, declared: StudySpec, folder: Path, choice: Choice) -> Intake:
    """The tables of the chosen edition."""
    edition = chosen_edition(declared, choice.edition)
    if edition is not None and is_earlier(declared, edition):
        return read_edition(declared, folder, edition)[1]
    return read_tables(spec, folder)


def _results(spec: StudySpec, declared: StudySpec, folder: Path, choice: Choice, intake: Intake) -> Results:
    """The questions of the chosen edition and audience; a shared one keeps the periods that were closed."""
    if choice.internal:
        return Results(spec, intake.tables)
    return Results(spec, with_closed_periods(intake.tables, spec, declared, folder))


def _built(
    results: Results,
    declared: StudySpec,
    folder: Path,
    choice: Choice,
    intake: Intake,
    earlier: Earlier | None,
    *,
    findings_only: bool = False,
) -> Built:
    """The cube of the chosen edition and audience; a shared one is protected together with what was given
    out."""
    published = earlier.published if earlier and not choice.internal else ()
    built = build_cube(
        results,
        intake.card,
        folder,
        findings_only=findings_only,
        earlier=[(one.edition, one.state) for one in published],
    )
    edition = chosen_edition(declared, choice.edition)
    closed = published_before(declared, results.spec.periods.cutoff) if published else []
    built.cube.facts.update(
        edition=edition.key if edition else "",
        internal=choice.internal,
        closed_by=closed[0].key if closed else "",
    )
    return built


def _write(target: Path, save) -> None:
    """Fill a folder beside `target` and put it there when it is whole."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    unfinished.mkdir(parents=True)
    try:
        save(unfinished)
        swap_directory(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _save_internal(intake: Intake, now: Snapshot, state: LedgerState, target: Path) -> None:
    for name, frame in intake.tables.present().items():
        frame.to_parquet(target / f"{name}.parquet")
    intake.quarantine.astype("str").to_parquet(target / "quarantine.parquet")
    write_snapshot(now, target / KEPT)
    state.save(target / LEDGER)
