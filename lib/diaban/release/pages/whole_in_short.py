"""The whole in a few sentences, for the index: what several years tell, and the year so far."""

from __future__ import annotations

from diaban.release.cells import WHOLE
from diaban.release.pages import targets, units
from diaban.release.pages.context import PageContext


def whole_in_short(c: PageContext) -> list[str]:
    """Targets on numbers over several years and this year so far; children and suspects counted again."""
    aims = c.spec.changes_aimed_at()
    said = []
    for aim in aims:
        if "targets_pooled" in c.cube.frames:
            named = c.text["targets"]["named"].format(target=aim.label[c.language])
            said.append(f"{named} {targets.pooled(c, aim, WHOLE)}")
        if "mid_year" in c.cube.frames and (line := targets.outlook_of(c, aim, WHOLE)):
            said.append(line)
    return [*said, *units.repeats(c)]
