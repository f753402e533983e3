"""Does an association rest on one district or state alone?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.main_model import MainModel, main_models
from diaban.analysis.area_factors.panel import independent_columns
from diaban.analysis.area_factors.subset_models import fit_subsets

LEAST_GROUPS = 3
COLUMNS = [
    "stream",
    "indicator",
    "rate_ratio",
    "loo_lower",
    "loo_upper",
    "loo_group",
    "loo_same_sign",
    "groups",
    "withheld",
]


def leave_one_group_out(
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: Mapping[str, str] | pd.Series | None = None,
    *,
    streams: Sequence[str] | None = None,
    neighbours: pd.DataFrame | None = None,
    spatial_streams: Collection[str] = (),
) -> pd.DataFrame:
    """The between model of `area_factors` without each group in turn, one row a stream and indicator.

    Arguments as in `area_factors`. rate_ratio: with all groups; loo_lower, loo_upper: the smallest and the
    largest without one of the `groups`; loo_group: the one whose absence moves it most; loo_same_sign:
    whether all of them are on its side of 1. The extra variance is held at that of the model with all groups
    (subset_models.py). withheld: `too_few_groups` (below LEAST_GROUPS), `indicator_collinear` where
    an indicator says nothing of its own without one of the groups, `model_does_not_settle`, or the main
    model's own reason.
    """
    models = main_models(
        exposed, indicators, groups, streams=streams, neighbours=neighbours, spatial_streams=spatial_streams
    )
    return left_out_of(models, groups)


def left_out_of(models: Sequence[MainModel], groups: Mapping[str, str] | pd.Series | None) -> pd.DataFrame:
    """`leave_one_group_out` of models that are fitted already."""
    group_of = None if groups is None else pd.Series(groups, dtype=object)
    frames = [_left_out(model, group_of) for model in models if model.names]
    result = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    numbers = dict.fromkeys(["rate_ratio", "loo_lower", "loo_upper"], "float64")
    texts = dict.fromkeys(["stream", "indicator", "loo_group", "withheld"], "str")
    result = result.reindex(columns=COLUMNS)
    return result.astype(numbers | texts | {"groups": "Int64", "loo_same_sign": "boolean"})


def _left_out(model: MainModel, group_of: pd.Series | None) -> pd.DataFrame:
    names = model.design.names
    reason = pd.Series(model.refused, dtype=object).reindex(model.names)
    frame = pd.DataFrame({"stream": model.stream, "indicator": model.names, "withheld": reason.to_numpy()})
    if model.fit is None:
        return frame
    member = model.variation.member
    labels = [] if group_of is None else list(pd.unique(group_of.reindex(model.design.localities)))
    if len(labels) < LEAST_GROUPS:
        return frame.assign(withheld=frame["withheld"].fillna("too_few_groups"))
    fits = [_without(model, np.flatnonzero(member != g)) for g in range(len(labels))]
    beta = np.array([coefficients for coefficients, _ in fits])
    main = model.settled.beta[1:]
    unsettled = not all(settled for _, settled in fits)
    missing = "model_does_not_settle" if unsettled else "indicator_collinear"
    told = pd.DataFrame(
        {
            "rate_ratio": np.exp(main),
            "loo_lower": np.exp(beta.min(axis=0)),
            "loo_upper": np.exp(beta.max(axis=0)),
            "loo_group": [labels[g] for g in np.nan_to_num(np.abs(beta - main)).argmax(axis=0)],
            "loo_same_sign": (np.sign(beta) == np.sign(main)).all(axis=0),
            "groups": len(labels),
        },
        index=names,
    )
    frame = frame.join(told[~np.isnan(beta).any(axis=0)], on="indicator")
    lost = frame["indicator"].isin(names) & frame["rate_ratio"].isna()
    return frame.assign(withheld=frame["withheld"].mask(lost, missing))


def _without(model: MainModel, rows: np.ndarray) -> tuple[np.ndarray, bool]:
    """Coefficients of the indicators, NaN where they say nothing on these rows; and whether they settled."""
    design = model.design
    columns = pd.DataFrame(design.X[rows, 1:], columns=design.names)
    kept = independent_columns(np.ones((len(rows), 1)), columns)[0]
    chosen = np.array([[True, *(name in kept for name in design.names)]])
    fits = fit_subsets(
        design.cases[rows],
        design.exposure[rows],
        design.X[rows],
        chosen,
        model.variation.at(rows),
        mu=model.mu[rows],
        theta=model.settled.theta,
    )
    settled = bool(fits.converged[0])
    return fits.beta[0, 1:] if settled else np.full(len(design.names), np.nan), settled
