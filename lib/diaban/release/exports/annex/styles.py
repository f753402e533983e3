"""Styles, numbering and settings of an annex, written out whole: nothing of a template is left in them.

Sizes and spacing are those of Decree 30/2020/NĐ-CP, Annex I: Times New Roman 13 to 14 (tables, notes 12),
text justified with its first line indented by 10 mm, 6 pt between paragraphs, headings I, 1, a).
"""

from __future__ import annotations

from typing import NamedTuple

from docx.oxml.ns import nsdecls

from diaban.release.exports.annex.markup import style_id
from diaban.release.exports.annex.widths import CELL

FONT = "Times New Roman"
_MM = 56.7  # twentieths of a point
_INDENT = round(10 * _MM)
_FONTS = " ".join(f'w:{script}="{FONT}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))


class _Style(NamedTuple):
    """before, after: points. name: Word's own where it has one. next: style of the line after it."""

    name: str
    size: int = 13
    look: str = ""
    side: str = "left"
    before: int = 3
    after: int = 3
    indent: str = ""
    keep: bool = False
    level: int | None = None
    next: str = ""


_FIRST = f'<w:ind w:firstLine="{_INDENT}"/>'
_BULLET = f'<w:ind w:left="{_INDENT}" w:hanging="{round(5 * _MM)}"/>'
PARAGRAPHS = (
    _Style("Body Text", side="both", indent=_FIRST),
    _Style("Annex Label", 14, "b", "center", next="Title"),
    _Style("Title", 14, "b caps", "center"),
    _Style("Subtitle", 13, "i", "center"),
    _Style("heading 1", 14, "b", before=10, indent=_FIRST, keep=True, level=0, next="Body Text"),
    _Style("heading 2", 13, "b", before=6, indent=_FIRST, keep=True, level=1, next="Body Text"),
    _Style("heading 3", 13, "b i", before=6, indent=_FIRST, keep=True, level=2, next="Body Text"),
    _Style("List Bullet", side="both", indent=_BULLET),
    _Style("Claim", 13, "b", "both", before=6, indent=_FIRST, keep=True),
    _Style("Note", 12, "i"),
    _Style("caption", 13, "b", "center", before=6),
    _Style("Figure", side="center", before=6),
    _Style("Table Text", 12, before=0, after=0),
    _Style("Table Number", 12, side="right", before=0, after=0),
    _Style("Table Head", 12, "b", "center", before=0, after=0, keep=True),
    _Style("header", 13, side="center", before=0, after=0),
)


_OWN = {"Annex Label", "Claim", "Note", "Figure", "Table Text", "Table Number", "Table Head"}


def styles(locale: str) -> str:
    """`<w:styles>` whose words are in `locale` ("vi-VN")."""
    words = f'<w:rPr><w:rFonts {_FONTS}/><w:sz w:val="26"/><w:szCs w:val="26"/>'
    words += f'<w:lang w:val="{locale}" w:eastAsia="{locale}"/></w:rPr>'
    spaced = '<w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
    return (
        f"<w:styles {nsdecls('w')}><w:docDefaults><w:rPrDefault>{words}</w:rPrDefault>"
        f"<w:pPrDefault>{spaced}</w:pPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        f'<w:rPr><w:rFonts {_FONTS}/><w:sz w:val="26"/><w:szCs w:val="26"/></w:rPr></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/></w:style>'
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/></w:style>'
        f"{_tables()}{''.join(map(_paragraph, PARAGRAPHS))}</w:styles>"
    )


def _paragraph(style: _Style) -> str:
    name = style.name[0].upper() + style.name[1:]
    listed = "" if style.level is None else f'<w:ilvl w:val="{style.level}"/><w:numId w:val="1"/>'
    listed = '<w:ilvl w:val="0"/><w:numId w:val="2"/>' if name == "List Bullet" else listed
    form = "<w:keepNext/>" if style.keep else ""
    form += f"<w:numPr>{listed}</w:numPr>" if listed else ""
    form += f'<w:spacing w:before="{20 * style.before}" w:after="{20 * style.after}"/>{style.indent}'
    form += f'<w:jc w:val="{style.side}"/>'
    form += "" if style.level is None else f'<w:outlineLvl w:val="{style.level}"/>'
    looks = "".join(f"<w:{look}/>" for look in style.look.split())
    size = f'<w:sz w:val="{2 * style.size}"/><w:szCs w:val="{2 * style.size}"/>'
    after = f'<w:next w:val="{style_id(style.next)}"/>' if style.next else ""
    own = ' w:customStyle="1"' if style.name in _OWN else ""
    return (
        f'<w:style w:type="paragraph"{own} w:styleId="{style_id(name)}"><w:name w:val="{style.name}"/>'
        f'<w:basedOn w:val="Normal"/>{after}<w:qFormat/><w:pPr>{form}</w:pPr>'
        f"<w:rPr><w:rFonts {_FONTS}/>{looks}{size}</w:rPr></w:style>"
    )


def _tables() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>' for side in sides)
    sizes = (("top", 0), ("left", CELL), ("bottom", 0), ("right", CELL))
    margins = "".join(f'<w:{side} w:w="{size}" w:type="dxa"/>' for side, size in sizes)
    margins = f"<w:tblCellMar>{margins}</w:tblCellMar>"
    based = '<w:basedOn w:val="TableNormal"/>'
    none = '<w:tblInd w:w="0" w:type="dxa"/>'
    return (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        f"<w:tblPr>{none}{margins}</w:tblPr></w:style>"
        f'<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/>{based}'
        f"<w:tblPr>{none}<w:tblBorders>{lines}</w:tblBorders>{margins}</w:tblPr></w:style>"
        '<w:style w:type="table" w:customStyle="1" w:styleId="FigurePair"><w:name w:val="Figure Pair"/>'
        f"{based}<w:tblPr>{none}{margins}</w:tblPr></w:style>"
    )


def numbering() -> str:
    """`<w:numbering>`: 1 for headings (I, 1, a), 2 for lists with a dash."""
    kinds = (("upperRoman", "%1."), ("decimal", "%2."), ("lowerLetter", "%3)"))
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:pStyle w:val="Heading{n + 1}"/><w:suff w:val="space"/><w:lvlText w:val="{shown}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="{_INDENT}"/></w:pPr></w:lvl>'
        for n, (kind, shown) in enumerate(kinds)
    )
    dash = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:pStyle w:val="ListBullet"/>'
        f'<w:lvlText w:val="–"/><w:lvlJc w:val="left"/><w:pPr>{_BULLET}</w:pPr></w:lvl>'
    )
    lists = "".join(
        f'<w:abstractNum w:abstractNumId="{n}"><w:multiLevelType w:val="{kind}"/>{inside}</w:abstractNum>'
        for n, kind, inside in ((1, "multilevel", levels), (2, "singleLevel", dash))
    )
    numbers = "".join(f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>' for n in (1, 2))
    return f"<w:numbering {nsdecls('w')}>{lists}{numbers}</w:numbering>"


def settings(locale: str, *, decimal: str) -> str:
    """`<w:settings>`: no trace of who wrote when; opened as a document of Word 2013 and later."""
    place = 'w:uri="http://schemas.microsoft.com/office/word"'
    return (
        f'<w:settings {nsdecls("w")}><w:zoom w:percent="100"/><w:defaultTabStop w:val="{_INDENT}"/>'
        '<w:characterSpacingControl w:val="doNotCompress"/><w:compat>'
        f'<w:compatSetting w:name="compatibilityMode" {place} w:val="15"/></w:compat>'
        f'<w:themeFontLang w:val="{locale}"/><w:decimalSymbol w:val="{decimal}"/>'
        f'<w:listSeparator w:val="{";" if decimal == "," else ","}"/></w:settings>'
    )
