"""The Word annex: the page's words and tables, editable, on the paper that the decree asks for."""

import io
import re
import zipfile
from dataclasses import replace

import docx
import pytest
from bs4 import BeautifulSoup
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from lxml import etree
from PIL import Image

from diaban.language.numbers import MISSING
from diaban.release.exports import OF_WHOLE, annex_bytes, annex_name
from diaban.release.exports.annex.annex import SECTIONS
from diaban.release.exports.annex.arranging import TALL, in_full
from diaban.release.exports.annex.blocks import BODY, Figure
from diaban.release.exports.annex.letters import words_width
from diaban.release.exports.annex.markup import clean
from diaban.release.exports.annex.paper import new_paper
from diaban.release.exports.annex.pictures import size_on_paper
from diaban.release.exports.annex.reading import read_section
from diaban.release.exports.annex.widths import CELL, TEXT_WIDTH, column_widths, lines_of
from diaban.release.exports.annex.writing import Writing
from diaban.release.exports.dictionary import words
from diaban.release.pages.fragment import texts
from diaban.release.pages.locality import LocalityPage

MARK = "Dữ liệu mô phỏng / Simulated data"
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore numPr spacing ind jc outlineLvl",
    "rPr": "rFonts b i caps sz szCs lang",
    "tblPr": "tblStyle tblW tblInd tblBorders tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tbl": "tblPr tblGrid tr",
    "tr": "trPr tc",
    "trPr": "cantSplit tblHeader",
    "tc": "tcPr p",
    "tcPr": "tcW",
    "tblCellMar": "top left bottom right",
    "style": "name basedOn next uiPriority qFormat pPr rPr tblPr",
    "styles": "docDefaults style",
    "lvl": "start numFmt pStyle suff lvlText lvlJc pPr",
    "abstractNum": "multiLevelType lvl",
    "numbering": "abstractNum num",
    "sectPr": "headerReference pgSz pgMar cols titlePg docGrid",
    "settings": "zoom defaultTabStop characterSpacingControl compat themeFontLang decimalSymbol "
    "listSeparator",
}  # fmt: skip
SVG = '<svg viewBox="0 0 40 20" role="img" aria-label="Ba &amp; bốn"><path d="M0 0 40 20"/></svg>'


@pytest.fixture(scope="module", params=["vi", "en"])
def annex(made_run, request):
    """Language, locality, its name, the document and its bytes."""
    if request.param not in made_run.spec.study.languages:
        pytest.skip("the study has no such language")
    locality = sorted(made_run.pages(request.param))[0]
    table = made_run.cube["localities"].set_index("locality")
    path = made_run.path / "annex" / request.param / annex_name(table.loc[locality, "name"], locality)
    content = path.read_bytes()
    return request.param, locality, docx.Document(io.BytesIO(content)), content


def markup(run, locality, language):
    """Those sections of the page that the annex is made of."""
    period = run.findings["period"]
    page = LocalityPage(run.spec, run.cube, locality, period=period, language=language)
    return "".join(getattr(page, name)().html for name in SECTIONS)


def sections(run, locality, language):
    """The same, parsed."""
    return BeautifulSoup(markup(run, locality, language), "html.parser")


def squeezed(text):
    return re.sub(r"\s+", " ", text).strip()


def data_tables(document):
    """Without those that only hold figures beside each other."""
    return [table for table in document.tables if table.style.name == "Table Grid"]


def spoken(element):
    """All words of a paragraph or cell, numbers of captions too."""
    return "".join(text.text for text in element._element.iter(qn("w:t")))


def captions(document):
    return [p for p in lines(document) if p.style.name == "Caption"]


def lines(document):
    """All paragraphs in order, those beside each other too."""
    return [Paragraph(p, document) for p in document.element.body.iter(qn("w:p"))]


def rows_of_page(table):
    for new_line in table.find_all("br"):
        new_line.replace_with("; ")
    read = [
        [squeezed(clean(c.get_text())) for c in row.find_all(["th", "td"])] for row in table.find_all("tr")
    ]
    return [[cell.replace("●", "").replace("○", "").strip() for cell in row] for row in read]


def without_column(table, name):
    """The rows without the last column, if it is called so."""
    return [row[:-1] for row in table] if table and table[0][-1] == name else table


def rows_of(document):
    return [[[squeezed(c.text) for c in row.cells] for row in table.rows] for table in data_tables(document)]


def test_an_annex_for_every_page_and_language(made_run):
    for language in made_run.spec.study.languages:
        pages = {path.stem for path in made_run.pages(language).values()}
        there = {path.stem for path in (made_run.path / "annex" / language).glob("*.docx")}
        assert there == pages | {"whole"}


def test_tables_are_native_and_those_of_the_page(made_run, annex):
    """Each once: a short table gives way to the folded one that has its rows whole, and what every locality
    has stands in the annex of the whole."""
    language, locality, document, _ = annex
    links = texts(language)["causes"]["link_column"]
    on_page = sections(made_run, locality, language).find_all("table")
    there = [without_column(rows_of_page(table), links) for table in on_page]
    read = rows_of(document)
    assert read
    assert all(table in there for table in read)
    gone = [table for table in there if table not in read]
    whole = rows_of(docx.Document(made_run.path / "annex" / language / OF_WHOLE))
    for table in gone:
        assert any(begins(long, table) for long in [*read, *whole]), table
    assert len(read) == len(there) - len(gone)


def test_what_every_locality_has_is_named_and_stands_in_the_annex_of_the_whole(made_run, annex):
    language, _, document, _ = annex
    said = words(language)
    whole = docx.Document(made_run.path / "annex" / language / OF_WHOLE)
    told = [p.text for p in document.paragraphs if OF_WHOLE in p.text]
    assert len(told) == 1
    assert said["common_sources"] in told[0]
    name = next(p.text for p in whole.paragraphs if p.style.name == "Title")
    assert f"“{name}”" in told[0]
    mine = [table for table in rows_of(whole) if table in rows_of(document)]
    assert mine == [], "nothing is printed in both"
    heads = [p.text for p in whole.paragraphs if p.style.name == "Heading 1"]
    assert heads[-1] == said["reference"]
    assert texts(language)["causes"]["association_heading"] in heads


def test_the_annex_of_the_whole_carries_the_mark(made_run, annex):
    document = docx.Document(made_run.path / "annex" / annex[0] / OF_WHOLE)
    simulated = made_run.spec.study.simulated
    for head in (document.sections[0].header, document.sections[0].first_page_header):
        assert (MARK in [p.text for p in head.paragraphs]) == simulated
    assert (MARK in [p.text for p in document.paragraphs]) == simulated
    assert (document.core_properties.comments == MARK) == simulated


def test_sections_that_the_page_has_are_not_made_again(made_run, annex):
    language, locality, _, content = annex
    period = made_run.findings["period"]
    page = LocalityPage(made_run.spec, made_run.cube, locality, period=period, language=language)
    made = {name: getattr(page, name)()._repr_html_() for name in SECTIONS}
    fields = {"period": period, "language": language}
    assert annex_bytes(made_run.spec, made_run.cube, locality, **fields, made=made) == content
    other = annex_bytes(
        made_run.spec, made_run.cube, locality, **fields, made=made | {"data_card": "<h2>Khác</h2>"}
    )
    assert "Khác" in [p.text for p in docx.Document(io.BytesIO(other)).paragraphs]


def begins(long, short):
    beginnings = [row[: len(short[0])] for row in long]
    return all(row in beginnings for row in short)


def test_sentences_of_findings_are_in_it(made_run, annex):
    language, locality, document, _ = annex
    text = " ".join(squeezed(p.text) for p in document.paragraphs)
    assert not re.search(r"\w·|·\w", text)
    page = sections(made_run, locality, language)
    claims = [squeezed(claim.get_text()) for claim in page.select(".claim")]
    assert claims
    assert all(claim in text for claim in claims)


def test_the_head_of_a_table_is_repeated_and_no_row_is_cut(annex):
    for table in data_tables(annex[2]):
        rows = table._tbl.tr_lst
        assert rows[0].find(f".//{qn('w:tblHeader')}") is not None
        assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        first = [p.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") for p in rows[0].iter(qn("w:p"))]
        assert None not in first, "a head alone at the foot of a page"


def test_every_table_and_figure_has_a_numbered_caption(annex):
    language, _, document, _ = annex
    said = words(language)
    fields = [
        (f.get(qn("w:instr")).split()[1], "".join(t.text for t in f.iter(qn("w:t"))))
        for f in document.element.iter(qn("w:fldSimple"))
    ]
    for kind, count in (("table", len(data_tables(document))), ("figure", len(document.inline_shapes))):
        numbers = [number for name, number in fields if name == said[kind]]
        assert numbers == [str(n + 1) for n in range(count)]
    named = [spoken(p) for p in captions(document)]
    assert len(named) == len(fields)
    assert all(re.match(rf"({said['table']}|{said['figure']}) \d+\. \S", text) for text in named)
    assert len({re.sub(r"\d+", "", text) for text in named}) == len(named), "each has a name of its own"


def test_captions_stand_above_tables_and_below_figures(annex):
    for caption in captions(annex[2]):
        after, before = caption._p.getnext(), caption._p.getprevious()
        above = after is not None and after.tag == qn("w:tbl")
        assert above or before.find(f".//{qn('w:drawing')}") is not None, caption.text


def test_figures_say_what_they_show(made_run, annex):
    language, locality, document, _ = annex
    page = markup(made_run, locality, language)
    spoken = [svg["aria-label"] for svg in BeautifulSoup(page, "html.parser").find_all("svg")]
    shown = [block for block in read_section(page).shown if isinstance(block, Figure)]
    short = [figure for figure in shown if size_on_paper(figure.svg)[1] <= TALL]
    assert len(document.inline_shapes) == len(short), "tables stand for the tall ones"
    for shape in document.inline_shapes:
        assert shape._inline.docPr.get("descr") in spoken
    pictures = [p for p in document.part.package.iter_parts() if p.partname.endswith(".png")]
    for picture in pictures:
        with Image.open(io.BytesIO(picture.blob)) as image:
            assert len(image.getcolors()) > 2
            assert not image.info, "no text, no time in a picture"


def test_the_paper_of_the_decree(annex):
    language, _, document, _ = annex
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert 20 <= round(section.top_margin.mm) <= 25
    assert 20 <= round(section.bottom_margin.mm) <= 25
    assert 30 <= round(section.left_margin.mm) <= 35
    assert 15 <= round(section.right_margin.mm) <= 20
    for name in ("Normal", "Heading 1", "Heading 2", "Caption"):
        style = document.styles[name]
        assert style.font.name == "Times New Roman"
        assert 13 <= style.font.size.pt <= 14
        assert style.element.rPr.rFonts.get(qn("w:asciiTheme")) is None
    spoken = document.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val"))
    assert spoken == {"vi": "vi-VN", "en": "en-GB"}[language]


def test_headings_number_themselves(annex):
    document = annex[2]
    numbering = document.part.numbering_part.element
    used = {level: document.styles[f"Heading {level}"].element.pPr.numPr.numId.val for level in (1, 2, 3)}
    assert len(set(used.values())) == 1
    number = next(n for n in numbering.findall(qn("w:num")) if n.numId == used[1])
    kept = next(
        a
        for a in numbering.findall(qn("w:abstractNum"))
        if a.get(qn("w:abstractNumId")) == str(number.abstractNumId.val)
    )
    shown = [
        (level.find(qn("w:numFmt")).get(qn("w:val")), level.find(qn("w:lvlText")).get(qn("w:val")))
        for level in kept.findall(qn("w:lvl"))
    ]
    assert shown == [("upperRoman", "%1."), ("decimal", "%2."), ("lowerLetter", "%3)")]
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert heads[-1] == words(annex[0])["reference"]
    names = [b.get(qn("w:name")) for b in document.element.iter(qn("w:bookmarkStart"))]
    links = [h.get(qn("w:anchor")) for h in document.element.iter(qn("w:hyperlink"))]
    assert names == links
    assert len(names) == len(heads)


def test_pages_are_numbered_at_the_top_from_the_second_on(annex):
    section = annex[2].sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xpath("string(.//w:instrText)")
    assert section.header.paragraphs[0].style.paragraph_format.alignment == 1
    assert section.first_page_header._element.xpath("string(.//w:instrText)") == ""


def test_the_mark_is_on_every_page_and_in_the_properties(made_run, annex):
    document, simulated = annex[2], made_run.spec.study.simulated
    section = document.sections[0]
    for head in (section.header, section.first_page_header):
        assert (MARK in [p.text for p in head.paragraphs]) == simulated
    tables = [spoken(p) for p in captions(document) if p.text.startswith(words(annex[0])["table"])]
    assert tables
    assert all((f"({words(annex[0])['simulated']})" in text) == simulated for text in tables)
    assert (document.core_properties.comments == MARK) == simulated


def test_the_file_says_nothing_of_who_made_it_and_when(annex):
    about = annex[2].core_properties
    assert (about.author, about.last_modified_by, about.revision) == ("", "", 1)
    assert about.created == about.modified
    assert about.created.year == 2000
    with zipfile.ZipFile(io.BytesIO(annex[3])) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = archive.namelist()
        assert not [n for n in names if "custom" in n.lower() or "thumbnail" in n or n.endswith("app.xml")]
        for name in names:
            assert b"python-docx" not in archive.read(name), name


def test_elements_stand_in_the_order_of_the_schema(annex):
    """ECMA-376, part 1, annex A: what stands elsewhere makes Word offer to repair the file."""
    with zipfile.ZipFile(io.BytesIO(annex[3])) as archive:
        parts = [
            etree.fromstring(archive.read(n))
            for n in archive.namelist()
            if n.startswith("word/") and n.endswith(".xml")
        ]
    seen = set()
    for element in (e for part in parts for e in part.iter() if e.prefix == "w"):
        name = etree.QName(element).localname
        order = ORDER.get(name)
        if order is not None:
            inside = [etree.QName(child).localname for child in element]
            assert set(inside) <= set(order.split()), (name, inside)
            assert inside == sorted(inside, key=order.split().index), (name, inside)
            seen.add(name)
    assert seen == set(ORDER)


def test_bookmarks_and_pictures_have_identities_of_their_own(annex):
    body = annex[2].element.body
    for tag in ("w:bookmarkStart", "wp:docPr"):
        own = [e.get("id") or e.get(qn("w:id")) for e in body.iter(qn(tag))]
        assert len(own) == len(set(own))


def test_nothing_in_it_leads_outside(annex):
    with zipfile.ZipFile(io.BytesIO(annex[3])) as archive:
        for name in archive.namelist():
            assert b'TargetMode="External"' not in archive.read(name), name
            assert not re.search(rb"<w:(ins|del|comment|vanish)\b", archive.read(name)), name


def test_an_internal_annex_says_so_on_every_page(binh_phuoc_run):
    cube = replace(binh_phuoc_run.cube, facts=binh_phuoc_run.cube.facts | {"internal": True})
    made = annex_bytes(binh_phuoc_run.spec, cube, "696", period="2021-2023", language="vi")
    section = docx.Document(io.BytesIO(made)).sections[0]
    for head in (section.header, section.first_page_header):
        assert any("nội bộ" in p.text.lower() for p in head.paragraphs)


def test_styles_are_words_own_and_nothing_is_formatted_beside_them(annex):
    document, locale = annex[2], {"vi": "vi-VN", "en": "en-GB"}[annex[0]]
    names = {style.name for style in document.styles}
    assert {
        "Heading 1",
        "Heading 2",
        "Heading 3",
        "Title",
        "Subtitle",
        "Body Text",
        "Caption",
        "Table Grid",
    } <= names
    for run in document.element.body.iter(qn("w:r")):
        form = run.find(qn("w:rPr"))
        if run.find(qn("w:t")) is not None:
            assert form.find(qn("w:lang")).get(qn("w:val")) == locale
            assert {child.tag for child in form} <= {qn("w:b"), qn("w:i"), qn("w:lang")}
    used = {p.get(qn("w:val")) for p in document.element.body.iter(qn("w:pStyle"), qn("w:tblStyle"))}
    assert used <= {style.style_id for style in document.styles}


def test_what_is_hidden_is_explained_below_its_table(annex):
    legend = clean(texts(annex[0])["hidden_legend"])
    for table in data_tables(annex[2]):
        hidden = any(MISSING in cell.text for row in table.rows[1:] for cell in row.cells)
        after = "".join(t.text for t in table._tbl.getnext().iter(qn("w:t")))
        assert (after == legend) == hidden


def test_no_number_is_broken(annex):
    """Widths by the letters of Times: what is short stays on one line."""
    for table in data_tables(annex[2]):
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
        assert sum(widths) == TEXT_WIDTH
        for row in table.rows[1:]:
            for cell, width in zip(row.cells, widths, strict=True):
                if re.fullmatch(r"[\d.,%/ –−]{1,16}", cell.text):
                    assert 20 * words_width(cell.text, 12) <= width - 2 * CELL, cell.text


@pytest.fixture
def written():
    """Writes markup of a section into an empty annex and returns the document."""

    def write(markup, kinds=(), **marked):
        paper = new_paper("vi", title="Thử", marks=[])
        writing = Writing(paper, words("vi"), "vi-VN", **marked)
        writing.add(in_full(read_section(markup, kinds), behind="Đủ"))
        writing.close()
        kept = io.BytesIO()
        paper.save(kept)
        return docx.Document(io.BytesIO(kept.getvalue()))

    return write


def test_an_empty_section_adds_nothing(written):
    assert written("").paragraphs == []
    assert written("  \n").paragraphs == []


def test_what_is_only_for_the_screen_is_left_out(written):
    document = written(
        '<nav><a href="#x">Mục lục</a></nav><p>Có <span aria-hidden="true">●●○</span> chữ</p>'
        '<p class="note"><a href="whole.html#x">Sang trang khác</a></p><script>alert(1)</script>'
        '<p>Xem <a href="methods.html">phương pháp</a></p>'
    )
    assert [p.text for p in document.paragraphs] == ["Có chữ", "Xem phương pháp"]


def test_words_that_stand_apart_on_the_page_stand_apart_on_paper(written):
    document = written('<dl><dt>Mức</dt><dd>cao<br><span class="lead">Chưa thẩm định</span></dd></dl>')
    assert [p.text for p in document.paragraphs] == ["Mức: cao · Chưa thẩm định"]


TABLE = (
    "<table><caption>{}</caption><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
)


def test_what_is_folded_away_stands_at_the_end_and_says_what_it_is(written):
    figure = f'<figure><p class="diaban-figure-title">Tên</p>{SVG}</figure>'
    document = written(
        f"<h2>Đầu</h2><details><summary>Bảng số liệu: theo năm</summary>{figure}{TABLE.format('Trộm cắp')}"
        "<ul><li>một</li></ul></details><p>sau</p>",
        kinds=["Trộm cắp"],
    )
    texts = [spoken(p) for p in document.paragraphs]
    assert texts == ["Đầu", "sau", "Biểu số liệu tham khảo", "Bảng 1. Theo năm: trộm cắp", ""]
    assert not document.inline_shapes
    assert len(document.tables) == 1


def test_a_short_table_gives_way_to_the_whole_one(written):
    short = "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>x</td></tr></tbody></table>"
    long = (
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>x</td><td>1</td></tr>"
        "<tr><td>y</td><td>2</td></tr></tbody></table>"
    )
    document = written(f"<h2>Đầu</h2>{short}<details><summary>Đủ</summary>{long}</details>")
    assert [[c.text for c in row.cells] for row in document.tables[0].rows] == [
        ["a", "b"],
        ["x", "1"],
        ["y", "2"],
    ]
    assert [spoken(p) for p in document.paragraphs if p.text] == ["Đầu", "Bảng 1. Đầu"]


def test_figures_stand_beside_each_other_and_tables_do_not_grow_together(written):
    figure = f'<figure><p class="diaban-figure-title">Tên</p>{SVG}<figcaption>Đọc</figcaption></figure>'
    document = written(f"{TABLE.format('T')}{figure * 3}")
    pair = document.tables[1]
    assert pair.style.name == "Figure Pair"
    assert [spoken(c) for c in pair.rows[0].cells] == ["Hình 1. TênĐọc", "Hình 2. TênĐọc"]
    assert len(document.inline_shapes) == 3
    assert document.tables[0]._tbl.getnext().tag == qn("w:p")


def test_the_mark_and_the_legend_go_with_a_table(written):
    hidden = TABLE.replace("1", MISSING).format("T")
    document = written(hidden + TABLE.format("U"), mark="Mô phỏng", legend="“…”: không công bố")
    texts = [spoken(p) for p in document.paragraphs]
    assert texts == ["Bảng 1. T (Mô phỏng)", "“…”: không công bố", "Bảng 2. U (Mô phỏng)", ""]
    about = document.tables[0]._tbl.tblPr.find(qn("w:tblDescription"))
    assert about.get(qn("w:val")) == "Mô phỏng"


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ([], []),
        ([["a"]], []),
        ([["a" * 400]], [["b" * 4000]]),
        ([["a", "b"]], [["x"], ["x", "y", "z"]]),
        ([["Nguyên nhân", "Số vụ"]], [["thiếu quản lý ngoài giờ học " * 9, "35 / 62"]]),
    ],
)
def test_widths_fill_the_paper(head, rows):
    widths = column_widths(head, rows)
    assert sum(widths) == TEXT_WIDTH
    assert min(widths) > 0


def test_room_goes_where_it_makes_rows_lowest():
    head = ["Loại", "Vụ mỗi năm", "Nói được là giảm khi năm sau còn", "Chỉ tiêu giảm", "“Đạt” dù không đổi"]
    rows = [["Xâm hại trẻ em", "không công bố"], ["Người dưới 18 tuổi vi phạm", "6,3", "0", "5%", "44%"]]
    widths = column_widths([head], rows)
    even = [TEXT_WIDTH // len(head)] * len(head)
    assert lines_of([head], widths) == 2
    assert lines_of([head, *rows], widths) < lines_of([head, *rows], even)
    assert lines_of([["một hai ba", "x"]], [2 * CELL + 1, TEXT_WIDTH]) == 3
    assert lines_of([], widths) == 0


def test_neither_the_first_nor_the_last_row_of_a_long_table_stands_alone(written):
    rows = "".join(f"<tr><td>{n}</td></tr>" for n in range(20))
    document = written(f"<table><thead><tr><th>a</th></tr></thead><tbody>{rows}</tbody></table>")
    kept = [row.find(f".//{qn('w:keepNext')}") is not None for row in document.tables[0]._tbl.tr_lst]
    assert kept == [True, True, *[False] * 17, True, False]


def test_a_tall_figure_gives_way_to_its_table(written):
    tall = SVG.replace("0 0 40 20", "0 0 200 900")
    drawn = f'<figure><p class="diaban-figure-title">Tên</p>{tall}</figure>'
    folded = f"<details><summary>Bảng: đủ</summary>{TABLE.format('T')}</details>"
    assert len(written(drawn).inline_shapes) == 1, "nothing else says what it shows"
    assert len(written(drawn + folded.replace("đủ", "khác")).inline_shapes) == 1, "a table of something else"
    document = written(f"<h2>Đầu</h2>{drawn}{folded}")
    assert not document.inline_shapes
    assert [spoken(p) for p in document.paragraphs] == ["Đầu", "Bảng 1. T", ""]


@pytest.mark.parametrize(
    ("markup", "read"),
    [
        ("<p>một<br>hai</p>", "một; hai"),
        ("<p>một<br><b>hai</b></p>", "một; hai"),
        ("<p>một<br></p>", "một"),
        ('<p>một<br><span class="lead">hai</span></p>', "một · hai"),
    ],
)
def test_a_new_line_of_the_page_divides_words(written, markup, read):
    assert [p.text for p in written(markup).paragraphs] == [read]


def test_emphasis_and_lists(written):
    document = written("<ul><li>một <strong>hai</strong> <em>ba</em></li></ul><dl><dt>A</dt><dd>b</dd></dl>")
    line, term = document.paragraphs
    assert (line.style.name, line.text) == ("List Bullet", "một hai ba")
    assert [run.text for run in line.runs if run.bold] == ["hai"]
    assert [run.text for run in line.runs if run.italic] == ["ba"]
    assert term.text == "A: b"


def test_a_table_without_head_or_rows_and_hidden_values(written):
    document = written(
        f"<table><thead><tr><th>a</th><th class='n'>b</th></tr></thead><tbody><tr><th>x</th>"
        f"<td class='n'>{MISSING}</td></tr></tbody></table><table></table>"
    )
    first, second = document.tables
    assert [[c.text for c in row.cells] for row in first.rows] == [["a", "b"], ["x", MISSING]]
    assert [first.cell(1, n).paragraphs[0].style.name for n in (0, 1)] == ["Table Text", "Table Number"]
    assert len(second.rows) == 0


def test_a_figure_becomes_a_picture_with_its_words(written):
    document = written(
        f'<figure><p class="diaban-figure-title">Tên</p>{SVG}<figcaption>Cách đọc</figcaption></figure>'
    )
    shape = document.inline_shapes[0]
    assert shape._inline.docPr.get("descr") == "Ba & bốn"
    assert shape.width.pt == 40
    assert [spoken(p) for p in document.paragraphs][1:] == ["Hình 1. Tên", "Cách đọc"]


def test_a_figure_without_words_of_its_own_is_left_out(written):
    assert not written(f"<figure>{SVG}<figcaption>sơ đồ</figcaption></figure>").inline_shapes


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("=1+1", "=1+1"),
        ("a\u202eb\u2066c", "abc"),
        ("x\x07y", "x y"),
        ("]]&gt; &amp;amp;", "]]> &amp;"),
        ("ấ" * 10_000, "ấ" * 10_000),
    ],
)
def test_hostile_text_stays_text(written, hostile, shown):
    document = written(f"<h2>{hostile}</h2><p>{hostile}</p><table><tr><td>{hostile}</td></tr></table>")
    texts = [p.text for p in document.paragraphs if p.style.name in ("Heading 1", BODY)]
    assert texts == [shown, shown]
