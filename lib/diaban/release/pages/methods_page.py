"""The page on methods: the written rule, the code book, and how much these methods can see."""

from __future__ import annotations

import pandas as pd

from diaban.findings.strength import RULES
from diaban.findings.words import capital
from diaban.release.cube import Cube
from diaban.release.pages.about import only_here
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, page, render, table
from diaban.release.pages.head import head_of_whole
from diaban.spec import StudySpec


def methods_page(spec: StudySpec, cube: Cube, *, period: str, language: str) -> str:
    """The HTML of the methods page of a study."""
    c = PageContext(spec, cube, str(cube["localities"]["locality"].iloc[0]), period, language)
    text = c.text["methods_page"]
    body = c.section(text["rules_heading"], anchor="rules", answers=[text["intro"], text["rules_intro"]])
    body += rules(c) + _how(c) + _limits(c) + _code_book(c)
    body = head_of_whole(c, text["title"], body) + body
    title = f"{text['title']} · {spec.study.title[language]}"
    return page(body.html, title=title, language=language, simulated=c.simulated, internal=c.internal)


def rules(c: PageContext) -> Fragment:
    """The rule for the strength of a finding, as a table."""
    text = c.text["methods"]
    columns = [Column(text["rule_column"]), Column(c.text["strength"])]
    here = only_here(c, {key: c.words.text("rule", key) for key, _ in RULES})
    rows = [[here[key], c.words.text("strength", strength)] for key, strength in RULES if key in here]
    return Fragment(table(columns, rows, stack=True))


def _how(c: PageContext) -> Fragment:
    """How each kind of number is made."""
    text = c.text["methods"]
    unit = next(level for level in c.spec.levels if level.key == c.spec.places.analysis_level)
    items = only_here(c, text["items"])
    points = [(key, item.format(unit=unit.label[c.language])) for key, item in items.items()]
    terms = c.section(text["glossary"], anchor="glossary", level=3)
    return (
        c.section(text["how_heading"], anchor="how", answers=[text["intro"]])
        + render("keyed", prefix="how", points=points)
        + terms
        + render("keyed", prefix="word", points=list(only_here(c, c.text["glossary"]).items()))
    )


def _limits(c: PageContext) -> Fragment:
    text = c.text["methods_page"]
    points = list(only_here(c, text["limits"]).values())
    return c.section(text["limits_heading"], anchor="limits", points=points)


def _code_book(c: PageContext) -> Fragment:
    text, book = c.text["methods_page"], c.cube["code_book"]
    if book.empty:
        return c.section(text["code_book_heading"], anchor="codes", answers=[text["no_code_book"]])
    version = ", ".join(sorted(book["version"].dropna().unique())) if "version" in book else "…"
    answer = text["code_book_intro"].format(version=version, count=c.number(len(book)))
    columns = [Column(text[key]) for key in ("code", "kind", "meaning", "includes", "excludes", "acts")]
    rows = [_code_row(c, row) for row in book.to_dict("records")]
    return c.section(text["code_book_heading"], anchor="codes", answers=[answer]) + render(
        "more",
        title=text["code_book_table"].format(count=c.number(len(book))),
        inside=table(columns, rows, stack=True),
        printed=True,
        text=c.text,
    )


def _code_row(c: PageContext, row: dict) -> list[str]:
    text = c.text["methods_page"]

    def told(column: str) -> str:
        value = row.get(f"{column}_{c.language}")
        return "" if pd.isna(value) else str(value)

    kind = text.get(row.get("kind"), "")
    name = f"{row['code']} · {capital(told('label'))}"
    return [name, kind, told("definition"), told("includes"), told("excludes"), told("acts")]
