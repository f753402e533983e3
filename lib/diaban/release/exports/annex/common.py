"""What is the same in the annex of every locality, and stands in that of the whole instead."""

from __future__ import annotations

from dataclasses import replace

from diaban.findings.words import capital
from diaban.release.exports.annex.blocks import Block, Fold, Section, Table
from diaban.release.exports.annex.markup import clean
from diaban.release.exports.dictionary import words
from diaban.release.pages import association
from diaban.release.pages.context import PageContext

HANDLING, LINKS, SOURCES = "handling", "links", "sources"
"""Keys of the words that name what stands elsewhere."""


def named(section: Section, c: PageContext) -> Section:
    """The section whose table of links says what it is: on the page its heading does."""
    folded = called(c.text["causes"]["association_table"])
    title = capital(words(c.language)["common_links"])

    def renamed(fold: Fold) -> Fold:
        if fold.title.casefold() != folded:
            return fold
        blocks = [replace(b, title=title) if isinstance(b, Table) else b for b in fold.blocks]
        return replace(fold, title=title, blocks=blocks)

    return replace(section, folded=[renamed(fold) for fold in section.folded])


def without_links(section: Section, c: PageContext) -> Section:
    """The section whose table of all indicators does not say again which of them go with cases."""
    column = clean(c.text["causes"]["link_column"])
    folds = [replace(f, blocks=[_without(b, column) for b in f.blocks]) for f in section.folded]
    return replace(section, folded=folds)


def _without(block: Block, column: str) -> Block:
    """The table without its last column if that has this head."""
    if not isinstance(block, Table) or not block.head or block.head[0][-1:] != (column,):
        return block
    head, rows = (tuple(row[:-1] for row in part) for part in (block.head, block.rows))
    return replace(block, head=head, rows=rows)


def apart(section: Section, c: PageContext) -> tuple[Section, list[str]]:
    """The section without its common tables, and the keys of what was left out."""
    left_out: list[str] = []
    kept: list[Fold] = []
    for fold in section.folded:
        keys = [_common(fold, block, c) for block in fold.blocks]
        left_out += filter(None, keys)
        own = [block for block, key in zip(fold.blocks, keys, strict=True) if not key]
        if not any(keys) or any(isinstance(block, Table) for block in own):
            kept.append(replace(fold, blocks=own))  # what is said below tables goes with the last of them
    return Section(section.shown, kept), left_out


def _common(fold: Fold, block: Block, c: PageContext) -> str:
    """What the table is, if every locality has the same; else empty."""
    if not isinstance(block, Table):
        return ""
    handled, folded = c.text["handling"]["title"], fold.title.casefold()
    if block.title in {
        clean(handled.format(stream=s.label[c.language], where=c.everywhere)) for s in c.spec.streams
    }:
        return HANDLING
    if folded == called(c.text["data"]["table"]):
        return SOURCES
    links = folded == called(c.text["causes"]["association_table"])
    return LINKS if links and len(block.rows) <= len(association.steady(c)) else ""  # else with its own


def called(summary: str) -> str:
    """What a fold with these words is called, in small letters."""
    return clean(summary.partition(": ")[2] or summary).casefold()
