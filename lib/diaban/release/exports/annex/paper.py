"""The paper of an annex, as Decree 30/2020/NĐ-CP lays out administrative documents.

A4; margins 20 mm top and bottom, 30 mm left, 20 mm right; Times New Roman 13, in tables 12; headings I, 1,
a); numbers of pages centred at the top from the second page on. No motto, number or signature: an annex is
no letter.
"""

from __future__ import annotations

from datetime import datetime

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from diaban.release.exports.annex.markup import clean, outline_numbers, page_field

FONT = "Times New Roman"
EPOCH = datetime(2000, 1, 1)
_LOCALE = {"vi": "vi-VN", "en": "en-GB"}
_SIZES = {"Normal": 13, "Title": 14, "Subtitle": 13, "Heading 1": 14, "Heading 2": 13, "Heading 3": 13,
          "List Bullet": 13, "Caption": 13, "Header": 12, "TableText": 12, "Note": 12,
          "Claim": 13}  # fmt: skip
_BOLD = {"Title", "Heading 1", "Heading 2", "Claim"}
_ITALIC = {"Subtitle", "Caption", "Note", "Heading 3"}
_CENTRED = {"Title", "Subtitle", "Header"}
_WITH_NEXT = {"Heading 1", "Heading 2", "Heading 3", "Claim"}
_TIGHT = {"TableText", "Header"}
_LEFT_OUT = (RT.CUSTOM_XML, RT.THUMBNAIL, RT.EXTENDED_PROPERTIES, "stylesWithEffects")


def new_paper(language: str, *, title: str, marks: list[str]) -> Document:
    """An empty annex. marks: lines at the head of every page and in the properties (simulated, internal)."""
    paper = docx.Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = section.right_margin = Mm(20)
    section.left_margin = Mm(30)
    section.header_distance = Mm(9)
    _styles(paper, language)
    _headings(paper)
    _heads_of_pages(paper, marks)
    _properties(paper, language, title, marks)
    for package in (paper.part.package, paper.part):
        for key in [k for k, r in package.rels.items() if r.reltype.endswith(_LEFT_OUT)]:
            del package.rels[key]
    return paper


def _styles(paper: Document, language: str) -> None:
    for name in ("TableText", "Note", "Claim"):
        paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = paper.styles["Normal"]
    for name, size in _SIZES.items():
        style = paper.styles[name]
        assert isinstance(style, ParagraphStyle)
        _font(style, name, size)
        form = style.paragraph_format
        form.space_before, form.space_after = Pt(0), Pt(0 if name in _TIGHT else 6)
        form.keep_with_next = name in _WITH_NEXT
        if name in _CENTRED:
            form.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for border in style.element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)
    defaults = paper.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    spoken = defaults.find(qn("w:lang"))
    for attribute in ("val", "eastAsia"):
        spoken.set(qn(f"w:{attribute}"), _LOCALE[language])


def _font(style: ParagraphStyle, name: str, size: int) -> None:
    font = style.font
    font.name, font.size = FONT, Pt(size)
    font.bold, font.italic = name in _BOLD, name in _ITALIC
    font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    fonts.attrib.clear()  # a theme's font would go before ours
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    for spacing in style.element.rPr.findall(qn("w:spacing")) + style.element.rPr.findall(qn("w:kern")):
        style.element.rPr.remove(spacing)


def _headings(paper: Document) -> None:
    """Headings number themselves: I, 1, a)."""
    numbering = paper.part.numbering_part.element
    identity = 1 + max(int(n.get(qn("w:abstractNumId"))) for n in numbering.findall(qn("w:abstractNum")))
    identity = max(identity, 1 + max(int(n.get(qn("w:numId"))) for n in numbering.findall(qn("w:num"))))
    abstract, number = outline_numbers(identity)
    numbering.insert(0, abstract)
    numbering.append(number)
    for level in range(3):
        form = paper.styles[f"Heading {level + 1}"].element.get_or_add_pPr().get_or_add_numPr()
        form.get_or_add_ilvl().val = level
        form.get_or_add_numId().val = identity


def _heads_of_pages(paper: Document, marks: list[str]) -> None:
    section = paper.sections[0]
    section.different_first_page_header_footer = True
    for head, numbered in ((section.first_page_header, False), (section.header, True)):
        line = head.paragraphs[0]
        line.style = "Header"
        if numbered:
            for run in page_field():
                line._p.append(run)
        for mark in marks:
            said = head.add_paragraph(style="Header").add_run(clean(mark))
            said.bold = True


def _properties(paper: Document, language: str, title: str, marks: list[str]) -> None:
    """What the file says of itself: no author, no clock."""
    about = paper.core_properties
    about.title, about.comments = clean(title), clean(" ".join(marks))
    about.author = about.last_modified_by = ""
    about.language = _LOCALE[language]
    about.created = about.modified = EPOCH
    about.revision = 1
    settings = paper.settings.element
    for name in ("w:rsids", "w:savePreviewPicture", "w:proofState"):
        for element in settings.findall(qn(name)):
            settings.remove(element)
    if settings.find(qn("w:themeFontLang")) is None:
        settings.append(OxmlElement("w:themeFontLang"))
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), _LOCALE[language])
