"""Editions: a study as it was read at a cut-off, and what has changed from one to the next."""

from diaban.editions.as_of import as_of, edition_of
from diaban.editions.changes import declared_changes, edition_changes, waterfall_rows
from diaban.editions.history import findings_history, latest_history
from diaban.editions.known import OF_A_CASE, known_then
from diaban.editions.rate_changes import rate_changes
from diaban.editions.read import edition_files, read_edition
from diaban.editions.settled import published_before, settled, with_closed_periods
from diaban.editions.snapshot import Snapshot, snapshot
from diaban.editions.store import read_snapshot, write_snapshot

__all__ = [
    "OF_A_CASE",
    "Snapshot",
    "as_of",
    "declared_changes",
    "edition_changes",
    "edition_files",
    "edition_of",
    "findings_history",
    "known_then",
    "latest_history",
    "published_before",
    "rate_changes",
    "read_edition",
    "read_snapshot",
    "settled",
    "snapshot",
    "waterfall_rows",
    "with_closed_periods",
    "write_snapshot",
]
