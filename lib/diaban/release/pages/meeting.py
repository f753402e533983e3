"""Which causes and conditions come together on case files: pairs, and what goes with an outcome."""

from __future__ import annotations

from functools import reduce

import pandas as pd
from markupsafe import Markup

from diaban.findings.words import capital
from diaban.language.catalogue import catalogue
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Fragment
from diaban.spec.factors import ConfigurationSpec

MOST_PAIRS = 4
SHOWN_SOLUTION = "parsimonious"
FOUND_NOTHING = ("not_above_base", "nothing_above_base", "nothing_consistent")


def in_short(c: PageContext) -> Fragment:
    """Of all localities together, so in one sentence; the page of the whole has the rest."""
    pairs = c.cube.frames.get("code_pairs")
    if pairs is None or pairs.empty:
        return Fragment("")
    link = Markup(' <a class="onward" href="whole.html#meeting">{}</a>').format(
        c.text["meeting"]["link"].format(top=c.words.top)
    )
    answer = Markup.escape(_answer(c, pairs)) + link
    return c.section(c.text["meeting"]["heading"], level=3, answers=[answer])


def _answer(c: PageContext, pairs: pd.DataFrame) -> str:
    tested = pairs[pairs["withheld"].isna()]
    found = tested[tested["supported"].fillna(False).astype(bool) & (tested["lift"] > 1)]
    name = "answer_few" if tested.empty else "answer_none" if found.empty else "answer_pairs"
    return c.text["meeting"][name].format(top=c.words.top)


def section(c: PageContext, *, level: int = 3) -> Fragment:
    """Over all localities together: one has too few files."""
    pairs = c.cube.frames.get("code_pairs")
    if pairs is None or pairs.empty:
        return Fragment("")
    text = c.text["meeting"]
    tested = pairs[pairs["withheld"].isna()]
    found = tested[tested["supported"].fillna(False).astype(bool) & (tested["lift"] > 1)]
    shown = found[~found["hidden"]].sort_values(["lift", "n_both"], ascending=False).head(MOST_PAIRS)
    points = [_pair(c, row) for row in shown.itertuples()]
    points += [line for declared in c.spec.configurations for line in _configuration(c, declared)]
    return c.section(
        text["heading"],
        level=level,
        anchor="meeting",
        answers=[_answer(c, pairs)],
        points=points,
        notes=[
            text["note"].format(
                top=c.words.top,
                comparisons=c.number(0 if tested.empty else tested["comparisons"].max()),
            )
        ],
    )


def _pair(c: PageContext, row) -> str:
    return c.text["meeting"]["pair"].format(
        stream=c.spec.stream(row.stream).label[c.language],
        a=c.words.code(row.a),
        b=c.words.code(row.b),
        both=c.number(row.n_both),
        lift=c.number(row.lift, 1),
        lower=c.number(row.lower, 1),
        upper=c.number(row.upper, 1),
    )


def _configuration(c: PageContext, declared: ConfigurationSpec) -> list[str]:
    """What the files say of one declared question: its solutions, that there is none, or why not."""
    frame = c.cube.frames.get("configurations")
    if frame is None:
        return []
    text = c.text["meeting"]
    rows = frame[frame["configuration"] == declared.key]
    label = declared.label[c.language]
    refused = rows[rows["withheld"].notna() & ~rows["withheld"].isin(FOUND_NOTHING)]
    if len(refused):
        reason = catalogue("withheld")[refused["withheld"].iloc[0]][c.language]
        return [text["refused"].format(label=capital(label), reason=reason)]
    solved = rows[(rows["solution"] == SHOWN_SOLUTION) & (rows["part"] == "term") & rows["withheld"].isna()]
    if solved.empty:
        return [text["no_solution"].format(label=capital(label))]
    solved = solved[~solved["hidden"]]
    if solved.empty:
        return [text["solution_hidden"].format(label=capital(label))]
    return [
        text["solution"].format(
            label=capital(label),
            label_low=label,
            conditions=_terms(c, row),
            consistency=c.percent(row.consistency),
            base=c.percent(row.base_share),
        )
        for row in solved.itertuples()
    ]


def _terms(c: PageContext, row) -> str:
    """“A” and without “B”, as they stand in a sentence."""
    text = c.text["meeting"]
    said = [
        text["with" if present else "without"].format(code=c.words.code(code))
        for code, present in zip(row.codes, row.present, strict=True)
    ]
    return reduce(lambda first, second: text["joined"].format(first=first, second=second), said)
