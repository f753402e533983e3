"""Small hand-made frames as findings read them from the cube: one row, changed where a test says so."""

import pandas as pd

RATE = {
    "locality": "a", "period": "2021-2023", "stream": "child_abuse", "cases": 31, "person_years": 128_000.0,
    "per": 100_000, "rate": 24.2, "lower": 16.5, "upper": 34.4, "reference_rate": 12.0, "expected": 15.4,
    "shrunk_rate": 21.0, "shrunk_lower": 15.0, "shrunk_upper": 29.0, "probability_above": 0.999,
    "outlier": "high", "withheld": pd.NA, "hidden": False,
}  # fmt: skip
TREND = {
    "locality": "a", "stream": "child_abuse", "period": "2021-2023", "baseline": "2018-2020",
    "rate_ratio": 1.8, "lower": 1.2, "upper": 2.7, "p": 0.004, "marker": "increasing", "withheld": pd.NA,
    "cases": 40, "baseline_cases": 22, "hidden": False,
}  # fmt: skip
CODE = {
    "locality": "a", "stream": "child_abuse", "code": "GD1", "n_coded": 14, "n_files": 31, "rest_coded": 36,
    "rest_files": 200, "share": 0.45, "lower": 0.29, "upper": 0.62, "rest_share": 0.18, "shrunk_share": 0.4,
    "shrunk_lower": 0.25, "shrunk_upper": 0.56, "p": 0.0004, "q": 0.01, "comparisons": 741, "over": True,
    "withheld": pd.NA, "hidden": False,
}  # fmt: skip
PROFILE = {
    "locality": "a", "indicator": "poverty", "period": "2023", "value": 9.0, "reference": 4.0, "z": 2.2,
    "verdict": "worse",
}  # fmt: skip
AREA = {
    "stream": "child_abuse", "indicator": "poverty", "part": "between", "rate_ratio": 1.4, "lower": 1.1,
    "upper": 1.8, "q": 0.01, "sd": 1.5, "n": 888, "comparisons": 24, "supported": True, "withheld": pd.NA,
}  # fmt: skip
DETECTABILITY = {
    "locality": "a", "stream": "child_abuse", "period": "2021-2023", "mean_per_year": 10.3,
    "largest_detectable_count": 3.0, "change": -0.05, "chance_by_luck": 0.44, "chance_if_true": 0.5,
    "hidden": False,
}  # fmt: skip
AGREEMENT = {"unit": "code", "code": "GD1", "alpha": 0.8, "agreed": True}
ROBUSTNESS = {"stream": "child_abuse", "indicator": "poverty", "robust": True, "reason": pd.NA}
RUN = {"locality": "a", "stream": "child_abuse", "period": "2021", "cases": 10, "hidden": False}


DTYPES = {int: "Int64", float: "Float64", bool: "boolean", str: "str", type(pd.NA): "str"}


def frame(row, *changes):
    """A frame of one row a change (a dict of columns); without a change an empty frame with its types."""
    types = {column: DTYPES[type(value)] for column, value in row.items()} | {"hidden": "bool"}
    types = {column: kind for column, kind in types.items() if column in row}
    rows = [row | change for change in changes]
    return pd.DataFrame(rows, columns=list(row)).astype(types)


def hidden(row, keep=("locality", "stream", "period", "code", "baseline", "comparisons", "per")):
    """The row as the cube hides it: every value missing."""
    return {column: pd.NA for column in row if column not in keep} | {"hidden": True}


def cube_frames(**frames):
    """All frames that the findings of a locality read; those not given are empty."""
    empty = {
        "rates": frame(RATE), "trends": frame(TREND), "case_factors": frame(CODE),
        "factor_profile": frame(PROFILE), "area_factors": frame(AREA), "detectability": frame(DETECTABILITY),
        "measures": pd.DataFrame(columns=["measure", "codes", "evidence"]),
    }  # fmt: skip
    return empty | frames
