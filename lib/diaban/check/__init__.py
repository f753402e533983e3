"""Walk through a study: what is right, what is wrong, what its data can bear, and what to do next."""

from diaban.check.lines import Line, Part
from diaban.check.walk import check_study

__all__ = ["Line", "Part", "check_study"]
