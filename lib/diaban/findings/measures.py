"""From factor to measure: what the catalogue offers for a cause or condition."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from diaban.spec import StudySpec


def measures_for(factors: Iterable[str], measures: pd.DataFrame, spec: StudySpec) -> tuple[str, ...]:
    """Keys of the measures that act on `factors` (case codes or indicators), best evidence first.

    measures: the catalogue, columns measure, codes (a list), evidence (1 good .. 4 untested), ...
    """
    codes = _codes(set(factors), spec)
    if measures.empty or not codes:
        return ()
    acts = measures[measures["codes"].map(lambda listed: bool(codes & set(listed)))]
    return tuple(acts.sort_values(["evidence", "measure"])["measure"])


def _codes(factors: set[str], spec: StudySpec) -> set[str]:
    """Case codes among `factors`, and the codes of the factors that an indicator among them measures."""
    measured = {code for f in spec.factors if factors & {*f.indicators} for code in f.codes}
    return factors | measured
