"""The pages in a real browser, opened from disk: what a reader sees on a screen and a phone."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from watched import DESK, MARK, PHONE, files, opened

HEAVIEST = 1_000_000
SCREEN = {"width": 1280, "height": 800}


def districts(run, language: str) -> list[Path]:
    return list(run.pages(language).values())


def test_index_to_findings_and_back(browser, made_run):
    for language in made_run.spec.study.languages:
        index = made_run.site(language) / "index.html"
        with opened(browser) as watched:
            page = watched.page
            watched.open(index)
            names = page.locator("table a").all_inner_texts()
            assert len(names) == 2
            page.locator("table a").first.click()
            assert page.locator("h1").inner_text() == names[0]
            findings = page.locator("li.finding")
            assert 1 <= findings.count() <= 5
            assert findings.first.locator(".claim").is_visible()
            assert findings.first.bounding_box()["y"] < DESK["height"], (
                "the first finding is on the first screen"
            )
            page.locator("nav a[href='#causes']").click()
            assert page.locator("#causes").bounding_box()["y"] < DESK["height"]
            page.locator("nav.site a").first.click()
            assert page.url == index.as_uri()
            assert page.locator("html").get_attribute("lang") == language
            assert watched.troubles == []


def test_from_a_page_to_its_monitoring_file_and_back(browser, binh_phuoc_run):
    """On a phone, as on a desk; every entry of its contents leads to a heading that is seen."""
    for language, size in (("vi", DESK), ("en", PHONE)):
        with opened(browser, size=size) as watched:
            page = watched.page
            locality, path = next(iter(binh_phuoc_run.pages(language).items()))
            file = binh_phuoc_run.monitoring(language)[locality]
            watched.open(path)
            page.locator(f"a[href='{file.name}']").first.click()
            assert page.url == file.as_uri()
            entries = page.locator("main nav a[href^='#']")
            assert entries.count() >= 5
            for entry in entries.all():
                anchor = entry.get_attribute("href")
                entry.click()
                assert -1 <= page.locator(anchor).bounding_box()["y"] < size["height"], anchor
            page.locator(f"nav.site a[href='{path.name}']").click()
            assert page.url == path.as_uri()
            assert watched.troubles == []


def test_no_error_no_request_and_the_right_language(browser, made_run):
    with opened(browser) as watched:
        for language, path in files(made_run):
            watched.open(path)
            assert watched.page.locator("html").get_attribute("lang") == language
            assert watched.page.title()
            assert path.stat().st_size <= HEAVIEST
        assert watched.troubles == []


def test_a_phone_needs_no_sideways_scrolling(browser, made_run):
    with opened(browser, size=PHONE) as watched:
        for language, path in files(made_run):
            watched.open(path)
            watched.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            width = watched.page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"], (language, path.name, width)


def test_text_on_a_phone_can_be_read(browser, made_run):
    """Nothing that one reads is smaller than 12 pixels, in figures 8."""
    script = """() => [...document.querySelectorAll('p, li, td, th, dd, dt, figcaption')]
        .filter(e => e.innerText.trim() && e.offsetWidth)
        .filter(e => parseFloat(getComputedStyle(e).fontSize) < 12).map(e => e.innerText.slice(0, 40))"""
    figures = """() => [...document.querySelectorAll('main svg text')]
        .filter(e => e.getBoundingClientRect().height)
        .filter(e => parseFloat(getComputedStyle(e).fontSize)
            * e.ownerSVGElement.getBoundingClientRect().width / e.ownerSVGElement.viewBox.baseVal.width < 7.5)
        .map(e => e.textContent)"""
    with opened(browser, size=PHONE) as watched:
        for language, path in files(made_run):
            watched.open(path)
            assert watched.page.evaluate(script) == [], (language, path.name)
            assert watched.page.evaluate(figures) == [], (language, path.name)


def test_figures_have_names_and_tables_have_heads(browser, made_run):
    """As assistive technology reads them, from the browser's own tree."""
    with opened(browser) as watched:
        for language, path in files(made_run):
            watched.open(path)
            page = watched.page
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            for svg in page.locator("main svg").all():
                assert len((svg.get_attribute("aria-label") or "").strip()) > 15, (language, path.name)
            named = page.get_by_role("img", name=re.compile(r"\S"))
            assert named.count() == page.locator("main svg").count(), (language, path.name)
            scopes = page.evaluate("[...document.querySelectorAll('th')].map(th => th.scope)")
            assert set(scopes) <= {"col", "row"}, (language, path.name)
            levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
            assert levels[0] == 1
            assert levels.count(1) == 1
            assert all(b <= a + 1 for a, b in pairwise(levels)), (path.name, levels)


def test_texts_of_a_figure_do_not_collide(browser, made_run):
    """No two texts of one figure cover each other."""
    script = """() => [...document.querySelectorAll('main svg')].flatMap(svg => {
        const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
        return boxes.flatMap(([a, r], i) => boxes.slice(i + 1).filter(([b, s]) =>
            Math.min(r.right, s.right) - Math.max(r.left, s.left) > 3 &&
            Math.min(r.bottom, s.bottom) - Math.max(r.top, s.top) > 5).map(([b]) => [a, b].join(' × ')));
    })"""
    with opened(browser) as watched:
        for language, path in files(made_run):
            watched.open(path)
            assert watched.page.evaluate(script) == [], (language, path.name)


def test_the_mark_is_seen_on_screen(browser, made_run):
    simulated = made_run.spec.study.simulated
    with opened(browser) as watched:
        for language, path in files(made_run):
            watched.open(path)
            mark = watched.page.locator(".mark")
            assert mark.count() == int(simulated), (language, path.name)
            if simulated:
                assert MARK in mark.inner_text()
                assert mark.is_visible()
                assert mark.bounding_box()["y"] < DESK["height"]
            else:
                assert "imulated" not in watched.page.content()


def test_pages_work_without_javascript(browser, made_run):
    with opened(browser, javascript=False) as watched:
        page = watched.page
        for language in made_run.spec.study.languages:
            watched.open(made_run.site(language) / "index.html")
            page.locator("table a").first.click()
            assert page.locator("li.finding .claim").first.is_visible()
            assert page.locator("main svg").first.is_visible()
            page.locator("summary").first.click()
            assert page.locator("details[open] table").first.is_visible()
        assert watched.troubles == []


def test_the_core_takes_two_screens(browser, made_run):
    """What is special, how sure, what follows, and where the place stands; three where kinds are many."""
    screens = 2 if len(made_run.spec.streams) <= 3 else 3
    script = """() => Object.fromEntries([...document.querySelectorAll("h2[id]")]
        .map(h => [h.id, h.getBoundingClientRect().top + scrollY]))"""
    with opened(browser, size=SCREEN) as watched:
        for language in made_run.spec.study.languages:
            for path in districts(made_run, language):
                watched.open(path)
                top = watched.page.evaluate(script)
                order = list(top)
                after = {name: top[order[n + 1]] - top[name] for n, name in enumerate(order[:-1])}
                core = top[order[1]] + after["situation"]
                assert core <= screens * SCREEN["height"], (language, path.name, core)
                told = watched.page.locator("#situation ~ ul.plain").first.bounding_box()
                end = told["y"] + told["height"]
                assert end <= screens * SCREEN["height"], (language, path.name, "as it stands", end)
                assert after["causes"] <= 3.5 * SCREEN["height"], (language, path.name, after)


SEEN = """anchor => {
    const row = document.getElementById(anchor);
    return row.checkVisibility({ contentVisibilityAuto: true }) && row.getBoundingClientRect().height > 10;
}"""


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_number_opens_the_table_that_it_leads_to(browser, made_run, javascript):
    followed = 0
    language = made_run.spec.study.languages[0]
    with opened(browser, javascript=javascript) as watched:
        page = watched.page
        for path in districts(made_run, language):
            watched.open(path)
            anchors = page.locator("a.cell").evaluate_all("links => links.map(a => a.hash)")
            for anchor in dict.fromkeys(anchors):
                watched.open(path)
                page.locator(f"a.cell[href='{anchor}']").first.click()
                row = page.locator(f"[id='{anchor.removeprefix('#')}']")
                row.wait_for(state="visible")
                assert 0 <= row.bounding_box()["y"] < DESK["height"], (path.name, anchor)
                followed += 1
        assert watched.troubles == []
    assert followed >= 4


def test_a_table_that_was_folded_again_opens_again(browser, binh_phuoc_run):
    """The same link twice: the address does not change, the table opens all the same."""
    with opened(browser) as watched:
        page = watched.page
        for path in districts(binh_phuoc_run, "vi"):
            watched.open(path)
            for anchor in page.locator(".finding a.cell").evaluate_all("links => links.map(a => a.hash)"):
                link = page.locator(f".finding a.cell[href='{anchor}']").first
                link.click()
                page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = false })")
                link.click()
                page.locator(f"[id='{anchor.removeprefix('#')}']").wait_for(state="visible")
