"""Read a study as it was at the cut-off of an edition."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from diaban.editions.as_of import as_of, redirected
from diaban.editions.known import known_then
from diaban.errors import DiabanError
from diaban.intake.read import read_tables
from diaban.intake.tables import Intake
from diaban.spec.editions import EditionSpec
from diaban.spec.model import StudySpec


def read_edition(spec: StudySpec, folder: str | Path, edition: EditionSpec) -> tuple[StudySpec, Intake]:
    """(the declaration as of the edition, its tables), from the files of the study in `folder`.

    Files of the edition's own folder stand for those of the same name. Quarantine and data card tell of the
    files as they are, rows of after the cut-off among them, which are no fault.

    Raises DiabanError where the edition's folder is missing or holds nothing that the study reads.
    """
    files = edition_files(spec, folder, edition)
    then = as_of(spec, edition, files)
    reading = redirected(spec, edition, files).model_copy(update={"places": then.places})
    intake = read_tables(reading, folder)
    tables = known_then(intake.tables, then)
    later = intake.tables.periods["period"][~intake.tables.periods["period"].isin(tables.periods["period"])]
    return then, replace(_without_later(intake, list(later)), tables=tables)


def _without_later(intake: Intake, later: list[str]) -> Intake:
    """No fault of the cells that were made for later periods, whose population need not be known yet."""
    faults = intake.quarantine
    made = (faults["reason"] == "intake_row_without_population") & faults["row"].isna()
    ahead = faults["value"].astype("str").str.rsplit(" / ", n=1).str[-1].isin(later)
    kept = faults[~(made & ahead)].reset_index(drop=True)
    reasons = kept.groupby(["table", "reason"], as_index=False).size().rename(columns={"size": "rows"})
    return replace(intake, quarantine=kept, card=replace(intake.card, reasons=reasons))


def edition_files(spec: StudySpec, folder: str | Path, edition: EditionSpec) -> list[str]:
    """Names of the files in the edition's folder, in order; none where it has no folder."""
    if edition.folder is None:
        return []
    where = Path(folder) / edition.folder
    if not where.is_dir():
        raise DiabanError("edition_folder_missing", edition=edition.key, folder=where)
    files = sorted(path.name for path in where.iterdir() if path.is_file())
    if redirected(spec, edition, files) == spec:
        found = ", ".join(files) or "-"
        raise DiabanError("edition_folder_empty", edition=edition.key, folder=where, found=found)
    return files
