"""What is counted, and who could be affected: streams and populations at risk."""

from __future__ import annotations

from pydantic import Field

from diaban.spec.text import Declared, Key, Text, Words


class PopulationSpec(Declared):
    """A population at risk: the age bands of the `population` table that it sums."""

    label: Text
    age_bands: list[str] = Field(min_length=1)


class Definition(Declared):
    """The periods in which a stream is counted by one definition; `label` is how the source words it."""

    periods: list[str] = Field(min_length=1)
    label: Words


class StreamSpec(Declared):
    """A kind of offending counted separately.

    `select` picks case records: column -> accepted values. `keys` picks rows of an aggregated
    table by its own key. Only periods under the last of `definitions` are compared; where none
    is declared the definition never changed.
    """

    key: Key
    label: Text
    short: Text
    cases_noun: Text
    note: Text | None = None
    population: str
    select: dict[str, list[str]] = Field(default_factory=dict)
    keys: list[str] = Field(default_factory=list)
    definitions: list[Definition] = Field(default_factory=list)
    victims_are_children: bool = False

    def comparable(self, periods: list[str]) -> list[str]:
        """The periods among `periods` whose counts follow the newest definition."""
        return [p for p in periods if not self.definitions or p in self.definitions[-1].periods]
