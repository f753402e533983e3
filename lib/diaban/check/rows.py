"""Rows kept and refused by table and reason, each reason with its first examples."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from diaban.check.lines import Line, Mark, Part, part, say
from diaban.intake import Intake, explain
from diaban.language.catalogue import LANGUAGES
from diaban.places.hierarchy import ancestors
from diaban.spec import StudySpec

_EXAMPLES = 3


def rows_part(spec: StudySpec, intake: Intake) -> Part:
    """What came in and what was kept. Refused rows do not stop a run; they are named and do not count."""
    found = part("rows")
    found.lines.append(_places(spec, intake))
    found.lines.extend(_kept(intake.card.sources))
    found.lines.extend(_refused(intake.quarantine))
    return found


def _places(spec: StudySpec, intake: Intake) -> Line:
    report_of = ancestors(intake.tables.localities, spec.places.report_level)
    units = intake.tables.counts["locality"].unique()
    return say("right", "places", count=report_of.reindex(units).nunique(), units=len(units))


def _kept(sources: pd.DataFrame) -> Iterator[Line]:
    for table, rows in sources.groupby("table", sort=False):
        numbers = {name: int(rows[name].sum()) for name in ("rows", "kept", "quarantined", "set_aside")}
        mark: Mark = "mind" if numbers["quarantined"] else "right"
        key = "rows_aside" if numbers["set_aside"] else "rows_kept"
        yield say(mark, key, table=table, aside=numbers["set_aside"], **numbers)


def _refused(quarantine: pd.DataFrame) -> Iterator[Line]:
    for (table, _), rows in quarantine.groupby(["table", "reason"], sort=False):
        yield say("mind", "rows_refused", table=table, rows=len(rows))
        first = rows.head(_EXAMPLES)
        told = {language: explain(first, language) for language in LANGUAGES}
        yield from (Line("plain", {lang: said[i] for lang, said in told.items()}) for i in first.index)
