"""What has changed since the edition before: in counts, and in findings."""

from __future__ import annotations

import json
from typing import NamedTuple

import pandas as pd

from diaban.editions import Snapshot, declared_changes, edition_changes, findings_history
from diaban.editions.changes import CORRECTIONS
from diaban.release.build import Built
from diaban.release.cells import WHOLE
from diaban.release.cube import Cube
from diaban.release.ledger.ledger import Ledger
from diaban.release.ledger.state import LedgerState
from diaban.release.published import Published
from diaban.release.review import every_finding
from diaban.release.tables.changes import STEPS, told_changes
from diaban.release.words_of import words_of
from diaban.spec import StudySpec
from diaban.spec.editions import EditionSpec

ALL = "*"
RECORD = ("locality", "statement", "stream", "factors", "strength", "estimate", "key")


class Earlier(NamedTuple):
    """The edition before: what was declared of it, its protected cube, what it counted (internal), and what
    was given out up to then, newest first."""

    edition: EditionSpec
    cube: Cube
    snapshot: Snapshot
    published: tuple[Published, ...] = ()


def edition_frames(
    built: Built, spec: StudySpec, edition: EditionSpec, now: Snapshot, earlier: Earlier | None
) -> tuple[dict[str, pd.DataFrame], LedgerState]:
    """findings_log (of this edition and all before), editions and, with an earlier one, edition_changes,
    edition_rules, findings_history; and what is known and told with them."""
    cube, state = built
    log = _log(cube, spec, edition.key)
    if earlier is None:
        return {"findings_log": log, "editions": _editions([edition])}, state
    log = pd.concat([earlier.cube["findings_log"], log], ignore_index=True)
    frames = {"findings_log": log, "editions": _editions([earlier.edition, edition])}
    frames["edition_changes"], state = _changes(spec, edition.key, earlier, now, state)
    frames["edition_rules"] = declared_changes(earlier.snapshot, now)
    history = findings_history([(key, _records(rows)) for key, rows in log.groupby("edition", sort=False)])
    newest = history[history["edition"] == edition.key]
    frames["findings_history"] = newest.merge(_claims(log), on="key", how="left", validate="many_to_one")
    return frames, state


def _claims(log: pd.DataFrame) -> pd.DataFrame:
    """What each finding says, in the words of the newest edition that had it."""
    claims = [name for name in log.columns if name.startswith("claim_")]
    return log.drop_duplicates("key", keep="last")[["key", *claims]]


def _log(cube: Cube, spec: StudySpec, edition: str) -> pd.DataFrame:
    """The findings of every locality as records, from protected frames: what the pages themselves say."""
    found = every_finding(spec, cube, period=spec.periods.report)
    records = [{name: finding.as_record()[name] for name in RECORD} for finding in found]
    frame = pd.DataFrame(records, columns=list(RECORD)).assign(edition=edition)
    for language in spec.study.languages:
        words = words_of(spec, cube, language)
        frame[f"claim_{language}"] = [words.say(finding).claim for finding in found]
    frame["factors"] = [json.dumps(list(factors)) for factors in frame["factors"]]
    return frame.astype({name: "float64" if name == "estimate" else "str" for name in frame.columns})


def _records(rows: pd.DataFrame) -> list[dict]:
    records = rows.drop(columns="edition").to_dict("records")
    return [
        record | {"factors": json.loads(record["factors"]), "stream": _known(record["stream"])}
        for record in records
    ]


def _known(value: object) -> object:
    return None if pd.isna(value) else value


def _editions(editions: list[EditionSpec]) -> pd.DataFrame:
    rows = [(e.key, e.label.vi, e.label.en, e.cutoff.isoformat(), e.kind) for e in editions]
    return pd.DataFrame(rows, columns=["edition", "label_vi", "label_en", "cutoff", "kind"]).astype("str")


def _changes(
    spec: StudySpec, edition: str, earlier: Earlier, now: Snapshot, state: LedgerState
) -> tuple[pd.DataFrame, LedgerState]:
    """From the counts of the edition before to those of this one: the reported block, and all periods ("*").

    Columns locality, stream, period, before, the parts of the corrections, corrections, late_reports,
    new_cases, after, hidden. For sharing a step has a number where the ledger lets it, and the counts before
    and after where all steps have. Of a locality nothing is shown, as nearly every step is small. Returns the
    state with what is told, too.
    """
    every = {*earlier.snapshot.exposed["period"], *now.exposed["period"]}
    blocks = spec.block_of()
    of_block = edition_changes(earlier.snapshot, now, pooled=blocks)
    table = pd.concat(
        [
            edition_changes(earlier.snapshot, now, pooled=dict.fromkeys(every, ALL)),
            of_block[of_block["period"] == spec.periods.report],
        ],
        ignore_index=True,
    )
    table = table.assign(corrections=table[CORRECTIONS].sum(axis=1, min_count=1))
    if spec.disclosure.threshold == 0:
        return table.assign(hidden=False), state
    ledger = Ledger.of(state)
    whole = table[table["locality"] == WHOLE]
    named = list(dict.fromkeys(blocks.values()))
    told = told_changes(ledger, whole, edition=edition, blocks=named, running=sorted(every - set(blocks)))
    told = told.reindex(table.index, fill_value=False)
    for name in STEPS:
        table[name] = table[name].astype("Int64").where(told[name])
    for name in ("before", "after"):
        table[name] = table[name].astype("Int64").where(told["all"])
    return table.drop(columns=CORRECTIONS).assign(hidden=~told.any(axis=1)), ledger.state
