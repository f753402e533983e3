"""Where a locality's excess over the whole comes from: age structure, each factor, the unexplained."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from diaban.analysis.area_factors.age_structure import AgeBands, age_bands
from diaban.analysis.area_factors.associations import EVENTS_PER_PARAMETER
from diaban.analysis.area_factors.divisia import divisia_contributions
from diaban.analysis.area_factors.fitted import Fitted, fitted_streams
from diaban.analysis.area_factors.pooled import ByParent, cells_of, totals_of, with_report
from diaban.analysis.intervals import count_interval

DRAWS = 1000
AT_ONCE = 1_000_000
COLUMNS = ["locality", "stream", "period", "component", "cases", "lower", "upper", "withheld"]


def excess_decomposition(
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: Mapping[str, str] | pd.Series | None,
    report_of: Mapping[str, str] | pd.Series,
    *,
    periods: Sequence[str],
    period: str,
    seed: int,
    age: pd.DataFrame | None = None,
    population: pd.DataFrame | None = None,
    streams: Sequence[str] | None = None,
    draws: int = DRAWS,
    level: float = 0.95,
    events_per_parameter: float = EVENTS_PER_PARAMETER,
    neighbours: pd.DataFrame | None = None,
    spatial_streams: Collection[str] = (),
) -> pd.DataFrame:
    """Cases of every locality of report over `periods`, divided into what they may come from.

    exposed, indicators, groups, neighbours, spatial_streams: as in `area_factors`, on localities of analysis;
    the between model is fitted on all their periods. report_of: locality of analysis -> of report. periods:
    those that are added up, as `period` in the result. age: stream, age_band, cases of the whole in those
    periods, and population: locality (of analysis), period, age_band, persons; without one of them, age has
    no component.

    One row a locality, stream and component, in cases over all the periods together:
    expected: the whole's rate at the locality's person-years. age: what its age structure adds, at the
    whole's rates by age (cases of unknown age are spread as the known). An indicator: what its mean level
    adds relative to the whole, the others held, as the between model associates it, which is not what it
    causes (divisia.py; places of analysis are divided and then added up). unexplained: what is left, change
    within the place included. observed. They add up exactly: expected + age + indicators + unexplained =
    observed; and age, each indicator and unexplained add up to 0 over all localities. A component that is
    withheld is missing and adds nothing.

    Intervals: observed covers chance in the locality's count, expected and age chance in the whole's counts
    (all Poisson); an indicator covers the uncertainty of all coefficients together (multivariate t around
    the fit, `draws` of them), at the expected cases as they are; unexplained covers chance in the observed
    count (Gamma(O + 1/2)) and the coefficients, as independent of each other. On 40 provinces of the truth
    bench those of indicators hold the truth in 93 to 95 % (moderate ones 91 to 93 %), of the unexplained in
    97 %; an indicator's share is off by 3 to 4 % of the expected cases on average.

    withheld: of indicators as in `area_factors` (between), and `indicator_missing_here` where places with
    under LEAST_KNOWN (pooled.py) of the locality's expected cases have values (above, those without count as
    average); of age `no_age_counts`; of every component `not_recorded_then` without counts in the periods.

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
    tables = []
    for fitted in fits:
        cells = cells_of(rows, fitted.stream, periods)
        totals = totals_of(cells)
        bands = None
        if age is not None and population is not None:
            bands = age_bands(cells, totals.index, age[age["stream"] == fitted.stream], population)
        places = sorted(rows.loc[rows["stream"] == fitted.stream, "parent"].unique())
        parts = pd.DataFrame(columns=["locality", "component", "cases", "lower", "upper", "withheld"])
        if len(cells):
            parts = _parts(fitted, totals, bands, np.random.default_rng(seed), draws, level)
        table = _in_every_place(parts, ["expected", "age", *fitted.names, "unexplained", "observed"], places)
        tables.append(table.assign(stream=fitted.stream, period=period))
    frame = pd.concat([pd.DataFrame(columns=COLUMNS), *tables], ignore_index=True)[COLUMNS]
    texts = dict.fromkeys(["locality", "stream", "period", "component", "withheld"], "str")
    return frame.astype(texts | dict.fromkeys(["cases", "lower", "upper"], "float64"))


@dataclass(frozen=True)
class _Shares:
    """Factor shares by locality of report: (places, p), draws of them (draws, places, p), where known."""

    cases: np.ndarray
    draws: np.ndarray
    known: np.ndarray


def _parts(
    fitted: Fitted,
    totals: pd.DataFrame,
    bands: AgeBands | None,
    rng: np.random.Generator,
    draws: int,
    level: float,
) -> pd.DataFrame:
    """Every component at every locality of report with counts."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    by = ByParent(totals["parent"])
    whole, base = totals["cases"].sum(), totals["expected"].to_numpy()
    observed, expected = by.sum(totals["cases"].to_numpy()), by.sum(base)
    age = np.zeros(len(base)) if bands is None else bands.added(base)
    shares = _shares(fitted, totals, base + age, by, rng, draws)
    limits = count_interval(whole, level)
    tables = {
        "expected": _part(by, expected, [limit * by.sum(totals["share"].to_numpy()) for limit in limits]),
        "age": _part(by, np.nan, [np.nan, np.nan], "no_age_counts"),
    }
    if bands is not None:
        added = by.sum(bands.added_by_chance(base, draws, rng))
        tables["age"] = _part(by, by.sum(age), np.quantile(added, tails, axis=0))
    tables |= _factor_parts(fitted, shares, by, tails)
    left = observed - expected - by.sum(age)
    # by quantiles: a sampler that rejects would carry each count into the draws of the places after it
    chance = gammaincinv(observed + 0.5, rng.random((draws, len(observed)))) - observed
    around = left + chance - shares.draws.sum(axis=2)
    tables["unexplained"] = _part(by, left - shares.cases.sum(axis=1), np.quantile(around, tails, axis=0))
    tables["observed"] = _part(by, observed, count_interval(observed, level))
    return pd.concat(tables, names=["component"]).reset_index(level="component").reset_index(drop=True)


def _factor_parts(
    fitted: Fitted, shares: _Shares, by: ByParent, tails: list[float]
) -> dict[str, pd.DataFrame]:
    tables = {name: _part(by, np.nan, [np.nan, np.nan], reason) for name, reason in fitted.refused.items()}
    limits = np.quantile(shares.draws, tails, axis=0)
    for k, name in enumerate(fitted.design.names if fitted.fit is not None else []):
        table = _part(by, shares.cases[:, k], limits[:, :, k])
        table.loc[~shares.known, ["cases", "lower", "upper"]] = np.nan
        table.loc[~shares.known, "withheld"] = "indicator_missing_here"
        tables[name] = table
    return tables


def _part(
    by: ByParent, cases: np.ndarray | float, limits: Sequence[np.ndarray | float], withheld: str | None = None
) -> pd.DataFrame:
    columns = {"locality": by.places, "cases": cases, "lower": limits[0], "upper": limits[1]}
    return pd.DataFrame(columns).assign(
        withheld=pd.Series(withheld, index=range(len(by.places)), dtype="str")
    )


def _shares(
    fitted: Fitted,
    totals: pd.DataFrame,
    base: np.ndarray,
    by: ByParent,
    rng: np.random.Generator,
    draws: int,
) -> _Shares:
    """What each indicator adds; zero at localities of analysis without values."""
    design = fitted.design
    p = len(design.names) if fitted.fit is not None else 0
    at = design.localities.get_indexer(totals.index)
    valued = (at >= 0) & (base > 0)
    known = by.known(base, valued)
    valued &= known[by.codes]
    X, B = design.X[at[valued], 1 : 1 + p], base[valued]

    def added(beta: np.ndarray) -> np.ndarray:
        cases = np.zeros((len(beta), len(base), p))
        if p and valued.any():
            cases[:, valued] = divisia_contributions(B, beta[:, None, :] * X)
        return by.sum(cases, axis=1)

    if p == 0:
        return _Shares(added(np.zeros((1, 0)))[0], np.zeros((1, len(by.places), 0)), known)
    sample = fitted.draws(draws, rng)
    parts = np.array_split(sample, max(1, draws * len(base) * p // AT_ONCE))
    return _Shares(added(fitted.beta[None])[0], np.concatenate([added(part) for part in parts]), known)


def _in_every_place(parts: pd.DataFrame, components: list[str], places: list[str]) -> pd.DataFrame:
    """One row a place and component in that order; those without counts say so."""
    every = pd.MultiIndex.from_product([places, components], names=["locality", "component"])
    table = parts.set_index(["locality", "component"]).reindex(every).reset_index()
    absent = ~table["locality"].isin(parts["locality"])
    return table.assign(withheld=table["withheld"].astype(object).mask(absent, "not_recorded_then"))
