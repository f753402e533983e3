"""The page of a locality, for a notebook: opens the study and computes a stage that is missing or stale."""

from __future__ import annotations

from pathlib import Path

from diaban.places.names import find_locality
from diaban.release.pages.locality import LocalityPage
from diaban.run.choices import language_of, period_of
from diaban.run.reviewed import reviewed
from diaban.run.stage import open_stage
from diaban.spec.discover import find_study


def open_page(
    study: str | Path, locality: str, *, period: str | None = None, language: str | None = None
) -> LocalityPage:
    """The findings of one locality, a section a method.

    study: name or folder. locality: a name with or without diacritics, or a code. period: a block of
    the study, by default the one it reports. language: "vi" or "en", by default the study's first.
    Raises DiabanError with the nearest names where one is unknown.

    >>> page = diaban.open_page("binh_phuoc", "Bù Đăng", language="en")  # doctest: +SKIP
    >>> page.findings()  # doctest: +SKIP
    """
    stage = open_stage(find_study(study))
    spec = stage.spec
    code = find_locality(stage.cube["localities"], locality, level=spec.places.report_level)
    period, language = period_of(spec, period), language_of(spec, language)
    cube = reviewed(stage, period).cube
    return LocalityPage(spec, cube, code, period=period, language=language)
