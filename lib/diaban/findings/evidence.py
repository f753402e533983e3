"""Both sides of the evidence on every factor, put side by side for the written rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from diaban.analysis.case_factors import NOT_ESTABLISHED, UNCODED
from diaban.findings.strength import HINT, FactorEvidence
from diaban.spec.factors import FactorSpec

UNKNOWN = (NOT_ESTABLISHED, UNCODED)
NOT_CHECKED = ("too_few_groups",)
"""Reasons of `area_robustness` that say that a check could not be made, not that one failed."""
NOTHING = FactorEvidence()

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Evidence:
    """What each side knows of every locality and stream: of codes on files, of indicators in the area.

    `agreed`: code -> whether two coders agree on it; a code that was not checked is not in it.
    """

    on_files: Mapping[Key, FactorEvidence]
    in_area: Mapping[Key, FactorEvidence]
    agreed: Mapping[str, bool]
    factors: Sequence[FactorSpec]

    def of_code(self, locality: str, stream: str, code: str) -> FactorEvidence:
        """A code, with the best-supported indicator of a factor that it measures."""
        indicators = [i for f in self.factors if code in f.codes for i in f.indicators]
        files = self.on_files.get((locality, stream, code), NOTHING)
        return _together(files, _best(self.in_area.get((locality, stream, i), NOTHING) for i in indicators))

    def of_indicator(self, locality: str, stream: str, indicator: str) -> FactorEvidence:
        """An indicator, with the best-supported code of a factor that it measures."""
        codes = [c for f in self.factors if indicator in f.indicators for c in f.codes]
        area = self.in_area.get((locality, stream, indicator), NOTHING)
        return _together(_best(self.on_files.get((locality, stream, c), NOTHING) for c in codes), area)


def gather_evidence(
    case_factors: pd.DataFrame,
    area_factors: pd.DataFrame,
    factor_profile: pd.DataFrame,
    factors: Sequence[FactorSpec],
    *,
    coder_agreement: pd.DataFrame | None = None,
    area_robustness: pd.DataFrame | None = None,
) -> Evidence:
    """Evidence of every locality in the frames. Rows that are hidden or withheld are no evidence.

    case_factors: locality, stream, code, n_files, share, rest_share, p, over, withheld, [hidden].
    area_factors: stream, indicator, part, rate_ratio, supported. factor_profile: locality, indicator, value,
    reference, verdict. coder_agreement: unit, code, agreed. area_robustness: stream, indicator, robust,
    [reason]. The last two may be missing or empty: nothing was checked then. An association counts between
    places only.
    """
    agreed = agreed_codes(coder_agreement)
    on_files = {
        (row.locality, row.stream, row.code): FactorEvidence(
            case_over=bool(row.over),
            case_hint=bool(row.p < HINT),
            n_files=int(row.n_files),
            coders_agree=agreed.get(row.code),
        )
        for row in more_often(case_factors).itertuples()
    }
    in_area = {
        (row.locality, row.stream, row.indicator): FactorEvidence(
            area_supported=True,
            area_robust=None if pd.isna(row.robust) else bool(row.robust),
            area_unfavourable_here=bool(row.unfavourable),
        )
        for row in associated_here(area_factors, factor_profile, area_robustness).itertuples()
    }
    return Evidence(on_files, in_area, agreed, factors)


def established(case_factors: pd.DataFrame) -> pd.DataFrame:
    """Rows of causes and conditions that may be read and were compared: neither hidden nor withheld."""
    rows = case_factors[~case_factors["code"].isin(UNKNOWN)]
    if "hidden" in rows:
        rows = rows[~rows["hidden"]]
    return rows[rows["withheld"].isna() & rows["p"].notna()]


def more_often(case_factors: pd.DataFrame) -> pd.DataFrame:
    """Of those, what files here carry more often than elsewhere, surely (`over`) or as a hint."""
    rows = established(case_factors)
    rows = rows.assign(over=rows["over"].fillna(False).astype(bool))
    return rows[(rows["over"] | (rows["p"] < HINT)) & (rows["share"] > rows["rest_share"])]


def associated_here(
    area_factors: pd.DataFrame, factor_profile: pd.DataFrame, area_robustness: pd.DataFrame | None
) -> pd.DataFrame:
    """Supported associations between places, crossed with each locality's place on the indicator.

    Columns of `area_factors`; of `factor_profile` those with its names, `locality`, `value`, `reference`,
    `verdict`; robust (missing where not checked); and unfavourable: clearly worse here, at the end that goes
    with more cases.
    """
    between = (area_factors["part"] == "between") & area_factors["supported"].fillna(False).astype(bool)
    here = factor_profile.reindex(columns=["locality", "indicator", "value", "reference", "verdict"])
    rows = area_factors[between].merge(here, on="indicator")
    robust = robust_associations(area_robustness)
    pairs = zip(rows["stream"], rows["indicator"], strict=True)
    towards_more = (rows["rate_ratio"] > 1) == (rows["value"] > rows["reference"])
    worse = (rows["verdict"] == "worse").fillna(False).astype(bool)
    return rows.assign(
        robust=pd.array([robust.get(pair, pd.NA) for pair in pairs], dtype="boolean"),
        towards_more=towards_more.fillna(False).astype(bool),
        unfavourable=worse & towards_more.fillna(False).astype(bool),
    )


def agreed_codes(coder_agreement: pd.DataFrame | None) -> dict[str, bool]:
    """Code -> whether two coders agree on it well enough, where that could be told."""
    if coder_agreement is None or coder_agreement.empty:
        return {}
    rows = coder_agreement[coder_agreement["agreed"].notna()]
    if "unit" in rows:
        rows = rows[rows["unit"] == "code"]
    return dict(zip(rows["code"], rows["agreed"].astype(bool), strict=True))


def robust_associations(area_robustness: pd.DataFrame | None) -> dict[tuple[str, str], bool]:
    """(stream, indicator) -> whether the association between places is robust, where that could be told."""
    if area_robustness is None or area_robustness.empty:
        return {}
    rows = area_robustness[area_robustness["robust"].notna()]
    if "reason" in rows:
        rows = rows[~rows["reason"].isin(NOT_CHECKED)]
    keys = zip(rows["stream"], rows["indicator"], strict=True)
    return dict(zip(keys, rows["robust"].astype(bool), strict=True))


def _best(sides: Iterable[FactorEvidence]) -> FactorEvidence:
    return max(sides, key=_support, default=NOTHING)


def _support(side: FactorEvidence) -> tuple[bool, ...]:
    files = (side.case_checked, side.case_stands, side.case_over, side.case_hint)
    return (*files, side.area_checked, side.area_stands, side.area_applies)


def _together(files: FactorEvidence, area: FactorEvidence) -> FactorEvidence:
    return replace(
        files,
        area_supported=area.area_supported,
        area_robust=area.area_robust,
        area_unfavourable_here=area.area_unfavourable_here,
    )
