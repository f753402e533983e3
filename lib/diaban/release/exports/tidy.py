"""The cube's frames as flat tables: what the workbook and the data package hold, nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from diaban.release.cube import Cube
from diaban.release.exports.dictionary import meaning

SHAPES = "boundaries"
"""Outlines of localities are no table; their source is cited in `sources`."""
_NOT_GIVEN = ("latitude", "longitude")
"""Points are not given, not even centres: what carries coordinates cannot be told from what may not."""

FieldType = Literal["boolean", "integer", "number", "date", "string"]
_WHOLE = {"count", "rank", "persons"}
_WORDS = {"code", "text", "period"}


def tidy_tables(cube: Cube) -> dict[str, pd.DataFrame]:
    """Every published frame by name, with the name of a locality beside its code; hidden values missing.

    Columns are bool or boolean, integers, floats, datetimes or str; lists become words divided by ";", and
    an empty text is missing.
    """
    localities = cube["localities"]
    names = dict(zip(localities["locality"], localities["name"], strict=True))
    return {name: _tidy(name, frame, names) for name, frame in sorted(cube.frames.items()) if name != SHAPES}


def _tidy(table: str, frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    flat = frame.drop(columns=[c for c in _NOT_GIVEN if c in frame]).reset_index(drop=True)
    flat = flat.assign(**{c: _plain(table, flat[c]) for c in flat})
    if "locality" not in flat or "name" in flat:
        return flat
    named = flat["locality"].map(names).astype("str")
    return pd.concat([flat[["locality"]], named.rename("name"), flat.drop(columns="locality")], axis=1)


def _plain(table: str, column: pd.Series) -> pd.Series:
    if field_type(table, column) == "date":
        return pd.to_datetime(column)
    if column.dtype == object:
        column = column.map(_words).astype("str")
    words = pd.api.types.is_string_dtype(column.dtype)
    return column.mask(column == "") if words else column


def _words(value: Any) -> Any:
    if isinstance(value, (list, tuple, np.ndarray)):
        return ";".join(str(v).lower() if isinstance(v, (bool, np.bool_)) else str(v) for v in value)
    return None if pd.isna(value) else str(value)


def field_type(table: str, column: pd.Series) -> FieldType:
    """The column's type in a table schema. Of a column without any value the dictionary's unit decides."""
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind):
        return "boolean"
    if pd.api.types.is_integer_dtype(kind):
        return "integer"
    if pd.api.types.is_float_dtype(kind):
        return "number"
    unit = meaning(table, str(column.name)).unit
    if pd.api.types.is_datetime64_any_dtype(kind) or unit == "date":
        return "date"
    return "string" if unit in _WORDS or column.notna().any() else _of_unit(unit)


def _of_unit(unit: str) -> FieldType:
    if unit == "flag":
        return "boolean"
    return "integer" if unit in _WHOLE else "number"
