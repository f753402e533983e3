"""Targets on the number of cases: what the count says, what the evidence says, what could be seen at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from diaban.analysis.detectability import detectability_table, largest_detectable_count, target_attainment
from diaban.analysis.labels import first_true, text
from diaban.analysis.targets.attainment import attainment
from diaban.analysis.targets.evidence import evidence_word
from diaban.analysis.targets.frames import (
    WHOLE,
    Target,
    complete_periods,
    count_limit,
    dispersion_of,
    with_whole,
)
from diaban.analysis.targets.verdict import verdict_key

VISIBLE_FROM = 0.8

COLUMNS = [
    "locality", "target", "stream", "change", "period", "base", "cases", "base_cases", "limit", "met",
    "attainment", "attainment_two_counts", "evidence", "change_sd", "chance_by_luck", "chance_if_true",
    "power", "visible", "smallest_visible_fall", "largest_detectable_count", "next_detectable_count",
    "mean_per_year", "cases_needed", "verdict", "withheld",
]  # fmt: skip
_FROM_DETECTABILITY = ["locality", "chance_by_luck", "chance_if_true", "power", "mean_per_year",
                       "cases_needed", "largest_detectable_count"]  # fmt: skip


def target_table(
    exposed: pd.DataFrame,
    *,
    targets: Iterable[tuple[str, str, float]],
    period: str,
    base: str,
    order: Sequence[str] | None = None,
    dispersion: float | pd.Series = 1.0,
    whole: str | None = WHOLE,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """The `targets` frame: one row a target and locality, the whole (`whole`, or None for none) first.

    exposed: locality, period, stream, cases, persons, person_years, by locality of report. targets: (key,
    stream, change). order: the periods up to `period` that tell how the risk moves from year to year, oldest
    first (default: those as long as the longest, in the order of their names). dispersion: of the counts by
    stream, 1 for Poisson.

    limit: the largest count that meets the target (for a wished rise, the smallest), from base_cases and the
    lengths of both periods; met: what the count says. attainment: `change_chance`, the probability that the
    risk (cases a person-year, so that a growing population is no failure) changed that far or further;
    attainment_two_counts: the same from these two counts alone, as `target_attainment` (surer than it should
    be where there are few cases). evidence: `evidence_word` of attainment. change_sd: of a year's true change
    of the log risk, as the localities' own years tell. chance_by_luck, chance_if_true, power, mean_per_year,
    cases_needed: as in `detectability_table`. visible: power of VISIBLE_FROM or more.
    largest_detectable_count: the largest count of `period` that would be a significant fall from base_cases,
    smallest_visible_fall its distance as a share of base_cases (missing where not even 0 would be one);
    next_detectable_count: that of the next period after `cases`. verdict: `verdict_key`.

    withheld: `no_baseline` (no row or count in `base`), `count_not_known` (nor in `period`), `no_cases` (none
    in any period).
    """
    years = complete_periods(exposed) if order is None else list(order)
    years = years[: years.index(base) + 1] if base in years else []
    tables = []
    for target in (Target(*one) for one in targets):
        frame = with_whole(exposed[exposed["stream"] == target.stream], whole)
        phi = dispersion_of(dispersion, target.stream)
        tables.append(_one_target(frame, target, period, base, years, phi, whole, alpha))
    return pd.concat(tables, ignore_index=True)[COLUMNS] if tables else pd.DataFrame(columns=COLUMNS)


def _one_target(
    frame: pd.DataFrame,
    target: Target,
    period: str,
    base: str,
    years: list[str],
    dispersion: float,
    whole: str | None,
    alpha: float,
) -> pd.DataFrame:
    counts = _two_periods(frame, period, base)
    seen = detectability_table(frame, period=period, base=base, targets=[target.change], alpha=alpha)
    seen = seen[_FROM_DETECTABILITY].rename(columns={"largest_detectable_count": "next_detectable_count"})
    told = attainment(frame, counts, target.change, years=years, dispersion=dispersion, whole=whole)
    rows = counts.merge(seen, on="locality", how="left", validate="one_to_one")
    rows = rows.merge(told, on="locality", how="left", validate="one_to_one")
    return _judged(rows, target.change, dispersion, alpha).assign(
        target=target.key, stream=target.stream, change=target.change, period=period, base=base
    )


def _two_periods(frame: pd.DataFrame, period: str, base: str) -> pd.DataFrame:
    """cases, years, person_years of both periods by locality, those of the base with the prefix base_."""
    length = (frame["person_years"] / frame["persons"].where(frame["persons"] > 0)).groupby(frame["period"])
    frame = frame.assign(years=length.transform("median"))
    rows = pd.DataFrame(index=pd.Index(frame["locality"].unique(), dtype="str", name="locality"))
    for name, prefix in ((period, ""), (base, "base_")):
        chosen = frame[frame["period"] == name].set_index("locality")[["cases", "years", "person_years"]]
        rows = rows.join(chosen.add_prefix(prefix), validate="one_to_one")
    return rows.reset_index()


def _judged(rows: pd.DataFrame, change: float, dispersion: float, alpha: float) -> pd.DataFrame:
    cases, base_cases = rows["cases"], rows["base_cases"]
    limit = count_limit(base_cases, change, years=rows["years"], base_years=rows["base_years"])
    unknown = cases.isna() | base_cases.isna()
    met = (cases <= limit) if change <= 0 else (cases >= limit)
    two_counts = target_attainment(
        cases / dispersion,
        base_cases / dispersion,
        change,
        exposure=rows["person_years"],
        base_exposure=rows["base_person_years"],
    )
    largest = largest_detectable_count(base_cases, alpha=alpha)
    nothing = ~(rows["mean_per_year"] > 0)
    reasons = first_true(
        [base_cases.isna(), cases.isna(), nothing], ["no_baseline", "count_not_known", "no_cases"]
    )
    chance = rows["attainment"].mask(unknown | nothing)
    rows = rows.assign(
        cases=pd.array(cases, dtype="Int64"),
        base_cases=pd.array(base_cases, dtype="Int64"),
        limit=pd.array(limit.mask(unknown), dtype="Int64"),
        met=met.astype("boolean").mask(unknown),
        attainment=chance,
        attainment_two_counts=np.where(unknown | nothing, np.nan, two_counts),
        evidence=text(evidence_word(chance, change)),
        visible=(rows["power"] >= VISIBLE_FROM).astype("boolean").mask(rows["power"].isna()),
        largest_detectable_count=pd.array(largest, dtype="Int64"),
        smallest_visible_fall=1 - largest / base_cases.where(base_cases > 0),
        withheld=text(reasons),
    )
    return rows.assign(verdict=text(verdict_key(rows["met"], rows["evidence"], rows["visible"])))
