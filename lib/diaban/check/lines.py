"""The lines of a check: a mark, and one sentence a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from diaban.errors import DiabanError
from diaban.language.catalogue import LANGUAGES, catalogue

Mark = Literal["right", "wrong", "mind", "plain"]


@dataclass(frozen=True)
class Line:
    """One thing that was looked at. `detail` stands below it as it is: columns, example rows."""

    mark: Mark
    texts: Mapping[str, str]
    detail: tuple[str, ...] = ()


@dataclass
class Part:
    """One stretch of the walk, in the order in which a study is put right."""

    heading: Mapping[str, str]
    lines: list[Line] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        return any(line.mark == "wrong" for line in self.lines)


def part(key: str) -> Part:
    return Part(catalogue("check")[f"heading_{key}"])


def say(mark: Mark, key: str, **fields: object) -> Line:
    """A line of the catalogue `check`, filled from `fields`."""
    texts = catalogue("check")[key]
    return Line(mark, {language: texts[language].format(**fields) for language in LANGUAGES})


def fault(error: DiabanError) -> Line:
    """A structural fault as a line."""
    return Line("wrong", {language: error.message(language) for language in LANGUAGES})
