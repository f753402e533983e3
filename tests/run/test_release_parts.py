"""Parts of a release: `review.toml`, the archive, what is kept of it, and the certificate."""

from __future__ import annotations

import hashlib
import tomllib
import zipfile
from pathlib import Path

import pytest

from diaban.errors import DiabanError
from diaban.findings.finding import Finding
from diaban.run.archive import SHARED, SUMS, changed_files, copy_shared, write_archive
from diaban.run.review_file import FIELDS, REVIEW_FILE, read_reviews, write_draft

ENTRY = """[[review]]
finding = "a/level_high/s"
estimate_at_review = 12.5
strength = "strong"
decision = "withheld"
by = "N. V. A"
on = 2024-12-14
reason = "one family" # seen
"""


def finding(place: str, estimate: float | None = 12.5) -> Finding:
    return Finding(place, "how_much", "level_high", "s", "2021-2023", "strong", estimate=estimate)


def written(folder: Path, text: str) -> Path:
    (folder / REVIEW_FILE).write_text(text, "utf-8")
    return folder


def test_no_file_is_no_review(tmp_path):
    assert read_reviews(tmp_path) == []
    assert read_reviews(written(tmp_path, "")) == []


def test_an_entry_is_read_whole(tmp_path):
    (review,) = read_reviews(written(tmp_path, ENTRY))
    assert review.is_of(finding("a"))
    assert (review.decision, review.by, str(review.on)) == ("withheld", "N. V. A", "2024-12-14")


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ("[[review]\n", "review_unreadable", "line 1"),
        ("by = 'x'\n", "review_unknown_key", "by"),
        ("[review]\nfinding = 'a'\n", "review_unknown_key", "review"),
        (ENTRY.replace("by =", "bye ="), "review_unknown_key", "bye"),
        (ENTRY.replace('"N. V. A"', "7"), "review_not_text", "by"),
        (ENTRY.replace('"a/level_high/s"', '""'), "review_missing", "finding"),
        (ENTRY.replace("12.5", '"12.5"'), "review_not_a_number", "12.5"),
        (ENTRY.replace('"strong"', '"sure"'), "review_strength", "sure"),
        (ENTRY.replace('"withheld"', '"hide"'), "review_decision", "hide"),
        (ENTRY.replace("2024-12-14", '"14/12/2024"'), "review_day", "14/12/2024"),
        (ENTRY.replace('"N. V. A"', '" "'), "review_missing", "by"),
        (ENTRY.replace('"one family"', '""'), "review_missing", "reason"),
        (ENTRY + ENTRY.replace("withheld", "accepted"), "review_twice", "2"),
    ],
)
def test_what_is_wrong_is_told_with_entry_and_key(tmp_path, text, key, told):
    with pytest.raises(DiabanError) as caught:
        read_reviews(written(tmp_path, text))
    assert caught.value.key == key
    for language in ("vi", "en"):
        assert told in caught.value.message(language)
        assert REVIEW_FILE in caught.value.message(language)


def test_an_acceptance_needs_no_reason_but_a_name_and_a_day(tmp_path):
    accepted = ENTRY.replace("withheld", "accepted").replace('"one family"', '""')
    assert read_reviews(written(tmp_path, accepted))[0].decision == "accepted"


def test_decisions_about_different_estimates_stand_side_by_side(tmp_path):
    assert len(read_reviews(written(tmp_path, ENTRY + ENTRY.replace("12.5", "13.5")))) == 2


def test_a_draft_can_be_read_and_decides_nothing(tmp_path):
    write_draft(tmp_path, [(finding("a"), ["Said “so”."]), (finding("b", None), [])])
    drafts = read_reviews(tmp_path)
    assert [(d.finding, d.estimate, d.decision) for d in drafts] == [
        ("a/level_high/s", 12.5, ""),
        ("b/level_high/s", None, ""),
    ]
    text = (tmp_path / REVIEW_FILE).read_text("utf-8")
    assert "# Said “so”." in text
    assert set(tomllib.loads(text)["review"][0]) == set(FIELDS)


def test_what_was_decided_stays_to_the_letter_and_drafts_are_replaced(tmp_path):
    write_draft(written(tmp_path, "# ours\n\n" + ENTRY), [(finding("b"), [])])
    write_draft(tmp_path, [(finding("c"), [])])
    text = (tmp_path / REVIEW_FILE).read_text("utf-8")
    assert text.startswith("# ours\n\n" + ENTRY)
    assert [review.finding[0] for review in read_reviews(tmp_path)] == ["a", "c"]


def test_a_draft_without_news_does_not_touch_the_file(tmp_path):
    path = write_draft(tmp_path, [(finding("a"), ["x"])])
    before = path.stat().st_mtime_ns
    write_draft(tmp_path, [(finding("a"), ["x"])])
    assert path.stat().st_mtime_ns == before


def test_a_comment_cannot_break_out_of_its_line(tmp_path):
    write_draft(tmp_path, [(finding("a"), ['x\n[[review]]\nfinding = "y"'])])
    assert [review.finding for review in read_reviews(tmp_path)] == ["a/level_high/s"]


@pytest.fixture
def tree(tmp_path) -> Path:
    folder = tmp_path / "run"
    for name in (
        "site/index.html",
        "site/en/index.html",
        "findings.json",
        "internal/cases.parquet",
        "cube/x",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, "utf-8")
    return folder


def test_only_what_is_shared_is_copied(tree, tmp_path):
    copy_shared(tree, tmp_path / "built")
    copied = sorted(p.relative_to(tmp_path / "built").as_posix() for p in (tmp_path / "built").rglob("*.*"))
    assert copied == ["findings.json", "site/en/index.html", "site/index.html"]
    assert not {"internal", "cube", "manifest.json", "notebooks"} & set(SHARED)


def test_the_same_files_make_the_same_archive_at_any_hour(tree, tmp_path):
    copy_shared(tree, tmp_path / "one")
    copy_shared(tree, tmp_path / "two")
    (tmp_path / "two" / "findings.json").touch()
    write_archive(tmp_path / "one", tmp_path / "a" / "r.zip")
    write_archive(tmp_path / "two", tmp_path / "b" / "r.zip")
    assert (tmp_path / "a" / "r.zip").read_bytes() == (tmp_path / "b" / "r.zip").read_bytes()


def test_the_checksums_are_those_of_the_files(tree, tmp_path):
    copy_shared(tree, tmp_path / "one")
    write_archive(tmp_path / "one", tmp_path / "r.zip")
    with zipfile.ZipFile(tmp_path / "r.zip") as archive:
        sums = dict(line.split("  ")[::-1] for line in archive.read(f"r/{SUMS}").decode().splitlines())
        assert {f"r/{name}" for name in sums} == set(archive.namelist()) - {f"r/{SUMS}"}
        for name, digest in sums.items():
            assert hashlib.sha256(archive.read(f"r/{name}")).hexdigest() == digest


def test_a_file_that_differs_or_is_only_here_is_named(tree, tmp_path):
    copy_shared(tree, tmp_path / "one")
    copy_shared(tree, tmp_path / "two")
    assert changed_files(tmp_path / "one", tmp_path / "two") == []
    (tmp_path / "one" / "site" / "index.html").write_text("y")
    (tmp_path / "two" / "more").write_text("")
    assert changed_files(tmp_path / "one", tmp_path / "two") == ["more", "site/index.html"]
