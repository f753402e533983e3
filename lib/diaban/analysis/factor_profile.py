"""How a locality's conditions compare with those of the others: the numbers behind a spine chart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from diaban.errors import DiabanError

DIRECTIONS = ("worse", "better", "neutral")
NOTABLE = 1.0
ENOUGH = 5
QUARTILES_OF_NORMAL = 1.349
COLUMNS = [
    "locality",
    "indicator",
    "period",
    "value",
    "reference",
    "quartile_low",
    "quartile_high",
    "minimum",
    "maximum",
    "z",
    "verdict",
]


def factor_profile(
    indicators: pd.DataFrame,
    report_of: Mapping[str, str] | pd.Series,
    higher_is: Mapping[str, str],
    *,
    population: pd.DataFrame | None = None,
    aggregate: Mapping[str, str] | None = None,
    period: str | None = None,
) -> pd.DataFrame:
    """Every report locality's value of every indicator beside the value of all and the spread of the others.

    indicators: locality, period, indicator, value, [numerator, denominator]. report_of: locality -> locality
    of report (itself where the indicator is measured there); other localities are left out. aggregate:
    indicator -> "ratio" (weighted by the denominator, the default where there is one), "weighted" (by
    `population`: locality, period, persons) or "sum". higher_is: indicator -> "worse", "better", "neutral".
    period: by default the last one in which the indicator was observed.

    value, quartile_low, quartile_high, minimum, maximum are in the indicator's unit, over the report
    localities. reference is all localities together; for a sum, their mean. z = (value - median) /
    (interquartile range / 1.349), which one odd locality cannot move (1 is a standard deviation where values
    are normal).

    The values are counts of everyone, not samples, so verdict is no test: "worse" or "better" where the value
    lies outside the middle half AND |z| >= 1, else "similar"; missing for neutral indicators, under five
    localities, or without spread. Indicators without a value have no rows.

    Raises DiabanError for an indicator without direction and a value without weight.
    """
    rows = indicators.dropna(subset=["value"])
    rows = rows.assign(report=rows["locality"].map(pd.Series(report_of, dtype=object))).dropna(
        subset=["report"]
    )
    rows = _of_period(rows, period)
    _refuse_directionless(rows, higher_is)
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = _with_weight(rows, dict(aggregate or {}), population)
    values = _aggregated(rows, ["indicator", "period", "report"]).rename(columns={"report": "locality"})
    whole = _reference(rows)
    spread = values.groupby("indicator")["value"].describe(percentiles=[0.25, 0.5, 0.75])
    spread = spread.rename(
        columns={"25%": "quartile_low", "75%": "quartile_high", "min": "minimum", "max": "maximum"}
    )
    profile = values.merge(whole, on="indicator", how="left").merge(
        spread.reset_index(), on="indicator", how="left"
    )
    width = profile["quartile_high"] - profile["quartile_low"]
    usable = (profile["count"] >= ENOUGH) & (width > 0)
    profile["z"] = ((profile["value"] - profile["50%"]) / (width / QUARTILES_OF_NORMAL)).where(usable)
    profile["verdict"] = _verdict(profile, higher_is)
    return profile[COLUMNS].sort_values(["indicator", "locality"], ignore_index=True)


def _of_period(rows: pd.DataFrame, period: str | None) -> pd.DataFrame:
    if period is not None:
        return rows[rows["period"] == period]
    return rows[rows["period"] == rows.groupby("indicator")["period"].transform("max")]


def _with_weight(
    rows: pd.DataFrame, aggregate: dict[str, str], population: pd.DataFrame | None
) -> pd.DataFrame:
    """Adds `how` and `weight`: the denominator of a ratio, persons, or 1 for a sum."""
    has_denominator = "denominator" in rows and rows["denominator"].notna()
    how = pd.Series(np.where(has_denominator, "ratio", "weighted"), index=rows.index, dtype="str")
    how = how.mask(rows["indicator"].isin(aggregate), rows["indicator"].map(aggregate).astype("str"))
    rows = rows.assign(how=how)
    persons = pd.Series(np.nan, index=rows.index)
    if population is not None:
        at = pd.MultiIndex.from_frame(rows[["locality", "period"]])
        totals = population.groupby(["locality", "period"])["persons"].sum()
        persons = pd.Series(totals.reindex(at).to_numpy(), index=rows.index)
    denominators = rows.get("denominator", np.nan)
    weight = persons.mask(rows["how"] == "ratio", denominators).mask(rows["how"] == "sum", 1.0)
    alone = rows.groupby(["indicator", "period", "report"])["value"].transform("size") == 1
    lacking = weight.isna() & ~(alone & (rows["how"] == "weighted") & (population is None))
    if lacking.any():
        row = rows[lacking].iloc[0]
        raise DiabanError(
            "indicator_without_weight",
            indicator=row["indicator"],
            locality=row["locality"],
            period=row["period"],
        )
    return rows.assign(weight=weight.fillna(1.0).astype(float))


def _aggregated(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Weighted mean, or for a "sum" the plain sum, of `value` over the rows of each group."""
    sums = rows.assign(mass=rows["value"] * rows["weight"]).groupby([*by, "how"], as_index=False)
    sums = sums[["mass", "weight"]].sum()
    mean = sums["mass"] / sums["weight"].where(sums["weight"] > 0)
    return sums.assign(value=sums["mass"].where(sums["how"] == "sum", mean))[[*by, "value"]]


def _reference(rows: pd.DataFrame) -> pd.DataFrame:
    whole = _aggregated(rows, ["indicator"]).set_index("indicator")["value"]
    summed = rows[rows["how"] == "sum"].groupby("indicator")["report"].nunique()
    whole = whole / summed.reindex(whole.index).fillna(1)
    return whole.rename("reference").reset_index()


def _verdict(profile: pd.DataFrame, higher_is: Mapping[str, str]) -> pd.Series:
    sign = profile["indicator"].map(dict(higher_is)).map({"worse": 1.0, "better": -1.0, "neutral": np.nan})
    outside = (profile["value"] < profile["quartile_low"]) | (profile["value"] > profile["quartile_high"])
    notable = outside & (profile["z"].abs() >= NOTABLE)
    verdict = pd.Series("similar", index=profile.index, dtype="str")
    verdict = verdict.mask(notable & (sign * profile["z"] > 0), "worse")
    verdict = verdict.mask(notable & (sign * profile["z"] < 0), "better")
    return verdict.where(sign.notna() & profile["z"].notna())


def _refuse_directionless(rows: pd.DataFrame, higher_is: Mapping[str, str]) -> None:
    for indicator in rows["indicator"].unique():
        if higher_is.get(indicator) not in DIRECTIONS:
            raise DiabanError(
                "indicator_without_direction", indicator=indicator, known=" / ".join(DIRECTIONS)
            )
