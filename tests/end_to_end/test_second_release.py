"""A second release after a correction of the data: nobody who has both can tell the case."""

from __future__ import annotations

import shutil

import pytest
from study_folder import StudyFolder

from diaban.release.audit import audit
from diaban.release.audit.leaks import Audit
from diaban.release.ledger.joined import CHANGE
from diaban.release.published import Published
from diaban.run.choice import Choice
from diaban.run.compute import keep_edition
from diaban.run.given_out import given_out, keep_given_out
from diaban.run.plan import plan_stage
from diaban.run.stage import Stage, open_stage


def open_of(study: StudyFolder, **choice) -> Stage:
    return open_stage(study.folder, outputs=study.folder.parents[1] / "outputs", **choice)


def audited(study: StudyFolder, stage: Stage, **choice) -> Audit:
    """Its audit, together with declared editions and with all that was given out."""
    outputs = study.folder.parents[1] / "outputs"
    before = plan_stage(study.folder, Choice(**choice), outputs=outputs).before
    declared = list(keep_edition(before).published) if before else []
    now = Published(str(stage.cube.facts["edition"]), stage.cube, stage.ledger)
    return audit(now, [*declared, *given_out(stage, [now, *declared])])


def different(one: Stage, other: Stage) -> list[str]:
    assert one.cube.frames.keys() == other.cube.frames.keys()
    return [name for name, frame in one.cube.frames.items() if not frame.equals(other.cube[name])]


def counted(stage: Stage) -> set[str]:
    """The cells of its ledger that are not changes from one edition to another."""
    return {cell for cell in stage.ledger.counts.index if not cell.startswith(CHANGE)}


def take_out(study: StudyFolder, year: str) -> None:
    """One case of a year is struck from the register."""
    rows = study.rows("cases")
    key = next(row["case_key"] for row in rows if row["reported_on"].startswith(year))
    for table in ("cases", "persons", "cause_codes", "process_events"):
        study.change(table, lambda _, row: None if row["case_key"] == key else row)


@pytest.fixture
def released(province: StudyFolder) -> tuple[StudyFolder, Stage]:
    stage = open_of(province)
    keep_given_out(stage, "first")
    return province, stage


def test_a_correction_is_told_by_nobody(released) -> None:
    study, first = released
    assert open_of(study).path == first.path, "the release itself adds nothing"
    for year in ("2022", "2024"):
        take_out(study, year)
    second = open_of(study)
    assert second.path != first.path
    assert different(first, second) == []
    assert counted(second) == counted(first), "no count stands twice"
    assert audited(study, second).leaks == []
    keep_given_out(second, "second")
    assert open_of(study).path == second.path
    shutil.rmtree(second.path.parent / "released")
    assert "late_reports" in different(first, open_of(study)), "or there was nothing to hide"
