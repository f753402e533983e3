"""Months whose reports came in late: few then, many soon after."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom
from statsmodels.stats.multitest import multipletests

from diaban.analysis.labels import first_true, text
from diaban.analysis.reporting.delay_triangle import cumulative
from diaban.analysis.reporting.nowcast import shares_by_age

WITHIN = 2
COLUMNS = ["stream", "seen", "reports", "expected", "later", "later_expected", "p", "q", "comparisons",
           "held_back", "withheld"]  # fmt: skip


def late_months(
    triangle: pd.DataFrame, *, within: int = WITHIN, false_discovery: float = 0.05
) -> pd.DataFrame:
    """Whether the reports of a period were held back, by stream and period of seeing.

    triangle: as of `delay_triangle`. expected: what the cases of each origin and the usual delay lead to
    expect on that diagonal, whenever things happened, so that a quiet month is not a late one. later,
    later_expected: the same over the `within` periods after. p: one-sided binomial, of as few of the reports
    of this period and those after in this one (given that a case was reported in one of them, each falls to
    its period independently, so the binomial is wide if anything); q: Benjamini and Hochberg's over the
    `comparisons` of the stream. held_back: q below `false_discovery`, fewer than expected now and more than
    expected after. withheld: `too_few_periods` (not `within` periods after).
    """
    frames = [
        _of_stream(rows, within, false_discovery, str(stream))
        for stream, rows in triangle.groupby("stream", sort=False)
    ]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    return table.astype({"stream": "str", "seen": "str", "withheld": "str"})[COLUMNS]


def expected_by_diagonal(C: NDArray[np.float64]) -> NDArray[np.float64]:
    """Reports expected in each period of seeing. C: cumulative, origins x ages, as many of each."""
    by_age, _ = shares_by_age(C)
    age = (~np.isnan(C)).sum(axis=1) - 1
    counted = C[np.arange(len(C)), age]
    finally_ = np.divide(counted, by_age[age], out=np.zeros(len(C)), where=by_age[age] > 0)
    usual = np.diff(by_age, prepend=0)
    return np.convolve(finally_, usual)[: len(C)]


def _of_stream(rows: pd.DataFrame, within: int, false_discovery: float, stream: str) -> pd.DataFrame:
    C = cumulative(rows)
    n = len(C)
    reports = rows.groupby("seen")["new"].sum().reindex(C.index).to_numpy(dtype=float)
    expected = expected_by_diagonal(C.to_numpy())
    later, later_expected = (_following(x, within) for x in (reports, expected))
    known = ~np.isnan(later)
    both = expected + later_expected
    share = np.divide(expected, both, out=np.ones(n), where=both > 0)
    p = np.where(known, binom.cdf(reports, reports + later, share), np.nan)
    moved = (reports < expected) & (later > later_expected)
    q = np.full(n, np.nan)
    if known.any():
        q[known] = multipletests(p[known], method="fdr_bh")[1]
    return pd.DataFrame(
        {
            "stream": stream,
            "seen": C.index.to_numpy(),
            "reports": reports.astype("int64"),
            "expected": expected,
            "later": pd.array(later, dtype="Int64"),
            "later_expected": later_expected,
            "p": p,
            "q": q,
            "comparisons": int(known.sum()),
            "held_back": pd.Series((q < false_discovery) & moved, dtype="boolean").where(known),
            "withheld": text(first_true([~known], ["too_few_periods"])),
        }
    )


def _following(x: NDArray[np.float64], within: int) -> NDArray[np.float64]:
    """Sum of the `within` values after each; missing where there are not so many."""
    sums = np.append(0.0, np.cumsum(x))
    end = np.arange(len(x)) + 1 + within
    complete = end <= len(x)
    end = np.where(complete, end, 0)
    return np.where(complete, sums[end] - sums[1:], np.nan)
