"""The findings that a cube keeps: every number in them stands in an audited frame of its edition too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from diaban.release.audit.leaks import Leak
from diaban.release.audit.register import REGISTER
from diaban.release.cube import Cube

SENTENCES = ("findings_log", "findings_history")
_ESTIMATES = {"estimate": "edition", "earlier_estimate": "earlier"}
"""Column -> the column that names the edition whose number it is."""

_SCALES = (1.0, 100.0)
"""A number as it is stored, or a share in per cent."""

_PER = (100.0, 1_000.0, 10_000.0, 100_000.0)
_AGES = re.compile(r"under-\d+s?|dưới \d+|\d+ tuổi")
_NUMBER = re.compile(r"(?<![\w])\d[\d.,]*\d|(?<![\w])\d")
_YEARS = (1900, 2100)
_CLOSE = 1e-9

Pool = Mapping[str, np.ndarray]
"""Locality -> all numbers that stand in its rows and in those of no locality."""


def claims(now: Cube, cubes: Mapping[str, Cube]) -> Iterator[Leak]:
    """Numbers of findings that stand nowhere else. cubes: edition -> its cube, this one and earlier ones."""
    pools = {edition: _pool(cube) for edition, cube in cubes.items()}
    for name in SENTENCES:
        frame = now.frames.get(name)
        if frame is None or not len(frame):
            continue
        for row in frame.to_dict("records"):
            yield from _of_row(name, row, pools)


def _of_row(name: str, row: Mapping[str, object], pools: Mapping[str, Pool]) -> Iterator[Leak]:
    key, place = f"{row['key']}, {row['edition']}", str(row["locality"])
    for column, of_edition in _ESTIMATES.items():
        value = row.get(column)
        if value is not None and not pd.isna(value):
            numbers = pools.get(str(row[of_edition]), {}).get(place, np.empty(0))
            if not np.isclose(numbers, float(str(value)), rtol=_CLOSE, atol=0).any():
                given = (str(value),)
                yield Leak("claim", frame=name, row=key, column=column, given_by=given)
    numbers = pools.get(str(row["edition"]), {}).get(place, np.empty(0))
    for column in (c for c in row if c.startswith("claim_") and isinstance(row[c], str)):
        for number, digits in written(str(row[column]), column.removeprefix("claim_")):
            if not _stands(number, digits, numbers):
                yield Leak("claim", frame=name, row=key, column=column, given_by=(f"{number:g}",))


def written(text: str, language: str) -> Iterator[tuple[float, int]]:
    """Numbers of a sentence as its language writes them, with their decimal digits; no years and ages."""
    thousands, point = (".", ",") if language == "vi" else (",", ".")
    for token in _NUMBER.findall(_AGES.sub("", text)):
        plain = token.strip(".,").replace(thousands, "").replace(point, ".")
        try:
            number = float(plain)
        except ValueError:
            yield float("nan"), 0
            continue
        whole = "." not in plain
        if whole and (_YEARS[0] <= number <= _YEARS[1] or number in _PER):
            continue
        yield number, 0 if whole else len(plain.split(".")[1])


def _stands(number: float, digits: int, numbers: np.ndarray) -> bool:
    half = 0.5 * 10.0**-digits + _CLOSE
    return any((abs(np.abs(numbers) * scale - number) <= half * (1 + _CLOSE)).any() for scale in _SCALES)


def _pool(cube: Cube) -> Pool:
    parts: list[tuple[pd.Series, np.ndarray]] = []
    for name, frame in cube.frames.items():
        if name in SENTENCES or name not in REGISTER:
            continue
        numbers = frame.select_dtypes("number").astype("float64")
        place = frame["locality"] if "locality" in frame else pd.Series("*", index=frame.index)
        parts.append((place.astype("str").fillna("*"), numbers.to_numpy()))
    everywhere = [values[(place == "*").to_numpy()].ravel() for place, values in parts]
    shared = np.concatenate([*everywhere, np.empty(0)])
    return {
        str(code): _known(np.concatenate([shared, *(v[(p == code).to_numpy()].ravel() for p, v in parts)]))
        for code in cube.frames["localities"]["locality"]
    }


def _known(values: np.ndarray) -> np.ndarray:
    return np.unique(values[np.isfinite(values)])
