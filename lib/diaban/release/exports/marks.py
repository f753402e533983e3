"""What every export says of itself: whether the data are simulated, and who may read it."""

from __future__ import annotations

from diaban.release.cube import Cube
from diaban.release.pages.fragment import texts
from diaban.spec import StudySpec


def mark(spec: StudySpec) -> str | None:
    """The words that simulated data carry everywhere; None for real data."""
    return texts("en")["simulated"] if spec.study.simulated else None


def identity(spec: StudySpec, cube: Cube, period: str) -> dict[str, object]:
    """Of what study, for whom, and from when a file is, as JSON says it."""
    return {
        "study": spec.study.key,
        "simulated": spec.study.simulated,
        "mark": mark(spec),
        "audience": audience(cube),
        "edition": cube.facts["edition"],
        "period": period,
    }


def audience(cube: Cube) -> str:
    """ "internal" (exact counts, for the office alone) or "share"."""
    return "internal" if cube.facts["internal"] else "share"


def internal_lines(spec: StudySpec, cube: Cube) -> list[str]:
    """The banner of an internal edition in every language of the study; none of a shared one."""
    if audience(cube) == "share":
        return []
    words = [texts(language) for language in spec.study.languages]
    return [f"{text['internal']}. {text['internal_note']}" for text in words]
