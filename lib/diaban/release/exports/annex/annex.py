"""The annex of a locality, the core sections of its page as a document; and that of the whole."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from diaban.findings.words import capital
from diaban.release.cells import WHOLE
from diaban.release.cube import Cube
from diaban.release.exports.annex.arranging import in_full
from diaban.release.exports.annex.blocks import Line, Section
from diaban.release.exports.annex.common import apart, called, named, without_links
from diaban.release.exports.annex.paper import LOCALE, new_paper
from diaban.release.exports.annex.reading import read_section
from diaban.release.exports.annex.writing import Writing
from diaban.release.exports.dictionary import words
from diaban.release.exports.marks import audience, mark
from diaban.release.exports.packed import packed
from diaban.release.pages import about, association, handled, targets
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import texts
from diaban.release.pages.locality import LocalityPage
from diaban.release.pages.names import page_name
from diaban.spec import StudySpec

SECTIONS = (
    "findings", "numbers_can_tell", "targets", "situation", "causes_on_files", "conditions_of_area",
    "what_we_cannot_say", "handling", "measures", "data_card",
)  # fmt: skip
"""What an official quotes from. How sure one may be of it in detail stays on the page."""
OF_WHOLE = "whole.docx"


def annex_beside(page: Path) -> Path:
    """Where the annex of a locality stands that was made with its page: beside it, under its name."""
    return page.with_suffix(".docx")


def annex_name(name: str, locality: str) -> str:
    """File name of a locality's annex: its page's."""
    return annex_beside(Path(page_name(name, locality))).name


def annex_bytes(
    spec: StudySpec,
    cube: Cube,
    locality: str,
    *,
    period: str,
    language: str,
    made: Mapping[str, str] | None = None,
) -> bytes:
    """The annex as a .docx file: the same input gives the same bytes.

    made: HTML of sections that the page already has, by their names in `SECTIONS`; others are made here.
    What is the same for every locality is left to the annex of the whole, which is named.
    """
    page = LocalityPage(spec, cube, locality, period=period, language=language)
    there = made or {}
    markups = (there[name] if name in there else getattr(page, name)().html for name in SECTIONS)
    indicators = called(page.context.text["causes"]["area_table"])
    sections, left_out = [], []
    for section in _read(spec, language, markups):
        own, gone = apart(section, page.context)
        sections.append(in_full(without_links(own, page.context), behind=indicators))
        left_out += gone
    place = words(language)["of_place"].format(place=page.context.place)
    return _document(page.context, place, sections, elsewhere=_elsewhere(page.context, left_out))


def whole_annex_bytes(spec: StudySpec, cube: Cube, *, period: str, language: str) -> bytes:
    """The annex of the whole: what those of localities leave out, and the targets over all of them."""
    c = PageContext(spec, cube, WHOLE, period, language, card_on="")
    parts = (targets.section(c), handled.section(c), association.in_short(c), about.data(c))
    aims, steps, links, data = _read(spec, language, (part.html for part in parts))
    sections = [aims, steps, _of_its_own(links), data]
    return _document(c, _of_whole(c), [in_full(named(section, c)) for section in sections])


def _read(spec: StudySpec, language: str, markups: Iterable[str]) -> list[Section]:
    kinds = [stream.label[language] for stream in spec.streams]
    return [read_section(markup, kinds) for markup in markups]


def _of_its_own(section: Section) -> Section:
    """A part of a section as a section: its first heading is one step higher."""
    first, *others = section.shown or [Line(())]
    higher = [replace(first, style="Heading 1")] if isinstance(first, Line) else [first]
    return replace(section, shown=[*higher, *others]) if section.shown else section


def _of_whole(c: PageContext) -> str:
    return capital(words(c.language)["of_whole"].format(where=c.everywhere))


def _elsewhere(c: PageContext, left_out: Sequence[str]) -> str:
    """Where the tables stand that this annex does not have; empty where none was left out."""
    said = words(c.language)
    tables = [said[f"common_{key}"].format(where=c.everywhere) for key in dict.fromkeys(left_out)]
    fields = {"tables": c.listing(tables), "annex": _of_whole(c), "file": OF_WHOLE}
    return said["elsewhere"].format(**fields) if tables else ""


def _document(c: PageContext, name: str, sections: Sequence[Section], *, elsewhere: str = "") -> bytes:
    said, marks = words(c.language), _marks(c)
    paper = new_paper(c.language, title=f"{said['annex']}: {name}", marks=marks)
    legend = str(texts(c.language)["hidden_legend"])
    marked = said["simulated"] if mark(c.spec) else ""
    writing = Writing(paper, said, LOCALE[c.language], mark=marked, legend=legend)
    writing.line(said["annex"], "Annex Label")
    writing.line(name, "Title")
    for line in [*marks, *_head(c), *filter(None, [said["goes_with"]])]:
        writing.line(line, "Subtitle")
    writing.contents()
    for section in sections:
        writing.add(section)
    writing.close(elsewhere)
    unsettled = io.BytesIO()
    paper.save(unsettled)
    return _settled(unsettled.getvalue())


def _head(c: PageContext) -> list[str]:
    """The lines below the name: of what and when, for whom, reviewed or not."""
    period = c.text["period"].format(period=c.words.period(c.period))
    kicker = c.text["kicker_index" if c.of_whole else "kicker"]
    return [f"{c.spec.study.subject[c.language]} · {period}", str(kicker)]


def _marks(c: PageContext) -> list[str]:
    internal = [str(texts(c.language)["internal"])] if audience(c.cube) == "internal" else []
    return [*filter(None, [mark(c.spec)]), *internal]


def _settled(content: bytes) -> bytes:
    """The same archive without clock and machine."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        return packed({name: old.read(name) for name in old.namelist()})
