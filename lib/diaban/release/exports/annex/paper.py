"""The paper of an annex, as Decree 30/2020/NĐ-CP lays out administrative documents.

A4; margins 20 mm top and bottom, 30 mm left, 15 mm right; numbers of pages centred at the top from the second
page on. No motto, number or signature: an annex is no letter.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from functools import cache

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm

from diaban.release.exports.annex.markup import NS, Markup, clean
from diaban.release.exports.annex.styles import numbering, settings, styles

EPOCH = datetime(2000, 1, 1)
LOCALE = {"vi": "vi-VN", "en": "en-GB"}
_DECIMAL = {"vi": ",", "en": "."}
_LEFT_OUT = (RT.CUSTOM_XML, RT.THUMBNAIL, RT.EXTENDED_PROPERTIES, RT.THEME, RT.WEB_SETTINGS, RT.FONT_TABLE,
             "stylesWithEffects")  # fmt: skip
_PAGE = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    '<w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
"""The number of the page, kept up to date by the word processor."""


def new_paper(language: str, *, title: str, marks: Sequence[str]) -> Document:
    """An empty annex. marks: lines at the head of every page and in the properties (simulated, internal)."""
    paper = docx.Document(io.BytesIO(_blank(language)))
    markup = Markup(LOCALE[language])
    section = paper.sections[0]
    said = [markup.paragraph("Header", markup.run(mark, bold=True)) for mark in marks]
    numbered = markup.paragraph("Header", _PAGE)
    for head, lines in (
        (section.first_page_header, said or [markup.paragraph("Header")]),
        (section.header, [numbered, *said]),
    ):
        head.is_linked_to_previous = False
        _fill(head._element, f"<w:hdr {NS}>{''.join(lines)}</w:hdr>")
    about = paper.core_properties
    about.title, about.comments = clean(title), clean(" ".join(marks))
    return paper


@cache
def _blank(language: str) -> bytes:
    """What all annexes of a language share."""
    paper = docx.Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance, section.footer_distance = Mm(8), Mm(8)
    section.different_first_page_header_footer = True
    for attribute in [name for name in section._sectPr.attrib if "rsid" in name]:
        del section._sectPr.attrib[attribute]
    locale = LOCALE[language]
    _fill(paper.styles.element, styles(locale))
    _fill(paper.part.numbering_part.element, numbering())
    _fill(paper.settings.element, settings(locale, decimal=_DECIMAL[language]))
    for package in (paper.part.package, paper.part):
        for key in [k for k, r in package.rels.items() if r.reltype.endswith(_LEFT_OUT)]:
            del package.rels[key]
    _properties(paper, locale)
    written = io.BytesIO()
    paper.save(written)
    return written.getvalue()


def _properties(paper: Document, locale: str) -> None:
    """What the file says of itself: no author, no clock."""
    about = paper.core_properties
    about.author = about.last_modified_by = ""
    about.language = locale
    about.created = about.modified = EPOCH
    about.revision = 1


def _fill(element: BaseOxmlElement, xml: str) -> None:
    """Puts the children of `xml` in the place of those of `element`."""
    for child in list(element):
        element.remove(child)
    element.extend(list(parse_xml(xml)))
