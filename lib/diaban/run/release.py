"""`diaban release`: run, audit, build again, read again, and only then the archive."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diaban.errors import DiabanError
from diaban.release.certificate import certificate_files, certificate_record
from diaban.release.cube import Cube
from diaban.release.published import Published
from diaban.release.review import every_finding, to_review
from diaban.run.archive import contents, copy_shared, write_archive
from diaban.run.atomic import write_text
from diaban.run.choice import Choice
from diaban.run.choices import language_of, period_of
from diaban.run.compute import keep_edition
from diaban.run.conductor import run_study
from diaban.run.given_out import given_out, keep_given_out
from diaban.run.plan import plan_stage
from diaban.run.rebuild import rebuild
from diaban.run.release_stops import leaks_in_words
from diaban.run.released import RELEASES, all_released
from diaban.run.review_file import read_reviews
from diaban.run.reviewed import open_finding, reviewed
from diaban.run.second_reading import second_reading, told_though_withheld
from diaban.run.stage import Stage, open_stage
from diaban.spec import read_spec

if TYPE_CHECKING:
    from diaban.release.audit import Audit


@dataclass(frozen=True)
class Release:
    """What became of a release. archive: None where something stopped it. stops: what did, each in words.
    open: how many findings nobody has decided about. certificate: what the archive says of itself. earlier:
    how many other releases of the study were given out before, all of them reckoned with."""

    archive: Path | None
    stops: list[DiabanError] = field(default_factory=list)
    open: int = 0
    certificate: dict[str, Any] = field(default_factory=dict)
    earlier: int = 0

    @property
    def ok(self) -> bool:
        return self.archive is not None


@dataclass(frozen=True)
class _Asked:
    folder: Path
    choice: Choice
    period: str
    language: str
    final: bool
    outputs: Path | None
    jobs: int | None


def release_study(
    folder: Path,
    *,
    outputs: Path | None = None,
    final: bool = False,
    edition: str | None = None,
    within: str | None = None,
    period: str | None = None,
    language: str | None = None,
    jobs: int | None = None,
) -> Release:
    """Make the archive of the study in `folder` that may leave the office: `releases/<name>.zip`.

    final: refused while a finding waits for a decision. edition, within, period, jobs: as for `run_study`;
    language: "vi", "en", or all of the study's (None). Nothing is written where anything stops it.

    Raises DiabanError for a study or a `review.toml` that is not right, `release_internal` for a run with
    exact counts, `release_rebuild` where the pages cannot be made again.
    """
    spec, choice = read_spec(folder), Choice(within, edition)
    language = "all" if language in (None, "all") else language_of(spec, language)
    asked = _Asked(folder, choice, period_of(spec, period), language, final, outputs, jobs)
    read_reviews(folder)
    stage = open_stage(folder, outputs=outputs, **choice._asdict())
    if stage.internal:
        raise DiabanError("release_internal", folder=stage.path.name)
    made = every_finding(stage.spec, stage.cube, period=asked.period)
    waiting = to_review(made, read_reviews(folder))
    if final and waiting:
        return Release(None, [open_finding(stage, finding) for finding in waiting], len(waiting))
    report = run_study(
        folder,
        outputs=outputs,
        period=asked.period,
        language=language,
        jobs=jobs,
        stage=stage,
        **choice._asdict(),
    )
    if report.failed:
        return Release(None, [DiabanError("release_no_page", page=one.name) for one in report.failed])
    return _judged(stage, asked, len(waiting))


def _judged(stage: Stage, asked: _Asked, waiting: int) -> Release:
    """The release, if neither the audit nor a second reading of its files finds a reason against it."""
    found = audited(stage, asked.folder, asked.choice, outputs=asked.outputs)
    if not found.ok:
        return Release(None, leaks_in_words(found.leaks, asked.folder), waiting)
    with tempfile.TemporaryDirectory(prefix="diaban-") as scratch:
        built, again = Path(scratch) / "built", Path(scratch) / "again"
        copy_shared(stage.path, built)
        copy_shared(_rebuilt(stage, asked, Path(scratch) / "study"), again)
        record = _record(stage, asked, found.certificate, files=len(contents(built)), waiting=waiting)
        alone = certificate_files(stage.spec, record)
        for name, text in alone.items():
            write_text(built / name, text)
        stops = [
            *second_reading(stage, built, again, list(alone)),
            *told_though_withheld(stage, asked.period, built),
        ]
        if stops:
            return Release(None, stops, waiting, record)
        others = sum(one.key != stage.path.name for one in all_released(stage.path.parent))
        return Release(_write(stage, built, record["release"]), [], waiting, record, others)


def audited(stage: Stage, folder: Path, choice: Choice, *, outputs: Path | None = None) -> Audit:
    """The audit of a stage beside all that was given out before: editions that the study declares, and
    whatever else was released."""
    from diaban.release.audit import audit

    now = Published(str(stage.cube.facts["edition"]), Cube.load(stage.path / "cube"), stage.ledger)
    before = plan_stage(folder, choice, outputs=outputs).before
    declared = list(keep_edition(before).published) if before else []
    earlier = [*declared, *given_out(stage, [now, *declared])]
    return audit(now, earlier, victims=stage.spec.disclosure.of_victims)


def _rebuilt(stage: Stage, asked: _Asked, root: Path) -> Path:
    """The folder of the run that was made again from the cube."""
    return rebuild(
        stage,
        root,
        period=asked.period,
        language=asked.language,
        within=asked.choice.within,
        edition=asked.choice.edition,
        jobs=asked.jobs,
    )


def _record(
    stage: Stage, asked: _Asked, audited: Mapping[str, Any], *, files: int, waiting: int
) -> dict[str, Any]:
    """What the certificate says of this release."""
    languages = [*stage.spec.study.languages] if asked.language == "all" else [asked.language]
    return certificate_record(
        reviewed(stage, asked.period).cube,
        stage.spec,
        audited,
        name=_name(stage, asked),
        final=asked.final,
        period=asked.period,
        languages=languages,
        files=files,
        waiting=waiting,
    )


def _name(stage: Stage, asked: _Asked) -> str:
    """Study, edition, period, larger locality and state."""
    edition = stage.cube.facts["edition"] or stage.spec.periods.cutoff.isoformat()
    parts = (
        stage.spec.study.key,
        edition,
        asked.period,
        asked.choice.within,
        "final" if asked.final else "draft",
    )
    return "_".join(re.sub(r"[^\w.-]+", "-", str(part)) for part in parts if part)


def _write(stage: Stage, built: Path, name: str) -> Path:
    """The archive, once what it tells is kept for the releases to come."""
    path = stage.path.parent / RELEASES / f"{name}.zip"
    keep_given_out(stage, name)
    write_archive(built, path)
    return path
