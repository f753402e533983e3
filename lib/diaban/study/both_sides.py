"""Case side and area side of every factor, in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import pandas as pd

from diaban.spec.factors import FactorSpec

COLUMNS = [
    "factor", "domain", "changeable", "stream", "code", "n_coded", "n_files", "share", "over_in",
    "indicator", "between_ratio", "between_lower", "between_upper", "between_q",
    "within_ratio", "within_lower", "within_upper", "within_q", "direction", "measured_by", "support",
]  # fmt: skip
_ORDER = {"both": 0, "area_side": 1, "case_side": 2, "neither": 3}
_NUMBERS = [name for name in COLUMNS if name.startswith(("between_", "within_", "share"))]


def factors_table(
    factors: Sequence[FactorSpec],
    streams: Sequence[str],
    case_factors: pd.DataFrame | None,
    area_factors: pd.DataFrame | None,
    *,
    higher_is: Mapping[str, str],
    places: Mapping[str, str],
) -> pd.DataFrame:
    """One row a factor, stream, code and indicator, with COLUMNS; what is not measured is missing.

    case_factors, area_factors: those frames, or None where the study has no such side. over_in: names of the
    localities where the code is over-represented. The area side supports a factor whose between or within
    association survives all comparisons and does not run against the declared direction. measured_by:
    "both", "case_side", "area_side"; factors that neither side measures have no row.
    """
    coded, over = _case_side(case_factors, places)
    ratios = _area_side(area_factors)
    rows = [
        _row(factor, stream, code, indicator, coded, over, ratios, higher_is)
        for stream, factor in product(streams, factors)
        for code, indicator in product(factor.codes or [""], factor.indicators or [""])
    ]
    frame = pd.DataFrame([row for row in rows if row["measured_by"]], columns=COLUMNS)
    frame = frame.astype(dict.fromkeys(_NUMBERS, "float64") | {"n_coded": "Int64", "n_files": "Int64"})
    texts = [
        "factor",
        "domain",
        "stream",
        "code",
        "over_in",
        "indicator",
        "direction",
        "measured_by",
        "support",
    ]
    frame = frame.astype(dict.fromkeys(texts, "str"))
    order = frame["support"].map(_ORDER)
    frame = frame.assign(order=order).sort_values(["stream", "order", "share"], ascending=[True, True, False])
    return frame.drop(columns="order").reset_index(drop=True)


def _case_side(
    case_factors: pd.DataFrame | None, places: Mapping[str, str]
) -> tuple[dict[tuple[str, str], tuple[int, int]], dict[tuple[str, str], str]]:
    """(stream, code) -> files coded and files; and -> localities where it is over-represented."""
    if case_factors is None:
        return {}, {}
    sums = case_factors.groupby(["stream", "code"])[["n_coded", "n_files"]].sum()
    coded = {key: (int(n), int(m)) for key, (n, m) in zip(sums.index, sums.to_numpy(), strict=True)}
    over = case_factors[case_factors["over"].fillna(False).astype(bool)]
    names = over["locality"].map(dict(places)).groupby([over["stream"], over["code"]]).agg(", ".join)
    return coded, names.to_dict()


def _area_side(area_factors: pd.DataFrame | None) -> dict[tuple[str, str, str], dict]:
    if area_factors is None:
        return {}
    return {(r["stream"], r["indicator"], r["part"]): r for r in area_factors.to_dict("records")}


def _row(
    factor: FactorSpec,
    stream: str,
    code: str,
    indicator: str,
    coded: Mapping[tuple[str, str], tuple[int, int]],
    over: Mapping[tuple[str, str], str],
    ratios: Mapping[tuple[str, str, str], dict],
    higher_is: Mapping[str, str],
) -> dict:
    row: dict = dict.fromkeys(COLUMNS) | {"factor": factor.key, "domain": factor.domain, "stream": stream}
    row["changeable"] = factor.changeable
    on_files = (stream, code) in coded
    if on_files:
        n, m = coded[stream, code]
        row |= {"code": code, "n_coded": n, "n_files": m, "share": n / m if m else None}
        row["over_in"] = over.get((stream, code))
    parts = {part: ratios.get((stream, indicator, part)) for part in ("between", "within")}
    supported = []
    for part, found in parts.items():
        if found is None or pd.isna(found["rate_ratio"]):
            continue
        row |= {f"{part}_{end}": found[name] for end, name in _ENDS.items()}
        if found["supported"]:
            supported.append(_direction(found["rate_ratio"], higher_is[indicator]))
    in_area = any(pd.notna(row[f"{part}_ratio"]) for part in parts)
    row["indicator"] = indicator if in_area else None
    row["direction"] = supported[0] if supported else None
    row["measured_by"] = _sides(on_files, in_area, "")
    row["support"] = _sides((stream, code) in over, any(s != "opposite" for s in supported), "neither")
    return row


_ENDS = {"ratio": "rate_ratio", "lower": "lower", "upper": "upper", "q": "q"}


def _direction(rate_ratio: float, higher_is: str) -> str:
    if higher_is == "neutral":
        return "no_expectation"
    return "as_expected" if (rate_ratio > 1) == (higher_is == "worse") else "opposite"


def _sides(case_side: bool, area_side: bool, neither: str) -> str:
    if case_side and area_side:
        return "both"
    return "case_side" if case_side else "area_side" if area_side else neither
