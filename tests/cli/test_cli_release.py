"""`diaban release` and `diaban review`: what they ask for, what they say, and the exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from diaban.cli import main
from diaban.errors import DiabanError
from diaban.findings.finding import Finding
from diaban.release.audit import Leak
from diaban.run import release as module
from diaban.run import reviewed
from diaban.run.release import Release
from diaban.run.release_stops import leaks_in_words
from diaban.run.released import FOLDER, RELEASES, forget
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


def test_what_helps_against_a_leak_is_said_once_after_all_of_them():
    leaks = [Leak("told", f"count|{place}|s|p", lower=3.0, upper=4.0, needed=5.0) for place in "ab"]
    stops = leaks_in_words(leaks, Path("data/s"))
    assert [stop.key for stop in stops] == ["release_leak", "release_leak", "release_leak_remedy"]
    for language in ("vi", "en"):
        said = stops[-1].message(language)
        assert "diaban release s --forget" in said
        assert "[disclosure]" in said


def test_earlier_releases_are_named_in_one_sentence_where_there_are_any(typed, asked):
    assert "earlier releases" not in typed("release").stdout
    asked["answer"] = Release(Path("s.zip"), [], 0, CERTIFICATE, 2)
    said = [line for line in typed("release").stdout.splitlines() if "earlier releases" in line]
    assert len(said) == 1
    assert said[0].count("2") == 2


@pytest.fixture
def kept(desk) -> Path:
    """Two releases of the same name, of two stages, and another one; beside them the archives."""
    study = desk / "outputs" / "binh_phuoc"
    for name in ("one_draft-aaa", "one_draft-bbb", "two_draft-aaa"):
        (study / FOLDER / name).mkdir(parents=True)
    (study / RELEASES).mkdir()
    for name in ("one_draft", "two_draft"):
        (study / RELEASES / f"{name}.zip").touch()
    return study


def left(study: Path) -> list[str]:
    return sorted(path.relative_to(study).as_posix() for path in study.glob("*/*"))


def test_a_release_is_dropped_only_when_that_is_confirmed(kept, monkeypatch):
    monkeypatch.setenv("DIABAN_DATA", str(DATA))
    words = ["release", "binh_phuoc", "--outputs", "outputs", "--forget", "one_draft"]
    before = left(kept)
    refused = CliRunner().invoke(main, words, input="n\n")
    assert refused.exit_code == 1
    assert "Nothing was removed" in refused.stderr
    assert left(kept) == before
    for word in ("chưa hề ra khỏi cơ quan", "never left the office", "one_draft-aaa", "one_draft-bbb"):
        assert word in refused.stderr
    assert "two_draft" not in refused.stderr
    assert CliRunner().invoke(main, words, input="y\n").exit_code == 0
    assert left(kept) == ["released/two_draft-aaa", "releases/two_draft.zip"]


def test_one_of_two_stages_is_dropped_without_the_archive_that_both_were(kept):
    removed = forget(kept, "one_draft-aaa")
    assert [path.name for path in removed] == ["one_draft-aaa"]
    assert "releases/one_draft.zip" in left(kept)
    assert [path.name for path in forget(kept, "one_draft.zip")] == ["one_draft-bbb", "one_draft.zip"]


def test_an_unknown_release_is_not_dropped(typed, kept, monkeypatch):
    monkeypatch.setenv("DIABAN_DATA", str(DATA))
    before = left(kept)
    refused = typed("release", "binh_phuoc", "--outputs", "outputs", "--forget", "../binh_phuoc")
    assert refused.exit_code == 2
    assert refused.stderr.count("one_draft-aaa, one_draft-bbb, two_draft-aaa") == 2
    assert left(kept) == before


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
