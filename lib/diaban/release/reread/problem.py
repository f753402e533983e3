"""What is wrong with a file that would leave the office."""

from __future__ import annotations

from typing import NamedTuple

from diaban.language.catalogue import catalogue

LONGEST = 120
"""Characters of what was found that a message repeats."""


class Problem(NamedTuple):
    """file: path inside the release, `outer!inner` inside an archive. where: the place in it. kind: a key of
    `language/reread.toml`. found: the text, number or name that stops the release."""

    file: str
    where: str
    kind: str
    found: str

    def message(self, language: str) -> str:
        """One line: file, place, what is wrong, and what was found."""
        said = catalogue("reread")[self.kind][language]
        found = self.found if len(self.found) <= LONGEST else self.found[:LONGEST] + "…"
        place = f"{self.file}, {self.where}" if self.where else self.file
        return f"{place}: {said}" + (f": {found}" if found else ".")
