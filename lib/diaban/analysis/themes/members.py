"""The cases of each theme, those of which it cannot be told, and whether the data carry the theme at all."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from diaban.analysis.labels import first_true, text
from diaban.analysis.themes.picks import Theme, belongs, lacking

MINIMUM_CASES = 10
PAIR = ["case_key", "theme"]
SUPPORT = ["theme", "cases", "undetermined", "lacking", "withheld"]


def theme_members(
    cases: pd.DataFrame,
    members: pd.DataFrame,
    persons: pd.DataFrame | None,
    codes: pd.DataFrame | None,
    themes: Sequence[Theme],
) -> pd.DataFrame:
    """case_key, theme: one row a case and theme that it is known to belong to; a case may be in several.

    cases: case_key and the columns that the themes select by. members: case_key, stream. persons: case_key
    and theirs. codes: case_key, code, round (only round 1 counts). None: the study has no such table.
    """
    return _pairs(cases, members, persons, codes, themes, undetermined=False)


def theme_undetermined(
    cases: pd.DataFrame,
    members: pd.DataFrame,
    persons: pd.DataFrame | None,
    codes: pd.DataFrame | None,
    themes: Sequence[Theme],
) -> pd.DataFrame:
    """case_key, theme: cases that would belong if what is unknown about them were as the theme asks."""
    return _pairs(cases, members, persons, codes, themes, undetermined=True)


def theme_support(
    cases: pd.DataFrame,
    members: pd.DataFrame,
    persons: pd.DataFrame | None,
    codes: pd.DataFrame | None,
    themes: Sequence[Theme],
    *,
    minimum_cases: int = MINIMUM_CASES,
) -> pd.DataFrame:
    """One row a theme: can the data carry it? Columns SUPPORT.

    cases: known to belong; undetermined: may belong. lacking: what the theme asks for and the study does not
    hold, separated by "; " (a theme with several picks goes on with the others, and counts too few).
    withheld: `theme_not_recorded` (nothing can be picked), `no_cases`, `too_few_cases` (< minimum_cases).
    """
    rows = []
    for theme in themes:
        inside = belongs(theme, cases, members, persons, codes)
        rows.append((theme.key, inside.sum(), inside.isna().sum(), lacking(theme, cases, persons, codes)))
    frame = pd.DataFrame(rows, columns=["theme", "cases", "undetermined", "absent"])
    counts, absent = frame["cases"].astype("int64"), frame["absent"].map(len)
    reason = first_true(
        [(absent > 0) & (counts == 0), counts == 0, counts < minimum_cases],
        ["theme_not_recorded", "no_cases", "too_few_cases"],
    )
    frame = frame.assign(cases=counts, lacking=frame["absent"].map("; ".join), withheld=text(reason))
    kinds = {"theme": "str", "lacking": "str", "undetermined": "int64"}
    return frame[SUPPORT].astype(kinds)


def not_recorded(support: pd.DataFrame | None) -> set[str]:
    """The themes of which nothing can be picked, so that no case is not the number 0."""
    if support is None:
        return set()
    return set(support.loc[support["withheld"] == "theme_not_recorded", "theme"])


def _pairs(
    cases: pd.DataFrame,
    members: pd.DataFrame,
    persons: pd.DataFrame | None,
    codes: pd.DataFrame | None,
    themes: Sequence[Theme],
    *,
    undetermined: bool,
) -> pd.DataFrame:
    frames = [pd.DataFrame(columns=PAIR)]
    for theme in themes:
        inside = belongs(theme, cases, members, persons, codes)
        chosen = inside.isna() if undetermined else inside.fillna(False).astype(bool)
        frames.append(cases.loc[chosen, ["case_key"]].assign(theme=theme.key))
    return pd.concat(frames, ignore_index=True).astype("str")
