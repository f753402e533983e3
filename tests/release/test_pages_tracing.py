"""The way of every number of a finding: from its sentence to its row, to the method, to the sources."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from page_text import numbers, tag_text

from diaban.findings.finding import Finding
from diaban.findings.words import sentences
from diaban.language import numbers as written
from diaban.release.pages.fragment import texts
from diaban.release.pages.locality import LocalityPage
from diaban.release.pages.traced import NOT_IN_A_TABLE, evidence_ids, row_id

LANGUAGES = ("vi", "en")
SECTIONS = ("findings", "numbers_can_tell", "targets", "situation", "causes_on_files", "conditions_of_area")


@pytest.fixture(scope="module", params=["binh_phuoc_run", "germany_run"])
def run(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def read(run) -> list[tuple[str, str, BeautifulSoup]]:
    """(language, locality, sections with sentences and tables) of a good many localities of report."""
    spec, cube = run.spec, run.cube
    pages = []
    for language in LANGUAGES:
        for locality in sampled(run):
            page = LocalityPage(spec, cube, locality, period=spec.periods.report, language=language)
            html = "".join(getattr(page, section)().html for section in SECTIONS)
            pages.append((language, locality, BeautifulSoup(html, "html.parser")))
    return pages


def sampled(run) -> list[str]:
    """All localities of report where they are few, else about twenty spread over them."""
    reported = run.cube["localities"].query("reported")["locality"].tolist()
    return reported[:: max(1, len(reported) // 20)]


def target(soup: BeautifulSoup, link) -> str:
    found = soup.find(id=unquote(link["href"]).removeprefix("#"))
    assert found is not None, link
    assert found.name == "tr"
    return " | ".join(tag_text(cell) for cell in found.select("th, td"))


def test_every_number_with_a_link_stands_in_the_row_that_it_leads_to(read) -> None:
    followed = 0
    for language, locality, soup in read:
        for link in soup.select("a.cell"):
            row = target(soup, link)
            for figure in bare(link):
                assert figure in [number.rstrip("%") for number in numbers(row)], (
                    language,
                    locality,
                    link,
                    row,
                )
                followed += 1
    assert followed > 40


def test_every_fact_of_a_finding_has_a_link_and_is_that_of_the_json(run) -> None:
    """A linked number is the fact of findings.json as the language writes it, and every fact has its link."""
    spec, cube, checked = run.spec, run.cube, 0
    records = {(record["locality"], record["key"]): record for record in run.findings["findings"]}
    for language in LANGUAGES:
        in_units = {figure for one in spec.indicators for figure in numbers(one.unit[language])}
        for locality in sampled(run):
            page = LocalityPage(spec, cube, locality, period=spec.periods.report, language=language)
            soup = BeautifulSoup(page.findings().html, "html.parser")
            for item in soup.select("li.finding"):
                record = records[locality, item["data-finding"]]
                said = record["sentences"][language]
                assert item.select_one(".claim").get_text() == said["claim"]
                assert item.select_one(".number").get_text() == said["number"]
                linked = [figure for link in item.select("a.cell") for figure in bare(link)]
                facts = {k: v for k, v in record["facts"].items() if k not in NOT_IN_A_TABLE}
                known = {figure for value in facts.values() for figure in forms(value, language)}
                assert set(linked) <= known | in_units, (item, facts)
                assert len(item.select("a.cell")) >= len([k for k in facts if k in said_facts(page, record)])
                checked += len(linked)
    assert checked >= 4


def bare(link) -> list[str]:
    """The numbers of a link without a sign of percent: in a table it may stand in the head of the column."""
    return [figure.rstrip("%") for figure in numbers(link.get_text())]


def forms(value: float, language: str) -> set[str]:
    """A raw value as a page may write it."""
    share = written.percent(value, language).rstrip("%")
    own = {written.rate(value, language), share, written.mean(value, language)}
    return own | {written.number(value, language, decimals) for decimals in range(3)}


def said_facts(page: LocalityPage, record: dict) -> set[str]:
    """Facts that the templates of this finding name."""
    words = sentences(page.context.language)
    told = words["claim"][record["statement"]] + words["number"][record["statement"]]
    return set(re.findall(r"\{(\w+)\}", told))


def test_every_traced_table_leads_to_a_method_and_to_the_sources(run) -> None:
    traced = 0
    for language, path, soup in run.html():
        for line in soup.select("p.trace"):
            how, *sources = line.select("a")
            file, _, anchor = how["href"].partition("#")
            method = BeautifulSoup((path.parent / file).read_text("utf-8"), "html.parser").find(id=anchor)
            assert method is not None, (language, path.name, how["href"])
            assert len(tag_text(method)) > 20
            traced += 1
            assert sources, (language, path.name)
            for link in sources:
                file, _, anchor = link["href"].partition("#")
                page = BeautifulSoup((path.parent / file).read_text("utf-8"), "html.parser") if file else soup
                assert page.find(id=anchor).find_next("table"), (path.name, link["href"])
    assert traced > 20


def test_no_row_has_the_anchor_of_another(read) -> None:
    for language, locality, soup in read:
        ids = [tag["id"] for tag in soup.select("[id]")]
        assert len(ids) == len(set(ids)), (language, locality)


def test_the_page_opens_with_one_sentence_and_at_most_five_findings(read) -> None:
    for language, locality, soup in read:
        opening = tag_text(soup.select_one("#findings").find_next("p"))
        assert opening.endswith("."), (language, locality)
        assert opening.count(". ") == 0, (language, locality, opening)
        findings = soup.select("li.finding")
        assert 1 <= len(findings) <= 5
        stands_out = texts(language)["summary"]["special"].split("{period}")[1].split("{told}")[0]
        special = [
            f
            for f in findings
            if f.select_one(".number a.cell") and "target_by_luck" not in f["data-finding"]
        ]
        assert (stands_out in opening) == bool(special), (language, locality, opening)


def test_anchors_carry_no_markup() -> None:
    assert row_id("rates", '"><script>', "2021-2023") == "rates-_script_-2021_2023"
    finding = Finding("a/b", "q", "s", "x", "2021", "weak", evidence=("rates/../x/2021",))
    assert all(re.fullmatch(r"[\w.-]*", name) for name in evidence_ids(finding))
