"""Every page of both studies in both languages: clean text, the words of vietnamese.md, sound HTML."""

import re
import unicodedata
from itertools import pairwise

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from page_text import pieces, visible, without_methods
from text_files import BANNED, TECHNICAL

from diaban.findings.strength import RULES
from diaban.findings.words import sentences
from diaban.language.collate import sort_key
from diaban.release.pages.fragment import script, texts

OF_FILES = ("both_sides", "both_sides_unchecked", "case_side_only", "coders_disagree", "before_fdr_only")
"""Rows of the rule that rest on case files."""
MARK = "Dữ liệu mô phỏng / Simulated data"
DEBRIS = re.compile(r"\bnan\b|\bNone\b|\bNaT\b|<NA>|\bNA\b|\bTrue\b|\bFalse\b|[{}]|\binf\b|Timestamp|dtype")


@pytest.fixture(scope="module")
def pages(made_run):
    return list(made_run.html())


def test_there_are_pages_in_both_languages(made_run, pages):
    followed = len(made_run.monitoring("vi"))
    assert followed == (2 if made_run.spec.editions else 0)
    assert len(pages) == 2 * (6 + followed), (
        "two districts, their files, an index, the whole, the methods, the guide; twice"
    )
    assert {language for language, _, _ in pages} == {"vi", "en"}
    for language, path, soup in pages:
        assert soup.html["lang"] == language, path.name


def test_composed_unicode_and_no_debris(pages):
    for language, path, soup in pages:
        where = f"{language}/{path.name}"
        assert unicodedata.is_normalized("NFC", str(soup)), where
        for piece in pieces(soup):
            assert not DEBRIS.search(piece), (where, piece)


def test_no_double_spaces(pages):
    for language, path, soup in pages:
        for tag in soup.select("p, li, dd, th, td, figcaption, text, h1, h2, h3"):
            for text in tag.find_all(string=True, recursive=False):
                assert "  " not in text.strip(), (language, path.name, text)
        for tag in soup.select("[aria-label]"):
            assert "  " not in tag["aria-label"], (language, path.name)


def test_sentences_end_and_spaces_are_where_they_belong(pages):
    for language, path, soup in pages:
        for piece in pieces(soup):
            assert not re.search(r"\s[,.;:!?](?:\s|$)|\(\s|\s\)|\.\.(?!\.)|,,|;;|\d %", piece), (
                language,
                path.name,
                piece,
            )


def test_no_banned_word(pages):
    for language, path, soup in pages:
        found = BANNED[language].search(visible(soup))
        assert found is None, (language, path.name, found)


def test_statistics_jargon_only_among_the_methods(pages):
    for language, path, soup in pages:
        if path.name == "methods.html":
            continue
        for piece in without_methods(soup):
            assert not TECHNICAL[language].search(piece), (language, path.name, piece)


def test_no_indicator_is_said_to_bring_about_anything(made_run, pages):
    """An area indicator may go with cases; it never acts (vietnamese.md, "associated with")."""
    verbs = {
        "vi": r"(?:gây|làm (?:cho|tăng|giảm)|khiến|tạo ra|dẫn|đẩy)",
        "en": r"(?:causes?|drives?|leads?|raises?|increases?|reduces?|makes?|brings?|produces?)\b",
    }
    for language, path, soup in pages:
        text = visible(soup).casefold()
        for indicator in made_run.spec.indicators:
            label = re.escape(indicator.label[language].casefold())
            assert not re.search(rf"{label} {verbs[language]}", text), (path.name, label)
            assert not re.search(rf"(?<!\w)do {label}|(?:because of|due to|caused by) {label}", text), (
                path.name
            )


def test_the_mark_of_simulated_data(made_run, pages):
    for language, path, soup in pages:
        where = f"{language}/{path.name}"
        if not made_run.spec.study.simulated:
            assert "imulated" not in str(soup), where
            assert "mô phỏng" not in str(soup), where
            continue
        assert MARK in soup.select_one(".mark").get_text(), where
        assert MARK in soup.title.get_text(), where
        for figure in soup.select("figure"):
            said = " ".join(t.get_text() for t in figure.select("svg text, figcaption"))
            assert MARK in " ".join(said.split()), (where, figure.get_text()[:80])


def test_nothing_is_loaded_and_nothing_is_active(pages):
    for language, path, soup in pages:
        where = f"{language}/{path.name}"
        assert not soup.select("iframe, object, embed, link, base, audio, video, form"), where
        assert [tag.string for tag in soup.select("script")] == [script()], where
        assert {tag["id"] for tag in soup.select("input")} <= {"find"}, where
        assert not re.search(r"(?:src|href|url\()[\"'=( ]*(?:https?:)?//(?!www\.w3\.org)", str(soup)), where
        policy = soup.select_one("meta[http-equiv='Content-Security-Policy']")["content"]
        assert policy.startswith("default-src 'none'"), where


def test_links_lead_somewhere(pages):
    for language, path, soup in pages:
        ids = [tag["id"] for tag in soup.select("[id]")]
        headings = [tag["id"] for tag in soup.select("h1[id], h2[id], h3[id]")]
        assert len(headings) == len(set(headings)), (language, path.name)
        for link in soup.select("a[href]"):
            file, _, anchor = link["href"].partition("#")
            assert link.get_text(strip=True), (path.name, link)
            if file:
                assert (path.parent / file).is_file(), (path.name, file)
            else:
                assert anchor in ids, (language, path.name, anchor)


def test_headings_tables_and_figures(pages):
    for language, path, soup in pages:
        where = f"{language}/{path.name}"
        levels = [int(tag.name[1]) for tag in soup.select("h1, h2, h3, h4")]
        assert levels[0] == 1, where
        assert levels.count(1) == 1, where
        assert all(b - a <= 1 for a, b in pairwise(levels)), (where, levels)
        assert all(tag.get_text(strip=True) for tag in soup.select("h1, h2, h3, h4")), where
        for cell in soup.select("th"):
            assert cell.get("scope") in ("col", "row"), (where, cell)
        for svg in soup.select("svg"):
            assert svg.get("role") == "img", where
            assert len(svg.get("aria-label", "")) > 15, where


def test_no_page_is_heavy(pages):
    for language, path, _ in pages:
        assert path.stat().st_size <= 1_000_000, (language, path.name)


def test_the_first_screen_comes_first(made_run, pages):
    for language, path, soup in pages:
        if (
            path.name in ("index.html", "whole.html", "methods.html", "guide.html")
            or "-monitoring" in path.name
        ):
            continue
        sections = [tag["id"] for tag in soup.select("h2[id]")]
        declared = made_run.spec.targets
        plan, handled, followed = (["targets"], ["handling"], ["since"]) if declared else ([], [], [])
        first, last = ["findings", "numbers", *plan], [*followed, "data", "methods"]
        expected = [*first, "situation", "causes", *handled, "measures", *last]
        assert [name for name in sections if name != "terms"] == expected, (language, path.name)
        findings = soup.select("li.finding")
        assert 1 <= len(findings) <= 5
        keys = {f["key"]: f for f in made_run.findings["findings"]}
        for finding in findings:
            said = keys[finding["data-finding"]]["sentences"][language]
            assert finding.select_one(".claim").get_text() == said["claim"]
            assert finding.select_one(".number").get_text() == said["number"]


def test_the_rule_and_the_code_book_are_printed(made_run, pages):
    """Every row of the written rule that the study has a use for, and every code with its meaning."""
    for language, path, soup in pages:
        if path.name != "methods.html":
            continue
        text = visible(soup)
        words = sentences(language)
        files = "case_factors_whole" in made_run.cube.frames
        for key, strength in RULES:
            printed = f"{words['rule'][key]} | {words['strength'][strength]}" in text
            assert printed is (files or key not in OF_FILES), key
        for row in made_run.cube["code_book"].to_dict("records"):
            for column in ("definition", "includes", "excludes"):
                told = row[f"{column}_{language}"]
                assert pd.isna(told) or str(told) in text, (row["code"], column)


def test_index_lists_every_locality_by_name_and_links_the_two(made_run):
    reported = made_run.cube["localities"].query("reported")
    for language, path, soup in made_run.html():
        if path.name != "index.html":
            continue
        whole, *rows = soup.select("table tbody tr")
        assert not whole.select("a"), "the whole, to compare with"
        assert len(rows) == len(reported)
        links = [a["href"] for row in rows for a in row.select("a")]
        assert sorted(links) == sorted(p.name for p in made_run.pages(language).values())
        names = [name for row in rows for name in reported["name"] if name in row.th.get_text()]
        assert set(names) == set(reported["name"])
        order = [
            min(reported["name"], key=lambda n, r=row: (n not in r.th.get_text(), -len(n))) for row in rows
        ]
        assert order == sorted(order, key=sort_key), "by name, never by rank"


def test_the_case_side_is_refused_in_words_without_case_files(germany_run):
    for language in ("vi", "en"):
        for path in germany_run.pages(language).values():
            soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
            assert texts(language)["causes"]["answer_no_files"] in visible(soup)
