"""Findings in words: each statement in each language, filled with labels and formatted numbers."""

import re
import string

import pytest
from sample_findings import FOLDER, one_of_each, words_in

from diaban.findings.words import sentences
from diaban.spec import read_spec


@pytest.fixture(scope="module")
def spec():
    return read_spec(FOLDER)


@pytest.fixture(scope="module", params=["vi", "en"])
def words(request, spec):
    return words_in(request.param, spec)


@pytest.fixture(scope="module")
def findings(spec):
    return one_of_each(spec)


@pytest.mark.parametrize("statement", list(sentences("en")["claim"]))
def test_every_statement_can_be_said(words, findings, statement):
    said = words.say(findings[statement])
    for text in (said.claim, said.number, said.action, *said.alternatives):
        assert text
        assert not re.search(r"[{}]|\bnan\b|\bNone\b|<NA>|  ", text), text
    assert said.claim[0].upper() == said.claim[0]
    assert said.dots.count("●") + said.dots.count("○") == 3
    assert words.place("a") in said.claim or statement.startswith(("cause_", "target_"))


@pytest.mark.parametrize(
    "statement", ["not_shown", "none_shown", "nothing_special", "no_figures", "all_withheld"]
)
def test_what_is_not_shown_has_no_number(words, findings, statement):
    said = words.say(findings[statement])
    numbers = re.findall(r"\d+", (said.claim + said.number).replace("2021–2023", ""))
    assert numbers == []


def test_numbers_are_those_of_the_finding(words, findings):
    said = words.say(findings["level_high"])
    thousands = {"vi": "100.000", "en": "100,000"}[words.language]
    found = iter(n.rstrip(".,") for n in re.findall(r"\d[\d.,]*", said.number))
    assert all(n in found for n in ("31", "24", thousands, "16", "34", "12")), said.number  # in this order
    low = words.say(findings["level_low"])
    assert ("4,2" if words.language == "vi" else "4.2") in low.number, "a rate under 10 has one decimal"
    cause = words.say(findings["cause_over"])
    assert [n for n in ("14", "31") if n not in cause.claim] == []
    assert re.findall(r"\d+%", cause.number) == ["45%", "29%", "62%", "18%"]


def test_periods_have_an_en_dash(words, findings):
    assert "2021–2023" in words.say(findings["level_high"]).claim
    assert "2018–2020" in words.say(findings["trend_up"]).claim


def test_the_place_has_its_type(words):
    assert words.place("a") == {"vi": "huyện Bù Đăng", "en": "Bù Đăng district"}[words.language]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_fields_are_those_that_findings_bring(language, findings):
    """A field that no finding fills would only be seen on the page."""
    known = {"place", "top", "period", "measure", "stream", "cases_noun", "population"}
    for group in ("claim", "number"):
        for statement, template in sentences(language)[group].items():
            fields = {name for _, name, _, _ in string.Formatter().parse(template) if name}
            assert fields <= known | set(findings[statement].facts), (group, statement)
