"""axe-core on every page, and what it leaves to others: language tags, contrast inside figures, keyboard.

axe-core 4.14.1 (Deque, MPL-2.0, unchanged) stands in axe/; it runs in the browser of the tests only.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest
from watched import DESK, PHONE, files, opened

from diaban.charts.style import ACCENT, BAND, INK, MARK_FILL, OTHER, PAPER, RAMP, SOFT

AXE = Path(__file__).parent / "axe" / "axe.min.js"
UNCHANGED = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page) -> list[str]:
    """What axe finds, a line a rule, with the first element that breaks it."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES)[
        "violations"
    ]
    return [f"{rule['id']} ×{len(rule['nodes'])}: {rule['nodes'][0]['html'][:160]}" for rule in found]


def test_axe_is_the_published_one():
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() == UNCHANGED


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing(browser, made_run, size):
    with opened(browser, size=size) as watched:
        for language, path in files(made_run):
            watched.open(path)
            assert violations(watched.page) == [], (language, path.name)


def test_axe_would_find_something(browser, binh_phuoc_run):
    """A figure without its name, a head without text, pale text: each is found."""
    spoil = """() => {
        document.querySelector("main svg").removeAttribute("aria-label");
        document.querySelector("main svg title")?.remove();
        document.querySelector("thead th").textContent = "";
        document.querySelector("main p").style.color = "#bbbbbb";
    }"""
    with opened(browser) as watched:
        watched.open(binh_phuoc_run.site("vi") / "index.html")
        watched.page.evaluate(spoil)
        found = {line.split(" ")[0] for line in violations(watched.page)}
    assert {"svg-img-alt", "empty-table-header", "color-contrast"} <= found


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_inside_figures():
    """Text 4.5 to 1; shades of a map in steps that a grey print keeps."""
    for ink in (INK, SOFT, ACCENT, OTHER):
        assert contrast(ink, PAPER) >= 4.5, ink
    for ground in (BAND, MARK_FILL, *RAMP[:3]):
        assert contrast(INK, ground) >= 4.5, ground
    assert contrast(PAPER, RAMP[4]) >= 4.5
    greys = [luminance(shade) for shade in RAMP]
    assert all(lighter / darker > 1.25 for lighter, darker in pairwise(greys))


REACHABLE = """[...document.querySelectorAll("main a[href], main summary")]
    .filter(e => e.checkVisibility({ contentVisibilityAuto: true })).length"""


def test_keyboard_skips_to_the_page_and_every_stop_is_seen(browser, binh_phuoc_run):
    path = next(iter(binh_phuoc_run.pages("vi").values()))
    with opened(browser) as watched:
        page = watched.page
        watched.open(path)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.locator(".skip").bounding_box()["x"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        stops = page.evaluate(REACHABLE)
        assert stops > 10
        tops = []
        for _ in range(stops):
            page.keyboard.press("Tab")
            seen = page.evaluate(
                "(() => { const e = document.activeElement, r = e.getBoundingClientRect();"
                " return [getComputedStyle(e).outlineStyle, r.top + scrollY, e.closest('main') !== null] })()"
            )
            assert seen[0] != "none"
            assert seen[2]
            tops.append(seen[1])
        assert sum(later < earlier - 400 for earlier, later in pairwise(tops)) <= 2
