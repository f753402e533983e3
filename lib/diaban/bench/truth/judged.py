"""Estimates beside their truth, and what they come to over all provinces."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

ALL, NONE = "all", "none"
JUDGED = ["method", "what", "planted", "error", "covered", "called", "aside", "value"]
SHARES = ["coverage", "found", "fdr"]
ERRORS = {name: f"{name}_error" for name in SHARES}
COLUMNS = ["method", "what", "planted", "seeds", "n", "bias", *SHARES, "note", *ERRORS.values()]


def judged(
    method: str,
    what: str,
    planted: ArrayLike = ALL,
    *,
    error: ArrayLike = np.nan,
    covered: ArrayLike = np.nan,
    called: ArrayLike = np.nan,
    aside: str = "",
    value: ArrayLike = np.nan,
) -> pd.DataFrame:
    """One row an estimate, arrays and scalars broadcast to one length.

    planted: how strong the truth is; "none" where it is nothing, so that calling it is an error; "all" where
    strength plays no part. error: estimate - truth. covered: whether its interval holds the truth. called:
    whether the method says that there is something. Missing where that does not apply, or the method
    withholds the estimate. value: any further number, whose mean is printed as `aside`.
    """
    numbers = {"error": error, "covered": covered, "called": called, "value": value}
    arrays = {name: _floats(x) for name, x in numbers.items()}
    n = max((len(x) for x in (*arrays.values(), np.asarray(planted)) if np.ndim(x)), default=1)
    frame = pd.DataFrame({"method": method, "what": what, "planted": planted}, index=range(n))
    return frame.assign(**arrays, aside=aside)[JUDGED]


def covers(lower: pd.Series, upper: pd.Series, truth: ArrayLike) -> np.ndarray:
    """1.0 where the interval holds the truth, 0.0 where not, missing where a limit is."""
    inside = (lower.to_numpy(dtype=float) <= truth) & (truth <= upper.to_numpy(dtype=float))
    return np.where(lower.isna() | upper.isna(), np.nan, inside)


def strength_of(rate_ratio: pd.Series) -> np.ndarray:
    """The word for true rate ratios per standard deviation, up or down: 1.5 is strong, 1.2 moderate."""
    size = np.exp(np.abs(np.log(rate_ratio)))
    return np.select([size >= 1.4, size >= 1.15, size > 1], ["strong", "moderate", "weak"], NONE)


def strength_at(frame: pd.DataFrame, planted: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """`planted` of each row of `frame` by `keys`; "none" where nothing is planted."""
    found = frame[keys].merge(planted[[*keys, "planted"]], on=keys, how="left", validate="many_to_one")
    return found["planted"].fillna(NONE).to_numpy()


def summarise(judgements: pd.DataFrame) -> pd.DataFrame:
    """The table of the bench, one row a method, what and planted strength, in their order of appearance.

    judgements: JUDGED and seed. Where a method finds things planted and not planted, a row "all" holds its
    false discovery. seeds: provinces; n: estimates that are not withheld; bias: mean of error; coverage:
    share of 95 % intervals that hold the truth; found: share called, which for planted "none" is an error;
    fdr: mean over provinces of the share of false among what was called (0 where nothing was). Shares in
    0..1, each with its standard error over the provinces (coverage_error ...).
    """
    rows = []
    for (method, what), group in judgements.groupby(["method", "what"], sort=False):
        strengths = list(group.groupby("planted", sort=False))
        strengths.sort(key=lambda pair: _order(str(pair[0])))
        for planted, part in strengths:
            rows.append({"method": method, "what": what, "planted": planted} | _measures(part))
        if len(strengths) > 1 and NONE in group["planted"].to_numpy():
            rows.append({"method": method, "what": what, "planted": ALL} | _together(group))
    return pd.DataFrame(rows, columns=COLUMNS)


def _order(planted: str) -> tuple[int, str]:
    known = ["clear", "strong", "moderate", "weak", NONE, ALL]
    return (known.index(planted) if planted in known else 3, planted)


def _measures(part: pd.DataFrame) -> dict[str, object]:
    judged_at_all = part[["error", "covered", "called"]].notna().any(axis=1)
    return {
        "seeds": part["seed"].nunique(),
        "n": int(judged_at_all.sum() or part["value"].notna().sum()),
        "bias": part["error"].mean(),
        "coverage": part["covered"].mean(),
        "coverage_error": _standard_error(part, "covered"),
        "found": part["called"].mean(),
        "found_error": _standard_error(part, "called"),
        "note": _note(part),
    }


def _together(group: pd.DataFrame) -> dict[str, object]:
    told = _measures(group) | {"found": np.nan, "found_error": np.nan, "note": ""}
    if group["called"].isna().all():
        return told
    called = group["called"] == 1
    false = (called & (group["planted"] == NONE)).groupby(group["seed"]).sum()
    called = called.groupby(group["seed"]).sum()
    share = (false / called.where(called > 0)).fillna(0.0)
    return told | {"fdr": share.mean(), "fdr_error": share.std() / np.sqrt(len(share))}


def _standard_error(part: pd.DataFrame, column: str) -> float:
    """Of the mean of a column, the province being the unit that is drawn."""
    values = part[column]
    by_seed = (values - values.mean()).groupby(part["seed"]).sum()
    n, seeds = values.notna().sum(), len(by_seed)
    if n == 0 or seeds < 2:
        return np.nan
    return float(np.sqrt((by_seed**2).sum() * seeds / (seeds - 1)) / n)


def _note(part: pd.DataFrame) -> str:
    """What stands aside, with its mean; a method that stays silent throughout says so."""
    if part[["error", "covered", "called", "value"]].isna().all().all():
        return "withheld"
    values = part.groupby("aside", sort=False)["value"].mean().dropna()
    return "; ".join(f"{name} {value:.3g}" for name, value in values.items())


def join(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Judged frames under each other."""
    parts = [frame for frame in frames if len(frame)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=JUDGED)


def _floats(values: ArrayLike) -> np.ndarray:
    if isinstance(values, pd.Series):
        return values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(values, dtype=float)
