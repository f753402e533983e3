"""How a stage is computed: read, analyse, protect together with what was given out, and keep."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from diaban.editions import (
    Snapshot,
    published_before,
    read_edition,
    read_snapshot,
    snapshot,
    with_closed_periods,
    write_snapshot,
)
from diaban.intake.card import DataCard
from diaban.intake.read import read_tables
from diaban.intake.tables import Intake
from diaban.release.build import Built, build_cube, localities_of
from diaban.release.cube import Cube
from diaban.release.ledger.state import LedgerState
from diaban.release.published import Published
from diaban.release.since import Earlier, edition_frames
from diaban.results import QUESTIONS, Results
from diaban.run.atomic import swap_directory
from diaban.run.choice import is_earlier
from diaban.run.keys import code_key
from diaban.run.plan import Plan
from diaban.run.stage_process import Begun, start_stage

KEPT = "edition"
"""Folder, below the internal one, of what a later edition is compared with."""

LEDGER = "ledger"
"""Folder, below the internal one, of what the release knows and hides."""


def compute_stage(plan: Plan, *, outputs: Path | None = None) -> None:
    """Read, analyse, protect; then write `internal/` (validated tables) and `cube/` of the run.

    Where an earlier edition is declared and not kept yet, another process computes it meanwhile.
    """
    before = plan.before
    begun = start_stage(plan.folder, outputs, before.choice) if before else Begun()
    try:
        intake = _intake(plan)
        now = _snapshot(plan, intake)
        results = _results(plan, intake)
        _answer_meanwhile(results, begun)
    except BaseException:
        begun.stop()
        raise
    begun()
    earlier = keep_edition(before) if before else None
    cube, state = built = _built(plan, intake, results, earlier)
    if plan.edition is not None:
        frames, state = edition_frames(built, plan.spec, plan.edition, now, earlier)
        cube.frames.update(frames)
    _write(plan.path / "internal", lambda target: _save_internal(intake, now, state, target))
    _write(plan.path / "cube", cube.save)


def _answer_meanwhile(results: Results, begun: Begun) -> None:
    """Ask the questions of the cube while another process computes; what fails is said where it is needed."""
    for question in QUESTIONS:
        if not begun.going_on:
            return
        with suppress(Exception):
            getattr(results, question)


def keep_edition(plan: Plan) -> Earlier:
    """What a later edition is compared with, and judged together with where it was given out: of a stage that
    is there, else computed and kept by itself."""
    assert plan.edition is not None
    whole, kept = plan.path, plan.study / "editions" / plan.path.name
    older = keep_edition(plan.before) if plan.before else None
    cube_in, rest_in = (whole, whole / "internal") if (whole / "cube").is_dir() else (kept, kept)
    if not (cube_in / "cube").is_dir():
        intake = _intake(plan)
        now = _snapshot(plan, intake)
        built = _built(plan, intake, _results(plan, intake), older, findings_only=not plan.shared)
        cube = built.cube
        frames, state = edition_frames(built, plan.spec, plan.edition, now, older)
        cube.frames.update(frames)
        _write(kept / KEPT, lambda target: write_snapshot(now, target))
        _write(kept / LEDGER, state.save)
        _write(kept / "cube", cube.save)
    cube = Cube.load(cube_in / "cube")
    published = older.published if older else ()
    if plan.shared:
        published = (Published(plan.edition.key, cube, LedgerState.load(rest_in / LEDGER)), *published)
    return Earlier(plan.edition, cube, read_snapshot(rest_in / KEPT), published)


def _snapshot(plan: Plan, intake: Intake) -> Snapshot:
    edition = plan.edition.key if plan.edition else ""
    return snapshot(intake.tables, plan.spec, edition=edition, code=code_key("diaban"))


def _intake(plan: Plan) -> Intake:
    """The tables of the chosen edition; where releases told of them, what these read of the register."""
    if plan.edition is not None and is_earlier(plan.declared, plan.edition):
        intake = read_edition(plan.declared, plan.folder, plan.edition)[1]
    else:
        intake = read_tables(plan.spec, plan.folder)
    return replace(intake, tables=plan.register(plan.edition, plan.spec, intake.tables))


def _results(plan: Plan, intake: Intake) -> Results:
    """The questions of the chosen edition and audience; a shared one keeps the periods that were closed."""
    if plan.choice.internal:
        return Results(plan.spec, intake.tables)
    closed = with_closed_periods(intake.tables, plan.spec, plan.declared, plan.folder, register=plan.register)
    return Results(plan.spec, closed)


def _built(
    plan: Plan, intake: Intake, results: Results, earlier: Earlier | None, *, findings_only: bool = False
) -> Built:
    """The cube of the chosen edition and audience; a shared one is protected together with what was given
    out."""
    published = earlier.published if earlier and not plan.choice.internal else ()
    places = localities_of(results)
    reported = places.loc[places["reported"], "locality"].tolist()
    released = [(one.label, one.state_beside(reported)) for one in plan.releases]
    built = build_cube(
        results,
        _card(plan, intake.card),
        plan.folder,
        findings_only=findings_only,
        earlier=[*((one.edition, one.state) for one in published), *released],
    )
    closed = published_before(plan.declared, results.spec.periods.cutoff) if published else []
    cutoffs = [one.cutoff for one in plan.releases if one.cutoff is not None and one.tables]
    built.cube.facts.update(
        edition=plan.edition.key if plan.edition else "",
        internal=plan.choice.internal,
        closed_by=closed[0].key if closed else "",
        released_until=max(cutoffs).isoformat() if cutoffs else "",
    )
    return built


def _card(plan: Plan, card: DataCard) -> DataCard:
    """The data card, which tells how many rows there were: of a register that is kept as it was released the
    number of then, and of any other source with fewer rows more or less than the threshold, as one case."""
    if not plan.releases:
        return card
    last = plan.releases[-1]
    then, now = last.cube["sources"], card.sources
    if then["table"].tolist() != now["table"].tolist():
        return card
    rows = ["rows", "kept", "quarantined"]
    by = (now[rows] - then[rows]).abs().fillna(0)  # no number was told: what it is now is rounded later
    as_then = (by.gt(0) & by.lt(plan.spec.disclosure.threshold)).any(axis=1)
    if last.cutoff == plan.spec.periods.cutoff:
        as_then |= now["table"].isin(last.tables)
    as_then &= then[rows].notna().all(axis=1)
    return replace(card, sources=now.assign(**{name: now[name].mask(as_then, then[name]) for name in rows}))


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
