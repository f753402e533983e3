"""What has changed since the edition before: in counts, and in findings."""

from __future__ import annotations

import json
from typing import NamedTuple

import pandas as pd

from diaban.editions import Snapshot, declared_changes, edition_changes, findings_history
from diaban.editions.changes import CORRECTIONS
from diaban.release.cells import WHOLE
from diaban.release.cube import Cube
from diaban.release.published import Published
from diaban.release.review import every_finding
from diaban.release.words_of import words_of
from diaban.spec import StudySpec
from diaban.spec.editions import EditionSpec

ALL = "*"
STEPS = ["corrections", "late_reports", "new_cases"]
RECORD = ("locality", "statement", "stream", "factors", "strength", "estimate", "key")


class Earlier(NamedTuple):
    """The edition before: what was declared of it, its protected cube, what it counted (internal), and what
    was given out up to then, newest first."""

    edition: EditionSpec
    cube: Cube
    snapshot: Snapshot
    published: tuple[Published, ...] = ()


def edition_frames(
    cube: Cube, spec: StudySpec, edition: EditionSpec, now: Snapshot, earlier: Earlier | None
) -> dict[str, pd.DataFrame]:
    """findings_log (of this edition and all before), editions and, with an earlier one, edition_changes,
    edition_rules, findings_history."""
    log = _log(cube, spec, edition.key)
    if earlier is None:
        return {"findings_log": log, "editions": _editions([edition])}
    log = pd.concat([earlier.cube["findings_log"], log], ignore_index=True)
    frames = {"findings_log": log, "editions": _editions([earlier.edition, edition])}
    frames["edition_changes"] = _changes(spec, earlier, now)
    frames["edition_rules"] = declared_changes(earlier.snapshot, now)
    history = findings_history([(key, _records(rows)) for key, rows in log.groupby("edition", sort=False)])
    newest = history[history["edition"] == edition.key]
    frames["findings_history"] = newest.merge(_claims(log), on="key", how="left", validate="many_to_one")
    return frames


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


def _changes(spec: StudySpec, earlier: Earlier, now: Snapshot) -> pd.DataFrame:
    """From the counts of the edition before to those of this one: the reported block, and all periods ("*").

    Columns locality, stream, period, before, the parts of the corrections, corrections, late_reports,
    new_cases, after, hidden. For sharing a step below the threshold has no number, nor has the count before:
    the difference would be it; of the block only a step that leaves the other periods none or many. Of a
    locality nothing is shown, as nearly every step is that small.
    """
    every = {*earlier.snapshot.exposed["period"], *now.exposed["period"]}
    of_block = edition_changes(earlier.snapshot, now, pooled=spec.block_of())
    table = pd.concat(
        [
            edition_changes(earlier.snapshot, now, pooled=dict.fromkeys(every, ALL)),
            of_block[of_block["period"] == spec.periods.report],
        ],
        ignore_index=True,
    )
    table = table.assign(corrections=table[CORRECTIONS].sum(axis=1, min_count=1))
    threshold = spec.disclosure.threshold
    if threshold == 0:
        return table.assign(hidden=False)
    known = table[STEPS].abs().ge(threshold).where(table["locality"] == WHOLE, other=False)
    known &= _rest_is_large(table, threshold)
    for name in STEPS:
        table[name] = table[name].astype("Int64").where(known[name])
    all_known = known.all(axis=1)
    table["before"] = table["before"].astype("Int64").where(all_known)
    table["after"] = table["after"].astype("Int64").where(all_known)
    return table.drop(columns=CORRECTIONS).assign(hidden=~known.any(axis=1))


def _rest_is_large(table: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """For each step of a row whether what it leaves to the other periods is none, or not small."""
    keys = ["locality", "stream"]
    of_all = table[table["period"] == ALL].set_index(keys)[STEPS]
    rest = table.join(of_all.add_suffix("_all"), on=keys)
    parts = {name: (rest[f"{name}_all"] - rest[name]).abs() for name in STEPS}
    return pd.DataFrame({name: part.eq(0) | part.ge(threshold) for name, part in parts.items()}).fillna(
        value=False
    )
