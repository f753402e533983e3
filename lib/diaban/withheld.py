"""A question that the data cannot answer, with the reason and what would unlock it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import NoReturn

from diaban.language.catalogue import LANGUAGES, catalogue


@dataclass(frozen=True)
class Withheld:
    """A refused analysis. `reason` and `unlock` are keys of the `withheld` catalogue, filled by `fields`."""

    question: str
    reason: str
    unlock: str
    fields: dict[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        texts = catalogue("withheld")
        return " ".join(texts[key][language].format(**self.fields) for key in (self.reason, self.unlock))

    def __str__(self) -> str:
        return "\n".join(self.sentence(language) for language in LANGUAGES)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        lines = "<br>".join(escape(self.sentence(language)) for language in LANGUAGES)
        return f'<p style="border-left:4px solid #52636d;padding:4px 10px;margin:0">{lines}</p>'

    def __getattr__(self, name: str) -> NoReturn:
        """Whoever goes on as if there were an answer (`.head()`) reads why there is none."""
        raise AttributeError(name if name.startswith("_") else f"{self.question}.{name}: {self}")
