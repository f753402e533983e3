"""The questions that a study asks of its tables: one property a question, each a result frame.

The only place that knows which analysis answers which question on which level; computed when first asked.
"""

from functools import cached_property

from diaban.results.area_side import AreaSide
from diaban.results.units import Units


class Results(Units, AreaSide):
    """Result frames of one study. Frames and columns are those of each analysis module."""


QUESTIONS = [
    name
    for side in reversed(Results.__mro__)
    for name, value in vars(side).items()
    if isinstance(value, cached_property) and not name.startswith("_")
]
"""Names of all questions, in an order in which what one rests on comes before it."""

__all__ = ["QUESTIONS", "Results"]
