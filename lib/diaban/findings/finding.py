"""A finding: one statement about one locality, with what it rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal

Strength = Literal["strong", "moderate", "weak", "insufficient"]


@dataclass(frozen=True)
class Finding:
    """What is said about a locality, and why it may be said.

    `statement` and `action` and `alternatives` are keys of the sentence files; `facts` hold the raw
    values that fill them. `rule` is the row of the written rule that decided the strength, where one did.
    `evidence` names the rows that it rests on as "table/locality/stream/...".
    """

    locality: str
    question: str
    statement: str
    stream: str | None
    period: str
    strength: Strength
    rule: str = ""
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    comparison: float | None = None
    n: int | None = None
    evidence: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    action: str = "read_on"
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Stable name of the finding across runs of the same study."""
        parts = (self.locality, self.statement, self.stream, *self.factors)
        return "/".join(part for part in parts if part)

    def as_record(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {"key": self.key, **asdict(self)}
