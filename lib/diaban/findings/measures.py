"""From factor to measure: what the catalogue offers for a cause or condition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from diaban.spec import StudySpec

UNRANKED = 10**6


def measures_for(
    factors: Iterable[str],
    measures: pd.DataFrame,
    spec: StudySpec,
    *,
    ranks: Mapping[str, int] | None = None,
) -> tuple[str, ...]:
    """Keys of the measures that act on `factors` (case codes or indicators), most useful here first.

    measures: the catalogue, columns measure, codes (a list), evidence (1 good .. 4 untested), ...
    ranks: code -> its priority at the locality. First come measures that act on a code of higher priority,
    then better evidence; without ranks the evidence alone decides.
    """
    codes = _codes(set(factors), spec)
    if measures.empty or not codes:
        return ()
    acts = measures[measures["codes"].map(lambda listed: bool(codes & set(listed)))]
    known = ranks or {}
    first = acts["codes"].map(lambda listed: min(known.get(code, UNRANKED) for code in listed))
    return tuple(acts.assign(first=first).sort_values(["first", "evidence", "measure"])["measure"])


def _codes(factors: set[str], spec: StudySpec) -> set[str]:
    """Case codes among `factors`, and the codes of the factors that an indicator among them measures."""
    measured = {code for f in spec.factors if factors & {*f.indicators} for code in f.codes}
    return factors | measured
