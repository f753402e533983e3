"""What has become of the findings of earlier editions: new, confirmed, stronger, weaker, withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from diaban.findings.locality import STRENGTH_ORDER

FAMILIES = {
    "cause_over": "cause",
    "cause_disputed": "cause",
    "cause_hint": "cause",
    "area_factor": "area",
    "area_fragile": "area",
}
"""Statements that say the same of a factor with more or less support; any other stands for itself."""
NEW, CONFIRMED, STRONGER, WEAKER, WITHDRAWN = "new", "confirmed", "stronger", "weaker", "withdrawn"
_SUBJECT = ["locality", "family", "stream", "subject"]
_TEXT = [
    "edition",
    "earlier",
    "first",
    "since",
    "key",
    "locality",
    "family",
    "statement",
    "stream",
    "subject",
]
_TEXT += ["strength", "earlier_strength", "status"]
_NUMBERS = ["estimate", "earlier_estimate"]
COLUMNS = [*_TEXT, *_NUMBERS, "again"]


def findings_history(
    editions: Sequence[tuple[str, Iterable[Mapping]]], *, families: Mapping[str, str] = FAMILIES
) -> pd.DataFrame:
    """The findings of each edition against those of the one before, carried over all editions.

    editions: (key, findings as records: locality, statement, stream, factors, strength, [estimate], [key]),
    oldest first. A finding is the same one where locality, family of its statement, stream and factors are.

    Returns one row an edition and finding of that or of the edition before: edition; earlier (the edition it
    is compared with, missing for a new one); first (the edition that had it first); since (the first of those
    that had it without a break); key, locality, family, statement, stream, subject, strength,
    earlier_strength, status, estimate, earlier_estimate, and again (a new one that an edition had before and
    withdrew). A locality that an edition does not speak of is passed over: silence withdraws nothing.
    """
    latest: dict[str, dict[tuple, dict]] = {}
    origins: dict[tuple, str] = {}
    rows: list[dict] = []
    for edition, records in editions:
        found = _by_locality(records, families)
        for locality, here in found.items():
            earlier = latest.get(locality, {})
            rows += _compared(edition, here, earlier, origins)
            latest[locality] = here
    frame = pd.DataFrame(rows, columns=COLUMNS)
    kinds = dict.fromkeys(_TEXT, "str") | dict.fromkeys(_NUMBERS, "float64") | {"again": "bool"}
    return frame.astype(kinds)


def latest_history(history: pd.DataFrame) -> pd.DataFrame:
    """The rows of each locality's newest edition, of a history whose editions come oldest first."""
    newest = history.groupby("locality")["edition"].transform("last")
    return history[history["edition"] == newest].reset_index(drop=True)


def _by_locality(records: Iterable[Mapping], families: Mapping[str, str]) -> dict[str, dict[tuple, dict]]:
    """locality -> what identifies a finding -> the finding; of several the strongest."""
    found: dict[str, dict[tuple, dict]] = {}
    for record in records:
        subject = "/".join(record.get("factors") or ()) or None
        family = families.get(record["statement"], record["statement"])
        identity = (record["locality"], family, record.get("stream"), subject)
        own = dict(record) | {"family": family, "subject": subject}
        here = found.setdefault(record["locality"], {})
        if identity not in here or _rank(own) < _rank(here[identity]):
            here[identity] = own
    return found


def _compared(
    edition: str, here: dict[tuple, dict], earlier: dict[tuple, dict], origins: dict[tuple, str]
) -> list[dict]:
    rows = []
    for identity, finding in here.items():
        again = identity in origins and identity not in earlier
        first = origins.setdefault(identity, edition)
        old = earlier.get(identity)
        finding |= {"edition": edition, "since": old["since"] if old else edition}
        status = NEW if old is None else _status(finding, old)
        rows.append(_row(edition, finding, old, first, status, again))
    for identity, old in earlier.items():
        if identity not in here:
            rows.append(_row(edition, old, old, origins[identity], WITHDRAWN, False) | {"strength": None})
    return rows


def _row(edition: str, finding: dict, old: dict | None, first: str, status: str, again: bool) -> dict:
    old_one = old or {}
    return {
        **{name: finding.get(name) for name in (*_SUBJECT, "statement", "strength", "since", "key")},
        "edition": edition,
        "earlier": old_one.get("edition"),
        "first": first,
        "earlier_strength": old_one.get("strength"),
        "status": status,
        "estimate": None if status == WITHDRAWN else finding.get("estimate"),
        "earlier_estimate": old_one.get("estimate"),
        "again": again,
    }


def _status(finding: Mapping, old: Mapping) -> str:
    now, then = _rank(finding), _rank(old)
    return CONFIRMED if now == then else STRONGER if now < then else WEAKER


def _rank(finding: Mapping) -> int:
    return STRENGTH_ORDER.index(finding["strength"])
