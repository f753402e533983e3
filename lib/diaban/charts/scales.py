"""From values to points on the sheet, and the round numbers written beside."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Scale:
    """Maps `low`..`high` onto the points `start`..`end`, linearly or by the logarithm."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        return float(self.points(np.asarray(value, dtype=float)))

    def points(self, values: np.ndarray) -> np.ndarray:
        low, high = (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)
        places = np.log(values) if self.log else values
        return self.start + (places - low) / (high - low) * (self.end - self.start)

    def clipped(self, value: float) -> float:
        return self(min(max(value, self.low), self.high))


def step_of(low: float, high: float, count: int = 4, *, whole: bool = False) -> float:
    """The round step (1, 2, 2.5 or 5 times a power of ten) that gives about `count` intervals."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    steps = [power * m for m in (1, 2, 2.5, 5, 10)]
    best = min(steps, key=lambda step: abs((high - low) / step - count))
    return max(1.0, float(round(best))) if whole else best


def ticks_of(low: float, high: float, count: int = 4, *, whole: bool = False) -> tuple[list[float], float]:
    """Round numbers within low..high, and their step."""
    step = step_of(low, high, count, whole=whole)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)], step


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2, 5 times powers of ten within low..high; powers alone where that would be more than six."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    fine = [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]
    coarse = [tick for tick in fine if math.isclose(math.log10(tick), round(math.log10(tick)))]
    return fine if len(fine) <= 6 or len(coarse) < 2 else coarse


def ratio_ticks(scale: Scale) -> tuple[list[float], float]:
    """Numbers for an axis of ratios and the smallest step between them: those of `log_ticks` where that is
    three or more, else evenly spaced ones."""
    ticks = log_ticks(scale.low, scale.high)
    if len(ticks) >= 3:
        return ticks, min(1.0, ticks[0])
    return ticks_of(scale.low, scale.high)


def top_of(values: np.ndarray, fallback: float = 1.0) -> float:
    """The largest of the finite values, or `fallback` where there is none above zero."""
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size and finite.max() > 0 else fallback
