"""Which state of a study a stage is made of: for which localities, of which edition, for whom."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from diaban.editions import edition_of
from diaban.spec import StudySpec
from diaban.spec.editions import EditionSpec


class Choice(NamedTuple):
    """within: code of the locality whose localities are reported. edition: its key; None is the study as its
    files are now. internal: exact counts, for the office alone."""

    within: str | None = None
    edition: str | None = None
    internal: bool = False


def chosen_edition(spec: StudySpec, key: str | None) -> EditionSpec | None:
    """The edition of this key; without one, the one whose cut-off is that of the study, if any is."""
    if key is not None:
        return edition_of(spec, key)
    return next((e for e in spec.editions if e.cutoff == spec.periods.cutoff), None)


def is_earlier(spec: StudySpec, edition: EditionSpec) -> bool:
    """Whether the study has to be read as of another day, or from a folder of the edition's own."""
    return edition.cutoff != spec.periods.cutoff or edition.folder is not None


def edition_before(spec: StudySpec, cutoff: date) -> EditionSpec | None:
    """The newest edition with a cut-off before this one."""
    older = [e for e in spec.editions if e.cutoff < cutoff]
    return max(older, key=lambda e: e.cutoff, default=None)


def latest_name(declared: StudySpec, edition: str | None, *, internal: bool) -> str:
    """The name under which the newest run of an edition, for an audience, is found: `latest`,
    `latest-internal`, `latest-<edition>` where the edition is not the newest."""
    chosen = chosen_edition(declared, edition)
    older = chosen is not None and chosen.cutoff != declared.periods.cutoff
    return "-".join(
        ["latest", *([chosen.key] if chosen and older else []), *(["internal"] if internal else [])]
    )
