"""Numbers, targets, handling, editions and the monitoring files: every page of the shipped study."""

from __future__ import annotations

import re
import runpy
from collections import Counter
from itertools import product, takewhile
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from page_text import pieces, tag_text, visible

from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import texts
from diaban.release.pages.monitoring_page import has_monitoring, monitoring_page
from diaban.release.pages.targets import section as targets_section

banned = runpy.run_path(str(Path(__file__).parents[1] / "findings" / "banned_words.py"))["banned"]
LANGUAGES = ("vi", "en")
ON_PAGE = ("numbers", "targets", "handling", "since")
IN_FILE = ("since", "history", "targets", "control", "handling", "themes")
ON_WHOLE = ("since", "targets", "control", "late", "campaigns", "handling", "units", "themes")
VERDICTS = {
    "_".join(words)
    for words in product(("met", "missed"), ("supported", "unsupported"), ("visible", "invisible"))
}
ENGLISH_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])|(?<![\d.,/])\d+\.\d+%")
VIETNAMESE_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?![\d.])|(?<![\d.,])\d+,\d+%")


@pytest.fixture(scope="module")
def run(binh_phuoc_run):
    return binh_phuoc_run


@pytest.fixture(scope="module")
def files(run) -> list[tuple[str, str, BeautifulSoup]]:
    """(language, locality, monitoring file)."""
    return [
        (language, locality, BeautifulSoup(path.read_text("utf-8"), "html.parser"))
        for language in LANGUAGES
        for locality, path in run.monitoring(language).items()
    ]


@pytest.fixture(scope="module")
def pages(run) -> list[tuple[str, str, BeautifulSoup]]:
    return [
        (language, locality, BeautifulSoup(path.read_text("utf-8"), "html.parser"))
        for language in LANGUAGES
        for locality, path in run.pages(language).items()
    ]


@pytest.fixture(scope="module")
def made(run) -> dict[tuple[str, str], str]:
    """A monitoring file of every locality of report, in both languages: more of them than the run made."""
    localities = run.cube["localities"]
    return {
        (language, code): monitoring_page(
            run.spec, run.cube, code, period=run.spec.periods.report, language=language, back="x.html"
        )
        for language in LANGUAGES
        for code in localities.loc[localities["reported"], "locality"]
    }


def test_every_locality_of_report_has_a_file(made, run) -> None:
    assert len(made) == 2 * 11
    assert has_monitoring(run.cube)
    for (language, code), html in made.items():
        text = visible(BeautifulSoup(html, "html.parser"))
        assert not re.search(r"\bnan\b|\bNone\b|<NA>|\bNaT\b|[{}]", text), (language, code)


def test_every_section_is_there(pages, files) -> None:
    assert (len(pages), len(files)) == (4, 4)
    for language, locality, soup in pages:
        for anchor in ON_PAGE:
            heading = soup.select_one(f"h2#{anchor}")
            assert heading is not None, (language, locality, anchor)
            assert tag_text(heading)
    for language, locality, soup in files:
        found = [tag["id"] for tag in soup.select("h2[id]")]
        assert set(IN_FILE) <= set(found), (language, locality, set(IN_FILE) - set(found))


def test_what_is_the_provinces_stands_once(run, made) -> None:
    """No figure of the whole, no theme's panel and no line on all localities is repeated in a file."""
    names = run.cube["localities"].set_index("locality")["name"]
    alerted = set(run.cube["alerts"]["locality"])
    for language in LANGUAGES:
        budget = texts(language)["control"]["budget"].split("{")[0]
        whole = BeautifulSoup((run.site(language) / "whole.html").read_text("utf-8"), "html.parser")
        assert set(ON_WHOLE) <= {tag["id"] for tag in whole.select("h2[id]")}
        figures = {tag_text(tag) for tag in whole.select(".diaban-figure-title")}
        lines = {tag_text(tag) for tag in whole.select("main li") if re.search(r"\d", tag_text(tag))}
        assert len(figures) > 10
        assert len(lines) > 10
        for (used, code), html in made.items():
            if used == language:
                soup = BeautifulSoup(html, "html.parser")
                own = {tag_text(tag) for tag in soup.select(".diaban-figure-title, main li")}
                campaigns = {line for line in lines & own if names[code] in line}
                may_be_false = (
                    {line for line in lines if line.startswith(budget)} if code in alerted else set()
                )
                assert (figures | lines) & own <= campaigns | may_be_false, (language, code)
                assert soup.select_one('main a[href="whole.html"]'), (language, code)


def test_no_id_stands_twice(pages, files) -> None:
    for language, locality, soup in [*pages, *files]:
        counted = Counter(tag["id"] for tag in soup.select("[id]"))
        assert "" not in counted, (language, locality)
        assert [name for name, n in counted.items() if n > 1] == [], (language, locality)


def test_what_the_contents_name_is_on_the_page(pages, files) -> None:
    for language, locality, soup in [*pages, *files]:
        for link in soup.select("nav a[href^='#']"):
            assert soup.select_one(link["href"]) is not None, (language, locality, link["href"])


def test_page_and_file_lead_to_each_other(run) -> None:
    for language in LANGUAGES:
        assert set(run.pages(language)) == set(run.monitoring(language))
        for locality, path in run.pages(language).items():
            file = run.monitoring(language)[locality]
            page, monitoring = (BeautifulSoup(p.read_text("utf-8"), "html.parser") for p in (path, file))
            assert page.select(f'a[href="{file.name}"]')
            assert monitoring.select(f'a[href="{path.name}"]')


def test_every_target_of_the_plan_is_judged_in_three_cells(pages, files, run) -> None:
    for language, locality, soup in [*pages, *files]:
        rows = soup.select_one("h2#targets").find_next("table").select("tbody tr")
        told = [[tag_text(cell) for cell in row.select("th, td")] for row in rows]
        labels = " ".join(target.label[language].casefold() for target in run.spec.targets)
        assert " ".join(row[0].casefold() for row in told) == labels
        assert len({tuple(row[1:]) for row in told}) == len(told), "the same is said once"
        for row in told:
            assert len(row) == 3
            assert all(row), (language, locality, row)


def test_a_target_is_told_by_its_own_verdict_alone(run, made) -> None:
    """Where the verdict is not shown, none of its eight texts is used; where it is, that one."""
    shown = run.cube["targets"].dropna(subset=["verdict"])
    for language in LANGUAGES:
        templates = texts(language)["targets"]["verdicts"]
        parts = {key: max(re.split(r"\{\w+\}", text), key=len).strip() for key, text in templates.items()}
        for (used, code), html in made.items():
            if used != language:
                continue
            soup = BeautifulSoup(html, "html.parser")
            table = tag_text(soup.select_one("h2#targets").find_next("table"))
            own = shown[shown["locality"] == code]
            for verdict in own["verdict"]:
                assert parts[verdict] in table, (language, code, verdict)
            if own.empty and len(set(parts.values())) == len(parts):
                assert not any(part in table for part in parts.values()), (language, code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_text_for_each_of_the_eight_verdicts(language: str) -> None:
    verdicts = texts(language)["targets"]["verdicts"]
    assert set(verdicts) == VERDICTS
    assert len(set(verdicts.values())) == 8
    for key, text in verdicts.items():
        fields = set(re.findall(r"\{(\w+)\}", text))
        assert fields <= {"change", "luck", "fail", "period", "base"}, key
        assert text.strip().endswith(".")
        if key.endswith("_invisible") and "unsupported" in key:
            assert fields & {"luck", "fail"}, "what cannot be seen is said by how often luck does it"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", sorted(VERDICTS))
def test_each_verdict_makes_a_page(run, language: str, verdict: str) -> None:
    """Of a target whose counts are shown, however it came out."""
    whole = run.cube["targets"].copy()
    chosen = whole["locality"] == whole.loc[whole["locality"] != "*", "locality"].iloc[0]
    numbers = {"cases": 90, "base_cases": 100, "limit": 97, "chance_by_luck": 0.44, "chance_if_true": 0.6}
    known = {
        "met": verdict.startswith("met"),
        "counts_shown": True,
        "met_shown": True,
        "cases_needed": 17000.0,
    }
    for name, value in (numbers | known | {"verdict": verdict}).items():
        whole[name] = whole[name].astype(object)
        whole.loc[chosen, name] = value
    whole.loc[chosen, "withheld"] = pd.NA
    cube = type(run.cube)(run.cube.frames | {"targets": whole}, run.cube.facts)
    locality = whole.loc[chosen, "locality"].iloc[0]
    c = PageContext(run.spec, cube, locality, run.spec.periods.report, language)
    html = targets_section(c).html
    told = max(re.split(r"\{\w+\}", texts(language)["targets"]["verdicts"][verdict]), key=len).strip()
    assert told in " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("withheld", ["no_baseline", "no_cases"])
def test_an_internal_cube_without_an_answer_makes_a_page(run, language: str, withheld: str) -> None:
    """With exact counts nothing is hidden, but a year without a case still has no evidence."""
    frames = dict(run.cube.frames)
    for name in ("targets", "share_targets", "fewest_targets", "mid_year", "targets_pooled"):
        rows = frames[name].copy()
        rows["hidden"] = False
        for column in ("evidence", "verdict", "met"):
            if column in rows:
                rows[column] = pd.Series(float("nan"), index=rows.index, dtype=object)
        frames[name] = rows.assign(withheld=withheld)
    cube = type(run.cube)(frames, run.cube.facts | {"internal": True})
    for locality in ("*", run.cube["targets"]["locality"].iloc[-1]):
        c = PageContext(
            run.spec, cube, run.cube["targets"]["locality"].iloc[-1], run.spec.periods.report, language
        )
        text = BeautifulSoup(targets_section(c, locality).html, "html.parser").get_text(" ")
        assert not re.search(r"\bnan\b|None|<NA>", text)


def test_numbers_are_written_as_the_language_writes_them(files, pages) -> None:
    for language, locality, soup in [*files, *pages]:
        wrong = ENGLISH_NUMBER if language == "vi" else VIETNAMESE_NUMBER
        for piece in pieces(soup):
            found = wrong.search(re.sub(r"\d{1,2}[./]\d{1,2}[./]\d{4}", "", piece))
            assert found is None, (language, locality, found.group(), piece[:120])


def test_no_word_that_no_page_carries(files, pages) -> None:
    for language, locality, soup in [*files, *pages]:
        assert banned(visible(soup), language) == [], (language, locality)


def test_what_is_hidden_says_so(files, run) -> None:
    """The numbers of a locality's targets are small: the page has a sentence in their place, never a gap."""
    targets = run.cube["targets"]
    for language, locality, soup in files:
        own = targets[(targets["locality"] == locality) & ~targets["counts_shown"]]
        assert len(own), "both districts of the run have small counts"
        text = texts(language)["targets"]
        rows = [tag_text(r) for r in soup.select_one("h2#targets").find_next("table").select("tbody tr")]
        instead = [text["not_shown"], text["met_only"], text["missed_only"], text["not_judged"]]
        said = [max(re.split(r"\{\w+\}", one), key=len).strip() for one in instead]
        for row in rows[: len(run.spec.changes_aimed_at())]:
            assert len(own) < 2 or any(part in row for part in said), row
        for figure in soup.select("figure"):
            svg = figure.select_one("svg")
            assert svg is not None
            assert len(svg["aria-label"]) > 15


def test_a_file_names_the_earlier_edition_and_its_day(files, run) -> None:
    editions = run.cube["editions"]
    for language, locality, soup in files:
        label = editions.iloc[0][f"label_{language}"]
        after = takewhile(
            lambda tag: tag.name != "h2", soup.select_one("h2#since").find_all_next(["h2", "p", "li"])
        )
        assert label in " ".join(tag_text(tag) for tag in after), (language, locality)


def test_the_same_cube_gives_the_same_file(run) -> None:
    for language in LANGUAGES:
        for locality, path in run.monitoring(language).items():
            again = monitoring_page(
                run.spec, run.cube, locality, period=run.spec.periods.report, language=language,
                back=run.pages(language)[locality].name,
            )  # fmt: skip
            assert without_switch(again) == without_switch(path.read_text("utf-8"))


def without_switch(html: str) -> str:
    """The page as it was before the site was put together, which knows the other pages and languages."""
    html = re.sub(r'(<nav class="site")[^>]*>.*?(</nav>)', r"\1>\2", html, flags=re.DOTALL)
    return re.sub(r'(<p class="languages">).*?(</p>)', r"\1\2", html, flags=re.DOTALL)
