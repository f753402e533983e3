"""The index: where everything is, what to read first, and how the localities compare without a ranking."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from diaban.findings.finding import Finding
from diaban.findings.locality import first_screen
from diaban.release.cube import Cube
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import page, render
from diaban.release.pages.maps import rate_map, rates_of_reported
from diaban.release.pages.whole_in_short import whole_in_short
from diaban.spec import StudySpec

MOST_TO_READ = 5
DIFFERS = ("level_high", "level_low")
NOT_SHOWN = {"rate": "…", "range": "", "estimated": "", "verdict": "", "said": ""}


def index_page(spec: StudySpec, cube: Cube, *, period: str, language: str, pages: Mapping[str, str]) -> str:
    """The HTML of the index. pages: locality -> file name of its page; those without one have no link."""
    reported = cube.reported
    contexts = {code: PageContext(spec, cube, code, period, language) for code in reported}
    first = next(iter(contexts.values()))
    text = first.text
    opening = {code: first_screen(c.findings) for code, c in contexts.items()}
    rates = {stream.key: rates_of_reported(first, stream.key) for stream in spec.streams}
    title = spec.study.title[language]
    body = render(
        "index",
        text=text,
        title=title,
        whole_link=text["index"]["whole_link"].format(top=first.words.top),
        period=text["period"].format(period=first.words.period(period)),
        answer=text["index"]["answer"].format(
            count=first.number(len(reported)), period=text["period"].format(period=first.words.period(period))
        ),
        whole_heading=text["index"]["whole"].format(top=first.words.top),
        whole_in_short=whole_in_short(first),
        read_first=_read_first(contexts, opening, pages),
        maps=[
            rate_map(first, stream, values)
            for stream, values in rates.items()
            if values["shrunk_rate"].notna().any()
        ],
        streams=[stream.label[language] for stream in spec.streams],
        rows=[
            _whole_row(first),
            *(_row(contexts[code], opening[code], pages.get(code), rates) for code in reported),
        ],
        foot=_foot(first),
    )
    return page(body.html, title=title, language=language, simulated=first.simulated, internal=first.internal)


def _read_first(
    contexts: Mapping[str, PageContext], opening: Mapping[str, list[Finding]], pages: Mapping[str, str]
) -> list[dict[str, str]]:
    """Localities whose first finding is as sure as findings get, or whose level clearly differs, by name."""
    found = [
        {
            "href": pages[code],
            "place": contexts[code].title,
            "claim": contexts[code].words.say(findings[0]).claim,
        }
        for code, findings in opening.items()
        if code in pages
        and findings[0].question != "what_numbers_can_tell"
        and (findings[0].strength == "strong" or findings[0].statement in DIFFERS)
    ]
    return found[:MOST_TO_READ]


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
    """The recorded rate with its range, and below it the estimate of the map and whether it differs."""
    rows = rates[rates["locality"] == c.locality]
    if rows.empty:
        return NOT_SHOWN
    row, text = rows.iloc[0], c.text["index"]
    hidden = row["hidden"] or pd.isna(row["rate"])
    recorded, estimated = "…" if hidden else c.rate(row["rate"]), c.rate(row["shrunk_rate"])
    said = str(row["verdict"])
    return {
        "rate": recorded,
        "range": "" if hidden else f"{c.rate(row['lower'])} – {c.rate(row['upper'])}",
        "estimated": text["estimated"].format(rate=estimated) if said and estimated != recorded else "",
        "verdict": text[said] if said else "",
        "said": said,
    }


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
