"""What the index says should be read first: why each place is there, none left out, by name."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from diaban.findings.locality import first_screen
from diaban.release.pages import read_first
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import texts
from diaban.release.pages.index import index_page

LANGUAGES = ("vi", "en")


@pytest.fixture(scope="module")
def contexts(binh_phuoc_run) -> dict[str, PageContext]:
    run = binh_phuoc_run
    period = run.spec.periods.report
    return {code: PageContext(run.spec, run.cube, code, period, "vi") for code in run.cube.reported}


@pytest.fixture(scope="module")
def opening(contexts):
    return {code: first_screen(c.findings) for code, c in contexts.items()}


@pytest.fixture(scope="module")
def pages(contexts) -> dict[str, str]:
    return {code: f"{code}.html" for code in contexts}


def test_each_place_says_why_it_is_there(contexts, opening, pages) -> None:
    first = read_first.chosen(opening, pages)
    assert 1 <= len(first) <= read_first.MOST_IN_WORDS
    told = read_first.in_words(contexts, first, pages)
    assert read_first.in_groups(contexts, first, pages) == []
    for item, (code, finding) in zip(told, first.items(), strict=True):
        assert item.place == contexts[code].title
        assert item.claim == contexts[code].words.say(finding).claim
        reason = finding.statement if finding.statement in read_first.DIFFERS else "strong"
        assert item.why == texts("vi")["index"][f"why_{reason}"]
        assert finding.strength == "strong" or finding.statement in read_first.DIFFERS


def test_a_place_without_a_page_is_not_named(opening, pages) -> None:
    first = read_first.chosen(opening, pages)
    assert read_first.chosen(opening, {}) == {}
    assert set(read_first.chosen(opening, {next(iter(first)): "x.html"})) == {next(iter(first))}


def test_many_places_are_all_named_by_reason_and_in_order_of_name(contexts, opening, pages) -> None:
    """Of too many for a sentence each none is cut off: an alphabet is no reason."""
    level = next(f for found in opening.values() for f in found if f.statement == "level_high")
    many = {code: [level] for code in contexts}
    first = read_first.chosen(many, pages)
    assert len(first) == len(contexts) > read_first.MOST_IN_WORDS
    assert read_first.in_words(contexts, first, pages) == []
    [group] = read_first.in_groups(contexts, first, pages)
    assert [href for href, _ in group.places] == [pages[code] for code in contexts]
    assert "{" not in group.why


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_index_prints_the_reasons(binh_phuoc_run, pages, language) -> None:
    run = binh_phuoc_run
    html = index_page(run.spec, run.cube, period=run.spec.periods.report, language=language, pages=pages)
    soup = BeautifulSoup(html, "html.parser")
    items = soup.select(".firsts > li")
    assert items
    for item in items:
        assert item.a["href"] in pages.values()
        reason, claim = item.select_one(".note").get_text(), item.select_one("p").get_text()
        assert reason.startswith(texts(language)["index"]["why_strong"].split(":")[0])
        assert len(claim) > 20
    names = [item.a.get_text() for item in items]
    order = [row.get_text() for row in soup.select("table.sorted tbody th a")]
    assert names == sorted(names, key=order.index)


def test_what_may_be_chance_has_no_sign(binh_phuoc_run, germany_run) -> None:
    """A cell of the table has a sign if and only if its place clearly differs."""
    signs = 0
    for run in (binh_phuoc_run, germany_run):
        pages = {code: f"{code}.html" for code in run.cube.reported}
        html = index_page(run.spec, run.cube, period=run.spec.periods.report, language="en", pages=pages)
        soup = BeautifulSoup(html, "html.parser")
        for cell in soup.select("table.sorted tbody td.r"):
            sign = cell.select_one("small.above, small.below")
            assert bool(sign) == bool(re.search("[▲▼]", cell.get_text()))
            signs += bool(sign)
    assert signs > 10
