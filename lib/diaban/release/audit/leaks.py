"""What an audit finds: the leaks, and the certificate of a release without any."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal[
    "told",  # a range narrower than the rules promise, whatever gives it
    "closed_in",  # a small count that whoever knows which counts are small knows nearly
    "hidden_value",  # a number that is, or follows from, a count that nobody is shown
    "small_count",  # a count below the threshold
    "hidden_row",  # a number in a row that says that it is hidden
    "reason",  # a reason for a missing number that tells the number
    "not_audited",  # a statement of which nobody can say how much it tells
    "replayed",  # a statement about all localities that only few hidden counts agree with
    "claim",  # a number in a sentence that stands nowhere else
    "not_as_registered",  # a number that is not what the register says it is
    "unregistered",  # a frame, column or fact of which nobody has said what it tells
    "unknown_cell",  # a number that is about a count which the ledger does not know
    "too_fine",  # a row finer than the rules allow, whatever it says
    "internal",  # a cube of exact counts, which is for the office alone
    "contradiction",  # editions or figures that cannot all be true
]
"""Kinds of leaks. All of them stop a release, in an earlier edition those that are not of TOLD_BEFORE."""

TOLD_BEFORE = frozenset(
    {"hidden_value", "small_count", "hidden_row", "reason", "not_audited", "replayed", "claim"}
)
"""What an earlier edition told cannot be taken back. It is attacked together with all the rest (a statement
that is not audited as if it told the counts themselves), and stops a release that adds to it; all other kinds
say that nobody knows what the earlier edition told."""


@dataclass(frozen=True)
class Leak:
    """One thing that must not leave.

    cell: name of the count ("" where it is not about one). frame, row, column: where it stands ("" where
    nothing stands, but follows). lower, upper: what is told of the count; needed: the width that it must
    keep. given_by: the figures that give it away, "frame[row].column" or names of shown cells.
    """

    kind: Kind
    cell: str = ""
    frame: str = ""
    row: str = ""
    column: str = ""
    edition: str = ""
    lower: float | None = None
    upper: float | None = None
    needed: float | None = None
    given_by: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.frame}[{self.row}].{self.column}" if self.frame else ""

    def as_record(self) -> dict[str, Any]:
        """Only texts, numbers and lists, fit for JSON."""
        return asdict(self) | {"given_by": list(self.given_by)}


@dataclass(frozen=True)
class Audit:
    """leaks: empty where the release may leave. certificate: what was attacked, and the narrowest range.
    told_before: what earlier editions gave away by themselves. protected: how many counts must stay
    uncertain; for the office alone, as it tells how many of the hidden ones are small."""

    leaks: list[Leak]
    certificate: dict[str, Any] = field(default_factory=dict)
    told_before: list[Leak] = field(default_factory=list)
    protected: int = 0

    @property
    def ok(self) -> bool:
        return not self.leaks
