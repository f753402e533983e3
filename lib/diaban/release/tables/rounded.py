"""Numbers that are told to the nearest ten or hundred, as inequalities of their cells."""

from __future__ import annotations

import numpy as np

from diaban.release.ledger.ledger import Offer
from diaban.release.ranges.ranges import Equation
from diaban.release.tables.targets import SLACK
from diaban.release.tables.whole import Tables


def nearest(n: float, step: float) -> float:
    """The multiple of an even `step` that a whole number is about, half a step upwards."""
    return float(np.floor((n + step / 2) / step) * step)


def ends(told: float, step: float) -> tuple[float, float]:
    """The least and the greatest whole number that are told as `told`."""
    return told - step / 2, told + step / 2 - 1


def slack(cell: str, end: str) -> str:
    """How far a cell lies beyond the "low" or the "high" end of what is told of it."""
    return f"{cell}|{end}{SLACK}"


def know_about(tables: Tables, cell: str, step: float) -> None:
    """How far a cell lies from the ends of what it is told as, which nobody is shown."""
    low, high = ends(nearest(tables[cell], step), step)
    tables.free(slack(cell, "low"), tables[cell] - low)
    tables.free(slack(cell, "high"), high - tables[cell])


def offer_about(cell: str, told: float, step: float) -> Offer:
    """That the cell lies between the ends."""
    low, high = ends(told, step)
    at_least = Equation(cell, (slack(cell, "low"),), constant=low)
    at_most = Equation(cell, (slack(cell, "high"),), (-1.0,), constant=high)
    return Offer(frozenset(), (at_least, at_most))
