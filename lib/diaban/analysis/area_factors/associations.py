"""Which area indicators go with more cases, between places and within them, and how surely."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from diaban.analysis.area_factors.between_model import CountFit, fit_between
from diaban.analysis.area_factors.panel import (
    Design,
    between_design,
    linear_trend,
    period_effects,
    usable_counts,
    within_design,
)
from diaban.analysis.area_factors.robust import t_inference
from diaban.analysis.area_factors.variation import adjacency
from diaban.analysis.area_factors.within_between import Split, within_between
from diaban.analysis.area_factors.within_model import fit_within
from diaban.errors import DiabanError

EVENTS_PER_PARAMETER = 10
LOCALITIES_PER_PARAMETER = 3
COLUMNS = [
    "stream",
    "indicator",
    "part",
    "rate_ratio",
    "lower",
    "upper",
    "p",
    "q",
    "sd",
    "n",
    "comparisons",
    "dispersion",
    "method",
    "supported",
    "withheld",
]


def area_factors(
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: Mapping[str, str] | pd.Series | None = None,
    *,
    streams: Sequence[str] | None = None,
    level: float = 0.95,
    false_discovery: float = 0.05,
    events_per_parameter: float = EVENTS_PER_PARAMETER,
    neighbours: pd.DataFrame | None = None,
    spatial_streams: Collection[str] = (),
) -> pd.DataFrame:
    """Rate ratio per standard deviation of every indicator, for each stream, between and within localities.

    exposed: locality, period, stream, cases, person_years. indicators: locality, period, indicator, value;
    all of them enter one model together. groups: locality -> the larger place whose localities resemble each
    other (11 districts, 16 states), None for no group effects. streams: by default all of `exposed`.

    The Poisson likelihood of a panel factorises into the localities' totals and the counts given the totals,
    so each part is one model a stream:

    between: totals, with an offset that carries exposure and period effects, negative-binomial variance and
        random group effects; the locality is the independent unit once those are taken out. 11 groups are
        too few to cluster by: the errors are the larger of the model-based and HC2, t with n - p degrees of
        freedom (robust.py says what else was tried). In `spatial_streams`, those whose residuals are not
        independent between `neighbours` (a, b; residuals.py finds them), effects that are smooth over the
        map join in, and the errors let what is left of neighbours correlate.
    within: counts given the locality's total, with period effects; nothing constant in a locality disturbs
        it. Errors are the larger of the model-based and CR2 clustered by locality, t with localities - 1.

    A model needs `events_per_parameter` cases (Peduzzi et al. 1996) and 3 localities for each parameter. A
    within model with too few cases takes a straight trend for its period effects; where that does not help
    either, the part is refused. p is two-sided; q is Benjamini and Hochberg's over all indicators x streams
    of a part, whose number is `comparisons`. dispersion: Pearson chi2 over its degrees of freedom of the
    Poisson fit. n: localities (between) or locality-periods (within). sd: in the indicator's unit.
    withheld: `indicator_mostly_missing`, `indicator_equal_everywhere`, `indicator_does_not_change`,
    `indicator_observed_too_seldom`, `indicator_collinear`, `no_usable_indicator`, `too_few_localities`,
    `too_few_events_per_parameter`, `model_does_not_settle`.

    Raises DiabanError where a locality with counts has no group, or an indicator is given twice for a cell.
    """
    _refuse_repeated(indicators)
    group_of = None if groups is None else pd.Series(groups, dtype=object)
    chosen = list(exposed["stream"].unique()) if streams is None else list(streams)
    split = within_between(_at_exposed(indicators, exposed))
    names = list(indicators["indicator"].unique())
    if not chosen or not names:
        return pd.DataFrame(columns=COLUMNS)
    frames = []
    for stream in chosen:
        rows = usable_counts(exposed, stream)
        pairs = neighbours if stream in spatial_streams else None
        frames.append(
            _between(rows, split, names, group_of, level, events_per_parameter, pairs).assign(stream=stream)
        )
        frames.append(_within(rows, split, names, level, events_per_parameter).assign(stream=stream))
    result = pd.concat(frames, ignore_index=True).merge(split.sd, on=["indicator", "part"], how="left")
    return _with_false_discovery(result, false_discovery)[COLUMNS]


def _between(
    rows: pd.DataFrame,
    split: Split,
    names: list[str],
    group_of: pd.Series | None,
    level: float,
    events_per_parameter: float,
    neighbours: pd.DataFrame | None,
) -> pd.DataFrame:
    design = between_design(rows, split, names)
    member = None if group_of is None else _members(design.localities, group_of)
    reason = _refusal(design, design.X.shape[1], events_per_parameter)
    if reason is not None:
        return _refused(design, names, "between", reason)
    adjacent = None if neighbours is None else adjacency(design.localities, neighbours)
    fit = fit_between(design.cases, design.exposure, design.X, member, adjacent=adjacent)
    method = "totals_negative_binomial" if fit.alpha > 0 else "totals_poisson"
    method += "_group_effects" if fit.delta > 0 else ""
    method += "_spatial_effects" if adjacent is not None and adjacent.any() else ""
    return _described(fit, design, names, "between", method, len(design.localities), level)


def _within(
    rows: pd.DataFrame, split: Split, names: list[str], level: float, events_per_parameter: float
) -> pd.DataFrame:
    design = within_design(rows, split, names)
    for method, columns in (
        ("conditional_poisson_period_effects", period_effects(design)),
        ("conditional_poisson_linear_trend", linear_trend(design)),
    ):
        reason = _refusal(design, design.X.shape[2] + columns.shape[2], events_per_parameter)
        if reason is None:
            fit = fit_within(design.cases, design.exposure, np.concatenate([design.X, columns], axis=2))
            n = int((design.exposure > 0).sum())
            return _described(fit, design, names, "within", method, n, level)
    return _refused(design, names, "within", str(reason))


def _refusal(design: Design, parameters: int, events_per_parameter: float) -> str | None:
    if not design.names:
        return "no_usable_indicator"
    if len(design.localities) < LOCALITIES_PER_PARAMETER * (len(design.names) + 1):
        return "too_few_localities"
    return "too_few_events_per_parameter" if design.events < events_per_parameter * parameters else None


def _refused(design: Design, names: list[str], part: str, reason: str) -> pd.DataFrame:
    why = {name: design.refused.get(name, reason) for name in names}
    return pd.DataFrame({"indicator": names, "part": part, "withheld": [why[name] for name in names]})


def _described(
    fit: CountFit, design: Design, names: list[str], part: str, method: str, n: int, level: float
) -> pd.DataFrame:
    if not fit.converged:
        return _refused(design, names, part, "model_does_not_settle")
    first = 1 if part == "between" else 0  # the column of ones
    beta, error = (values[first : first + len(design.names)] for values in (fit.beta, fit.error))
    lower, upper, p = t_inference(beta, error, fit.dof, level)
    told = pd.DataFrame(
        {
            "indicator": design.names,
            "rate_ratio": np.exp(beta),
            "lower": np.exp(lower),
            "upper": np.exp(upper),
            "p": p,
            "n": n,
            "dispersion": fit.dispersion,
            "method": method,
        }
    )
    frame = pd.DataFrame({"indicator": names, "part": part, "withheld": pd.Series(names).map(design.refused)})
    return frame.merge(told, on="indicator", how="left")


def _with_false_discovery(result: pd.DataFrame, false_discovery: float) -> pd.DataFrame:
    """q, comparisons and supported, with one family a part."""
    result = result.reindex(columns=COLUMNS)
    for part, rows in result.groupby("part"):
        tested = rows.index[rows["p"].notna()]
        result.loc[result["part"] == part, "comparisons"] = len(tested)
        if len(tested):
            result.loc[tested, "q"] = multipletests(rows.loc[tested, "p"], method="fdr_bh")[1]
    numbers = ["rate_ratio", "lower", "upper", "p", "q", "sd", "dispersion"]
    result = result.astype(dict.fromkeys(numbers, "float64") | {"n": "Int64", "comparisons": "int64"})
    texts = ["stream", "indicator", "part", "method", "withheld"]
    supported = (result["q"] < false_discovery).astype("boolean").where(result["q"].notna())
    return result.astype(dict.fromkeys(texts, "str")).assign(supported=supported)


def _at_exposed(indicators: pd.DataFrame, exposed: pd.DataFrame) -> pd.DataFrame:
    """Rows of exposed localities and periods; an indicator known only from other periods keeps those."""
    here = indicators[indicators["locality"].isin(exposed["locality"].unique())].dropna(subset=["value"])
    inside = here["period"].isin(exposed["period"].unique())
    known_inside = here["indicator"].isin(here.loc[inside, "indicator"])
    return here[inside | ~known_inside]


def _members(localities: pd.Index, group_of: pd.Series) -> np.ndarray:
    groups = group_of.reindex(localities)
    if groups.isna().any():
        raise DiabanError("locality_without_group", locality=groups.index[groups.isna()][0])
    return pd.factorize(groups)[0]


def _refuse_repeated(indicators: pd.DataFrame) -> None:
    repeated = indicators[indicators.duplicated(["locality", "period", "indicator"])]
    if len(repeated):
        first = repeated.iloc[0]
        raise DiabanError(
            "indicator_given_twice",
            indicator=first["indicator"],
            locality=first["locality"],
            period=first["period"],
        )
