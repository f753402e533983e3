"""What an association would have been under every other model that could be defended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.associations import EVENTS_PER_PARAMETER, LOCALITIES_PER_PARAMETER
from diaban.analysis.area_factors.main_model import MainModel, main_models
from diaban.analysis.area_factors.robust import t_inference
from diaban.analysis.area_factors.specification_panels import Panel, panels
from diaban.analysis.area_factors.subset_models import SubsetFits, fit_subsets

LAGS = (0, 1, 2)
CONTROL_SETS = 80
COLUMNS = [
    "stream",
    "indicator",
    "part",
    "specification",
    "controls",
    "n_controls",
    "lag",
    "exposure",
    "pooled",
    "rate_ratio",
    "lower",
    "upper",
    "p",
    "withheld",
]


def specification_curve(
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: Mapping[str, str] | pd.Series | None = None,
    *,
    streams: Sequence[str] | None = None,
    periods: Sequence[str] | None = None,
    lags: Sequence[int] = LAGS,
    control_sets: int = CONTROL_SETS,
    level: float = 0.95,
    events_per_parameter: float = EVENTS_PER_PARAMETER,
    neighbours: pd.DataFrame | None = None,
    spatial_streams: Collection[str] = (),
) -> pd.DataFrame:
    """The between part of `area_factors` under all combinations of four choices (Simonsohn et al. 2020).

    exposed, indicators, groups, streams, neighbours, spatial_streams: as in `area_factors`. periods: oldest
    first (default: sorted), for lags and halves.

    controls: which other indicators stand beside the one asked about. All subsets where there are no more
    than `control_sets` of them; else all, none, each one, all but each one, and as many pairs as still fit,
    evenly spread over the list of pairs.
    lag: the counts of a period meet the indicators of `lag` periods earlier, which for totals means: of the
    means over the earlier periods; an indicator known for one period has no lag.
    pooled: all periods, or the first or second half of those that the lag leaves.
    exposure: "expected" (person-years at the period's own rate) or plain "person_years"; the second is
    left out where the two are proportional, as it would only count everything twice.

    A rate ratio is always per the standard deviation of the main model, and the localities are always those
    of the main model. `specification` numbers the combinations, the same way for every indicator and stream;
    0 is the main model itself. The extra variance is held at the main model's (subset_models.py). part is
    "between". withheld: `too_few_events_per_parameter`, `too_few_localities`,
    `model_does_not_settle`, or the reason for which an indicator cannot be used there; an indicator that the
    main model refuses has one row, with that reason.
    """
    models = main_models(
        exposed,
        indicators,
        groups,
        streams=streams,
        events_per_parameter=events_per_parameter,
        neighbours=neighbours,
        spatial_streams=spatial_streams,
    )
    return curve_of(
        models,
        exposed,
        indicators,
        periods=periods,
        lags=lags,
        control_sets=control_sets,
        level=level,
        events_per_parameter=events_per_parameter,
    )


def curve_of(
    models: Sequence[MainModel],
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    periods: Sequence[str] | None = None,
    lags: Sequence[int] = LAGS,
    control_sets: int = CONTROL_SETS,
    level: float = 0.95,
    events_per_parameter: float = EVENTS_PER_PARAMETER,
) -> pd.DataFrame:
    """`specification_curve` of models that are fitted already."""
    labels = {*exposed["period"], *indicators["period"]}
    order = sorted(labels) if periods is None else list(periods)
    frames = [_refused(model) for model in models]
    for model in models:
        if model.fit is not None:
            asked = _questions(model.design.names, control_sets)
            for panel in panels(model, exposed, indicators, periods=order, lags=lags):
                frames.append(_answered(model, panel, asked, level, events_per_parameter))
    result = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    whole = dict.fromkeys(["specification", "n_controls", "lag"], "Int64")
    numbers = dict.fromkeys(["rate_ratio", "lower", "upper", "p"], "float64")
    texts = dict.fromkeys(
        ["stream", "indicator", "part", "controls", "exposure", "pooled", "withheld"], "str"
    )
    result = result.assign(part="between").reindex(columns=COLUMNS).astype(whole | numbers | texts)
    return result.sort_values(["stream", "indicator", "specification"], ignore_index=True)


def control_subsets(others: int, at_most: int) -> list[tuple[int, ...]]:
    """Sets of controls out of `others` numbered from 0, the full one first: see `specification_curve`."""
    everything = tuple(range(others))
    if 2**others <= at_most:
        return [s for size in range(others, -1, -1) for s in combinations(everything, size)]
    singles = list(combinations(everything, 1))
    all_but_one = list(combinations(everything, others - 1))
    sets = list(dict.fromkeys([everything, (), *singles, *all_but_one]))
    pairs = [pair for pair in combinations(everything, 2) if pair not in sets]
    room = min(max(at_most - len(sets), 0), len(pairs))
    spread = np.linspace(0, len(pairs) - 1, room).round().astype(int)
    return (sets + [pairs[i] for i in spread])[: max(at_most, 1)]


@dataclass(frozen=True)
class _Questions:
    """Rows of the curve: which indicator beside which controls, and which distinct model answers.

    indicator, number, model: (rows,) position of the indicator, of its set of controls, and of the model in
    `members` (models, names), bool. controls: (rows,) lists of names.
    """

    indicator: np.ndarray
    number: np.ndarray
    controls: list[list[str]]
    model: np.ndarray
    members: np.ndarray


def _questions(names: list[str], control_sets: int) -> _Questions:
    subsets = control_subsets(len(names) - 1, control_sets)
    grid = np.zeros((len(names), len(subsets), len(names)), bool)
    for k in range(len(names)):
        others = np.delete(np.arange(len(names)), k)
        for s, subset in enumerate(subsets):
            grid[k, s, [k, *others[list(subset)]]] = True
    members = grid.reshape(-1, len(names))
    indicator, number = (part.ravel() for part in np.indices((len(names), len(subsets))))
    controls = [
        [names[i] for i in np.flatnonzero(row) if i != k] for row, k in zip(members, indicator, strict=True)
    ]
    distinct, model = np.unique(members, axis=0, return_inverse=True)
    return _Questions(indicator, number, controls, model.ravel(), distinct)


def _answered(
    model: MainModel, panel: Panel, asked: _Questions, level: float, events_per_parameter: float
) -> pd.DataFrame:
    """The rows of one panel."""
    withheld = _reasons(panel, asked.members, events_per_parameter)
    run = pd.isna(withheld)
    beta, error = (np.full(asked.members.shape, np.nan) for _ in range(2))
    dof = np.ones(len(run))
    if run.any():
        fits = _fit(model, panel, asked.members[run])
        beta[run], error[run], dof[run] = fits.beta[:, 1:], fits.error[:, 1:], fits.dof
        withheld[np.flatnonzero(run)[~fits.converged]] = "model_does_not_settle"
    pick = asked.model, asked.indicator
    lower, upper, p = t_inference(beta[pick], error[pick], dof[asked.model], level)
    frame = pd.DataFrame(
        {
            "stream": model.stream,
            "indicator": np.array(panel.names)[asked.indicator],
            "specification": panel.number * (asked.number.max() + 1) + asked.number,
            "controls": [";".join(names) for names in asked.controls],
            "n_controls": [len(names) for names in asked.controls],
            "lag": panel.lag,
            "exposure": panel.exposure,
            "pooled": panel.pooled,
            "rate_ratio": np.exp(beta[pick]),
            "lower": np.exp(lower),
            "upper": np.exp(upper),
            "p": p,
            "withheld": withheld[asked.model],
        }
    )
    numbers = ["rate_ratio", "lower", "upper", "p"]
    return frame.assign(**{name: frame[name].where(frame["withheld"].isna()) for name in numbers})


def _fit(model: MainModel, panel: Panel, members: np.ndarray) -> SubsetFits:
    """With the covariance at what the main model expects in this panel."""
    return fit_subsets(
        panel.cases,
        panel.at_risk,
        panel.X,
        np.column_stack([np.ones(len(members), bool), members]),
        model.variation.at(panel.at),
        mu=panel.expected * np.exp(panel.X @ model.settled.beta),
        theta=model.settled.theta,
    )


def _reasons(panel: Panel, members: np.ndarray, events_per_parameter: float) -> np.ndarray:
    """Why each model (row of `members`) cannot be fitted on the panel; NA where it can: (models,)."""
    parameters = members.sum(axis=1) + 1
    reasons = np.full(len(members), np.nan, dtype=object)
    reasons[panel.cases.sum() < events_per_parameter * parameters] = "too_few_events_per_parameter"
    reasons[len(panel.cases) < LOCALITIES_PER_PARAMETER * parameters] = "too_few_localities"
    for name, reason in panel.refused.items():
        reasons[members[:, panel.names.index(name)]] = reason
    return reasons


def _refused(model: MainModel) -> pd.DataFrame:
    rows = {name: reason for name, reason in model.refused.items() if name in model.names}
    return pd.DataFrame(
        {"stream": model.stream, "indicator": list(rows), "specification": 0, "withheld": list(rows.values())}
    )
