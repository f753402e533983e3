"""The same for shares of files: a shrunk share of a shown locality is fitted to hidden ones too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diaban.analysis.case_factors.share_shrinkage import shrink_shares
from diaban.release.audit.inversions import agrees, column_half_unit, few_compositions
from diaban.release.audit.replay import Replayed
from diaban.release.cells import ABOUT_CODING, code_cell
from diaban.release.cube import Cube

MOST_WAYS = 300
"""Ways of one code that are tried; each is a fit."""

ALL_WAYS = 2_000
"""Fits for a cube; codes with the fewest ways come first."""

_FITTED = ("shrunk_share", "shrunk_lower", "shrunk_upper")


@dataclass(frozen=True)
class _Code:
    rows: pd.DataFrame
    hidden: NDArray[np.bool_]
    files: NDArray
    ways: NDArray


def replayed_shares(cube: Cube) -> Iterator[Replayed]:
    """Every code that is shown for some localities and hidden for a few others of known numbers of files."""
    frame = cube.frames.get("case_factors")
    if frame is None or not len(frame):
        return
    rows = frame[~frame["code"].isin(ABOUT_CODING)].sort_values("locality")
    files = rows.dropna(subset=["n_files"]).groupby(["locality", "stream"])["n_files"].max()
    codes = [_code(part, files) for _, part in rows.groupby(["stream", "code"])]
    left = ALL_WAYS
    for one in sorted((c for c in codes if c is not None), key=lambda c: len(c.ways)):
        left -= len(one.ways)
        if left < 0:
            return
        if not _fitted_together(one):
            yield _replay(one)


def _fitted_together(one: _Code) -> bool:
    """Whether the hidden localities were put together before anything was fitted: that tells nothing."""
    rest = one.rows[one.hidden].head(1)
    rows = pd.concat([one.rows[~one.hidden], rest])
    hidden = np.arange(len(rows)) == len(rows) - 1
    files = np.append(one.files[~one.hidden], one.files[one.hidden].sum())
    way = one.ways[:1].sum(axis=1)
    return len(way) > 0 and _agrees(_Code(rows, hidden, files, one.ways), way)


def _code(rows: pd.DataFrame, files: pd.Series) -> _Code | None:
    hidden = rows["hidden"].to_numpy(bool)
    shown = rows[~hidden].dropna(subset=["n_coded", "rest_coded", *_FITTED])
    if not hidden.any() or not len(shown):
        return None
    keys = pd.MultiIndex.from_frame(rows[["locality", "stream"]])
    n = files.reindex(keys).astype("float64").to_numpy(copy=True)
    first = shown.iloc[0]
    if np.isnan(n).sum() == 1:
        n[np.isnan(n)] = first["n_files"] + first["rest_files"] - np.nansum(n)
    total = int(first["n_coded"] + first["rest_coded"] - rows.loc[~hidden, "n_coded"].sum())
    found = None if np.isnan(n).any() else few_compositions(total, int(hidden.sum()), MOST_WAYS)
    return None if found is None else _Code(rows, hidden, n, found[(found <= n[hidden]).all(axis=1)])


def _replay(one: _Code) -> Replayed:
    kept = np.array([_agrees(one, way) for way in one.ways], dtype=bool)
    ways = one.ways[kept]
    hidden = one.rows[one.hidden]
    cells = [code_cell(r.locality, r.stream, r.code) for r in hidden.itertuples()]
    possible = {cell: sorted(set(ways[:, i].tolist())) for i, cell in enumerate(cells)}
    first = one.rows.iloc[0]
    place = f"case_factors[{first['stream']}, {first['code']}].shrunk_share"
    return Replayed(possible, len(one.ways), len(ways), place)


def _agrees(one: _Code, way: NDArray) -> bool:
    coded = one.rows["n_coded"].astype("float64").to_numpy(copy=True)
    coded[one.hidden] = way
    fitted = shrink_shares(coded, one.files, np.full(len(coded), 0.5))
    told = one.rows.loc[~one.hidden, list(_FITTED)].astype("float64").to_numpy()
    found = np.column_stack(fitted[:3])[~one.hidden]
    half = column_half_unit(told[np.isfinite(told)])
    return all(
        bool(agrees(found[i, j], value, half)) for (i, j), value in np.ndenumerate(told) if np.isfinite(value)
    )
