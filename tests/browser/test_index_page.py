"""The index: find a district, sort when one asks to, remember a language; and all of it without scripts."""

from __future__ import annotations

import re

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


NUMBERS = re.compile(r"\d[\d.,]*")


def test_the_table_has_every_number_of_the_map(browser, binh_phuoc_run):
    """And every sign: it is the map's equal for who cannot see it."""
    for language in binh_phuoc_run.spec.study.languages:
        with opened(browser) as watched:
            watched.open(binh_phuoc_run.site(language) / "index.html")
            maps = watched.page.locator("figure").all()
            assert len(maps) == len(binh_phuoc_run.spec.streams)
            for n, figure in enumerate(maps, start=1):
                column = f"table.sorted tbody tr:not(.whole) td:nth-child({n + 1})"
                cells = watched.page.locator(column).all_inner_texts()
                listed = " ".join(cells)
                drawn = " ".join(figure.locator("svg text").all_text_contents())
                assert NUMBERS.findall(drawn)
                assert set(NUMBERS.findall(drawn)) <= set(NUMBERS.findall(listed)), (language, n)
                for sign in "▲▼":
                    marked = sum(sign in cell for cell in cells)
                    assert bool(marked) == (sign in drawn), (language, n, sign)


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, PHONE], ids=["desk", "phone"])
def test_the_first_screen_is_of_use(browser, binh_phuoc_run, size):
    """A place can be found, the first reading has begun; on a desk the whole in short stands beside it, and
    the maps follow with no gap."""
    for language in binh_phuoc_run.spec.study.languages:
        with opened(browser, size=size) as watched:
            page = watched.page
            watched.open(binh_phuoc_run.site(language) / "index.html")
            box = page.locator("#find").bounding_box()
            assert box["y"] + box["height"] < size["height"] * 0.7
            first = page.locator("#first").bounding_box()
            assert first["y"] + first["height"] < size["height"] * 0.8
            said = page.locator("#first ~ ul li p, #first ~ p").first.bounding_box()
            assert said["y"] + said["height"] < size["height"]
            if size != PHONE:
                whole = page.locator("#whole").bounding_box()
                assert whole["y"] == first["y"]
                above, maps = (page.locator(name).bounding_box() for name in (".beside", ".maps"))
                assert maps["y"] - above["y"] - above["height"] < 40


MANY = """() => {
    const body = document.querySelector("table.sorted tbody"), rows = [...body.rows].slice(1);
    for (let n = 0; body.rows.length < 400; n++)
        for (const row of rows) {
            const copy = row.cloneNode(true), name = copy.querySelector("th");
            name.innerHTML = `<a href="x-${n}.html">Nơi số ${n} ${name.textContent}</a>`;
            body.append(copy);
        }
    return document.documentElement.scrollWidth;
}"""


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_four_hundred_rows_stay_within_the_sheet(browser, germany_run, size):
    language = germany_run.spec.study.languages[0]
    with opened(browser, size=size) as watched:
        watched.open(germany_run.site(language) / "index.html")
        assert watched.page.evaluate(MANY) <= size["width"]
        rows = watched.page.locator("table.sorted tbody tr")
        assert rows.count() >= 400
        tall = [rows.nth(n).bounding_box()["height"] for n in (1, 20, 399)]
        assert max(tall) < 400


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
