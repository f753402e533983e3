"""Figures of models: in the steps that are promised, and strengths that follow from the ratios shown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.release.audit.replay import Replayed
from diaban.release.cube import Cube
from diaban.release.frames.coarse import CHANCE, IN_STEPS
from diaban.release.frames.few_digits import at_most, robustness

E_VALUES = ["e_value", "e_value_limit"]


def replayed_steps(cube: Cube) -> Iterator[Replayed]:
    """What is not in its steps is not audited, as nothing is known of what finer figures tell. Of the others
    one is proved: e-values are computed again from the ratios that are shown."""
    frames = cube.frames
    for name, made in IN_STEPS.items():
        if name in frames and not _same(frames[name], made(frames[name])):
            yield Replayed(name, "not_audited")
    for name, column in CHANCE.items():
        if name in frames:
            p = frames[name][column].astype("Float64").to_numpy(float, np.nan)
            if not np.array_equal(p, at_most(p), equal_nan=True):
                yield Replayed(f"{name}.{column}", "not_audited")
    if "area_robustness" in frames:
        told = frames["area_robustness"]
        again = robustness(told, frames["area_factors"])
        kept = [c for c in told if c not in E_VALUES]
        if not _same(told[kept], again[kept]):
            yield Replayed("area_robustness", "not_audited")
        if told[E_VALUES].notna().any(axis=None):
            proved = _same(told[E_VALUES], again[E_VALUES])
            yield Replayed("area_robustness.e_value", "proved" if proved else "not_audited")


def _same(told: pd.DataFrame, again: pd.DataFrame) -> bool:
    numbers = told.select_dtypes("number").columns
    here, there = (
        frame[numbers].astype("Float64").to_numpy(float, na_value=np.nan) for frame in (told, again)
    )
    return bool(np.allclose(here, there, rtol=0, atol=1e-9, equal_nan=True))
