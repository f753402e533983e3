"""The page of a district: why a finding is so sure, what holds where counts are hidden, what was withheld."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from page_text import tag_text

from diaban.findings.locality import first_screen
from diaban.findings.strength import RULES
from diaban.findings.words import sentences
from diaban.language import numbers
from diaban.release.cells import WHOLE
from diaban.release.pages import association
from diaban.release.pages.fragment import texts
from diaban.release.pages.locality import LocalityPage
from diaban.release.review import WITHHELD, Review, made_findings, with_reviews

LANGUAGES = ("vi", "en")


def page(run, locality, language="vi", cube=None) -> LocalityPage:
    spec = run.spec
    return LocalityPage(spec, cube or run.cube, locality, period=spec.periods.report, language=language)


def soup(fragment) -> BeautifulSoup:
    return BeautifulSoup(fragment.html, "html.parser")


def of_whole(cube):
    return cube["targets"][cube["targets"]["locality"] == WHOLE]


def reported(run) -> list[str]:
    return run.cube["localities"].query("reported")["locality"].tolist()[:12]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_strength_has_its_reason_in_words(made_run, language):
    said = sentences(language)
    assert {rule for rule, _ in RULES} <= set(said["because"])
    for locality in reported(made_run):
        shown = page(made_run, locality, language)
        findings = first_screen(shown.context.findings)
        items = soup(shown.findings()).select("li.finding")
        for finding, item in zip(findings, items, strict=True):
            sure = tag_text(item.select_one("dd"))
            reason = shown.context.words.because(finding)
            assert reason
            assert f"{said['strength'][finding.strength]}: {reason}" in sure, (locality, sure)


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_cases_than_the_whole_has_are_no_condition(binh_phuoc_run, language):
    """No number of cases that cannot occur stands on a page: where the whole is too small, words say so."""
    rows = of_whole(binh_phuoc_run.cube)
    assert (rows["cases_needed"] > rows["cases"]).all()
    template = texts(language)["targets"]["needed"]
    before, after = re.split(r"\{needed\}", template)
    for locality in reported(binh_phuoc_run):
        text = soup(page(binh_phuoc_run, locality, language).targets()).get_text()
        assert not re.search(rf"{re.escape(before)}[\d.,]+{re.escape(after[:8])}", text), locality
        words = re.split(r"\{\w+\}", texts(language)["targets"]["needed_beyond"])
        assert all(part in text for part in words), locality


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_the_whole_has_enough_cases_the_number_stands(binh_phuoc_run, language):
    frame = binh_phuoc_run.cube["targets"].copy()
    frame.loc[frame["locality"] == WHOLE, "cases"] = 40_000
    cube = replace(binh_phuoc_run.cube, frames=binh_phuoc_run.cube.frames | {"targets": frame})
    text = soup(page(binh_phuoc_run, reported(binh_phuoc_run)[0], language, cube=cube).targets()).get_text()
    assert {"vi": "17.000", "en": "17,000"}[language] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hidden_kind_of_cases_has_the_measures_of_the_whole(binh_phuoc_run, language):
    cube = binh_phuoc_run.cube
    rates = cube["rates"]
    newest = rates[rates["period"] == binh_phuoc_run.spec.periods.report]
    told = 0
    for row in newest.itertuples():
        mine = rates.index == row.Index
        hidden = replace(
            cube, frames=cube.frames | {"rates": rates.assign(hidden=rates["hidden"].astype(bool) | mine)}
        )
        shown = page(binh_phuoc_run, row.locality, language, cube=hidden)
        label = binh_phuoc_run.spec.stream(row.stream).label[language]
        section = soup(shown.measures())
        own = shown.context.findings
        if not any(f.statement in ("cause_over", "area_factor") for f in own):
            continue
        if any(f.stream == row.stream and f.measures for f in own):
            continue
        [line] = [p for p in section.select("p.answer") if tag_text(p).startswith(label)]
        assert shown.context.place in tag_text(line)
        assert len(line.find_next("table").select("tbody tr")) >= 2
        told += 1
    assert told


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_indicator_with_two_signs_says_so(binh_phuoc_run, language):
    """Links of one indicator with two kinds of cases stand in one line, and opposite ones are explained."""
    shown = page(binh_phuoc_run, reported(binh_phuoc_run)[0], language)
    links = association.steady(shown.context)
    signs = (links["rate_ratio"] > 1).groupby(links["indicator"]).nunique()
    section = soup(shown.conditions_of_area())
    for key, count in signs.items():
        label = shown.context.words.indicator(key)
        lines = [tag_text(li) for li in section.select("li") if tag_text(li).startswith(f"{label}:")]
        assert len(lines) == 1, key
        notes = [tag_text(p) for p in section.select("p.note") if f"“{label}”" in tag_text(p)]
        assert bool(notes) == (count > 1), key


def test_every_indicator_has_its_row_with_the_difference_in_words(made_run):
    for language in LANGUAGES:
        locality = reported(made_run)[0]
        shown = page(made_run, locality, language)
        profile = shown.context.here("factor_profile")
        section = soup(shown.conditions_of_area())
        words = texts(language)["causes"]["differences"]
        for row in profile.itertuples():
            cells = [
                tag_text(td) for td in section.select_one(f"#factor_profile-{row.indicator}").select("td")
            ]
            assert cells[0] == shown.context.words.indicator_number(row.indicator, row.value)
            verdict = row.verdict if isinstance(row.verdict, str) else "unjudged"
            assert words[verdict] in cells, (row.indicator, cells)


def withholding(run, locality, statements):
    """The cube of a run in which these findings of a locality were withheld."""
    found = made_findings(run.spec, run.cube, locality, period=run.spec.periods.report)
    chosen = [f for f in found if f.statement in statements]
    day = date(2024, 12, 14)
    reviews = [Review(f.key, f.estimate, f.strength, WITHHELD, "x", day, "y") for f in chosen]
    return with_reviews(run.cube, reviews, []), chosen


def special_places(run, *statements):
    for locality in reported(run):
        cube, chosen = withholding(run, locality, statements)
        if chosen:
            yield locality, cube, chosen


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_withheld_is_not_said_in_other_words(binh_phuoc_run, language):
    """A code that stood out is named in no sentence any more; its row stays in the table."""
    seen = 0
    for locality, cube, chosen in special_places(binh_phuoc_run, "cause_over"):
        before, after = (page(binh_phuoc_run, locality, language, cube=c) for c in (None, cube))
        for finding in chosen:
            code = after.context.words.code(finding.factors[0])
            answers = {
                p: soup(p.causes_on_files()).select_one("p.answer").get_text() for p in (before, after)
            }
            assert code in answers[before]
            assert code not in answers[after]
            assert code not in soup(after.findings()).get_text()
            row = f"#case_factors-{finding.stream}-{finding.factors[0]}"
            assert soup(after.causes_on_files()).select_one(row) is not None
            seen += 1
    assert seen


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_withheld_level_has_no_verdict(binh_phuoc_run, language):
    text = texts(language)["situation"]
    verdicts = [text[key].rsplit(". ", 1)[1] for key in ("above", "below")]
    places = list(special_places(binh_phuoc_run, "level_high", "level_low"))
    for locality, cube, _ in places:
        said = soup(page(binh_phuoc_run, locality, language, cube=cube).situation()).get_text()
        assert not any(verdict in said for verdict in verdicts), locality
    assert places


def test_a_finding_that_was_accepted_is_said_as_before(binh_phuoc_run):
    locality, cube, chosen = next(
        iter(special_places(binh_phuoc_run, "cause_over", "level_high", "level_low"))
    )
    accepted = [r._replace(decision="accepted") for r in cube.facts["reviews"]]
    cube = replace(binh_phuoc_run.cube, facts=binh_phuoc_run.cube.facts | {"reviews": accepted})
    for section in ("causes_on_files", "situation"):
        one, other = (getattr(page(binh_phuoc_run, locality, cube=c), section)().html for c in (None, cube))
        assert one == other
    assert chosen


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_heading_counts_its_findings(made_run, language):
    for locality in reported(made_run):
        made = soup(page(made_run, locality, language).findings())
        findings = len(made.select("li.finding"))
        assert tag_text(made.h2) == texts(language)["things_to_know"].split("|")[findings]
    assert texts("en")["things_to_know"].split("|")[1] == "One thing to know"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_shown_is_named_before_the_findings(made_run, language):
    """Below the opening sentence where it is no finding; never left out. Where no count is shown, at once."""
    for locality in reported(made_run):
        shown = page(made_run, locality, language)
        made = soup(shown.findings())
        rates = shown.context.here("rates", period=shown.context.period).query("hidden")
        told = " ".join(tag_text(part) for part in made.select("p.answer, p.note, .claim"))
        nothing = [f for f in shown.context.findings if f.statement == "none_shown"]
        assert bool(nothing) is (len(rates) == len(made_run.spec.streams) > 1)
        if nothing and shown.context.words.say(*nothing).claim in told:
            continue
        for stream in rates["stream"]:
            assert made_run.spec.stream(stream).cases_noun[language] in told, (locality, stream)


@pytest.mark.parametrize("language", LANGUAGES)
def test_handling_tells_what_is_shown_of_the_limits(binh_phuoc_run, language):
    """Where decisions in time are hidden, those within each legal limit are told, as the table has them."""
    place = reported(binh_phuoc_run)[0]
    frame = binh_phuoc_run.cube["handling"].copy()
    within = frame["measure"].str.startswith("by ")
    frame["hidden"] = frame["hidden"].astype(bool) | frame["measure"].isin(["in_time", "resolved"])
    frame["hidden"] |= frame["locality"] == place
    cube = replace(binh_phuoc_run.cube, frames=binh_phuoc_run.cube.frames | {"handling": frame})
    made = soup(page(binh_phuoc_run, place, language, cube=cube).handling())
    shown = frame[within & (frame["locality"] == WHOLE) & ~frame["hidden"] & frame["withheld"].isna()]
    said = " ".join(tag_text(answer) for answer in made.select("p.answer"))
    assert len(shown)
    for row in shown.itertuples():
        assert numbers.number(row.n, language) in said, row
    assert "[" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_own_figures_on_handling_are_told_where_one_of_them_is_shown(binh_phuoc_run, language):
    """A page does not say that a locality's handling is not shown beside a table that shows some of it."""
    frame, told = binh_phuoc_run.cube["handling"], 0
    shown = frame[~frame["hidden"].astype(bool) & frame["measure"].str.startswith("by ")]
    for place in reported(binh_phuoc_run):
        said = " ".join(
            tag_text(p) for p in soup(page(binh_phuoc_run, place, language).handling()).select("p.answer")
        )
        for row in shown[shown["locality"] == place].drop_duplicates("stream").itertuples():
            label = binh_phuoc_run.spec.stream(row.stream).label[language]
            where = page(binh_phuoc_run, place, language).context.where
            assert f"{label}, {where}" in said, (place, said)
            told += 1
    assert told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_study_without_files_does_not_speak_of_files(germany_run, language):
    said = {"vi": ("trên hồ sơ", "hồ sơ chưa", "mã hoá"), "en": ("on files", "files show", "coders")}[
        language
    ]
    for locality in reported(germany_run):
        shown = page(germany_run, locality, language)
        for part in (shown.findings(), shown.what_we_cannot_say()):
            text = soup(part).get_text()
            assert not [word for word in said if word in text], (locality, text)
