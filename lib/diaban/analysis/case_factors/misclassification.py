"""How often a code stands on the files in truth, where two coders both err: shares corrected for coding."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from diaban.analysis.case_factors.coding import NOT_ESTABLISHED, carried_codes
from diaban.analysis.case_factors.error_rates import CodingErrors, estimate_errors
from diaban.analysis.case_factors.prevalence import files_by_stream

MINIMUM_DOUBLE = 30  # files coded twice in a stream, and files coded twice on which either gave the code
DIFFERENT = 0.01
UNLIKE = 0.01
EDGE = 0.002
ESTIMATES = ["sensitivity", "specificity", "corrected_share", "lower", "upper"]
COLUMNS = ["stream", "code", "n_files", "n_double", "observed_share", *ESTIMATES, "withheld"]


def misclassification(
    codes: pd.DataFrame,
    cases: pd.DataFrame,
    code_book: pd.DataFrame,
    *,
    not_established: str = NOT_ESTABLISHED,
    minimum_double: int = MINIMUM_DOUBLE,
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of files with each code, by stream, corrected for the errors of the coders (Hui & Walter 1980).

    codes: case_key, code, round (1: first coder, 2: second). cases: case_key, stream, locality, one row a
    file and stream. Files are those with an established code of the first coder; the second coder's answer
    counts where something was established. Take two interchangeable coders who err independently of each
    other, given the truth, and equally in every stream: sensitivity is the chance that a coder gives a code
    that belongs there, 1 - specificity that of giving one that does not. Then streams whose shares differ
    identify both errors and the true shares, with no true answer known; one stream alone does not. Files
    coded once tell of the shares, files coded twice of the errors: maximum likelihood on both, limits by
    profile likelihood.

    Where files are hard for both coders alike, both err together: the errors are then underestimated, and the
    correction is too small. Of two interchangeable coders that is not visible in the data.

    Simulated with sensitivity .85 and specificity .98, true shares .05 and .3 (seen as .06 and .27): with
    155 files coded twice 65 % of the codes are identified, without bias and with limits that hold, but no
    nearer to the truth than the observed shares; with 450 it is 91 %, and nearer for the larger share; with
    900 96 %, and nearer for both. Of shares of .1 and .2, 2,250 identify 94 %, and even then the observed
    shares are nearer.

    Returns by stream and code: n_files (of the first coder), n_double (coded twice), observed_share (of the
    first coder), sensitivity, specificity, corrected_share, lower, upper, withheld: `too_few_files` (fewer
    than `minimum_double` coded twice in the stream), `one_group_of_files` (no second stream with as many),
    `code_too_rare_to_judge` (either coder gave it on fewer than `minimum_double` files coded twice),
    `coders_not_alike` (one gives it more often: exact McNemar, p < UNLIKE), `groups_too_alike` (the
    observed shares do not differ: chi-squared, p >= DIFFERENT), `coder_errors_not_identified` (the solution
    lies on the edge: a share or error rate of 0 or 1, or coders hardly better than chance). A stream
    withheld for too few files takes no part. Raises DiabanError as `case_factors` does.
    """
    first, second = (
        carried_codes(codes, cases["case_key"], code_book, not_established=not_established, coder=number)
        for number in (1, 2)
    )
    at = {stream: files.index for stream, files in files_by_stream(cases)}
    if not at:
        return pd.DataFrame(columns=COLUMNS)
    cells = np.stack([_cells(first.loc[keys], second.loc[keys]) for keys in at.values()], axis=1)
    frames = [
        _correct(by_stream, minimum_double, level).assign(stream=list(at), code=code)
        for code, by_stream in zip(first.columns[:-2], cells, strict=True)
    ]
    result = pd.concat(frames or [pd.DataFrame(columns=COLUMNS)], ignore_index=True)
    result = result.sort_values("stream", kind="stable", ignore_index=True)
    return result.astype(dict.fromkeys(["stream", "code", "withheld"], "str"))[COLUMNS]


def _cells(first: pd.DataFrame, second: pd.DataFrame) -> np.ndarray:
    """Codes x (both, first only, second only, neither, once yes, once no): files of one stream."""
    known, again = (~table.iloc[:, -2:].any(axis=1).to_numpy() for table in (first, second))
    a, b = (table.iloc[:, :-2].to_numpy() for table in (first, second))
    twice, once = known & again, known & ~again
    double = [(a & b)[twice], (a & ~b)[twice], (~a & b)[twice], (~a & ~b)[twice]]
    return np.column_stack([x.sum(axis=0) for x in (*double, a[once], ~a[once])])


def _correct(cells: np.ndarray, minimum_double: int, level: float) -> pd.DataFrame:
    """One code: cells (streams, 6) -> a row a stream."""
    n_files, n_double, yes = cells.sum(axis=1), cells[:, :4].sum(axis=1), cells[:, [0, 1, 4]].sum(axis=1)
    few = n_double < minimum_double
    frame = pd.DataFrame({"n_files": n_files, "n_double": n_double}).assign(withheld="too_few_files")
    frame["observed_share"] = yes / np.where(n_files > 0, n_files, np.nan)
    frame[ESTIMATES] = np.nan
    reason = _refusal(cells[~few], yes[~few], n_files[~few], minimum_double)
    errors = None if reason else _identified(cells[~few], level)
    frame.loc[~few, "withheld"] = reason or (pd.NA if errors else "coder_errors_not_identified")
    if errors:
        frame.loc[~few, "sensitivity"] = errors.sensitivity
        frame.loc[~few, "specificity"] = 1 - errors.false_positive
        frame.loc[~few, ["corrected_share", "lower", "upper"]] = np.column_stack(
            [errors.shares, errors.lower, errors.upper]
        )
    return frame


def _refusal(cells: np.ndarray, yes: np.ndarray, files: np.ndarray, minimum_double: int) -> str | None:
    """Why the code cannot be corrected, before any fit."""
    if len(cells) < 2:
        return "one_group_of_files"
    if cells[:, :3].sum() < minimum_double:
        return "code_too_rare_to_judge"
    first_only, second_only = cells[:, 1].sum(), cells[:, 2].sum()
    if 2 * stats.binom.cdf(min(first_only, second_only), first_only + second_only, 0.5) < UNLIKE:
        return "coders_not_alike"
    return None if _shares_differ(yes, files) else "groups_too_alike"


def _shares_differ(yes: np.ndarray, files: np.ndarray) -> bool:
    """Pearson's chi-squared test that all groups of files have one share."""
    p = yes.sum() / files.sum()
    if p in (0, 1):
        return False
    chi_squared = ((yes - files * p) ** 2 / (files * p * (1 - p))).sum()
    return bool(stats.chi2.sf(chi_squared, len(yes) - 1) < DIFFERENT)


def _identified(cells: np.ndarray, level: float) -> CodingErrors | None:
    """The estimate, unless it lies on the edge of what is possible."""
    patterns = np.column_stack([cells[:, 0], cells[:, 1] + cells[:, 2], cells[:, 3:]])
    errors = estimate_errors(patterns, level=level)
    rates = np.array([errors.sensitivity, errors.false_positive, *errors.shares])
    return errors if ((rates > EDGE) & (rates < 1 - EDGE)).all() else None
