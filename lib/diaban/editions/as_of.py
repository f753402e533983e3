"""The declaration of a study as it stood at the cut-off of an edition."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

import pandas as pd

from diaban.calendars import calendar
from diaban.errors import DiabanError
from diaban.spec.editions import EditionSpec
from diaban.spec.model import Block, PeriodsSpec, StudySpec
from diaban.spec.source import SourceSpec


def edition_of(spec: StudySpec, key: str) -> EditionSpec:
    """The declared edition of this key."""
    known = {edition.key: edition for edition in spec.editions}
    if key not in known:
        raise DiabanError("edition_unknown", edition=key, known=", ".join(known) or "-")
    return known[key]


def as_of(spec: StudySpec, edition: EditionSpec, files: Collection[str] = ()) -> StudySpec:
    """`spec` as it stood at the cut-off of `edition`.

    Its periods end with the one that holds the cut-off; blocks keep the periods that were complete, and take
    their name from these where some fall away; changes of places that came later are not known yet. files:
    names of the files in the edition's folder (see `redirected`).

    Raises DiabanError for a cut-off after that of the study, or before its first period had ended.
    """
    periods = _periods_then(spec.periods, edition)
    changes = [change for change in spec.places.changes if change.on <= edition.cutoff]
    return redirected(spec, edition, files).model_copy(
        update={"periods": periods, "places": spec.places.model_copy(update={"changes": changes})}
    )


def redirected(spec: StudySpec, edition: EditionSpec, files: Collection[str]) -> StudySpec:
    """`spec` that reads, of the sources with the name of one of `files`, the file in the edition's folder.

    A source of many files (`{period}` or `*` in its name) is redirected as a whole as soon as one of them is
    there.
    """
    if edition.folder is None or not files:
        return spec
    folder = PurePosixPath(edition.folder)
    sources = [
        source.model_copy(update={"path": str(folder / PurePosixPath(source.path).name)})
        if _held(source, files)
        else source
        for source in spec.sources
    ]
    return spec.model_copy(update={"sources": sources})


def _held(source: SourceSpec, files: Collection[str]) -> bool:
    pattern = re.sub(r"\{period\}", "*", PurePosixPath(source.path).name)
    return any(fnmatchcase(name, pattern) for name in files)


def _periods_then(spec: PeriodsSpec, edition: EditionSpec) -> PeriodsSpec:
    if edition.cutoff > spec.cutoff:
        raise DiabanError(
            "edition_after_cutoff", edition=edition.key, cutoff=edition.cutoff, last=spec.cutoff
        )
    rule = calendar(spec.calendar)
    begun = [
        number
        for number in range(rule.number(spec.first), rule.number(spec.last) + 1)
        if rule.start(number) <= pd.Timestamp(edition.cutoff)
    ]
    complete = [rule.key(n) for n in begun if _last_day(rule.start(n + 1)) <= edition.cutoff]
    if not complete:
        first = _last_day(rule.start(rule.number(spec.first) + 1))
        raise DiabanError("edition_too_early", edition=edition.key, cutoff=edition.cutoff, first=first)
    blocks = {block.key: _trimmed(block, complete) for block in spec.blocks}
    kept = [block for block in blocks.values() if block.periods]
    if not kept:
        kept = [Block(key=complete[-1], periods=[complete[-1]])]
    report, baseline = _report_and_baseline(spec, blocks, kept)
    return spec.model_copy(
        update={
            "last": rule.key(begun[-1]),
            "cutoff": edition.cutoff,
            "blocks": kept,
            "report": report,
            "baseline": baseline,
            "files": [period for period in spec.files if period in complete],
        }
    )


def _last_day(after: pd.Timestamp) -> date:
    return (after - pd.Timedelta(days=1)).date()


def _trimmed(block: Block, complete: list[str]) -> Block:
    """The complete periods of a block, which are in order; a shorter block is named by its ends."""
    periods = [period for period in block.periods if period in complete]
    if not periods or len(periods) == len(block.periods):
        return block.model_copy(update={"periods": periods})
    key = periods[0] if len(periods) == 1 else f"{periods[0]}-{periods[-1]}"
    return Block(key=key, periods=periods)


def _report_and_baseline(spec: PeriodsSpec, blocks: dict[str, Block], kept: list[Block]) -> tuple[str, str]:
    """The declared blocks as far as they were there, else the last one and the one before it."""
    keys = [block.key for block in kept]
    report = blocks[spec.report].key if blocks[spec.report].periods else keys[-1]
    baseline = blocks[spec.baseline].key if blocks[spec.baseline].periods else keys[0]
    if baseline == report:
        baseline = keys[max(keys.index(report) - 1, 0)]
    return report, baseline
