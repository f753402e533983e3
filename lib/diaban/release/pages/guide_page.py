"""How the document is used: who reads what, in which order, what its signs mean, what it holds, its data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from diaban.release.cells import WHOLE
from diaban.release.cube import Cube
from diaban.release.pages import about
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, page, render, table
from diaban.release.pages.head import head_of_whole
from diaban.spec import StudySpec

TASKS = 6
"""Empty rows of the sheet of tasks."""
_LISTED = re.compile(
    r'<h2 id="(?P<anchor>[^"]+)"[^>]*>(?P<heading>[^<]+)</h2>'
    r'|<p class="diaban-figure-title">(?P<figure>[^<]+)</p>|<caption>(?P<table>[^<]+)</caption>'
)


def guide_page(spec: StudySpec, cube: Cube, *, period: str, language: str, others: Mapping[str, str]) -> str:
    """The HTML of the page on how to use a site. others: file name -> HTML of its other general pages."""
    c = PageContext(spec, cube, WHOLE, period, language, card_on="")
    text = c.text["guide"]
    inside = _who(c) + _steps(c) + _signs(c) + _tasks(c) + about.data(c) + _contents(c, others)
    body = head_of_whole(c, text["title"], inside, lead=text["intro"]) + inside
    title = f"{text['title']} · {spec.study.title[language]}"
    return page(body.html, title=title, language=language, simulated=c.simulated, internal=c.internal)


def _who(c: PageContext) -> Fragment:
    text = c.text["guide"]
    columns = [Column(text[key]) for key in ("who_column", "question_column", "where_column")]
    rows = [row.format(top=c.words.top).split("|") for row in about.only_here(c, text["who"]).values()]
    return c.section(text["who_heading"], anchor="who") + Fragment(table(columns, rows, stack=True))


def _steps(c: PageContext) -> Fragment:
    text = c.text["guide"]
    return render(
        "steps", heading=text["steps_heading"], steps=list(about.only_here(c, text["steps"]).values())
    )


def _signs(c: PageContext) -> Fragment:
    text = c.text["guide"]
    return c.section(text["signs_heading"], anchor="signs", points=list(text["signs"].values()))


def _tasks(c: PageContext) -> Fragment:
    """A table to be filled in by hand, on paper."""
    text = c.text["guide"]
    return render(
        "tasks",
        heading=text["tasks_heading"],
        answer=text["tasks_answer"],
        columns=list(text["tasks"].values()),
        rows=range(1, TASKS + 1),
    )


def _contents(c: PageContext, others: Mapping[str, str]) -> Fragment:
    """Sections with their figures and tables, page by page, each a link to its section."""
    text, names = c.text["guide"], c.text["site"]
    pages = []
    for file, html in others.items():
        sections: list[dict] = []
        for found in _LISTED.finditer(html):
            if found["anchor"] == "terms":
                break
            if found["heading"]:
                sections.append(
                    {"anchor": found["anchor"], "heading": unescape(found["heading"]), "inside": []}
                )
            elif sections:
                sections[-1]["inside"].append(unescape(found["figure"] or found["table"]))
        label = names[file.removesuffix(".html")].format(top=c.words.top)
        pages.append({"file": file, "label": label, "sections": sections})
    return render("contents", heading=text["contents_heading"], answer=text["contents_answer"], pages=pages)
