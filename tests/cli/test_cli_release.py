"""`diaban release` and `diaban review`: what they ask for, what they say, and the exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from diaban.errors import DiabanError
from diaban.findings.finding import Finding
from diaban.run import release as module
from diaban.run import reviewed
from diaban.run.release import Release
from diaban.run.reviewed import ReviewDraft

DATA = Path(__file__).parents[2] / "data"
CERTIFICATE = {"audit": {"cells": {"known": 900, "hidden": 81}, "attacked": {"numbers": 7654}}}
LEAK = DiabanError(
    "release_leak", where="694|s|2021 rates[3].rate", what_vi="lộ", what_en="told",
    lower="3", upper="4", needed="5", given_by="rates[3].rate",
)  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict:
    """What a release was asked for; it answers with `asked["answer"]`."""
    seen: dict = {"answer": Release(Path("outputs/s/releases/s.zip"), [], 3, CERTIFICATE)}

    def release_study(folder: Path, **options: object) -> Release:
        seen.update(options, folder=folder)
        return seen["answer"]

    monkeypatch.setattr(module, "release_study", release_study)
    monkeypatch.setenv("DIABAN_DATA", str(DATA))
    return seen


def test_a_good_release_says_what_was_tried_and_where_it_is(typed, asked):
    result = typed("release")
    assert result.exit_code == 0, result.output
    assert asked["folder"].name == "binh_phuoc"
    for word in ("900", "81", "7654", "not yet reviewed: 3"):
        assert word in result.stdout
    assert result.stdout.splitlines()[-1].endswith("s.zip")


def test_options_reach_the_release(typed, asked):
    typed(
        "release", "binh_phuoc", "--final", "--edition", "2023-end", "-l", "vi", "-p", "2018-2020", "-j", "1"
    )
    assert (asked["final"], asked["edition"], asked["language"]) == (True, "2023-end", "vi")
    assert (asked["period"], asked["jobs"], asked["within"]) == ("2018-2020", 1, None)
    typed("release", "germany_districts", "--within", "Bayern")
    assert asked["within"] is not None
    assert (asked["final"], asked["language"]) == (False, None)


def test_what_stops_a_release_is_named_in_both_languages_and_exits_with_1(typed, asked):
    asked["answer"] = Release(None, [LEAK, DiabanError("release_differs", file="site/x.html")])
    result = typed("release")
    assert result.exit_code == 1
    for word in ("694|s|2021", "rates[3].rate", "site/x.html"):
        assert result.stderr.count(word) >= 2
    assert [line.split(":")[0] for line in result.stderr.splitlines()[:4]] == ["Lỗi", "Error"] * 2
    assert ".zip" not in result.stdout


def test_open_findings_lead_to_the_review(typed, asked):
    stop = DiabanError("release_open_finding", finding="a/level_high/s", claim_vi="Cao.", claim_en="High.")
    asked["answer"] = Release(None, [stop], 1)
    result = typed("release", "--final")
    assert result.exit_code == 1
    for word in ("a/level_high/s", "Cao.", "High.", "diaban review binh_phuoc"):
        assert word in result.stderr


def test_an_unknown_larger_locality_stops_before_anything_is_made(typed, asked):
    assert typed("release", "germany_districts", "--within", "Bayenr").exit_code == 2
    assert "folder" not in asked


@pytest.mark.parametrize(("open_", "words"), [(1, ["1", "2"]), (0, ["diaban release binh_phuoc --final"])])
def test_a_review_says_how_far_it_is(typed, monkeypatch, open_, words):
    one = Finding("a", "how_much", "level_high", "s", "2021-2023", "strong")
    draft = ReviewDraft(Path("data/binh_phuoc/review.toml"), [one] * open_, [one] * open_, 2, 0)
    monkeypatch.setattr(reviewed, "draft_review", lambda *_, **__: draft)
    monkeypatch.setenv("DIABAN_DATA", str(DATA))
    result = typed("review", "binh_phuoc")
    assert result.exit_code == 0, result.output
    assert "review.toml" in result.stdout
    for word in words:
        assert word in result.stdout
