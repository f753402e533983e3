"""A question that the data cannot answer, with the reason and what would unlock it."""

from __future__ import annotations

from dataclasses import dataclass, field

from diaban.language.catalogue import catalogue


@dataclass(frozen=True)
class Withheld:
    """A refused analysis. `reason` and `unlock` are keys of the `withheld` catalogue, filled from `fields`."""

    question: str
    reason: str
    unlock: str
    fields: dict[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        texts = catalogue("withheld")
        return " ".join(texts[key][language].format(**self.fields) for key in (self.reason, self.unlock))
