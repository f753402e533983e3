"""The way of a number: from a sentence to its row, from the row's table to the method and the sources."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from markupsafe import Markup

from diaban.findings.finding import Finding
from diaban.findings.locality import first_screen
from diaban.findings.words import Said, Words
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, render

NOT_IN_A_TABLE = frozenset({"code", "indicator", "direction", "gap", "baseline", "per", "comparisons"})
"""Facts of a finding that are names, periods or parameters, no figures of a row."""
_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: no text of a study has them
_MARKED = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


def row_id(*parts: object) -> str:
    """The anchor of a row, from the name of its frame and its keys; the page has one locality."""
    return "-".join(re.sub(r"[^\w.]+", "_", str(part)) for part in parts)


def evidence_ids(finding: Finding) -> list[str]:
    """The anchors of the rows that a finding rests on."""
    keys = [key.split("/") for key in finding.evidence]
    return [row_id(*(p for n, p in enumerate(key) if n != 1 or p != finding.locality)) for key in keys]


def told_first(c: PageContext) -> set[str]:
    """The anchors of the rows that the findings at the head of the page rest on: paper shows them too."""
    return {row for finding in first_screen(c.findings) for row in evidence_ids(finding)}


def number(written: str, row: str) -> Markup:
    """A number of a sentence as a link to its row."""
    return Markup('<a class="cell" href="#{}">{}</a>').format(row, written)


def fill(template: str, **fields: object) -> Markup:
    """`template` filled in, everything escaped but the links that stand in `fields`."""
    return Markup(Markup.escape(template)).format(**fields)


class _MarkingWords(Words):
    """Says findings with a mark around every figure."""

    def _fact(self, name: str, value: object, finding: Finding) -> str:
        written = super()._fact(name, value, finding)
        return written if name in NOT_IN_A_TABLE else f"{_OPEN}{written}{_CLOSE}"


def said_with_links(c: PageContext, finding: Finding) -> tuple[Said, Markup, Markup]:
    """The finding in words, and its claim and number with a link from every figure to its row.

    A claim is about the last row that the finding rests on, its number about the first: of an indicator
    the value here and the link with cases are two rows.
    """
    words = _MarkingWords(c.spec, c.cube["localities"], c.cube["code_book"], c.cube["measures"], c.language)
    rows, marked = evidence_ids(finding), words.say(finding)
    claim, figure = (
        _linked(text, rows[n] if rows else "") for text, n in ((marked.claim, -1), (marked.number, 0))
    )
    return c.words.say(finding), claim, figure


def _linked(text: str, row: str) -> Markup:
    pieces = _MARKED.split(text)
    return Markup("").join(
        number(piece, row) if n % 2 and row else Markup.escape(piece) for n, piece in enumerate(pieces)
    )


def table(
    c: PageContext,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    *,
    how: str,
    ids: Sequence[str] = (),
    stack: bool = False,
    brief: bool = False,
    told: bool = False,
    caption: str = "",
    on_paper: Collection[str] | None = None,
) -> str:
    """A table whose rows have anchors, with the way on to its method (a key of `methods.items`) and sources.

    stack: rows become blocks on a phone; brief: set small; told: of sentences, in columns of fixed width.
    on_paper: anchors of the rows that are printed, where not all are.
    """
    named_styles = (("stack", stack or brief), ("brief", brief), ("told", told))
    named = list(ids) or [""] * len(rows)
    return render(
        "traced",
        columns=columns,
        rows=[
            (name, on_paper is None or name in on_paper, row) for name, row in zip(named, rows, strict=True)
        ],
        how=f"methods.html#how-{how}",
        sources=None if c.card_on is None else f"{c.card_on}#data",
        style=" ".join(name for name, wanted in named_styles if wanted),
        caption=caption,
        text=c.text["trace"],
    ).html
