"""Which questions the tables of a study can answer, and why not where they cannot."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from diaban.check.lines import Line, say
from diaban.language.catalogue import LANGUAGES, catalogue
from diaban.results import Results
from diaban.withheld import Withheld


def analyses_of(results: Results) -> Iterator[Line]:
    """One line a question. Raises DiabanError where a table cannot be analysed at all."""
    period = results.spec.periods.report
    yield answered("level", results.rates[results.rates["period"] == period])
    yield answered("trends", results.trends[results.trends["period"] == period])
    yield answered("run_chart", results.run_chart)
    if results.spec.targets:
        yield answered("targets", results.detectability)
    else:
        yield refused(Withheld("targets", "no_targets", "declare_target"))
    yield from _case_side(results)
    yield from _area_side(results)
    yield _map(results)


def _case_side(results: Results) -> Iterator[Line]:
    if results.case_factors is None:
        yield refused(Withheld("case_factors", "no_case_files", "bring_case_files"))
        return
    yield answered("case_factors", results.case_factors)
    agreement = results.coder_agreement
    if agreement is None or agreement["withheld"].notna().all():
        yield refused(Withheld("coder_agreement", "no_second_coder", "give_second_coder"))
    else:
        yield answered("coder_agreement", agreement)


def _area_side(results: Results) -> Iterator[Line]:
    for question in ("factor_profile", "area_factors"):
        frame = getattr(results, question)
        if frame is None or frame.empty:
            yield refused(Withheld(question, "no_indicators", "bring_table"))
        else:
            yield answered(question, frame)


def _map(results: Results) -> Line:
    tables = results.tables
    if tables.boundaries is not None:
        return say("right", "map_boundaries")
    if tables.localities[["latitude", "longitude"]].notna().all(axis=1).any():
        return say("right", "map_schematic")
    return refused(Withheld("map", "no_shapes", "give_shapes"))


def answered(question: str, frame: pd.DataFrame) -> Line:
    """How many rows of a result frame stand, and the most frequent reason of those that do not."""
    names = _names(question)
    reasons = frame["withheld"].dropna() if "withheld" in frame else pd.Series(dtype="str")
    if reasons.empty and len(frame):
        return say("right", "can", **names)
    reason = reasons.mode().iloc[0] if len(reasons) else "too_few_periods"
    why = {f"why_{language}": catalogue("check")[reason][language] for language in LANGUAGES}
    if len(reasons) == len(frame):
        return say("mind", "cannot", **names, **why)
    return say("right", "can_partly", **names, **why, can=len(frame) - len(reasons), all=len(frame))


def refused(withheld: Withheld) -> Line:
    """A question that cannot be asked, with what would unlock it."""
    why = {f"why_{language}": withheld.sentence(language) for language in LANGUAGES}
    return say("mind", "cannot_for_want", **_names(withheld.question), **why)


def _names(question: str) -> dict[str, str]:
    texts = catalogue("check")[f"question_{question}"]
    return {f"question_{language}": texts[language] for language in LANGUAGES}
