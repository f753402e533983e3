"""Whether a year's target will be met, said while the year still runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diaban.analysis.labels import first_true, text
from diaban.analysis.targets.evidence import SURE
from diaban.analysis.targets.final_count import counted_shares, final_count
from diaban.analysis.targets.frames import (
    WHOLE,
    Target,
    complete_periods,
    count_limit,
    dispersion_of,
    whole_of,
)
from diaban.analysis.targets.risk_path import fit_path, wide

Floats = NDArray[np.float64]

COLUMNS = [
    "locality", "target", "stream", "change", "base", "cases", "base_cases", "limit", "remaining",
    "season_share", "share_counted", "probability", "probability_this_year_alone", "expected", "lower",
    "upper", "outlook", "withheld",
]  # fmt: skip


def mid_year(
    so_far: pd.DataFrame,
    exposed: pd.DataFrame,
    season: pd.DataFrame,
    *,
    targets: Iterable[tuple[str, str, float]],
    base: str,
    order: Sequence[str] | None = None,
    completeness: pd.DataFrame | None = None,
    dispersion: float | pd.Series = 1.0,
    whole: str | None = WHOLE,
    level: float = 0.95,
) -> pd.DataFrame:
    """The `mid_year` frame: one row a target and locality, the whole first.

    so_far: locality, stream, cases (of the running year, as counted), persons (at risk in it). exposed: the
    complete years, as in `target_table`; base: the one that targets are relative to; order: those that tell
    of the level of risk, oldest first, the last being `base` (default: complete ones up to it). season:
    `season_shares`. completeness: stream, ratio (cases of the elapsed part that will finally be known, for
    each one counted so far), standard_error; without it, all are counted.

    limit: as in `target_table`; remaining: how many more may come. probability: that the year's final count
    meets the limit, from earlier years and this one, season and completeness with their uncertainty;
    probability_this_year_alone: the same with this year's count alone. expected, lower, upper: the final
    count. outlook: "likely" from SURE on, "unlikely" up to 1 - SURE, "open" between.

    withheld: `no_baseline`, `count_not_known`, or the season's reason (`season_not_known` without a row).
    """
    years = complete_periods(exposed) if order is None else list(order)
    years = years[: years.index(base) + 1] if base in years else []
    tables = []
    for target in (Target(*one) for one in targets):
        now, past = (frame[frame["stream"] == target.stream] for frame in (so_far, exposed))
        if whole is not None:
            now, past = pd.concat([_total(now, whole), now]), pd.concat([whole_of(past, whole), past])
        rows = _against_base(now, past, base, target.change)
        rows = rows.join(_level(past, years, dispersion_of(dispersion, target.stream), whole), on="locality")
        table = _one_target(rows, target, _of(season, target.stream), completeness, level)
        tables.append(table.assign(base=base))
    return pd.concat(tables, ignore_index=True)[COLUMNS] if tables else pd.DataFrame(columns=COLUMNS)


def _one_target(
    rows: pd.DataFrame, target: Target, season: pd.Series, completeness: pd.DataFrame | None, level: float
) -> pd.DataFrame:
    late = _of(pd.DataFrame(columns=["stream"]) if completeness is None else completeness, target.stream)
    reasons = first_true(
        [rows["base_cases"].isna(), rows["cases"].isna() | ~(rows["persons"] > 0)],
        ["no_baseline", "count_not_known"],
        default=season["withheld"] if len(season) else "season_not_known",
    )
    rows = rows.assign(target=target.key, stream=target.stream, change=target.change, withheld=text(reasons))
    told = pd.DataFrame(index=rows.index, columns=COLUMNS[9:16], dtype="float64")
    open_ = rows["withheld"].isna()
    if open_.any():
        ratio = (float(late["ratio"]), float(late["standard_error"])) if len(late) else (1.0, 0.0)
        shares, weights, counted = counted_shares(season["a"], season["b"], *ratio)
        told.loc[open_] = _predicted(rows[open_], target.change, shares, weights, level).to_numpy()
        told.loc[open_, ["season_share", "share_counted"]] = [season["share"], counted.mean()]
    rows = rows.join(told)
    remaining = (rows["limit"] - rows["cases"]).clip(lower=0)
    counts = {"cases": rows["cases"], "base_cases": rows["base_cases"], "limit": rows["limit"]}
    counts["remaining"] = remaining
    p = rows["probability"]
    words = first_true([p >= SURE, p <= 1 - SURE, p.notna()], ["likely", "unlikely", "open"])
    return rows.assign(
        **{name: pd.array(values, dtype="Int64") for name, values in counts.items()}, outlook=text(words)
    )


def _predicted(
    rows: pd.DataFrame, change: float, shares: Floats, weights: Floats, level: float
) -> pd.DataFrame:
    """COLUMNS[9:16] of rows that can be told."""
    cases, persons, limit = (rows[name].to_numpy(dtype=float) for name in ("cases", "persons", "limit"))
    nothing = {"shape": np.full(len(rows), 0.5), "rate": np.zeros(len(rows))}
    path = {name: rows[name].to_numpy(dtype=float) for name in ("shape", "rate")}
    final, alone = (
        final_count(cases, persons, shares=shares, weights=weights, **prior) for prior in (path, nothing)
    )
    chance = [one.at_most(limit) if change <= 0 else 1 - one.at_most(limit - 1) for one in (final, alone)]
    tail = (1 - level) / 2
    columns = [chance[0], chance[1], final.mean(), final.quantile(tail), final.quantile(1 - tail)]
    empty = np.full(len(rows), np.nan)
    return pd.DataFrame(np.column_stack([empty, empty, *columns]), columns=COLUMNS[9:16], index=rows.index)


def _level(past: pd.DataFrame, years: list[str], dispersion: float, whole: str | None) -> pd.DataFrame:
    """shape, rate of the running year's risk before it is seen, by locality."""
    parts = []
    for _, rows in past.groupby(past["locality"] == whole):
        cases, exposure = (wide(rows, years, name) for name in ("cases", "person_years"))
        shape, rate = fit_path(cases, exposure, dispersion=dispersion).ahead()
        parts.append(pd.DataFrame({"shape": shape, "rate": rate}, index=cases.index))
    return pd.concat(parts) if parts else pd.DataFrame(columns=["shape", "rate"], dtype="float64")


def _against_base(now: pd.DataFrame, past: pd.DataFrame, base: str, change: float) -> pd.DataFrame:
    before = past[past["period"] == base].set_index("locality")
    rows = now[["locality", "cases", "persons"]].astype({"cases": "float64"}).reset_index(drop=True)
    rows = rows.assign(base_cases=rows["locality"].map(before["cases"]).astype("float64"))
    length = before["person_years"] / before["persons"].where(before["persons"] > 0)
    years = float(length.median()) if len(length) else np.nan
    return rows.assign(limit=count_limit(rows["base_cases"], change, base_years=years))


def _total(now: pd.DataFrame, whole: str) -> pd.DataFrame:
    sums = now.groupby("stream", as_index=False)[["cases", "persons"]].sum(skipna=False)
    return sums.assign(locality=whole)


def _of(frame: pd.DataFrame, stream: str) -> pd.Series:
    mine = frame[frame["stream"] == stream]
    return mine.iloc[0] if len(mine) else pd.Series(dtype=object)
