"""The whole in a few sentences, for the index: what several years tell, and the year so far."""

from __future__ import annotations

from diaban.findings.words import capital
from diaban.release.cells import WHOLE
from diaban.release.pages import targets, units
from diaban.release.pages.context import PageContext


def whole_in_short(c: PageContext) -> list[str]:
    """Targets on numbers over several years and this year so far; children and suspects counted again."""
    aims = c.spec.changes_aimed_at()
    said = []
    if "targets_pooled" in c.cube.frames:
        said += [f"{capital(aim.label[c.language])}. {targets.pooled(c, aim, WHOLE)}" for aim in aims]
    if "mid_year" in c.cube.frames:
        said += [line for aim in aims if (line := targets.outlook_of(c, aim, WHOLE))]
    return [*said, *units.repeats(c)]
