"""The between model that `area_factors` declares, one a stream, ready to be asked in other ways."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.associations import EVENTS_PER_PARAMETER
from diaban.analysis.area_factors.between_model import CountFit, fit_between
from diaban.analysis.area_factors.fitted import Fitted, fitted_streams
from diaban.analysis.area_factors.panel import Design
from diaban.analysis.area_factors.variation import Variation, adjacency, variation_of


@dataclass(frozen=True)
class MainModel:
    """One stream's model: what was fitted, or why there is no fit.

    names: indicators asked for. refused: indicator -> reason key, of every one without a coefficient. sd:
    indicator -> standard deviation that its coefficient stands for. design, fit, variation: as in
    `area_factors`.
    """

    stream: str
    names: list[str]
    refused: dict[str, str]
    sd: pd.Series
    design: Design
    fit: CountFit | None
    variation: Variation

    @property
    def settled(self) -> CountFit:
        assert self.fit is not None
        return self.fit

    @property
    def mu(self) -> np.ndarray:
        return self.design.exposure * np.exp(self.design.X @ self.settled.beta)

    def whitened(self) -> tuple[np.ndarray, np.ndarray]:
        """(X, residuals) on the scale where errors are independent with variance 1: (n, p), (n,)."""
        R = self.variation.root(self.mu, self.settled.theta)
        return R @ self.design.X, R @ (self.design.cases / self.mu - 1)


def main_models(
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: Mapping[str, str] | pd.Series | None = None,
    *,
    streams: Sequence[str] | None = None,
    events_per_parameter: float = EVENTS_PER_PARAMETER,
    neighbours: pd.DataFrame | None = None,
    spatial_streams: Collection[str] = (),
) -> list[MainModel]:
    """The model of every stream; arguments and refusals as in `area_factors`."""
    told = fitted_streams(
        exposed,
        indicators,
        groups,
        streams=streams,
        events_per_parameter=events_per_parameter,
        neighbours=neighbours,
        spatial_streams=spatial_streams,
    )
    return [_main(one) for one in told]


def with_spatial_effects(model: MainModel, neighbours: pd.DataFrame) -> MainModel:
    """The same model with effects that are smooth over the map, if it could be fitted at all."""
    if model.fit is None:
        return model
    design, member = model.design, model.variation.member
    adjacent = adjacency(design.localities, neighbours)
    fit = fit_between(design.cases, design.exposure, design.X, member, adjacent=adjacent)
    variation = variation_of(len(member), member, adjacent)
    refused = model.refused if fit.converged else dict.fromkeys(model.names, "model_does_not_settle")
    return MainModel(
        model.stream,
        model.names,
        refused,
        model.sd,
        design,
        fit if fit.converged else None,
        variation,
    )


def _main(one: Fitted) -> MainModel:
    return MainModel(one.stream, one.names, one.refused, one.sd, one.design, one.fit, one.variation)
