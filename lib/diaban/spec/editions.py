"""Editions: the study as it was read at a cut-off, for the reviews of mid-year and year-end."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from diaban.spec.text import Declared, Text


class EditionSpec(Declared):
    """A dated run of the study. `folder`: files as they were then, in place of those of the same name.

    published: whether its shared pages were given out, as is assumed; then later shared editions are judged
    together with it, and keep the figures of the periods that it closed.
    """

    key: str = Field(pattern=r"^[0-9a-z][0-9a-z-]*$")
    label: Text
    kind: Literal["mid_year", "year_end"]
    cutoff: date
    folder: str | None = None
    published: bool = True
