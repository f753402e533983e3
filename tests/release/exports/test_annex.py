"""The Word annex: the page's words and tables, editable, on the paper that the decree asks for."""

import io
import re
import zipfile
from dataclasses import replace

import docx
import pytest
from bs4 import BeautifulSoup
from docx.oxml.ns import qn
from PIL import Image

from diaban.language.numbers import MISSING
from diaban.release.exports import annex_bytes, annex_name
from diaban.release.exports.annex.annex import SECTIONS
from diaban.release.exports.annex.markup import clean
from diaban.release.exports.annex.paper import new_paper
from diaban.release.exports.annex.writing import Writing
from diaban.release.exports.dictionary import words
from diaban.release.pages.locality import LocalityPage

MARK = "Dữ liệu mô phỏng / Simulated data"
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


def sections(run, locality, language):
    """The page's sections that the annex is made of, parsed."""
    period = run.findings["period"]
    page = LocalityPage(run.spec, run.cube, locality, period=period, language=language)
    markup = "".join(getattr(page, name)().html for name in SECTIONS)
    return BeautifulSoup(markup, "html.parser")


def squeezed(text):
    return re.sub(r"\s+", " ", text).strip()


def test_an_annex_for_every_page_and_language(made_run):
    for language in made_run.spec.study.languages:
        pages = {path.stem for path in made_run.pages(language).values()}
        assert {path.stem for path in (made_run.path / "annex" / language).glob("*.docx")} == pages


def test_tables_are_native_and_those_of_the_page(made_run, annex):
    language, locality, document, _ = annex
    page = sections(made_run, locality, language)
    there = [
        [
            [squeezed(clean(cell.get_text())) for cell in row.find_all(["th", "td"])]
            for row in t.find_all("tr")
        ]
        for t in page.find_all("table")
    ]
    read = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    assert there
    assert len(read) == len(there)
    for own, page_table in zip(read, there, strict=True):
        seen = [[squeezed(text) for text in row] for row in own]
        assert [[c.replace("●", "").replace("○", "").strip() for c in row] for row in page_table] == seen


def test_sentences_of_findings_are_in_it(made_run, annex):
    language, locality, document, _ = annex
    text = " ".join(squeezed(p.text) for p in document.paragraphs)
    page = sections(made_run, locality, language)
    claims = [squeezed(claim.get_text()) for claim in page.select(".claim")]
    assert claims
    assert all(claim in text for claim in claims)


def test_the_head_of_a_table_is_repeated_and_no_row_is_cut(annex):
    for table in annex[2].tables:
        rows = table._tbl.tr_lst
        assert rows[0].find(f".//{qn('w:tblHeader')}") is not None
        assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))


def test_every_table_and_figure_has_a_numbered_caption(annex):
    language, _, document, _ = annex
    fields = [
        (f.get(qn("w:instr")).split()[1], "".join(t.text for t in f.iter(qn("w:t"))))
        for f in document.element.iter(qn("w:fldSimple"))
    ]
    for kind, count in (("Table", len(document.tables)), ("Figure", len(document.inline_shapes))):
        assert [number for name, number in fields if name == kind] == [str(n + 1) for n in range(count)]
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    said = words(language)
    assert len(captions) == len(fields)
    assert all(text.startswith((said["table"], said["figure"])) for text in captions)


def test_figures_say_what_they_show(made_run, annex):
    language, locality, document, _ = annex
    spoken = [svg["aria-label"] for svg in sections(made_run, locality, language).find_all("svg")]
    assert document.inline_shapes
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
    assert any(p.style.name == "Heading 1" for p in document.paragraphs)


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


@pytest.fixture
def written():
    """Writes markup of a section into an empty annex and returns the document."""

    def write(markup):
        paper = new_paper("vi", title="Thử", marks=[])
        Writing(paper, words("vi")).add(markup)
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
        "<details><summary>Bảng số liệu</summary><p>trong</p></details><script>alert(1)</script>"
    )
    assert [p.text for p in document.paragraphs] == ["Có chữ", "trong"]


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
    assert first.cell(1, 1).paragraphs[0].alignment == 2
    assert len(second.rows) == 0


def test_a_figure_becomes_a_picture_with_its_words(written):
    document = written(
        f'<figure><p class="diaban-figure-title">Tên</p>{SVG}<figcaption>Cách đọc</figcaption></figure>'
    )
    shape = document.inline_shapes[0]
    assert shape._inline.docPr.get("descr") == "Ba & bốn"
    assert shape.width.pt == 40
    assert [p.text for p in document.paragraphs][1:] == ["Hình . Tên", "Cách đọc"]


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
    texts = [p.text for p in document.paragraphs if p.style.name in ("Heading 1", "Normal")]
    assert texts == [shown, shown]
