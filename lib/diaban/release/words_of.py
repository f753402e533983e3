"""The words of a study in one language, for what stands in its cube."""

from __future__ import annotations

from diaban.findings.words import Words
from diaban.release.cube import Cube
from diaban.spec import StudySpec


def words_of(spec: StudySpec, cube: Cube, language: str) -> Words:
    """Names of localities, codes and measures as they are said in `language`."""
    return Words(spec, cube["localities"], cube["code_book"], cube["measures"], language)
