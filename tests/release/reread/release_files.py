"""A small release on disk, one file of each kind, that can be changed one thing at a time."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import xlsxwriter
from PIL import Image, PngImagePlugin

from diaban.release.pages.fragment import script, script_hash

MARK = "Dữ liệu mô phỏng / Simulated data"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    f"script-src '{script_hash()}'; base-uri 'none'; form-action 'none'"
)
PAGE = f"""<!doctype html>
<html lang="vi"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>Bù Đăng · {MARK}</title>
<style>td{{color:#000}}
@page{{size:A4;@bottom-left{{content:"{MARK}"}}}}</style></head>
<body><div class="mark"><strong>{MARK}.</strong></div><main><h2 id="level">Tình hình</h2>
<p class="answer">Có <b>29</b> vụ, khoảng 228 trên 100.000, nhiều khả năng từ 153 đến 328.</p>
<table><tr><th scope="row">2021</th><td data-h="Vụ">12</td></tr>
<tr><th scope="row">2022</th><td>…</td></tr></table>
<figure><svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Số vụ: 12">
<title>{MARK}</title><path d="M1 2L3 4"/><text x="1" y="2">12</text></svg></figure>
<a href="methods.html#rates">Phương pháp</a></main><script>{script()}</script></body></html>"""

_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DOCUMENT = f"""<?xml version="1.0"?><w:document {_NAMESPACE}><w:body><w:p><w:r><w:t>{MARK}</w:t></w:r></w:p>
<w:tbl><w:tblPr><w:tblCaption w:val="Số vụ"/></w:tblPr><w:tr><w:tc><w:p><w:r><w:t>29 vụ</w:t></w:r></w:p>
</w:tc></w:tr></w:tbl></w:body></w:document>"""
HEADER = f'<?xml version="1.0"?><w:hdr {_NAMESPACE}><w:p><w:r><w:t>{MARK}</w:t></w:r></w:p></w:hdr>'
CORE = (
    '<?xml version="1.0"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Phụ lục</dc:title><dc:creator/>'
    "</cp:coreProperties>"
)
DOCX = {
    "[Content_Types].xml": "<Types/>",
    "word/document.xml": DOCUMENT,
    "word/header1.xml": HEADER,
    "docProps/core.xml": CORE,
}
RECORD = {
    "simulated": True,
    "mark": MARK,
    "audience": "share",
    "findings": [{"key": "696/level_high", "estimate": 228.3644381447358, "lower": None, "name": "Bù Đăng"}],
}
ROWS = [["locality", "cases", "data_mark"], ["688", "29", MARK], ["689", "", MARK]]


def write(folder: Path) -> Path:
    """The release, as a run would write it."""
    (folder / "site").mkdir(parents=True)
    (folder / "site" / "bu-dang-696.html").write_text(PAGE, "utf-8")
    (folder / "findings.json").write_text(json.dumps(RECORD, ensure_ascii=False), "utf-8")
    (folder / "rates.csv").write_text(as_csv(ROWS), "utf-8")
    (folder / "README.md").write_text(f"# {MARK}\n\n29 vụ\n", "utf-8")
    (folder / "figure.png").write_bytes(png(Description=MARK))
    (folder / "tables.xlsx").write_bytes(workbook())
    (folder / "annex.docx").write_bytes(zipped(DOCX))
    return folder


def as_csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def png(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_itxt(name, text)
    stream = io.BytesIO()
    Image.new("L", (3, 2)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def workbook(
    change: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None] | None = None,
) -> bytes:
    """Two sheets with their mark; `change` is given the book and the sheet of rates before it is closed."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": pd.Timestamp("2000-01-01").to_pydatetime()})
    for name in ("notes", "rates"):
        sheet = book.add_worksheet(name)
        sheet.write_string(0, 0, MARK)
    sheet.write_row(1, 0, ["locality", "cases"])
    sheet.write_row(2, 0, ["688", 29])
    if change is not None:
        change(book, sheet)
    book.close()
    return stream.getvalue()


def zipped(parts: dict[str, str | bytes], comment: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.comment = comment
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return stream.getvalue()


def internal_tables(folder: Path) -> Path:
    """Two cases as an intake keeps them."""
    folder.mkdir()
    cases = pd.DataFrame(
        {"case_key": ["HS-2021/17", "h6b13ee9c1b"], "note": ["nhà bỏ hoang gần cầu Số 4", "x"]}
    )
    cases.to_parquet(folder / "cases.parquet")
    pd.DataFrame({"code": ["GD1"], "label_vi": ["bạo lực, mâu thuẫn gia đình"]}).to_parquet(
        folder / "code_book.parquet"
    )
    return folder
