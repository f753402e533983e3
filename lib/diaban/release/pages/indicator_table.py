"""Every indicator of a locality in one table: here, the whole, the middle half, the difference, the link."""

from __future__ import annotations

import pandas as pd

from diaban.findings.words import small
from diaban.release.pages import association
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render
from diaban.release.pages.traced import row_id, table


def behind(c: PageContext, profile: pd.DataFrame) -> Fragment:
    """profile: the rows of the locality, in the order in which they are printed."""
    text, similar = c.text["causes"], "peer" in profile
    columns = [Column(text["indicator_column"]), Column(text["here_column"], True)]
    columns.append(Column(c.text["situation"]["column_reference"], True))
    columns.append(Column(text["middle_column"], True))
    columns += [Column(text["similar_column"], True)] if similar else []
    columns += [Column(text["difference_column"]), Column(text["link_column"])]
    rows = [_row(c, r, similar=similar) for r in profile.itertuples()]
    ids = [row_id("factor_profile", key) for key in profile["indicator"]]
    inside = table(c, columns, rows, ids=ids, how="profile", brief=True)
    notes = [*_similar_places(c), *_sources(c), text["profile_note"]]
    inside += "".join(c.note(line) for line in notes)
    leads = c.text["whole_page"]["link" if c.has_files else "link_without_files"]
    link = render("link", text=leads.format(top=c.words.top), href="whole.html")
    return render("more", title=text["area_table"], inside=inside, printed=True, text=c.text) + link


def _row(c: PageContext, r, *, similar: bool) -> list[str]:
    text, write = c.text["causes"], lambda value: c.words.indicator_number(r.indicator, value)
    verdict = "unjudged" if pd.isna(r.verdict) else str(r.verdict)
    return [
        f"{c.words.indicator_with_unit(r.indicator)}, {r.period}",
        write(r.value),
        write(r.reference),
        f"{write(r.quartile_low)} – {write(r.quartile_high)}",
        *([write(r.peer)] if similar else []),
        text["differences"][verdict],
        association.ways(c, r.indicator, higher=True) or text["no_link"],
    ]


def _similar_places(c: PageContext) -> list[str]:
    """Which localities are most alike in the declared indicators, and how alike."""
    frame = c.cube.frames.get("statistical_neighbours")
    if frame is None:
        return []
    rows = frame[(frame["locality"] == c.locality) & frame["withheld"].isna()].sort_values("rank")
    if rows.empty:
        return []
    text = c.text["causes"]
    places = [
        text["similar_place"].format(place=c.words.place(r.neighbour), distance=c.number(r.distance, 1))
        for r in rows.itertuples()
        if r.neighbour in c.words.known_places
    ]
    by = [small(c.words.indicator(key)) for key in c.spec.places.similar_by]
    return [text["similar_places"].format(places=c.listing(places), by=c.listing(by))] if places else []


def _sources(c: PageContext) -> list[str]:
    """Where each indicator is from, where the study says so."""
    named: dict[str, list[str]] = {}
    for indicator in c.spec.indicators:
        if indicator.source:
            named.setdefault(str(indicator.source), []).append(small(c.words.indicator(indicator.key)))
    text = c.text["causes"]
    told = [f"{source}: {', '.join(indicators)}" for source, indicators in named.items()]
    return [text["indicator_sources"].format(sources=c.listing(told))] if told else []
