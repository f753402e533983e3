"""The index: where everything is, what to read first, and how the localities compare without a ranking."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from diaban.findings.finding import Finding
from diaban.findings.locality import first_screen
from diaban.release.cube import Cube
from diaban.release.pages import read_first
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import page, render
from diaban.release.pages.maps import numbers_on_map, rate_map, rates_of_reported
from diaban.release.pages.whole_in_short import whole_in_short
from diaban.spec import StudySpec

MANY_PLACES = 12
"""Places of a group that stand in the open; more are folded under their count."""
NOT_SHOWN = {"rate": "…", "range": "", "estimated": "", "verdict": "", "said": ""}


def index_page(spec: StudySpec, cube: Cube, *, period: str, language: str, pages: Mapping[str, str]) -> str:
    """The HTML of the index. pages: locality -> file name of its page; those without one have no link."""
    reported = cube.reported
    contexts = {code: PageContext(spec, cube, code, period, language) for code in reported}
    first = next(iter(contexts.values()))
    text = first.text
    opening = {code: first_screen(c.findings) for code, c in contexts.items()}
    chosen = read_first.chosen(opening, pages)
    rates = {stream.key: rates_of_reported(first, stream.key) for stream in spec.streams}
    title = spec.study.title[language]
    body = render(
        "index",
        text=text,
        title=title,
        answer=text["index"]["answer"].format(
            count=first.number(len(reported)), period=text["period"].format(period=first.words.period(period))
        ),
        whole_heading=text["index"]["whole"].format(top=first.words.top),
        whole_in_short=whole_in_short(first),
        first=read_first.in_words(contexts, chosen, pages),
        groups=[
            (group, text["index"]["group_count"].format(count=first.number(len(group.places))))
            for group in read_first.in_groups(contexts, chosen, pages)
        ],
        many=MANY_PLACES,
        maps=[
            rate_map(first, stream, values)
            for stream, values in rates.items()
            if values["shrunk_rate"].notna().any()
        ],
        table_note=_table_note(first),
        streams=[stream.label[language] for stream in spec.streams],
        rows=[
            _whole_row(first),
            *(_row(contexts[code], opening[code], pages.get(code), rates) for code in reported),
        ],
        foot=_foot(first),
    )
    return page(body.html, title=title, language=language, simulated=first.simulated, internal=first.internal)


def _row(
    c: PageContext, findings: list[Finding], href: str | None, rates: Mapping[str, pd.DataFrame]
) -> dict[str, object]:
    claim = _claim(c, findings[0]) if href else c.text["index"]["absent"]
    cells = [_cell(c, rates[stream.key]) for stream in c.spec.streams]
    return {"place": c.title, "href": href, "rates": cells, "claim": claim, "whole": False}


def _claim(c: PageContext, finding: Finding) -> str:
    """The first finding in a sentence; the long one that nothing is special in a short one."""
    nothing = finding.statement == "nothing_special"
    return c.text["index"]["nothing"] if nothing else c.words.say(finding).claim


def _cell(c: PageContext, rates: pd.DataFrame) -> dict[str, str]:
    """The recorded rate with its range, the figure of the map, and a sign where it clearly differs."""
    rows = rates[rates["locality"] == c.locality]
    if rows.empty:
        return NOT_SHOWN
    row, text = rows.iloc[0], c.text["index"]
    hidden = row["hidden"] or pd.isna(row["rate"])
    recorded, estimated = "…" if hidden else c.rate(row["rate"]), c.rate(row["shrunk_rate"])
    said = str(row["verdict"])
    drawn = numbers_on_map(c) and said and estimated != recorded
    return {
        "rate": recorded,
        "range": "" if hidden else f"{c.rate(row['lower'])} – {c.rate(row['upper'])}",
        "estimated": text["estimated"].format(rate=estimated) if drawn else "",
        "verdict": text[said] if said in ("above", "below") else "",
        "said": said,
    }


def _table_note(c: PageContext) -> str:
    text = c.text["index"]
    estimated = f" {text['table_note_estimated']}" if numbers_on_map(c) else ""
    return f"{text['table_note']}{estimated}"


def _whole_row(c: PageContext) -> dict[str, object]:
    """The level that all localities are compared with."""
    rates = [c.all_of("rates", stream.key)["reference_rate"].max() for stream in c.spec.streams]
    place = c.text["index"]["whole"].format(top=c.words.top)
    cells = [NOT_SHOWN | {"rate": c.rate(rate)} for rate in rates]
    return {"place": place, "href": None, "rates": cells, "claim": "", "whole": True}


def _foot(c: PageContext) -> str:
    unit = c.text["situation"]["chart_rate"]
    lines = [
        f"{s.label[c.language]}: {unit.format(per=c.per, population=c.population(s))}" for s in c.spec.streams
    ]
    return render(
        "foot", lines=lines, licences=c.spec.study.licences, heading=c.text["data"]["licences"]
    ).html
