"""Dispersions: whether they, and the limits that they widen, follow from the counts that are shown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.analysis.rate_ratio import rate_ratio
from diaban.analysis.trends import prediction_limits
from diaban.release.audit.replay import Replayed, numbers
from diaban.release.cells import WHOLE, count_cell
from diaban.release.cube import Cube
from diaban.release.frames.told_dispersion import dispersions

LIMITS = ["lower", "upper"]
_BASE = ["locality", "stream", "baseline"]


def replayed_dispersions(cube: Cube) -> Iterator[Replayed]:
    """One a stream and frame: changes between blocks, and what is widened by the dispersion of years."""
    frames = cube.frames
    if not {"rates", "trends", "run_chart"} <= set(frames):
        return
    rates, trends, chart = frames["rates"], frames["trends"], frames["run_chart"]
    if not (rates["hidden"].any() or chart["hidden"].any()):
        return
    streams = rates["stream"]
    of_years, of_blocks = dispersions(rates, chart, streams)
    persons = rates.set_index(["locality", "stream", "period"])["person_years"]
    checks = {
        "trends": (trends, lambda rows: _same_trends(rows, persons, of_blocks)),
        "run_chart": (chart, lambda rows: _same_chart(rows, rates, trends, of_years)),
        "targets_pooled": (
            frames.get("targets_pooled", trends.head(0)),
            lambda rows: _same_pooled(rows, persons, of_years),
        ),
    }
    for name, (frame, same) in checks.items():
        for stream, rows in frame[~frame["hidden"]].groupby("stream"):
            if np.isfinite(numbers(rows["lower"])).any():
                gone = rates[rates["hidden"] & (streams == stream)]
                cells = tuple(count_cell(r.locality, r.stream, r.period) for r in gone.itertuples())
                yield Replayed(
                    f"{name}[{stream}].dispersion", "proved" if same(rows) else "not_audited", cells
                )


def _same_trends(rows: pd.DataFrame, persons: pd.Series, phi: pd.Series) -> bool:
    own, base = (_persons(rows, persons, period) for period in ("period", "baseline"))
    widened = rows["stream"].map(phi)
    again = rate_ratio(rows["cases"], own, rows["baseline_cases"], base, dispersion=widened)
    said = rows["rate_ratio"].notna()
    return _close(rows.loc[said], again.loc[said], ["rate_ratio", *LIMITS, "p"]) and _close(
        rows, pd.DataFrame({"dispersion": widened}), ["dispersion"]
    )


def _same_chart(rows: pd.DataFrame, rates: pd.DataFrame, trends: pd.DataFrame, phi: pd.Series) -> bool:
    baseline = trends["baseline"].iloc[0] if len(trends) else None
    base = rates[rates["period"] == baseline].set_index(["locality", "stream"])[["cases", "person_years"]]
    joined = rows.join(base.add_prefix("base_"), on=["locality", "stream"])
    lower, upper = prediction_limits(
        numbers(joined["base_cases"]), numbers(joined["base_person_years"]), numbers(rows["person_years"]),
        dispersion=rows["stream"].map(phi).to_numpy(float),
    )  # fmt: skip
    again = pd.DataFrame({"lower": lower, "upper": upper}, index=rows.index)
    said = rows["lower"].notna()
    return _close(rows.loc[said], again.loc[said], LIMITS)


def _same_pooled(rows: pd.DataFrame, persons: pd.Series, phi: pd.Series) -> bool:
    """Of the whole the persons at risk are those of its localities together."""
    whole = persons.groupby(["stream", "period"]).sum()
    whole.index = pd.MultiIndex.from_tuples([(WHOLE, *key) for key in whole.index])
    every = pd.concat([persons, whole])
    own, base = (_persons(rows, every, period) for period in ("block", "base"))
    cases, base_cases = numbers(rows["cases"]), numbers(rows["base_cases"])
    ratio = rate_ratio(cases, own, base_cases, base, dispersion=rows["stream"].map(phi))
    apart = numbers(rows["years_apart"])
    again = pd.DataFrame(
        {name: ratio[name].to_numpy() ** (1 / apart) - 1 for name in LIMITS}, index=rows.index
    )
    said = rows["lower"].notna()
    return _close(rows.loc[said], again.loc[said], LIMITS)


def _persons(rows: pd.DataFrame, persons: pd.Series, period: str) -> np.ndarray:
    keys = pd.MultiIndex.from_frame(rows[["locality", "stream", period]])
    return numbers(persons.reindex(keys))


def _close(told: pd.DataFrame, again: pd.DataFrame, columns: list[str]) -> bool:
    return all(
        np.allclose(numbers(told[name]), numbers(again[name]), rtol=1e-6, atol=1e-9, equal_nan=True)
        for name in columns
    )
