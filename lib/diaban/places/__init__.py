"""Localities: hierarchy, names, neighbours, and changes by date."""

from diaban.places.boundaries import neighbours_of
from diaban.places.changes import harmonise, successors, valid_on, with_valid_dates
from diaban.places.hierarchy import ancestors, check_localities
from diaban.places.names import find_locality, fold

__all__ = [
    "ancestors",
    "check_localities",
    "find_locality",
    "fold",
    "harmonise",
    "neighbours_of",
    "successors",
    "valid_on",
    "with_valid_dates",
]
