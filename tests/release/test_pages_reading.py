"""What a reader with a pencil finds: no number of a page gives a hidden count of that locality away."""

import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from page_text import numbers, pieces

from diaban.language import numbers as written
from diaban.release.pages.fragment import texts
from diaban.release.pages.locality import LocalityPage

ABOUT_CODING = ("XX", "uncoded")


@pytest.fixture(scope="module")
def read_pages(binh_phuoc_run):
    """(language, locality, pieces of text) of every locality of report, made from the cube."""
    spec, cube = binh_phuoc_run.spec, binh_phuoc_run.cube
    sections = (
        "header",
        "findings",
        "numbers_can_tell",
        "situation",
        "causes_on_files",
        "measures",
        "data_card",
    )
    found = []
    for language in ("vi", "en"):
        for locality in cube["localities"].query("reported")["locality"]:
            page = LocalityPage(spec, cube, locality, period=spec.periods.report, language=language)
            html = "".join(getattr(page, section)().html for section in sections)
            found.append((language, locality, pieces(BeautifulSoup(html, "html.parser"))))
    return found


def hidden_rows(run, name, keys):
    """Rows that the cube hides, with their true values."""
    hidden = run.cube[name].loc[run.cube[name]["hidden"], keys]
    return hidden.merge(getattr(run.results, name), on=keys, validate="one_to_one")


def about_stream(spec, stream, language):
    declared = spec.stream(stream)
    return [declared.label[language], declared.short[language], declared.cases_noun[language]]


def mentions(piece, words):
    return any(word.casefold() in piece.casefold() for word in words)


def said_numbers(piece, periods):
    """Numbers of a piece, without the years of its periods."""
    for period in periods:
        piece = piece.replace(period.replace("-", "–"), "").replace(period, "")
    return set(numbers(piece))


def test_pages_of_every_district_are_read(read_pages):
    assert len(read_pages) == 22
    assert all(len(text) > 30 for _, _, text in read_pages)


def test_no_hidden_count_or_rate_of_a_stream_stands_beside_its_name(binh_phuoc_run, read_pages):
    """Wherever the hidden stream and its block are named, neither its count nor its rate is."""
    spec = binh_phuoc_run.spec
    keys = ["locality", "stream", "period"]
    hidden = hidden_rows(binh_phuoc_run, "rates", keys)
    assert len(hidden) > 10
    blocks = [block.key for block in spec.periods.blocks]
    checked = 0
    for language, locality, text in read_pages:
        for row in hidden[hidden["locality"] == locality].itertuples():
            words = about_stream(spec, row.stream, language)
            block = row.period.replace("-", "–")
            forbidden = {
                written.number(row.cases, language),
                written.rate(row.rate, language),
                written.number(row.rate, language, 1),
                written.mean(row.cases / len(_years(spec, row.period)), language),
            }
            for piece in text:
                if " | " in piece or block not in piece or not mentions(piece, words):
                    continue  # rows of tables have tests of their own; texts of figures have scales
                if texts(language)["situation"]["together"].rsplit("}.", 1)[1].strip() in piece:
                    continue  # numbers of a group: `test_pooled_fits`
                own = said_numbers(piece.split("trên 100.000")[0], blocks) - reference(
                    binh_phuoc_run, row, language
                )
                assert not own & forbidden, (locality, piece, forbidden)
                checked += 1
    assert checked > len(hidden) / 3


def reference(run, row, language):
    """The level of the whole may stand beside a hidden number: it is public."""
    rates = run.cube["rates"]
    same = rates[(rates["stream"] == row.stream) & rates["reference_rate"].notna()]
    return {written.rate(value, language) for value in same["reference_rate"]}


def _years(spec, block):
    return next(b.periods for b in spec.periods.blocks if b.key == block)


def test_rows_of_hidden_blocks_show_only_ellipses(binh_phuoc_run, read_pages):
    """Behind a figure of rates: the row of a hidden block has the level of the whole and nothing else.

    Of a stream all of whose blocks are hidden there is no figure."""
    spec = binh_phuoc_run.spec
    rates = binh_phuoc_run.cube["rates"]
    nothing_shown = rates.groupby(["locality", "stream"])["hidden"].transform("all")
    hidden = rates[rates["hidden"] & ~nothing_shown]
    rows = 0
    for language, locality, text in read_pages:
        for row in hidden[hidden["locality"] == locality].itertuples():
            label = spec.stream(row.stream).label[language]
            block = row.period.replace("-", "–")
            tables = [p for p in text if f": {label} | {block} | " in f": {p}" and p.count("|") == 5]
            for piece in tables:
                cells = [cell.strip() for cell in piece.split("|")]
                assert cells[2:5] == ["…", "…", "…"], (locality, piece)
                rows += 1
    assert rows == 2 * len(hidden) > 0


def test_no_hidden_code_is_printed(binh_phuoc_run, read_pages):
    """The row of a hidden code stands in no table and no figure of its stream, and in no finding."""
    spec, cube = binh_phuoc_run.spec, binh_phuoc_run.cube
    hidden = cube["case_factors"].query("hidden and code not in @ABOUT_CODING")
    labels = {
        language: dict(zip(cube["code_book"]["code"], cube["code_book"][f"label_{language}"], strict=True))
        for language in ("vi", "en")
    }
    assert len(hidden) > 100
    for language, locality, text in read_pages:
        for stream, codes in hidden[hidden["locality"] == locality].groupby("stream")["code"]:
            own = [p for p in text if mentions(p, about_stream(spec, stream, language)) and numbers(p)]
            for code in codes:
                label = labels[language][code].casefold()
                shown = [p for p in own if f": {label} |" in p.casefold() or f"“{label}”" in p.casefold()]
                assert shown == [], (locality, stream, code)


def test_shares_of_printed_codes_are_those_of_shown_rows(binh_phuoc_run, read_pages):
    """Every "n / N" on a page is a shown row of the cube."""
    factors = binh_phuoc_run.cube["case_factors"].query("not hidden")
    printed = 0
    for _, locality, text in read_pages:
        here = factors[factors["locality"] == locality]
        known = {f"{int(r.n_coded)} / {int(r.n_files)}" for r in here.itertuples() if pd.notna(r.n_coded)}
        for piece in text:
            for cell in piece.split(" | "):
                words = cell.split()
                if len(words) == 3 and words[1] == "/" and words[0].isdigit() and words[2].isdigit():
                    assert cell.strip() in known, (locality, piece)
                    printed += 1
    assert printed > 50


def test_no_count_of_one_to_four_is_said(read_pages):
    """No sentence has such a number of cases or files; a mean ("about 4 cases a year") is none."""
    said = {
        "vi": re.compile(r"(?<![\d.,–])(?<!khoảng )[1-4] (?:vụ|hồ sơ)\b(?! trở xuống)"),
        "en": re.compile(r"(?<![\d.,–])(?<!about )[1-4] (?:cases?|files?)\b"),
    }
    for language, locality, text in read_pages:
        assert [p for p in text if said[language].search(p)] == [], locality
