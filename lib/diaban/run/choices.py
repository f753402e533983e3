"""What a caller may choose of a study: one of its blocks, one of its languages."""

from __future__ import annotations

from diaban.errors import DiabanError
from diaban.spec import StudySpec


def period_of(spec: StudySpec, period: str | None) -> str:
    """The block `period`, by default the one that the study reports. Raises DiabanError `run_period`."""
    blocks = [block.key for block in spec.periods.blocks]
    if period and period not in blocks:
        raise DiabanError("run_period", period=period, known=", ".join(blocks))
    return period or spec.periods.report


def language_of(spec: StudySpec, language: str | None) -> str:
    """`language`, by default the study's first. Raises DiabanError `run_language`."""
    declared = spec.study.languages
    if language and language not in declared:
        raise DiabanError("run_language", language=language, known=", ".join(declared))
    return language or declared[0]
