"""Why here, by area figures: which indicators go with cases, how surely, and what it means for a locality."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

import pandas as pd

from diaban.analysis.area_factors import (
    area_factors,
    excess_decomposition,
    factor_importance,
    residual_autocorrelation,
    robust_area_factors,
    what_if,
)
from diaban.analysis.area_factors.residuals import answered_streams
from diaban.analysis.exposure import pool
from diaban.analysis.factor_profile import factor_profile
from diaban.analysis.spatial_rates import spatial_rates
from diaban.analysis.statistical_neighbours import peer_values, statistical_neighbours
from diaban.places.nearness import near_pairs
from diaban.results.levels import Levels
from diaban.results.one_thread import one_thread


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
        return self._near(self.exposed["locality"].unique())[["a", "b"]]

    @cached_property
    def near_report(self) -> pd.DataFrame:
        """Pairs (a, b) of neighbouring localities of report, with border_km where it is known."""
        return self._near(self.exposed_report["locality"].unique())

    def _near(self, places: Collection[str]) -> pd.DataFrame:
        known = self.tables.neighbours
        declared = known[known["a"].isin(places) & known["b"].isin(places)]
        if len(declared):
            return declared.reset_index(drop=True)
        localities = self.tables.localities
        return near_pairs(localities[localities["locality"].isin(places)])

    @cached_property
    @one_thread
    def residual_autocorrelation(self) -> pd.DataFrame | None:
        """Whether what the main models leave unexplained clusters in places near each other."""
        if self.modelled is None:
            return None
        return residual_autocorrelation(
            self.exposed, self.modelled, self._groups_of_analysis(), self.near, seed=self.spec.model.seed
        )

    @cached_property
    @one_thread
    def area_factors(self) -> pd.DataFrame | None:
        """Indicators associated with each stream between and within localities of analysis."""
        if self.modelled is None:
            return None
        return area_factors(self.exposed, self.modelled, self._groups_of_analysis(), **self._map())

    @cached_property
    def specifications(self) -> pd.DataFrame | None:
        """Each association between places under all defensible models."""
        return None if self._robust is None else self._robust[0]

    @cached_property
    def area_robustness(self) -> pd.DataFrame | None:
        """Whether each association stays under other models, without any one group, and under permutation."""
        return None if self._robust is None else self._robust[1]

    @cached_property
    @one_thread
    def _robust(self) -> tuple[pd.DataFrame, pd.DataFrame] | None:
        if self.modelled is None:
            return None
        return robust_area_factors(
            self.exposed,
            self.modelled,
            self._groups_of_analysis(),
            associations=self.area_factors,
            periods=self.periods,
            seed=self.spec.model.seed,
            **self._map(),
        )

    @cached_property
    @one_thread
    def factor_importance(self) -> pd.DataFrame | None:
        """What the main models explain between places, divided among the indicators."""
        if self.modelled is None:
            return None
        return factor_importance(
            self.exposed,
            self.modelled,
            self._groups_of_analysis(),
            seed=self.spec.model.seed,
            **self._map(),
        )

    @cached_property
    @one_thread
    def excess_decomposition(self) -> pd.DataFrame | None:
        """Cases of the reported block at each locality of report, divided into what they go with."""
        if self.modelled is None:
            return None
        report = self.spec.periods.report
        return excess_decomposition(
            self.exposed,
            self.modelled,
            self._groups_of_analysis(),
            self.report_of,
            periods=self._of_report(),
            period=report,
            seed=self.spec.model.seed,
            age=self.age_counts,
            population=self.tables.population,
            **self._map(),
        )

    @cached_property
    @one_thread
    def what_if(self) -> pd.DataFrame | None:
        """Cases of the reported block that go with a better level of each robust factor."""
        if self.modelled is None:
            return None
        return what_if(
            self.exposed,
            self.modelled,
            self._groups_of_analysis(),
            self.report_of,
            self.area_factors,
            self.area_robustness,
            higher_is={i.key: i.higher_is for i in self.spec.indicators},
            periods=self._of_report(),
            seed=self.spec.model.seed,
            **self._map(),
        )

    @cached_property
    @one_thread
    def spatial_rates(self) -> pd.DataFrame:
        """Rates of localities of analysis by block, shrunk towards neighbours: never in a release."""
        pooled = pool(self._whole_blocks(self.exposed), self.spec.block_of())
        return spatial_rates(pooled, self.near, per=self.spec.model.per)

    @cached_property
    def statistical_neighbours(self) -> pd.DataFrame | None:
        """Localities of report that are most alike in the declared indicators."""
        places = self.spec.places
        if self.factor_profile is None or not places.similar_by:
            return None
        return statistical_neighbours(self.factor_profile, by=places.similar_by, count=places.similar_count)

    @cached_property
    def peers(self) -> pd.DataFrame | None:
        """Mean of each indicator over each locality's statistical neighbours."""
        if self.factor_profile is None or self.statistical_neighbours is None:
            return None
        return peer_values(self.factor_profile, self.statistical_neighbours)

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

    def _of_report(self) -> list[str]:
        """Periods of the reported block."""
        report = self.spec.periods.report
        return next(block.periods for block in self.spec.periods.blocks if block.key == report)

    def _map(self) -> dict:
        """What the models of the area side need to answer residuals that cluster."""
        found = self.residual_autocorrelation
        if found is None:
            return {}
        return {"neighbours": self.near, "spatial_streams": answered_streams(found)}

    def _groups_of_analysis(self) -> pd.Series:
        """Locality of analysis -> the larger place that it shares conditions with."""
        parent = self.tables.localities.set_index("locality")["parent"]
        return parent[parent.index.isin(self.exposed["locality"].unique())]
