"""Which causes and conditions are coded on a locality's case files, and which more often than elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from diaban.analysis.case_factors.share_shrinkage import shrink_shares
from diaban.errors import DiabanError

NOT_ESTABLISHED = "XX"
UNCODED = "uncoded"
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
COLUMNS = [
    "locality",
    "stream",
    "code",
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


def case_factors(
    codes: pd.DataFrame,
    cases: pd.DataFrame,
    code_book: pd.DataFrame,
    *,
    localities: Sequence[str] | None = None,
    not_established: str = NOT_ESTABLISHED,
    minimum_files: int = MINIMUM_FILES,
    level: float = 0.95,
    false_discovery: float = 0.05,
) -> pd.DataFrame:
    """Share of coded files with each code, by locality and stream, against the rest of the localities.

    codes: case_key, code, round; only the first coder (round 1) counts. cases: case_key, locality (of
    report), stream, one row a file and stream. code_book: code. A file may carry many codes: shares do not
    add up to 1. `n_files` are files with at least one established code. Two further rows say what is not
    known, out of all files: `not_established` (that code and no other) and "uncoded" (no code at all).
    `localities`: all that are to have rows, also those without a file (default: those in `cases`).

    share with a Wilson interval; shrunk_share with a posterior interval (beta-binomial, towards all
    localities); rest_share in the other localities; ratio = share / rest_share with an interval (Walter
    1975: half a file added on each side); p: one-sided exact hypergeometric (Fisher) mid-p that the share is
    not above the rest's (Hwang & Yang 2001; plain Fisher finds a sixth fewer at the same false discovery
    rate); q: Benjamini and Hochberg's over all `comparisons` of code x locality x stream; probability_above:
    posterior of share > rest_share. over: q below `false_discovery`. A code that no file of the stream
    carries is not compared. withheld: `too_few_files` (under `minimum_files`), `nothing_to_compare_with` (no
    file elsewhere).

    Raises DiabanError for a code outside the code book and a file with two localities in one stream.
    """
    _refuse_repeated(cases)
    first = _first_coding(codes, cases, code_book, not_established)
    established = [code for code in code_book["code"] if code != not_established]
    places = sorted(cases["locality"].unique()) if localities is None else list(localities)
    frames = []
    for stream, files in cases.groupby("stream", sort=True):
        known, unknown = _tables(files, first, established, places, not_established)
        frames.append(_compare(*known, minimum_files, level).assign(stream=stream))
        frames.append(_compare(*unknown, minimum_files, level).assign(stream=stream))
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    return _with_false_discovery(pd.concat(frames, ignore_index=True), false_discovery)[COLUMNS]


def _first_coding(
    codes: pd.DataFrame, cases: pd.DataFrame, code_book: pd.DataFrame, not_established: str
) -> pd.DataFrame:
    first = codes.loc[codes["round"] == 1, ["case_key", "code"]].drop_duplicates()
    first = first[first["case_key"].isin(cases["case_key"])]
    known = [*code_book["code"], not_established]
    strange = first[~first["code"].isin(known)]
    if len(strange):
        row = strange.iloc[0]
        raise DiabanError(
            "code_not_in_code_book", code=row["code"], case_key=row["case_key"], known=", ".join(known)
        )
    return first


def _tables(
    files: pd.DataFrame,
    first: pd.DataFrame,
    established: list[str],
    places: list[str],
    not_established: str,
) -> tuple[tuple[pd.DataFrame, pd.Series], tuple[pd.DataFrame, pd.Series]]:
    """Counts (localities x codes) and files of each locality: of established codes, and of the unknown."""
    told = files[["case_key", "locality"]].merge(first, on="case_key", how="left")
    coded = told[told["code"].isin(established)]
    count = pd.crosstab(coded["locality"], coded["code"])
    count = count.reindex(index=places, columns=established, fill_value=0)
    at = files.set_index("case_key")["locality"]
    is_coded = at.index.isin(coded["case_key"])
    is_unclear = ~is_coded & at.index.isin(told.loc[told["code"] == not_established, "case_key"])
    states = {not_established: is_unclear, UNCODED: ~is_coded & ~is_unclear}
    unknown = pd.DataFrame(
        {code: _by_place(at[state], places) for code, state in states.items()}, index=places
    )
    return (count, _by_place(at[is_coded], places)), (unknown, _by_place(at, places))


def _by_place(localities: pd.Series, places: list[str]) -> pd.Series:
    return localities.value_counts().reindex(places, fill_value=0)


def _compare(count: pd.DataFrame, files: pd.Series, minimum_files: int, level: float) -> pd.DataFrame:
    y = count.to_numpy()
    n = np.repeat(files.to_numpy()[:, None], y.shape[1], axis=1)
    rest_y, rest_n = y.sum(axis=0) - y, n.sum(axis=0) - n
    with np.errstate(divide="ignore", invalid="ignore"):
        rest_share = rest_y / rest_n
        ratio, ratio_lower, ratio_upper = _ratio(y, n, rest_y, rest_n, level)
        lower, upper = proportion_confint(y, n, alpha=1 - level, method="wilson")
        share = y / n
    shrunk = [shrink_shares(y[:, j], n[:, j], rest_share[:, j], level=level) for j in range(y.shape[1])]
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
    columns |= {
        name: np.column_stack(parts) for name, parts in zip(POSTERIOR, zip(*shrunk, strict=True), strict=True)
    }
    frame = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    frame.insert(0, "code", np.tile(count.columns.to_numpy(dtype=object), len(files)))
    frame.insert(0, "locality", np.repeat(files.index.to_numpy(dtype=object), y.shape[1]))
    return _withhold(frame, minimum_files)


def _mid_p(y: np.ndarray, n: np.ndarray, rest_y: np.ndarray, rest_n: np.ndarray) -> np.ndarray:
    """P(count > y) + P(count = y) / 2 given both margins; missing where no file carries the code."""
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


def _with_false_discovery(result: pd.DataFrame, false_discovery: float) -> pd.DataFrame:
    tested = result["p"].notna()
    result["comparisons"] = int(tested.sum())
    result["q"] = np.nan
    if tested.any():
        result.loc[tested, "q"] = multipletests(result.loc[tested, "p"], method="fdr_bh")[1]
    over = result["q"] < false_discovery
    result["over"] = over.astype("boolean").where(result["withheld"].isna())
    return result.astype(dict.fromkeys(["locality", "stream", "code"], "str"))


def _refuse_repeated(cases: pd.DataFrame) -> None:
    repeated = cases[cases.duplicated(["case_key", "stream"])]
    if len(repeated):
        row = repeated.iloc[0]
        raise DiabanError("case_in_two_localities", case_key=row["case_key"], stream=row["stream"])
