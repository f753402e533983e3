"""Everything that was tested, what came of it, and why it is not a finding."""

from __future__ import annotations

import pandas as pd

from diaban.findings.evidence import (
    UNKNOWN,
    agreed_codes,
    associated_here,
    robust_associations,
)
from diaban.findings.strength import HINT

COLUMNS = [
    "locality", "side", "stream", "factor", "part", "estimate", "lower", "upper", "q", "result", "reason",
    "is_finding",
]  # fmt: skip
RESULTS = (
    "over", "coders_disagree", "before_fdr_only", "not_over", "never_coded", "too_few_files",
    "nothing_to_compare_with", "not_shown", "associated", "not_robust", "not_associated", "not_analysed",
    "unfavourable_here", "not_unfavourable_here", "other_direction", "not_judged_here",
    "no_value_here",
)  # fmt: skip
"""Keys of the group `result` of the sentence files."""
FINDINGS = ("over", "associated", "unfavourable_here")
_NUMBERS = ["estimate", "lower", "upper", "q"]


def factors_tested(
    case_factors: pd.DataFrame,
    area_factors: pd.DataFrame,
    factor_profile: pd.DataFrame,
    *,
    coder_agreement: pd.DataFrame | None = None,
    area_robustness: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row a comparison that was made, or refused, with COLUMNS and a `result` of RESULTS.

    side "case": a code at a locality; estimate: share of files (0..1). side "area": an indicator in the whole
    (locality missing), in the `part` between places or within them over time; estimate: rate ratio for one
    standard deviation; and, for each association between places that survives all comparisons, every
    locality's place on it. reason: why it was not analysed, or is not robust (of withheld.toml). is_finding:
    `over` and `unfavourable_here` are findings of a locality, `associated` one of the whole; all else is kept
    so that it can be read what was tried. A row that the cube hides is `not_shown`, without numbers. Frames
    as in `gather_evidence`.
    """
    parts = [
        _on_files(case_factors, agreed_codes(coder_agreement)),
        _in_the_whole(area_factors, area_robustness),
        _at_localities(area_factors, factor_profile, area_robustness),
    ]
    rows = pd.concat([part.reindex(columns=COLUMNS).astype(_TYPES) for part in parts], ignore_index=True)
    rows["is_finding"] = rows["result"].isin(FINDINGS)
    order = ["locality", "side", "stream", "factor", "part"]
    return rows.sort_values(order, na_position="first", kind="stable", ignore_index=True)


_TYPES = dict.fromkeys(["locality", "side", "stream", "factor", "part", "result", "reason"], "str")
_TYPES |= dict.fromkeys(_NUMBERS, "Float64") | {"is_finding": "boolean"}


def _on_files(case_factors: pd.DataFrame, agreed: dict[str, bool]) -> pd.DataFrame:
    rows = case_factors[~case_factors["code"].isin(UNKNOWN)].rename(
        columns={"code": "factor", "share": "estimate"}
    )
    hidden = rows["hidden"].astype(bool) if "hidden" in rows else pd.Series(False, index=rows.index)
    over = rows["over"].fillna(False).astype(bool)
    hint = ((rows["p"] < HINT) & (rows["estimate"] > rows["rest_share"])).fillna(False).astype(bool)
    withheld = rows["withheld"].astype("str")
    result = pd.Series("not_over", index=rows.index, dtype="str")
    result = result.mask(hint, "before_fdr_only").mask(over, "over")
    disputed = rows["factor"].isin([code for code, agree in agreed.items() if not agree])
    result = result.mask(over & disputed, "coders_disagree")
    result = result.mask(rows["p"].isna(), "never_coded")
    result = result.mask(withheld.notna(), withheld).mask(hidden, "not_shown")
    rows = rows.assign(side="case", result=result, reason=withheld.mask(hidden))
    return rows.assign(**{name: rows[name].astype("Float64").mask(hidden) for name in _NUMBERS})


def _in_the_whole(area_factors: pd.DataFrame, area_robustness: pd.DataFrame | None) -> pd.DataFrame:
    robust = robust_associations(area_robustness)
    rows = area_factors.rename(columns={"indicator": "factor", "rate_ratio": "estimate"})
    supported = rows["supported"].fillna(False).astype(bool)
    keys = zip(rows["stream"], rows["factor"], strict=True)
    fragile = pd.Series([robust.get(key) is False for key in keys], index=rows.index, dtype=bool)
    fragile &= supported & (rows["part"] == "between")
    result = pd.Series("not_associated", index=rows.index, dtype="str")
    result = result.mask(supported, "associated").mask(fragile, "not_robust")
    withheld = rows["withheld"].astype("str")
    reason = withheld.mask(fragile, _why_not_robust(rows, area_robustness))
    return rows.assign(side="area", result=result.mask(withheld.notna(), "not_analysed"), reason=reason)


def _at_localities(
    area_factors: pd.DataFrame, factor_profile: pd.DataFrame, area_robustness: pd.DataFrame | None
) -> pd.DataFrame:
    rows = associated_here(area_factors, factor_profile, area_robustness)
    worse = (rows["verdict"] == "worse").fillna(False).astype(bool)
    result = pd.Series("not_unfavourable_here", index=rows.index, dtype="str")
    result = result.mask(worse, "other_direction").mask(rows["unfavourable"], "unfavourable_here")
    fragile = rows["unfavourable"] & ~rows["robust"].fillna(True).astype(bool)
    result = result.mask(fragile, "not_robust")
    result = result.mask(rows["verdict"].isna(), "not_judged_here")
    result = result.mask(rows["value"].isna(), "no_value_here")
    rows = rows.rename(columns={"indicator": "factor", "rate_ratio": "estimate"})
    reason = _why_not_robust(rows, area_robustness).where(fragile)
    return rows.assign(side="area", result=result, reason=reason)


def _why_not_robust(rows: pd.DataFrame, area_robustness: pd.DataFrame | None) -> pd.Series:
    """The reason of each row's association (stream, factor), missing where there is none."""
    if area_robustness is None or area_robustness.empty:
        return pd.Series(pd.NA, index=rows.index, dtype="str")
    keys = zip(area_robustness["stream"], area_robustness["indicator"], strict=True)
    reasons = dict(zip(keys, area_robustness["reason"], strict=True))
    here = zip(rows["stream"], rows["factor"], strict=True)
    return pd.Series([reasons.get(key, pd.NA) for key in here], index=rows.index, dtype="str")
