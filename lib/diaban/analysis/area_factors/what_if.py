"""What if: cases that go with a factor being where half, or the better quarter, of the localities have it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.associations import EVENTS_PER_PARAMETER
from diaban.analysis.area_factors.fitted import Fitted, fitted_streams
from diaban.analysis.area_factors.pooled import ByParent, cells_of, totals_of, with_report
from diaban.analysis.labels import first_true

TARGETS = ("median", "best_quarter")
WORSE = {"worse": 1.0, "better": -1.0}
DRAWS = 4000
REASONS = ("no_direction", "not_supported", "against_direction", "not_robust")
COLUMNS = [
    "locality", "stream", "indicator", "target", "target_value", "value", "to_value",
    "cases", "change", "lower", "upper", "withheld",
]  # fmt: skip
NUMBERS = ["target_value", "value", "to_value", "cases", "change", "lower", "upper"]


def what_if(
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: Mapping[str, str] | pd.Series | None,
    report_of: Mapping[str, str] | pd.Series,
    associations: pd.DataFrame,
    robustness: pd.DataFrame | None = None,
    *,
    higher_is: Mapping[str, str],
    periods: Sequence[str],
    seed: int,
    streams: Sequence[str] | None = None,
    draws: int = DRAWS,
    level: float = 0.95,
    events_per_parameter: float = EVENTS_PER_PARAMETER,
    neighbours: pd.DataFrame | None = None,
    spatial_streams: Collection[str] = (),
) -> pd.DataFrame:
    """Cases associated with a better level of each factor, by locality of report, stream and target.

    exposed, indicators, groups, neighbours, spatial_streams: as in `area_factors`, on localities of analysis;
    associations: its result; robustness: stream, indicator, robust. report_of: locality of analysis -> of
    report. higher_is: indicator -> "worse", "better" or "neutral". periods: whose cases are added up.

    Every place of analysis on the unfavourable side of the target, and no other, is moved to it; targets are
    the median and the favourable quartile of the places' mean levels, so nothing leaves the observed range.
    This is the difference that the between model finds among places at those levels, not what a programme
    would achieve: an association, read forward.

    target_value: the target; value, to_value: the locality's mean before and after, weighted by expected
    cases; all in the indicator's unit. cases: modelled cases over all the periods together. change: its
    difference (negative: fewer), over all the periods; lower, upper: the uncertainty of all coefficients
    together (`draws` of a multivariate t around the fit), and so of the modelled cases too. Only associations
    that came out clear are told, and those are the larger ones by luck: limits are those of level
    1 - (1 - level) R / m for R told of m compared, so that of all that are told a share `level` holds the
    truth (false coverage rate, Benjamini & Yekutieli 2005, JASA 100: 71-81). `change` is not shrunk for it.

    withheld, the first that applies: the model's own reasons, `no_direction` (neutral), `not_supported` (in
    `associations`, between), `against_direction` (goes with fewer cases where the study expects more),
    `not_robust`, `not_recorded_then`, `indicator_missing_here`, `already_favourable`.

    Raises DiabanError where a locality with counts lies in no locality of report, and as `area_factors`.
    """
    fits = fitted_streams(
        exposed,
        indicators,
        groups,
        streams=streams,
        events_per_parameter=events_per_parameter,
        neighbours=neighbours,
        spatial_streams=spatial_streams,
    )
    rows = with_report(exposed, report_of)
    refusals = [_refusals(fitted, associations, robustness, higher_is) for fitted in fits]
    level = _selected_level(fits, refusals, level)
    tables = []
    for fitted, refused in zip(fits, refusals, strict=True):
        totals = totals_of(cells_of(rows, fitted.stream, periods))
        places = sorted(rows.loc[rows["stream"] == fitted.stream, "parent"].unique())
        told = len(totals) and len(refused) < len(fitted.names)
        drawn = fitted.draws(draws, np.random.default_rng(seed)) if told else np.empty((0, 0))
        for name in fitted.names:
            table = pd.DataFrame(columns=COLUMNS)
            if name not in refused and len(totals):
                table = _moved(fitted, totals, name, WORSE[higher_is[name]], drawn, level)
            table = _in_every_place(table, places, refused.get(name, "not_recorded_then"))
            tables.append(table.assign(stream=fitted.stream, indicator=name))
    frame = pd.concat([pd.DataFrame(columns=COLUMNS), *tables], ignore_index=True)[COLUMNS]
    texts = dict.fromkeys(["locality", "stream", "indicator", "target", "withheld"], "str")
    return frame.astype(texts | dict.fromkeys(NUMBERS, "float64"))


def _refusals(
    fitted: Fitted,
    associations: pd.DataFrame,
    robustness: pd.DataFrame | None,
    higher_is: Mapping[str, str],
) -> dict[str, str]:
    """Indicator -> why nothing is said about moving it."""
    between = associations[(associations["part"] == "between") & (associations["stream"] == fitted.stream)]
    supported = set(between.loc[between["supported"].fillna(False).astype(bool), "indicator"])
    robust = set(fitted.names)
    if robustness is not None:
        rows = robustness[robustness["stream"] == fitted.stream]
        robust = set(rows.loc[rows["robust"].fillna(False).astype(bool), "indicator"])
    refused = dict(fitted.refused)
    kept = [name for name in fitted.names if name not in refused]
    for name, beta in zip(kept, fitted.beta if kept else [], strict=True):
        direction = WORSE.get(higher_is.get(name, ""), 0.0)
        checks = [direction == 0, name not in supported, direction * beta <= 0, name not in robust]
        reason = next((why for fails, why in zip(checks, REASONS, strict=True) if fails), None)
        if reason is not None:
            refused[name] = reason
    return refused


def _selected_level(fits: Sequence[Fitted], refusals: Sequence[Mapping[str, str]], level: float) -> float:
    """The level of each interval at which `level` of those that are told hold the truth."""
    compared = sum(len(fitted.design.names) for fitted in fits)
    told = sum(len(fitted.names) - len(refused) for fitted, refused in zip(fits, refusals, strict=True))
    return 1 - (1 - level) * max(told, 1) / max(compared, 1)


def _moved(
    fitted: Fitted, totals: pd.DataFrame, name: str, direction: float, drawn: np.ndarray, level: float
) -> pd.DataFrame:
    """Both targets at every locality of report with counts. direction: 1 where more is worse, -1 else;
    drawn: (draws, indicators), coefficients."""
    assert fitted.fit is not None
    design, by = fitted.design, ByParent(totals["parent"])
    at = design.localities.get_indexer(totals.index)
    valued, E = at >= 0, totals["expected"].to_numpy()
    betas = np.vstack([fitted.beta, drawn])  # the fit first
    mu = _modelled(E, np.where(valued, betas @ design.X[at, 1:].T, 0.0), valued)
    x = np.where(valued, fitted.levels[name].reindex(totals.index), np.nan)
    k = design.names.index(name)
    quantiles = np.quantile(fitted.levels.loc[design.localities, name], [0.5, 0.5 - 0.25 * direction])
    tables = []
    for target, T in zip(TARGETS, quantiles, strict=True):
        moved = np.where(direction * (x - T) > 0, T, x)
        step = np.nan_to_num(moved - x) / fitted.sd[name]
        changes = by.sum(mu * np.expm1(betas[:, [k]] * step))
        lower, upper = np.quantile(changes[1:], [0.5 - level / 2, 0.5 + level / 2], axis=0)
        table = pd.DataFrame(
            {
                "locality": by.places,
                "target": target,
                "target_value": T,
                "value": _mean(x, E, by),
                "to_value": _mean(moved, E, by),
                "cases": by.sum(mu[0]),
                "change": changes[0],
                "lower": lower,
                "upper": upper,
            }
        )
        unknown, stays = ~by.known(E, valued), by.sum((step != 0).astype(int)) == 0
        table.loc[unknown | stays, ["to_value", "change", "lower", "upper"]] = np.nan
        table.loc[unknown, ["value", "cases"]] = np.nan
        why = first_true([unknown, stays], ["indicator_missing_here", "already_favourable"])
        tables.append(table.assign(withheld=why))
    return pd.concat(tables, ignore_index=True)


def _modelled(expected: np.ndarray, eta: np.ndarray, valued: np.ndarray) -> np.ndarray:
    """Cases at the model's rates, scaled to the total expected; places without values at the whole's rate.

    eta: (sets of coefficients, places)."""
    raw = expected * np.exp(eta)
    scale = expected[valued].sum() / raw[:, valued].sum(axis=1, keepdims=True)
    return np.where(valued, raw * scale, expected)


def _mean(x: np.ndarray, weight: np.ndarray, by: ByParent) -> np.ndarray:
    weight = np.where(np.isnan(x), 0.0, weight)
    total = by.sum(weight)
    return by.sum(weight * np.nan_to_num(x)) / np.where(total > 0, total, np.nan)


def _in_every_place(table: pd.DataFrame, places: list[str], reason: str) -> pd.DataFrame:
    """One row a place and target in that order; `reason` where `table` has none."""
    every = pd.MultiIndex.from_product([places, TARGETS], names=["locality", "target"])
    absent = ~every.isin(pd.MultiIndex.from_frame(table[["locality", "target"]]))
    table = table.set_index(["locality", "target"]).reindex(every).reset_index()
    return table.assign(withheld=table["withheld"].astype(object).mask(absent, reason))
