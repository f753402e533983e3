"""A finding that was withheld is looked for in every type of file that can leave."""

from __future__ import annotations

import io
import json
import zipfile

import docx
import pytest
import xlsxwriter

from diaban.run.still_told import still_told

KEY = "a/level_high/s"
CLAIM = "Tỷ suất được ghi nhận ở huyện A cao hơn mức chung."
WITHHELD = [(KEY, {CLAIM})]


def word(text: str) -> bytes:
    written = io.BytesIO()
    paper = docx.Document()
    line = paper.add_paragraph()
    for piece in (text[:9], text[9:]):  # in two runs, as a link or bold letters make them
        line.add_run(piece)
    paper.save(written)
    return written.getvalue()


def book(text: str) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as workbook:
        workbook.add_worksheet().write_string(3, 2, text)
    return written.getvalue()


def packed(name: str, data: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), data)
    return written.getvalue()


def page(text: str) -> bytes:
    half = len(text) // 2
    return f"<html><body><p>{text[:half]}<a href='#x'>{text[half:]}</a></p></body></html>".encode()


def svg(text: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{text}"></svg>'.encode()


FILES = {
    "page.html": page,
    "figure.svg": svg,
    "findings.json": lambda text: json.dumps({"said": [text]}, ensure_ascii=False).encode(),
    "escaped.json": lambda text: json.dumps({"said": [text]}).encode(),
    "table.csv": lambda text: f"a,b\n1,{text}\n".encode(),
    "annex.docx": word,
    "tables.xlsx": book,
    "notes.txt": str.encode,
    "read.md": str.encode,
    "inner.zip": lambda text: packed("deep.zip", packed("annex.docx", word(text))),
}


@pytest.mark.parametrize("said", [KEY, CLAIM], ids=["key", "claim"])
@pytest.mark.parametrize("name", FILES)
def test_it_is_found_in_every_type_of_file(name, said):
    assert still_told({name: FILES[name](said)}, WITHHELD, set()) == [(KEY, name)]


@pytest.mark.parametrize("name", FILES)
def test_what_does_not_tell_it_is_let_through(name):
    for text in (f"{KEY}/BB1", f"b{KEY}", "Tỷ suất được ghi nhận ở huyện B cao hơn mức chung.", "7"):
        assert still_told({name: FILES[name](text)}, WITHHELD, set()) == []


def test_a_claim_that_another_finding_makes_is_no_evidence():
    assert still_told({"page.html": page(CLAIM)}, WITHHELD, {CLAIM}) == []
    assert still_told({"page.html": page(KEY)}, WITHHELD, {CLAIM}) == [(KEY, "page.html")]


def test_where_nothing_is_withheld_nothing_is_read():
    assert still_told({"broken.docx": b"x"}, [], set()) == []
    assert still_told({}, WITHHELD, set()) == []
