"""What comes out on paper: the PDF that the browser makes, read back."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from watched import MARK, missing, opened

from diaban.errors import DiabanError
from diaban.release.pages.fragment import texts
from diaban.run import pdf
from diaban.run.pdf import print_page, print_site

SHEET = {"width": 680, "height": 960}
MOST_SHEETS = {"index": 12, "methods": 10, "guide": 5, "whole": 15, "district": 18, "monitoring": 6}


FOLDED = """() => [...document.querySelectorAll("details table")]
    .filter(table => !table.closest(".screen")).map(table => table.getBoundingClientRect().height)"""


def kind(path: Path) -> str:
    if path.stem in MOST_SHEETS:
        return path.stem
    return "monitoring" if path.stem.endswith("-monitoring") else "district"


def one_of_each(run, language: str) -> dict[str, Path]:
    """Kind of page -> one page of it."""
    return {kind(path): path for path in sorted(run.site(language).glob("*.html"))}


def sheets_of(printed: Path) -> list[str]:
    reader = shutil.which("pdftotext")
    if reader is None:
        missing("pdftotext: apt-get install poppler-utils")
    text = subprocess.run(
        [reader, "-layout", printed, "-"], capture_output=True, text=True, check=True
    ).stdout
    return [" ".join(sheet.split()) for sheet in text.removesuffix("\f").split("\f")]


@pytest.fixture(scope="module")
def printed(made_run, tmp_path_factory) -> dict[str, list[str]]:
    """Kind of page -> the text of its sheets, in the study's first language."""
    folder = tmp_path_factory.mktemp("printed")
    pages = one_of_each(made_run, made_run.spec.study.languages[0])
    return {name: sheets_of(print_page(path, folder / f"{name}.pdf")) for name, path in pages.items()}


def test_every_sheet_has_its_number_and_the_mark(made_run, printed):
    for name, sheets in printed.items():
        assert 1 < len(sheets) <= MOST_SHEETS[name], (name, len(sheets))
        for number, sheet in enumerate(sheets, start=1):
            assert re.search(rf"\b{number} ?/ ?{len(sheets)}\b", sheet[-160:]), (name, number, sheet[-160:])
            marked = MARK.replace(" ", "") in sheet.replace(" ", "")
            assert marked == made_run.spec.study.simulated, (name, number)


def test_a_table_has_its_whole_head_on_every_sheet_it_runs_over(made_run, printed):
    """The head of the index has buttons on a screen; on paper its words come again."""
    language = made_run.spec.study.languages[0]
    streams = [stream.label[language].split()[0] for stream in made_run.spec.streams]
    heading = texts(language)["index"]["first_finding"]
    with_rows = [sheet for sheet in printed["index"] if heading in sheet]
    assert with_rows
    for sheet in with_rows:
        assert all(word in sheet.split(heading)[0][-600:] for word in streams), sheet[:300]


def test_the_words_are_explained_at_the_end(made_run, printed):
    heading = {"vi": "Giải nghĩa các từ trên trang này", "en": "What the words on this page mean"}
    for name in ("index", "district"):
        assert heading[made_run.spec.study.languages[0]] in " ".join(printed[name][-2:]), name


def test_what_is_for_the_screen_is_not_printed(printed):
    for name, sheets in printed.items():
        whole = " ".join(sheets)
        for text in ("Tiếng Việt", "Tìm địa bàn (", "Find a locality (", "Mục lục"):
            assert text not in whole, (name, text)


def test_nothing_is_cut_and_what_is_folded_is_open(browser, made_run):
    folded = 0
    with opened(browser, size=SHEET) as watched:
        page = watched.page
        for name, path in one_of_each(made_run, made_run.spec.study.languages[0]).items():
            watched.open(path)
            page.emulate_media(media="print")
            assert page.evaluate("document.documentElement.scrollWidth") <= SHEET["width"], name
            heights = page.evaluate(FOLDED)
            assert all(height > 20 for height in heights), name
            folded += len(heights)
    assert folded


def test_rules_of_breaking_hold_for_every_figure_and_table(browser, made_run):
    """A figure stays with its title and caption, a row in one piece, a head comes again on the next sheet."""
    script = """() => {
        const style = (element, name) => getComputedStyle(element)[name];
        const all = selector => [...document.querySelectorAll(selector)];
        return {
            figures: all("figure").filter(f => style(f, "breakInside") !== "avoid").length,
            apart: all("svg[role=img]").filter(s => !s.closest("figure")).length,
            rows: all("tr").filter(r => style(r, "breakInside") !== "avoid").length,
            heads: all("thead").filter(h => style(h, "display") !== "table-header-group").length,
            headings: all("h2, h3").filter(h => style(h, "breakAfter") !== "avoid").length,
        };
    }"""
    with opened(browser, size=SHEET) as watched:
        for name, path in one_of_each(made_run, made_run.spec.study.languages[0]).items():
            watched.open(path)
            watched.page.emulate_media(media="print")
            assert set(watched.page.evaluate(script).values()) == {0}, name


def test_a_site_is_printed_in_its_folders(binh_phuoc_run, tmp_path):
    told = []
    made = print_site(
        binh_phuoc_run.path / "site", tmp_path / "pdf", pages=["methods"], jobs=2, on_page=told.append
    )
    assert sorted(path.relative_to(tmp_path).as_posix() for path in made) == [
        "pdf/en/methods.pdf",
        "pdf/methods.pdf",
    ]
    assert sorted(told) == sorted(made)
    assert all(path.read_bytes().startswith(b"%PDF") for path in made)


def test_without_a_browser_the_way_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf.shutil, "which", lambda _: None)
    monkeypatch.setattr(pdf, "MAC", ())
    with pytest.raises(DiabanError) as told:
        print_site(tmp_path, tmp_path / "pdf")
    assert told.value.key == "pdf_no_browser"
    assert "apt-get install chromium" in str(told.value)
    assert not (tmp_path / "pdf").exists()


def test_a_browser_that_prints_nothing_is_an_error(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><title>x</title>", "utf-8")
    with pytest.raises(DiabanError) as told:
        print_page(page, tmp_path / "page.pdf", browser=Path(shutil.which("false")))
    assert told.value.key == "pdf_failed"
    assert not (tmp_path / "page.pdf").exists()


LINKS_ALONE = """() => [...document.querySelectorAll("main p, main li")]
    .filter(e => e.checkVisibility() && e.getClientRects().length)
    .filter(e => [...e.children].length && e.innerText.trim()
        === [...e.querySelectorAll("a:not(.cell, .term)")].map(a => a.innerText).join(" ").trim())
    .map(e => e.innerText)"""
ROWS_OF_NUMBERS = """() => [...document.querySelectorAll("a.cell")]
    .map(a => document.getElementById(a.hash.slice(1)))
    .map(row => [row.id, row.getBoundingClientRect().height])"""


def test_no_line_of_paper_is_a_mere_link(browser, made_run):
    with opened(browser, size=SHEET) as watched:
        for language in made_run.spec.study.languages:
            for name, path in one_of_each(made_run, language).items():
                if name == "district":
                    watched.open(path)
                    watched.page.emulate_media(media="print")
                    assert watched.page.evaluate(LINKS_ALONE) == [], (language, name)
                    assert watched.page.locator("nav:visible").count() == 0
                    assert watched.page.locator("main a[href*='.html']:visible").count() == 0


def test_paper_has_the_row_of_every_number_that_leads_to_one(browser, made_run):
    with opened(browser, size=SHEET) as watched:
        for path in made_run.pages(made_run.spec.study.languages[0]).values():
            watched.open(path)
            watched.page.emulate_media(media="print")
            rows = watched.page.evaluate(ROWS_OF_NUMBERS)
            assert rows, path.name
            assert [row for row, height in rows if height < 5] == [], path.name
