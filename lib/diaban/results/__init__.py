"""The questions that a study asks of its tables: one property a question, each a result frame.

The only place that knows which analysis answers which question on which level; computed when first asked.
"""

from diaban.results.area_side import AreaSide
from diaban.results.units import Units


class Results(Units, AreaSide):
    """Result frames of one study. Frames and columns are those of each analysis module."""


__all__ = ["Results"]
