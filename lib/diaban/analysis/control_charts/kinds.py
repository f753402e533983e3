"""Which control chart a series of counts can carry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

Floats = NDArray[np.float64]

XMR_FROM = 10.0
"""Mean count a period from which an XmR chart is drawn. A c chart has a lower limit from 9 on (c > 3 sqrt c);
above that counts are fine enough for limits from their own moving ranges, which also hold where they vary
more than Poisson counts (Wheeler & Poling 1998; Mohammed, Worthington & Woodall 2008, Qual Saf Health Care
17:137)."""

COUNTS_FROM = 1.4
"""Mean below which gaps between cases are charted. At -ln(1/4) a quarter of the periods is empty, the usual
rule of thumb for leaving the c chart (Provost & Murray 2011, The Health Care Data Guide, ch. 7; Benneyan
2001, Health Care Manag Sci 4:305)."""

SAME_DAY_AT_MOST = 0.1
"""Share of gaps of no day above which days between cases are counted (g), not measured (t)."""

OVERDISPERSED = 0.01


def chart_kind(mean: float, *, dated: bool, same_day: float = 0.0) -> str:
    """ "xmr", "c", "t" or "g", by the mean count of a period of the baseline.

    dated: whether the days of cases are known; without them, rare cases get a g chart of whole periods
    without a case. same_day: share of cases on the day of the one before.
    """
    if mean >= XMR_FROM:
        return "xmr"
    if mean >= COUNTS_FROM:
        return "c"
    return "t" if dated and same_day <= SAME_DAY_AT_MOST else "g"


def is_overdispersed(counts: Floats, weights: Floats) -> bool:
    """Whether counts vary more than Poisson counts of these relative sizes (index of dispersion)."""
    expected = weights * counts.sum() / weights.sum()
    freedom = len(counts) - 1
    if freedom < 1 or not counts.sum() > 0:
        return False
    return bool(((counts - expected) ** 2 / expected).sum() > chi2.isf(OVERDISPERSED, freedom))
