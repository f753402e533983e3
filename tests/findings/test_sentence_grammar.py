"""Sentences as they are printed, word for word, and the grammar that every one of them keeps."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from sample_findings import FOLDER, one_of_each, words_in

from diaban.findings.words import sentences
from diaban.spec import read_spec

LANGUAGES = ("vi", "en")
EXPECTED = Path(__file__).parent / "expected_sentences"
STATEMENTS = list(sentences("en")["claim"])
FRAGMENTS = ("strength", "because", "because_without_files", "direction", "gap", "result", "rule", "number")
"""Groups that stand inside a sentence or a table cell, without a full stop."""


@pytest.fixture(scope="module")
def spec():
    return read_spec(FOLDER)


@pytest.fixture(scope="module")
def findings(spec):
    return one_of_each(spec)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_statement_reads_as_expected(spec, findings, language):
    expected = tomllib.loads((EXPECTED / f"{language}.toml").read_text("utf-8"))
    assert set(expected) == set(STATEMENTS)
    words = words_in(language, spec)
    said = {name: words.say(finding) for name, finding in findings.items()}
    assert {n: {"claim": s.claim, "number": s.number} for n, s in said.items()} == expected


def faults(text, *, sentence):
    """What is wrong with a printed text: empty where nothing is."""
    found = []
    if re.search(r"[{}]", text):
        found.append("a field that nothing filled")
    if "  " in text or text != text.strip():
        found.append("spaces")
    if re.search(r"\s[.,;:!?)](?!\w)|[.,;:]{2}|\(\s", text.replace("…", "")):
        found.append("punctuation")
    if re.search(r"\b(?:nan|None|NaN)\b|<NA>", text):
        found.append("a missing value")
    if sentence and not text.endswith("."):
        found.append("no full stop")
    if sentence and not re.match(r"[“\"]?[^\W\d_]", text):
        found.append("no letter at the head")
    if sentence and text.lstrip("“")[:1] != text.lstrip("“")[:1].upper():
        found.append("no capital")
    return found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("In {place}, more.", "a field that nothing filled"),
        ("In  Bù Đăng, more.", "spaces"),
        ("In Bù Đăng , more.", "punctuation"),
        ("In Bù Đăng: more..", "punctuation"),
        ("In Bù Đăng, nan files.", "a missing value"),
        ("In Bù Đăng, more", "no full stop"),
        ("in Bù Đăng, more.", "no capital"),
        (": in Bù Đăng, more.", "no letter at the head"),
    ],
)
def test_each_fault_is_seen(text, fault):
    assert fault in faults(text, sentence=True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_printed_finding_has_no_fault(spec, findings, statement, language):
    said = words_in(language, spec).say(findings[statement])
    assert faults(said.claim, sentence=True) == []
    assert faults(said.number, sentence=False) == []
    assert faults(said.action, sentence=True) == []
    assert [f for text in said.alternatives for f in faults(text, sentence=True)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_is_a_sentence_or_a_fragment(language):
    """Fields stand for text; measures bring their own."""
    for group, entries in sentences(language).items():
        for key, template in entries.items():
            if template == "{measure}":
                continue
            text = re.sub(r"\{\w+\}", "X", template)
            sentence = group not in FRAGMENTS
            assert faults(text, sentence=sentence) == [], (group, key)
            assert sentence or not text.endswith("."), (group, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_measure_is_the_action(spec, findings, language):
    words = words_in(language, spec)
    said = words.say(replace(findings["cause_over"], measures=("parenting_support",), action="measure"))
    assert said.action == words.measure("parenting_support")
    assert said.lead


@pytest.mark.parametrize(
    ("language", "numbers"),
    [("vi", ["4,2", "2,0", "8,0", "100.000"]), ("en", ["4.2", "2.0", "8.0", "100,000"])],
)
def test_numbers_are_written_as_the_language_does(spec, findings, language, numbers):
    text = words_in(language, spec).say(findings["level_low"]).number
    assert [n for n in numbers if n not in text] == []
    wrong = {"vi": r"\d%\d|\d\.\d(?!\d\d)", "en": r"\d,\d(?!\d\d)"}[language]
    assert not re.search(wrong, text)
