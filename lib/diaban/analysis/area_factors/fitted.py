"""The between model of each stream and what further questions need of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.associations import (
    EVENTS_PER_PARAMETER,
    _at_exposed,
    _members,
    _refusal,
    _refuse_repeated,
)
from diaban.analysis.area_factors.between_model import CountFit, fit_between
from diaban.analysis.area_factors.panel import Design, between_design, usable_counts
from diaban.analysis.area_factors.variation import Variation, adjacency, variation_of
from diaban.analysis.area_factors.within_between import within_between


@dataclass(frozen=True)
class Fitted:
    """One stream's between model as `area_factors` fits it, or why there is none.

    names: indicators asked for. refused: indicator -> reason, of every indicator without a coefficient.
    levels: locality x indicator, the means that the model compares, in the indicator's unit. sd: indicator ->
    the unit of its coefficient. design, fit, beta, covariance: of the indicators in design.names (without the
    constant); missing (None) where the model is refused.
    """

    stream: str
    names: list[str]
    refused: dict[str, str]
    levels: pd.DataFrame
    sd: pd.Series
    design: Design
    fit: CountFit | None
    variation: Variation

    @property
    def member(self) -> np.ndarray:
        return self.variation.member

    @property
    def beta(self) -> np.ndarray:
        assert self.fit is not None
        return self.fit.beta[1:]

    def whitened(self) -> np.ndarray:
        """Constant, indicators and working response, each row on a scale of independent errors: (n, p + 2).

        z = eta + (Y - mu) / mu, and R with R'R = V^-1, both at the fit: least squares of the last column on
        the others gives the fit's coefficients.
        """
        assert self.fit is not None
        design = self.design
        eta = design.X @ self.fit.beta
        mu = design.exposure * np.exp(eta)
        rows = np.column_stack([design.X, eta + (design.cases - mu) / mu])
        return self.variation.root(mu, self.fit.theta) @ rows

    @property
    def covariance(self) -> np.ndarray:
        """Of the indicators' coefficients: correlations of the model, standard errors of `area_factors`."""
        assert self.fit is not None
        X = self.whitened()[:, :-1]
        C = np.linalg.inv(X.T @ X)[1:, 1:]
        s = self.fit.error[1:] / np.sqrt(np.diag(C))
        return C * np.outer(s, s)

    def draws(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """`n` draws of the coefficients, (n, p), from the multivariate t around the fit."""
        assert self.fit is not None
        L = np.linalg.cholesky(self.covariance)
        normal = rng.standard_normal((n, len(self.beta))) @ L.T
        return self.beta + normal * np.sqrt(self.fit.dof / rng.chisquare(self.fit.dof, (n, 1)))


def fitted_streams(
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: Mapping[str, str] | pd.Series | None = None,
    *,
    streams: Sequence[str] | None = None,
    events_per_parameter: float = EVENTS_PER_PARAMETER,
    neighbours: pd.DataFrame | None = None,
    spatial_streams: Collection[str] = (),
) -> list[Fitted]:
    """The between model of every stream, arguments and refusals as in `area_factors`."""
    _refuse_repeated(indicators)
    group_of = None if groups is None else pd.Series(groups, dtype=object)
    here = _at_exposed(indicators, exposed)
    split = within_between(here)
    names = list(indicators["indicator"].unique())
    levels = here.pivot_table(index="locality", columns="indicator", values="value").reindex(columns=names)
    sd = split.sd[split.sd["part"] == "between"].set_index("indicator")["sd"]
    told = []
    for stream in exposed["stream"].unique() if streams is None else streams:
        design = between_design(usable_counts(exposed, stream), split, names)
        member = None if group_of is None else _members(design.localities, group_of)
        spatial = neighbours is not None and stream in spatial_streams
        adjacent = adjacency(design.localities, neighbours) if spatial else None
        reason, fit = _refusal(design, design.X.shape[1], events_per_parameter), None
        if reason is None:
            fit = fit_between(design.cases, design.exposure, design.X, member, adjacent=adjacent)
            fit, reason = (fit, None) if fit.converged else (None, "model_does_not_settle")
        refused = design.refused
        if reason is not None:
            refused = {name: refused.get(name, reason) for name in names}
        variation = variation_of(len(design.localities), member, adjacent)
        told.append(Fitted(str(stream), names, refused, levels, sd, design, fit, variation))
    return told
