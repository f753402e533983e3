"""The annex of one locality: the core sections of its page, in a document of their own."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from diaban.release.cube import Cube
from diaban.release.exports.annex.arranging import in_full
from diaban.release.exports.annex.paper import LOCALE, new_paper
from diaban.release.exports.annex.reading import read_section
from diaban.release.exports.annex.writing import Writing
from diaban.release.exports.dictionary import words
from diaban.release.exports.marks import audience, mark
from diaban.release.exports.packed import packed
from diaban.release.pages.fragment import texts
from diaban.release.pages.locality import LocalityPage
from diaban.release.pages.names import page_name
from diaban.spec import StudySpec

SECTIONS = (
    "findings", "numbers_can_tell", "targets", "situation", "causes_on_files", "conditions_of_area",
    "what_we_cannot_say", "handling", "measures", "data_card",
)  # fmt: skip
"""What an official quotes from. How sure one may be of it in detail stays on the page."""


def annex_beside(page: Path) -> Path:
    """Where the annex of a locality stands that was made with its page: beside it, under its name."""
    return page.with_suffix(".docx")


def annex_name(name: str, locality: str) -> str:
    """File name of a locality's annex: its page's."""
    return annex_beside(Path(page_name(name, locality))).name


def annex_bytes(spec: StudySpec, cube: Cube, locality: str, *, period: str, language: str) -> bytes:
    """The annex as a .docx file: the same input gives the same bytes."""
    page = LocalityPage(spec, cube, locality, period=period, language=language)
    said, marks = words(language), _marks(spec, cube, language)
    name = said["of_place"].format(place=page.context.place)
    paper = new_paper(language, title=f"{said['annex']}: {name}", marks=marks)
    legend = str(texts(language)["hidden_legend"])
    writing = Writing(paper, said, LOCALE[language], mark=mark(spec) or "", legend=legend)
    writing.line(said["annex"], "Annex Label")
    writing.line(name, "Title")
    for line in [*marks, *_head(page), *filter(None, [said["goes_with"]])]:
        writing.line(line, "Subtitle")
    writing.contents()
    kinds = [stream.label[language] for stream in spec.streams]
    for section in SECTIONS:
        writing.add(in_full(read_section(getattr(page, section)().html, kinds)))
    writing.close()
    unsettled = io.BytesIO()
    paper.save(unsettled)
    return _settled(unsettled.getvalue())


def _head(page: LocalityPage) -> list[str]:
    """The lines below the name: of what and when, for whom, reviewed or not."""
    c = page.context
    period = c.text["period"].format(period=c.words.period(c.period))
    return [f"{c.spec.study.subject[c.language]} · {period}", str(c.text["kicker"])]


def _marks(spec: StudySpec, cube: Cube, language: str) -> list[str]:
    internal = [str(texts(language)["internal"])] if audience(cube) == "internal" else []
    return [*filter(None, [mark(spec)]), *internal]


def _settled(content: bytes) -> bytes:
    """The same archive without clock and machine."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        return packed({name: old.read(name) for name in old.namelist()})
