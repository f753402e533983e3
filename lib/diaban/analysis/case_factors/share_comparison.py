"""Shares of a locality's files against the rest of the localities: estimates, intervals, false discovery."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from diaban.analysis.case_factors.share_shrinkage import shrink_shares
from diaban.analysis.intervals import share_interval

MINIMUM_FILES = 10
POSTERIOR = ["shrunk_share", "shrunk_lower", "shrunk_upper", "probability_above"]
ESTIMATES = [
    "share",
    "lower",
    "upper",
    "rest_share",
    *POSTERIOR,
    "ratio",
    "ratio_lower",
    "ratio_upper",
    "p",
]
COMPARISON = [
    "n_coded",
    "n_files",
    "rest_coded",
    "rest_files",
    *ESTIMATES,
    "q",
    "comparisons",
    "over",
    "withheld",
]


def compare_shares(
    carried: pd.DataFrame, localities: pd.Series, places: list[str], *, minimum_files: int, level: float
) -> pd.DataFrame:
    """Every locality's share of files with each factor, against the other localities.

    carried: files x factors, boolean. localities: locality of each file (same index). places: those that
    have rows, in this order. Returns locality, factor and the columns of COMPARISON but q, comparisons and
    over: one row a place and factor. The estimates are explained in `case_factors`.
    """
    at = localities.to_numpy()
    count = carried.groupby(at).sum().reindex(places, fill_value=0)
    files = pd.Series(at).value_counts().reindex(places, fill_value=0)
    y = count.to_numpy(dtype="int64")
    n = np.repeat(files.to_numpy()[:, None], y.shape[1], axis=1)
    columns = _estimates(y, n, level)
    frame = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    frame.insert(0, "factor", np.tile(count.columns.to_numpy(dtype=object), len(places)))
    frame.insert(0, "locality", np.repeat(np.array(places, dtype=object), y.shape[1]))
    return _withhold(frame, minimum_files)


def with_false_discovery(compared: pd.DataFrame, false_discovery: float) -> pd.DataFrame:
    """Adds q (Benjamini & Hochberg 1995 over all rows with a p), comparisons (their number) and over."""
    tested = compared["p"].notna()
    result = compared.assign(comparisons=int(tested.sum()), q=np.nan)
    if tested.any():
        result.loc[tested, "q"] = multipletests(result.loc[tested, "p"], method="fdr_bh")[1]
    over = result["q"] < false_discovery
    return result.assign(over=over.astype("boolean").where(result["withheld"].isna()))


def _estimates(y: np.ndarray, n: np.ndarray, level: float) -> dict[str, np.ndarray]:
    rest_y, rest_n = y.sum(axis=0) - y, n.sum(axis=0) - n
    lower, upper = share_interval(y, n, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, rest_share = y / n, rest_y / rest_n
        ratio, ratio_lower, ratio_upper = _ratio(y, n, rest_y, rest_n, level)
    columns = {
        "n_coded": y,
        "n_files": n,
        "rest_coded": rest_y,
        "rest_files": rest_n,
        "share": share,
        "lower": lower,
        "upper": upper,
        "rest_share": rest_share,
        "ratio": ratio,
        "ratio_lower": ratio_lower,
        "ratio_upper": ratio_upper,
        "p": _mid_p(y, n, rest_y, rest_n),
    }
    shrunk = [shrink_shares(y[:, j], n[:, j], rest_share[:, j], level=level) for j in range(y.shape[1])]
    posterior = np.array(shrunk).reshape(-1, len(POSTERIOR), len(y)).transpose(1, 2, 0)
    return columns | dict(zip(POSTERIOR, posterior, strict=True))


def _mid_p(y: np.ndarray, n: np.ndarray, rest_y: np.ndarray, rest_n: np.ndarray) -> np.ndarray:
    """P(count > y) + P(count = y) / 2 given both margins; missing where no file carries the factor."""
    law = stats.hypergeom(n + rest_n, y + rest_y, n)
    return np.where(y + rest_y > 0, law.sf(y) + law.pmf(y) / 2, np.nan)


def _ratio(
    y: np.ndarray, n: np.ndarray, rest_y: np.ndarray, rest_n: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ratio of two shares; its interval adds half a file to each count and total (Walter 1975)."""
    log_ratio = np.log((y + 0.5) / (n + 0.5)) - np.log((rest_y + 0.5) / (rest_n + 0.5))
    variance = 1 / (y + 0.5) - 1 / (n + 0.5) + 1 / (rest_y + 0.5) - 1 / (rest_n + 0.5)
    half = stats.norm.ppf(0.5 + level / 2) * np.sqrt(variance)
    ratio = (y / n) / (rest_y / rest_n)
    return np.where(rest_y > 0, ratio, np.nan), np.exp(log_ratio - half), np.exp(log_ratio + half)


def _withhold(frame: pd.DataFrame, minimum_files: int) -> pd.DataFrame:
    reason = pd.Series(pd.NA, index=frame.index, dtype="str")
    reason = reason.mask(frame["rest_files"] == 0, "nothing_to_compare_with")
    reason = reason.mask(frame["n_files"] < minimum_files, "too_few_files")
    frame[ESTIMATES] = frame[ESTIMATES].mask(reason.notna())
    return frame.assign(withheld=reason)
