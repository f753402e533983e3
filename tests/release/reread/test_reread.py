"""What must not leave the office is planted in a built file, in the copy too where a pattern stops it."""

import base64
import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from release_files import (
    CORE,
    DOCUMENT,
    DOCX,
    HEADER,
    MARK,
    PAGE,
    RECORD,
    ROWS,
    as_csv,
    internal_tables,
    png,
    workbook,
    write,
    zipped,
)

import diaban.release.reread as reread_package
from diaban.language.catalogue import catalogue
from diaban.release.reread import Problem, reread

SITE = "site/bu-dang-696.html"


@pytest.fixture
def built(tmp_path):
    return write(tmp_path / "built")


@pytest.fixture
def check(built, tmp_path):
    """Put `data` in place of a file, in the built release alone or in both copies; the kinds of problems."""

    def checked(name, data, *, both=True, **options):
        again = tmp_path / "again"
        if not both:
            shutil.copytree(built, again)
        (built / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).write_bytes(data if isinstance(data, bytes) else data.encode())
        problems = reread(
            built, built if both else again, simulated=options.pop("simulated", True), **options
        )
        assert {problem.file.split("!")[0] for problem in problems} <= {name}, problems
        return {problem.kind for problem in problems}

    return checked


def in_page(old, new):
    assert old in PAGE
    return PAGE.replace(old, new, 1)


def told(text):
    """The page with a further sentence."""
    return in_page("</main>", f"<p>{text}</p></main>")


def test_a_release_equal_to_its_copy_has_no_problem(built, tmp_path):
    again = write(tmp_path / "again")
    internal = internal_tables(tmp_path / "internal")
    assert reread(built, again, simulated=True, internal_folder=internal) == []


def test_an_empty_release_has_no_problem(tmp_path):
    (tmp_path / "built").mkdir()
    assert reread(tmp_path / "built", tmp_path / "built", simulated=True) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda: in_page("<td>…</td>", "<td>3</td>"), "#level td"),
        (lambda: in_page("<b>29</b>", "<b>30</b>"), "#level p"),
        (lambda: in_page('aria-label="Số vụ: 12"', 'aria-label="Số vụ: 3"'), "#level svg aria-label"),
        (lambda: in_page('data-h="Vụ"', 'data-h="Vụ 3"'), "#level td data-h"),
        (lambda: in_page(">12</text>", ">3</text>"), "#level text"),
        (lambda: in_page(f"<title>{MARK}</title>", f"<title>{MARK} 3</title>"), "#level title"),
        (lambda: in_page("td{color:#000}", 'td{color:#000}td:after{content:"3"}'), "style"),
    ],
)
def test_a_number_of_a_page_that_the_copy_has_not_is_named_with_its_place(built, tmp_path, change, where):
    again = write(tmp_path / "again")
    (built / SITE).write_text(change(), "utf-8")
    found = [p for p in reread(built, again, simulated=True) if p.kind == "foreign_number"]
    assert [(p.file, p.where) for p in found] == [(SITE, where)]


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("findings.json", json.dumps(RECORD | {"n": 3}), "foreign_number"),
        ("findings.json", json.dumps(RECORD | {"title": "Bù Đốp"}), "foreign_text"),
        ("rates.csv", as_csv([*ROWS[:2], ["689", "3", MARK]]), "foreign_number"),
        ("README.md", f"# {MARK}\n\n29 vụ\n3 vụ\n", "foreign_number"),
        ("README.md", f"# {MARK}\n", "lost"),
        ("tables.xlsx", workbook(lambda _, sheet: sheet.write_number(3, 1, 3)), "foreign_number"),
        ("annex.docx", zipped(DOCX | {"word/document.xml": DOCUMENT.replace("29", "3")}), "foreign_number"),
        ("figure.png", png(Description=f"{MARK} 3"), "foreign_number"),
        (SITE, in_page('d="M1 2L3 4"', 'd="M1 2L3 5"'), "differs"),
        ("new.json", json.dumps(RECORD), "foreign_file"),
    ],
)
def test_what_only_the_built_file_says_is_found(check, name, data, kind):
    assert kind in check(name, data, both=False)


def test_the_same_number_twice_is_one_too_many(check):
    assert check(SITE, in_page("<td>…</td>", "<td>12</td>"), both=False) == {"foreign_number", "lost"}


def test_a_file_that_is_missing_or_a_link_is_named(built, tmp_path):
    again = write(tmp_path / "again")
    (built / "rates.csv").unlink()
    (built / "README.md").unlink()
    (built / "README.md").symlink_to(again / "README.md")
    problems = reread(built, again, simulated=True)
    assert {(p.file, p.kind) for p in problems} == {("rates.csv", "lost_file"), ("README.md", "not_a_file")}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("gọi 0912 345 678", "phone"),
        ("gọi 09<b>12</b>345<i>678</i>", "phone"),
        ("+84 912 345 678", "phone"),
        ("0271.3879.246", "phone"),
        ("số 079123456789", "identity_number"),
        ("số 285 123 456", "identity_number"),
        ("a.b@example.vn", "email"),
        ("11.83383, 106.99490", "point"),
        ("11°50′", "point"),
        ("hồ sơ h6b13ee9c1b", "key"),
        ("em Nguyễn Thị Lan", "name"),
        ("/" + "home/an/cases.csv", "path"),
        ("C:" + "\\Users\\an\\a.xlsx", "path"),
        ("localhost:8888", "host"),
        ("10.0.12.7", "host"),
        ("https://example.org/a", "link"),
        ("In [3]: cases.head()", "leftover"),
        ("Traceback (most recent call last)", "leftover"),
        ("{{ place }}", "leftover"),
        ("nan", "leftover"),
        ("Lưu hành nội bộ", "internal"),
        ("Exact counts, not protected; not to leave the office.", "internal"),
    ],
)
def test_a_pattern_stops_the_release_whatever_the_copy_says(check, text, kind):
    assert check(SITE, told(text)) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "249.465.093 người-năm", "249,465,093 person-years", "từ 153 đến 328; 0,81", "2016–2023",
        "15/12/2015 – 14/12/2023", "thị xã Bình Long, huyện Lộc Ninh", "1.234.567.890", "0.23456789012",
        "−0,5 (−1,2 – 0,3)", "Luật Trẻ em 102/2016/QH13", "vietnamadminunits 1.0.4", "10 … 12", "GD1, BB4",
    ],
)  # fmt: skip
def test_what_findings_say_is_no_identifier(check, text):
    assert check(SITE, told(text)) == set()


def test_names_and_points_of_declared_places_may_stand(check):
    page = told("xã Lê Hồng Phong, 11.83383, 106.99490")
    assert check(SITE, page) == {"name", "point"}
    assert check(SITE, page, names=["Lê Hồng Phong"], points=[(11.83383, 106.9949)]) == set()
    assert check(SITE, page, names=["Lê Hồng"], points=[(11.83383, 106.9)]) == {"name", "point"}


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (told("x<!-- 3 cases -->"), "comment"),
        (told("x<span hidden>3</span>"), "hidden"),
        (told('x<span style="display: none">3</span>'), "hidden"),
        (told("x<script>alert(1)</script>"), "script"),
        (told('x<b onclick="go()">y</b>'), "script"),
        (told('<a href="javascript:go()">y</a>'), "link"),
        (told('<a href="https://example.org">y</a>'), "link"),
        (told('<a href="../../internal/cases.parquet">y</a>'), "link"),
        (told('<img src="//example.org/a.png">'), "link"),
        (told("<iframe></iframe>"), "element"),
        (told('<meta http-equiv="refresh" content="0">'), "element"),
        (told('<p data-case-key="a">x</p>'), "personal_field"),
        (told('<p class="internal">x</p>'), "internal"),
        (in_page("td{", "@import url(a.css);td{"), "loads"),
        (in_page("default-src 'none'", "default-src *"), "policy"),
        (in_page("img-src data:", "img-src data: https:"), "policy"),
        (in_page('http-equiv="Content-Security-Policy"', 'name="policy"'), "policy"),
    ],
)
def test_what_hides_in_a_page_or_leads_out_of_it_stops_the_release(check, page, kind):
    assert kind in check(SITE, page)


def test_files_inside_a_page_are_read(check):
    picture = base64.b64encode(png(Comment="0912345678")).decode()
    assert check(SITE, told(f'<img alt="x" src="data:image/png;base64,{picture}">')) == {"phone"}
    drawing = base64.b64encode(b"<svg><text>0912345678</text></svg>").decode()
    assert check(SITE, told(f'<img alt="x" src="data:image/svg+xml;base64,{drawing}">')) == {"phone"}
    assert check(SITE, told('<img alt="x" src="data:application/pdf;base64,AAAA">')) == {"unknown_type"}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda book, _: book.get_worksheet_by_name("rates").hide(), "hidden"),
        (lambda book, _: book.get_worksheet_by_name("rates").very_hidden(), "hidden"),
        (lambda _, sheet: sheet.set_row(2, None, None, {"hidden": True}), "hidden"),
        (lambda _, sheet: sheet.set_column(1, 1, None, None, {"hidden": True}), "hidden"),
        (lambda book, sheet: sheet.write(4, 0, 3, book.add_format({"num_format": ";;;"})), "hidden"),
        (lambda _, sheet: sheet.write_formula(4, 0, "=1+2", None, 3), "formula"),
        (lambda book, _: book.define_name("kept", "=3"), "leftover"),
        (lambda _, sheet: sheet.write_comment("A1", "3"), "part"),
        (lambda _, sheet: sheet.write_url(4, 0, "https://example.org"), "link"),
        (lambda book, _: book.set_properties({"author": "An"}), "author"),
        (lambda book, _: book.set_custom_property("file", "3"), "part"),
        (lambda _, sheet: sheet.write_row(1, 0, ["case_key", "cases"]), "personal_field"),
        (lambda _, sheet: (sheet.write_row(2, 0, ["dob", 1]), sheet.freeze_panes(3, 0)), "personal_field"),
        (lambda _, sheet: sheet.write_number(3, 1, 285123456), "identity_number"),
        (lambda _, sheet: sheet.insert_image("A9", "a.png", {"image_data": io.BytesIO(png())}), "part"),
    ],
)  # fmt: skip
def test_what_hides_in_a_workbook_stops_the_release(check, change, kind):
    assert kind in check("tables.xlsx", workbook(change))


def test_a_string_that_no_cell_shows_stops_the_release(check):
    with zipfile.ZipFile(io.BytesIO(workbook())) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    strings = parts["xl/sharedStrings.xml"].replace(b"</sst>", b"<si><t>old</t></si></sst>")
    assert check("tables.xlsx", zipped(parts | {"xl/sharedStrings.xml": strings})) == {"leftover"}


RUN = "<w:r><w:t>29 vụ</w:t></w:r>"


def document(new, old=RUN):
    """The document with `new` in place of `old`."""
    assert old in DOCUMENT
    return {"word/document.xml": DOCUMENT.replace(old, new)}


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        (document(f"<w:ins w:author='An'>{RUN}</w:ins>"), "tracked"),
        (document(f"{RUN}<w:del><w:r><w:delText>3</w:delText></w:r></w:del>"), "tracked"),
        (document(f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>3</w:t></w:r>{RUN}"), "hidden"),
        (document(f"<w:r><w:rPr><w:sz w:val='2'/></w:rPr><w:t>3</w:t></w:r>{RUN}"), "hidden"),
        (document(f"<w:fldSimple w:instr='INCLUDETEXT a.docx'>{RUN}</w:fldSimple>"), "formula"),
        (document(f"<w:altChunk/>{RUN}"), "part"),
        (document("<w:body><!-- 3 -->", old="<w:body>"), "comment"),
        (document("0912 345 678", old="29 vụ"), "phone"),
        (document("<w:t>09</w:t><w:t>12345678</w:t>", old="<w:t>29 vụ</w:t>"), "phone"),
        (document("Số vụ 0912345678", old="Số vụ"), "phone"),
        (document("", old="</w:document>"), "unreadable"),
        ({"word/comments.xml": "<a/>"}, "part"),
        ({"customXml/item1.xml": "<a>3</a>"}, "part"),
        ({"word/embeddings/a.xlsx": b"x"}, "part"),
        ({"docProps/core.xml": CORE.replace("<dc:creator/>", "<dc:creator>An</dc:creator>")}, "author"),
        ({"word/_rels/document.xml.rels": "<a><b TargetMode='External' Target='b.docx'/></a>"}, "link"),
        ({"word/header1.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}, "loads"),
        ({"word/media/image1.png": png(Comment="0912345678")}, "phone"),
    ],
)
def test_what_hides_in_a_word_file_stops_the_release(check, parts, kind):
    assert kind in check("annex.docx", zipped(DOCX | parts))


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("letter.pdf", b"%PDF-1.7", "unknown_type"),
        ("run.ipynb", b"{}", "unknown_type"),
        (".DS_Store", b"", "unknown_type"),
        ("~$annex.docx", zipped(DOCX), "unknown_type"),
        ("page.html", b"\xff\xfe", "unreadable"),
        ("a.json", b"{", "unreadable"),
        ("a.csv", b'a,b\n"1', "unreadable"),
        ("a.xlsx", b"PK", "unreadable"),
        ("a.png", b"x", "unreadable"),
        ("0912345678.json", json.dumps(RECORD), "phone"),
        ("a.json", json.dumps(RECORD | {"case_key": []}), "personal_field"),
        ("a.json", json.dumps(RECORD | {"audience": "internal"}), "internal"),
        ("a.json", json.dumps(RECORD | {"n": 285123456}), "identity_number"),
        ("a.csv", as_csv([["ho_ten", "m"], ["x", MARK]]), "personal_field"),
        ("a.png", png(Description=MARK) + b"3 cases", "metadata"),
        ("a.zip", zipped({"../a.json": json.dumps(RECORD)}), "link"),
        ("a.zip", zipped({"a.pdf": b"x"}), "unknown_type"),
        ("a.zip", zipped({"a.md": f"{MARK} 0912345678"}), "phone"),
        ("a.zip", zipped({"a.md": MARK}, b"3 cases"), "metadata"),
    ],
)
def test_a_file_that_cannot_be_read_or_says_too_much_stops_the_release(check, name, data, kind):
    assert kind in check(name, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (SITE, in_page(f" · {MARK}", "")),
        (SITE, in_page(f"<strong>{MARK}.</strong>", "")),
        (SITE, in_page(f'content:"{MARK}"', 'content:""')),
        (SITE, in_page(f"<title>{MARK}</title><path", "<path")),
        (SITE, in_page(f"<strong>{MARK}", f"<strong hidden>{MARK}")),
        ("findings.json", json.dumps(RECORD | {"mark": None})),
        ("findings.json", json.dumps(RECORD | {"simulated": False})),
        ("rates.csv", as_csv([row[:2] for row in ROWS])),
        ("rates.csv", as_csv([*ROWS[:2], ["689", "", ""]])),
        ("README.md", "29 vụ"),
        ("figure.png", png()),
        ("tables.xlsx", workbook(lambda _, sheet: sheet.write_string(0, 0, ""))),
        ("annex.docx", zipped(DOCX | {"word/header1.xml": HEADER.replace(MARK, "")})),
        ("annex.docx", zipped(DOCX | {"word/document.xml": DOCUMENT.replace(MARK, "")})),
        ("annex.docx", zipped({k: v for k, v in DOCX.items() if k != "word/header1.xml"})),
        ("a.zip", zipped({"a.md": "29"})),
        ("a.svg", "<svg><text>29</text></svg>"),
    ],
)
def test_each_mark_of_simulated_data_that_is_taken_away_stops_the_release(check, name, data):
    assert check(name, data) == {"unmarked"}
    assert check(name, data, simulated=False) == set()


def test_keys_and_free_text_of_internal_tables_stop_the_release(check, tmp_path):
    internal = internal_tables(tmp_path / "internal")
    assert check(SITE, told("vụ HS-2021/17"), internal_folder=internal) == {"internal_key"}
    assert check(SITE, told("ở nhà bỏ  hoang gần cầu số 4."), internal_folder=internal) == {"internal_text"}
    assert check(SITE, told("bạo lực, mâu thuẫn gia đình"), internal_folder=internal) == set()


def test_a_file_without_second_copy_is_read_but_not_compared(built, tmp_path):
    again = write(tmp_path / "again")
    (built / "certificate.json").write_text(json.dumps(RECORD | {"seconds": 3}), "utf-8")
    assert reread(built, again, simulated=True, alone=["certificate.json"]) == []
    (built / "certificate.json").write_text(json.dumps(RECORD | {"by": "a.b@example.vn"}), "utf-8")
    found = reread(built, again, simulated=True, alone=["certificate.json"])
    assert found == [Problem("certificate.json", "by", "email", "a.b@example.vn")]


def test_a_problem_says_file_place_kind_and_what_was_found_in_both_languages():
    problem = Problem("site/a.html", "#level p", "phone", "0912 345 678")
    assert problem.message("vi") == "site/a.html, #level p: giống số điện thoại: 0912 345 678"
    assert problem.message("en") == "site/a.html, #level p: looks like a phone number: 0912 345 678"
    assert Problem("a.csv", "", "lost_file", "").message("en").endswith("is missing.")
    assert len(Problem("a", "", "script", "x" * 10_000).message("en")) < 200


def test_the_computer_that_made_the_files_is_not_named(check, built, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "may-tram-07")
    assert check(SITE, told("in từ may-tram-07.")) == {"path"}
    assert check(SITE, told("may-tram-071")) == set()
    assert check(SITE, told(f"tệp {built.resolve()}/a")) >= {"path"}


def test_every_kind_has_its_words():
    source = "\n".join(
        p.read_text("utf-8") for p in sorted(Path(reread_package.__file__).parent.glob("*.py"))
    )
    kinds = set(re.findall(r"fault\([^,\n]+,\s*\"(\w+)\"", source)) | set(
        re.findall(r"Fault\([^,\n]+,\s*\"(\w+)\"", source)
    )
    assert len(kinds) > 25
    assert kinds <= set(catalogue("reread"))
