"""The index: find a district, sort when one asks to, remember a language; and all of it without scripts."""

from __future__ import annotations

import pytest
from watched import DESK, PHONE, opened


@pytest.mark.parametrize("typed", ["bu dang", "Bù Đăng", "BÙ ĐĂNG", "dang"])
def test_a_district_is_found_with_and_without_diacritics(browser, binh_phuoc_run, typed):
    with opened(browser) as watched:
        page = watched.page
        watched.open(binh_phuoc_run.site("vi") / "index.html")
        page.get_by_label("Tìm địa bàn").fill(typed)
        assert page.locator(".find li a").all_inner_texts() == ["Huyện Bù Đăng"]
        assert page.locator(".find output").inner_text() == "1 / 2"
        page.keyboard.press("Enter")
        assert page.locator("h1").inner_text() == "Huyện Bù Đăng"
        assert watched.troubles == []


def test_umlauts_fold_and_nothing_found_says_so(browser, germany_run):
    language = germany_run.spec.study.languages[0]
    with opened(browser) as watched:
        page = watched.page
        watched.open(germany_run.site(language) / "index.html")
        page.locator("#find").fill("gottingen")
        assert page.locator(".find li a").count() == 1
        page.locator("#find").fill("zzz")
        assert page.locator(".find li a").count() == 0
        assert page.locator(".find output").inner_text() == "0 / 2"
        page.locator("#find").fill("")
        assert page.locator(".find output").inner_text() == ""


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_by_name_until_one_asks_for_another_order(browser, made_run, size):
    for language in made_run.spec.study.languages:
        with opened(browser, size=size) as watched:
            page = watched.page
            watched.open(made_run.site(language) / "index.html")
            names = page.locator("table.sorted tbody th").all_inner_texts()
            page.locator("th.sort button").nth(1).click()
            assert page.locator("th.sort").nth(1).get_attribute("aria-sort") == "descending"
            values = page.evaluate(SHOWN)
            assert values == sorted(values, reverse=True)
            assert len(set(values)) > 1
            assert page.locator("table.sorted tbody tr").first.get_attribute("class") == "whole"
            page.locator("th.sort button").nth(1).click()
            assert page.evaluate(SHOWN) == sorted(values)
            page.locator("th.sort button").first.click()
            assert page.locator("table.sorted tbody th").all_inner_texts() == names
            assert watched.troubles == []


SHOWN = """() => [...document.querySelectorAll("table.sorted tbody tr:not(.whole)")]
    .map(row => row.cells[1].innerText.split("(")[0].trim())
    .filter(text => /\\d/.test(text))
    .map(text => document.documentElement.lang === "vi"
        ? +text.replaceAll(".", "").replace(",", ".") : +text.replaceAll(",", ""))"""


def test_what_is_not_shown_comes_last(browser, binh_phuoc_run):
    with opened(browser) as watched:
        page = watched.page
        watched.open(binh_phuoc_run.site("vi") / "index.html")
        for _ in range(2):
            page.locator("th.sort button").nth(1).click()
            hidden = page.evaluate(
                "[...document.querySelectorAll('table.sorted tbody tr:not(.whole)')]"
                ".map(row => row.cells[1].innerText.trim() === '…')"
            )
            assert any(hidden)
            assert hidden == sorted(hidden)


def test_the_chosen_language_is_kept_for_the_next_visit(browser, made_run):
    first, second = made_run.spec.study.languages
    index = made_run.site(first) / "index.html"
    context = browser.new_context(viewport=DESK)
    try:
        page = context.new_page()
        page.goto(index.as_uri())
        assert page.locator("html").get_attribute("lang") == first
        page.locator(".languages a").click()
        assert page.url == (made_run.site(second) / "index.html").as_uri()
        page.locator(".languages a").click()
        assert page.url == index.as_uri(), "within a visit the switch is obeyed"
        page.locator(".languages a").click()
        page.close()
        again = context.new_page()
        again.goto(index.as_uri())
        again.wait_for_url((made_run.site(second) / "index.html").as_uri())
    finally:
        context.close()


def test_the_switch_leads_to_the_same_place_of_the_same_page(browser, made_run):
    first, second = made_run.spec.study.languages
    for path in sorted(made_run.site(first).glob("*.html")):
        with opened(browser) as watched:
            page = watched.page
            watched.open(path)
            anchor = page.locator("main h2[id]").last.get_attribute("id")
            page.evaluate("anchor => { location.hash = anchor }", anchor)
            page.locator(".languages a").click()
            assert page.url == f"{(made_run.site(second) / path.name).as_uri()}#{anchor}"
            assert page.locator("html").get_attribute("lang") == second
            page.locator(".languages a").click()
            assert page.url == f"{path.as_uri()}#{anchor}"
            assert watched.troubles == []


def test_without_scripts_the_index_is_whole_and_shows_nothing_dead(browser, made_run):
    for language in made_run.spec.study.languages:
        with opened(browser, javascript=False) as watched:
            page = watched.page
            watched.open(made_run.site(language) / "index.html")
            assert not page.locator(".find").is_visible()
            assert page.locator("th button").count() == 0
            assert page.locator("table.sorted tbody th a").count() == 2
            page.locator(".languages a").click()
            assert page.locator("html").get_attribute("lang") != language


def test_no_other_script_may_run(browser, binh_phuoc_run):
    """The policy lets the pages' own script run and nothing else, nor anything be loaded or sent."""
    add = """async () => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        const image = new Image();
        image.src = "https://example.org/x.png";
        const loaded = await new Promise(done => {
            image.onload = () => done(true);
            image.onerror = () => done(false);
        });
        const fetched = await fetch("methods.html").then(() => true, () => false);
        return [window.ran === true, loaded, fetched];
    }"""
    with opened(browser) as watched:
        watched.open(binh_phuoc_run.site("vi") / "index.html")
        assert watched.page.evaluate(add) == [False, False, False]
