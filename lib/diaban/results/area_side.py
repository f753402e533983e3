"""Why here, by area figures: which indicators go with cases, how surely, and what it means for a locality."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from diaban.analysis.area_factors import area_factors
from diaban.analysis.factor_profile import factor_profile
from diaban.places.nearness import near_pairs
from diaban.results.levels import Levels


class AreaSide(Levels):
    """Result frames of indicators; None where the study has none."""

    @cached_property
    def modelled(self) -> pd.DataFrame | None:
        """The indicators of the declared main model, in long form."""
        indicators = self.tables.indicators
        keys = [i.key for i in self.spec.indicators if i.model]
        return None if indicators is None or not keys else indicators[indicators["indicator"].isin(keys)]

    @cached_property
    def near(self) -> pd.DataFrame:
        """Pairs (a, b) of neighbouring localities of analysis; by their points where none are declared."""
        places = self.exposed["locality"].unique()
        known = self.tables.neighbours
        declared = known[known["a"].isin(places) & known["b"].isin(places)][["a", "b"]]
        if len(declared):
            return declared.reset_index(drop=True)
        localities = self.tables.localities
        return near_pairs(localities[localities["locality"].isin(places)])

    @cached_property
    def area_factors(self) -> pd.DataFrame | None:
        """Indicators associated with each stream between and within localities of analysis."""
        indicators = self.tables.indicators
        modelled = [i.key for i in self.spec.indicators if i.model]
        if indicators is None or not modelled:
            return None
        return area_factors(
            self.exposed, indicators[indicators["indicator"].isin(modelled)], self._groups_of_analysis()
        )

    @cached_property
    def factor_profile(self) -> pd.DataFrame | None:
        """Every locality of report on every indicator, against the whole."""
        indicators = self.tables.indicators
        if indicators is None:
            return None
        persons = self.tables.population.groupby(["locality", "period"], as_index=False)["persons"].sum()
        return factor_profile(
            indicators[indicators["period"].isin(self.periods)],
            self.report_of,
            {i.key: i.higher_is for i in self.spec.indicators},
            population=persons,
            aggregate={i.key: i.aggregate for i in self.spec.indicators},
        )

    def _groups_of_analysis(self) -> pd.Series:
        """Locality of analysis -> the larger place that it shares conditions with."""
        parent = self.tables.localities.set_index("locality")["parent"]
        return parent[parent.index.isin(self.exposed["locality"].unique())]
