"""What one seed of the bench is asked about: a province, and what else can be simulated beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import pandas as pd

from diaban.analysis.area_factors import area_factors
from diaban.analysis.area_factors.robustness import robust_area_factors
from diaban.bench.light_province import Province, light_province
from diaban.bench.study_province import study_province
from diaban.simulate.ground import Places, read_places
from diaban.simulate.read import read_truth
from diaban.simulate.truth import Truth

READINGS = {"good coding": (0.95, 0.995), "poor coding": (0.8, 0.97)}
"""Name -> sensitivity and specificity of coders who make mistakes."""

PERMUTATIONS = 199
"""Of the robustness test."""

EXACT = "exact coding"


@dataclass
class World:
    """The simulated things of one seed, each made when first asked for.

    light: whether it is a light province, which alone has the truth of every method.
    """

    seed: int
    province: Province
    light: bool

    @cached_property
    def spatial(self) -> Province:
        """A light province whose indicators and residuals vary smoothly over the map."""
        return light_province(self.seed, spatial=True)

    @cached_property
    def aged(self) -> Province:
        """A light province in which age plays a part."""
        return light_province(self.seed, aged=True)

    @cached_property
    def associations(self) -> pd.DataFrame:
        one = self.province
        return area_factors(one.exposed, one.indicators, one.groups)

    @cached_property
    def robustness(self) -> pd.DataFrame:
        one = self.province
        return robust_area_factors(
            one.exposed,
            one.indicators,
            one.groups,
            associations=self.associations,
            seed=self.seed,
            permutations=PERMUTATIONS,
        )[1]

    @cached_property
    def readings(self) -> dict[str, pd.DataFrame]:
        """Codes by the quality of the first coder; with mistakes, a second coder reads a part as well."""
        files = self.province.files
        if files is None:
            return {EXACT: self.province.codes}
        others = {name: files.two_readings(*quality, self.seed) for name, quality in READINGS.items()}
        return {EXACT: self.province.codes} | others


def light_world(seed: int) -> World:
    return World(seed, light_province(seed), light=True)


@dataclass(frozen=True)
class StudyWorlds:
    """seed -> world of the study in `folder`, which declares its truth in truth.toml.

    Raises DiabanError as `read_truth` does.
    """

    folder: Path

    def __call__(self, seed: int) -> World:
        truth, places = _declared(self.folder)
        return World(seed, study_province(truth, places, seed), light=False)


@lru_cache(maxsize=2)
def _declared(folder: Path) -> tuple[Truth, Places]:
    truth = read_truth(folder)
    return truth, read_places(folder, truth.files)
