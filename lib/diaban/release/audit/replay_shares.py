"""Shares of files: whether the shrunk share of a shown locality follows from what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diaban.analysis.case_factors.share_shrinkage import shrink_shares
from diaban.release.audit.inversions import few_compositions
from diaban.release.audit.replay import Replayed, all_agree, numbers
from diaban.release.cells import ABOUT_CODING, code_cell
from diaban.release.cube import Cube

MOST_WAYS = 2_000
"""More ways of one code than this are not tried (each is a fit): then the statement is refused."""

FITTED = ("shrunk_share", "shrunk_lower", "shrunk_upper", "probability_above")


def replayed_shares(cube: Cube) -> Iterator[Replayed]:
    """Every code that is shown for some localities and hidden for others."""
    frame = cube.frames.get("case_factors")
    if frame is None or not len(frame):
        return
    rows = frame.sort_values("locality")
    known = rows[~rows["code"].isin(ABOUT_CODING)].dropna(subset=["n_files"])
    files = known.groupby(["locality", "stream"])["n_files"].max()
    for (stream, code), part in rows.groupby(["stream", "code"]):
        if part["hidden"].any() and np.isfinite(_told(part)).any():
            place = f"case_factors[{stream}, {code}].shrunk_share"
            yield _replay(Code(part, files.iloc[:0] if code in ABOUT_CODING else files), place)


@dataclass(frozen=True)
class Code:
    """Localities with one code of a stream. files: (locality, stream) -> files, as other rows tell them."""

    rows: pd.DataFrame
    files: pd.Series

    @cached_property
    def hidden(self) -> NDArray[np.bool_]:
        return self.rows["hidden"].to_numpy(bool)

    @cached_property
    def rest(self) -> tuple[float, float]:
        """Files with the code, and all files, of the hidden localities together."""
        first = self.rows[~self.hidden].iloc[0]
        sums = self.rows.loc[~self.hidden, ["n_coded", "n_files"]].astype("Float64").sum()
        wholes = [first["n_coded"] + first["rest_coded"], first["n_files"] + first["rest_files"]]
        return float(wholes[0] - sums["n_coded"]), float(wholes[1] - sums["n_files"])

    @cached_property
    def together(self) -> Code:
        """The hidden localities as a single one."""
        one = self.rows[self.hidden].head(1)
        return replace(self, rows=pd.concat([self.rows[~self.hidden], one]))

    @cached_property
    def ways(self) -> NDArray | None:
        """All counts that the hidden localities may have; None where they are too many, or have no end."""
        found = few_compositions(int(self.rest[0]), int(self.hidden.sum()), MOST_WAYS)
        n = self.of_files
        return None if found is None or np.isnan(n).any() else found[(found <= n[self.hidden]).all(axis=1)]

    @cached_property
    def of_files(self) -> NDArray:
        """Files of every locality, missing where they are not known; a single one is the rest."""
        keys = pd.MultiIndex.from_frame(self.rows[["locality", "stream"]])
        n = numbers(self.files.reindex(keys))
        n[~self.hidden] = numbers(self.rows.loc[~self.hidden, "n_files"])
        if np.isnan(n).sum() == 1:
            n[np.isnan(n)] = self.rest[1] - np.nansum(n[self.hidden])
        return n

    def agrees(self, coded: NDArray, files: NDArray) -> bool:
        """Whether a fit with these numbers of the hidden localities is what is told."""
        shown = ~self.hidden
        y, n = (numbers(self.rows[name]) for name in ("n_coded", "n_files"))
        y[self.hidden], n[self.hidden] = coded, files
        rest_y, rest_n = (numbers(self.rows[name]) for name in ("rest_coded", "rest_files"))
        with np.errstate(divide="ignore", invalid="ignore"):
            against = np.where(shown, rest_y / rest_n, 0.5)
        told, found = _told(self.rows), np.column_stack(shrink_shares(y, n, against))[shown]
        return all(bool(all_agree(found[None, :, j], told[:, j])[0]) for j in range(len(FITTED)))


def _replay(one: Code, place: str) -> Replayed:
    if one.together.agrees(*(np.array([n]) for n in one.rest)):
        return Replayed(place, "proved")
    ways, hidden = one.ways, one.of_files[one.hidden]
    cells = tuple(code_cell(r.locality, r.stream, r.code) for r in one.rows[one.hidden].itertuples())
    if ways is None:
        return Replayed(place, "not_audited", cells)
    kept = np.array([one.agrees(way, hidden) for way in ways], dtype=bool)
    return Replayed.of_ways(place, cells, ways[kept], tried=len(ways))


def _told(rows: pd.DataFrame) -> NDArray:
    """What shown rows say, shape (shown localities, columns)."""
    shown = rows[~rows["hidden"]]
    return np.column_stack([numbers(shown[name]) for name in FITTED])
