"""The index: where everything is, what to read first, and how the localities compare without a ranking."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from diaban import charts
from diaban.findings.finding import Finding
from diaban.findings.locality import first_screen
from diaban.release.cube import Cube
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import page, render
from diaban.spec import StudySpec

MOST_TO_READ = 5


def index_page(spec: StudySpec, cube: Cube, *, period: str, language: str, pages: Mapping[str, str]) -> str:
    """The HTML of the index. pages: locality -> file name of its page; those without one have no link."""
    reported = cube["localities"].query("reported")["locality"].tolist()
    contexts = {code: PageContext(spec, cube, code, period, language) for code in reported}
    first = next(iter(contexts.values()))
    text = first.text
    opening = {code: first_screen(c.findings) for code, c in contexts.items()}
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
        read_first=_read_first(contexts, opening, pages),
        maps=[
            _map(first, stream.key)
            for stream in spec.streams
            if first.all_of("rates", stream.key)["shrunk_rate"].notna().any()
        ],
        streams=[stream.label[language] for stream in spec.streams],
        rows=[
            _whole_row(first),
            *(_row(contexts[code], opening[code], pages.get(code)) for code in reported),
        ],
        foot=_foot(first),
    )
    return page(body.html, title=title, language=language, simulated=first.simulated, internal=first.internal)


def _read_first(
    contexts: Mapping[str, PageContext], opening: Mapping[str, list[Finding]], pages: Mapping[str, str]
) -> list[dict[str, str]]:
    """Localities whose first finding is about something special and as sure as findings get, by name."""
    found = [
        {
            "href": pages[code],
            "place": contexts[code].title,
            "claim": contexts[code].words.say(findings[0]).claim,
        }
        for code, findings in opening.items()
        if code in pages
        and findings[0].strength == "strong"
        and findings[0].question != "what_numbers_can_tell"
    ]
    return found[:MOST_TO_READ]


def _row(c: PageContext, findings: list[Finding], href: str | None) -> dict[str, object]:
    rates = c.here("rates", period=c.period).set_index("stream")
    cells = []
    for stream in c.spec.streams:
        row = rates.loc[stream.key] if stream.key in rates.index else None
        if row is None or row["hidden"] or pd.isna(row["rate"]):
            cells.append("…")
        else:
            cells.append(f"{c.rate(row['rate'])} ({c.rate(row['lower'])} – {c.rate(row['upper'])})")
    claim = c.words.say(findings[0]).claim if href else c.text["index"]["absent"]
    return {"place": c.title, "href": href, "rates": cells, "claim": claim}


def _whole_row(c: PageContext) -> dict[str, object]:
    """The level that all localities are compared with."""
    rates = [c.all_of("rates", stream.key)["reference_rate"].max() for stream in c.spec.streams]
    place = c.text["index"]["whole"].format(top=c.words.top)
    return {"place": place, "href": None, "rates": [c.rate(rate) for rate in rates], "claim": ""}


def _map(c: PageContext, stream: str) -> str:
    reported = c.cube["localities"].query("reported")
    values = c.all_of("rates", stream)
    values = values[values["locality"].isin(reported["locality"])]
    values = values.assign(shrunk_rate=values["shrunk_rate"].map(_as_printed, na_action="ignore"))
    declared = c.spec.stream(stream)
    options = c.chart_options(
        title=c.text["index"]["map_title"].format(stream=declared.label[c.language]),
        caption=c.text["index"]["map_caption"].format(per=c.per, population=c.population(declared)),
    )
    if "boundaries" in c.cube.frames:
        boundaries = c.cube["boundaries"]
        chart = charts.choropleth(
            boundaries[boundaries["locality"].isin(reported["locality"])], values, **options
        )
    else:
        chart = charts.schematic_map(reported, c.cube["neighbours"], values, **options)
    return chart._repr_html_()


def _as_printed(rate: float) -> float:
    """The rate as its label has it, so that equal labels have equal colours."""
    return round(rate, 1 if rate < 9.95 else 0)


def _foot(c: PageContext) -> str:
    unit = c.text["situation"]["chart_rate"]
    lines = [
        f"{s.label[c.language]}: {unit.format(per=c.per, population=c.population(s))}" for s in c.spec.streams
    ]
    return render(
        "foot", lines=lines, licences=c.spec.study.licences, heading=c.text["data"]["licences"]
    ).html
