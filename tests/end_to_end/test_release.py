"""`diaban release` of the example study: what goes into the archive, and what stops it from being made."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from diaban.errors import DiabanError
from diaban.new_study import create_study
from diaban.run.release import Release, release_study
from diaban.run.released import FOLDER, RELEASES
from diaban.run.review_file import REVIEW_FILE
from diaban.run.reviewed import draft_review
from diaban.run.stage import open_stage
from diaban.run.still_told import still_told

PLACES = 6


@dataclass(frozen=True)
class Office:
    """A study and the folder of its runs."""

    study: Path
    outputs: Path

    @property
    def run(self) -> Path:
        return open_stage(self.study, outputs=self.outputs).path

    def release(self, **options) -> Release:
        return release_study(self.study, outputs=self.outputs, language="vi", **options)

    def archives(self) -> list[Path]:
        return sorted((self.outputs / "trial" / RELEASES).glob("*"))


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> tuple[Office, Release]:
    """A release that nothing stops."""
    root = tmp_path_factory.mktemp("office")
    office = Office(create_study("trial", root / "data", example=True), root / "outputs")
    declared = office.study / "study.toml"
    text = declared.read_text("utf-8").replace("threshold = 5", "threshold = 120")
    declared.write_text(text, "utf-8")  # so that something is hidden
    return office, office.release()


@pytest.fixture
def office(first, tmp_path) -> Office:
    """A copy of that office with its run and without its releases."""
    made, _ = first
    shutil.copytree(made.study.parent, tmp_path / "data")
    shutil.copytree(made.outputs, tmp_path / "outputs", symlinks=True)
    shutil.rmtree(tmp_path / "outputs" / "trial" / RELEASES)
    return Office(tmp_path / "data" / "trial", tmp_path / "outputs")


def told(release: Release) -> str:
    """All that stopped it, in both languages."""
    return "\n".join(str(stop) for stop in release.stops)


def read(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def test_the_archive_holds_pages_tables_certificate_and_checksums(first):
    _, release = first
    assert release.stops == [], told(release)
    files = read(release.archive)
    assert {"README.txt", "SHA256SUMS", "certificate.json", "findings.json", "tables.xlsx"} <= files.keys()
    assert sum(bool(re.match(r"site/[a-z-]+-\d+\.html", name)) for name in files) == PLACES
    assert not any(
        part in name for name in files for part in ("internal", "cube", "manifest", "ipynb", "ledger")
    )


def test_the_certificate_says_what_was_attacked_and_that_it_is_a_draft(first):
    _, release = first
    files = read(release.archive)
    certificate = json.loads(files["certificate.json"])
    assert certificate == release.certificate
    assert certificate["audit"]["leaks"] == 0
    assert certificate["audit"]["attacked"]["numbers"] > 100
    assert certificate["audience"] == "share"
    assert certificate["mark"]
    assert certificate["review"] == {"open": release.open, "accepted": 0, "withheld": 0}
    for name, word in (("certificate-vi.html", "Dự thảo"), ("certificate-en.html", "Draft")):
        page = files[name].decode("utf-8")
        assert word in page
        assert certificate["mark"] in page


def test_pages_say_that_their_findings_are_not_reviewed(first):
    _, release = first
    pages = [
        data.decode("utf-8")
        for name, data in read(release.archive).items()
        if re.match(r"site/\S+-\d+\.html", name)
    ]
    assert all("Chưa thẩm định" in page and "Dự thảo, chưa thẩm định" in page for page in pages)


CHANGES = {
    "number": lambda html: re.sub(r"(<td[^>]*>)\d", r"\g<1>9", html, count=1),
    "text": lambda html: html.replace("</main>", "<p>N. V. A</p></main>"),
    "comment": lambda html: html.replace("</main>", "<!-- 7 --></main>"),
}


def test_pages_that_were_changed_after_they_were_made_stop_the_release(office):
    """Each kind of change in a page of its own: all three are named, and no other page."""
    pages = [p for p in sorted(office.run.glob("pages/*/vi/*.html")) if "monitoring" not in p.name]
    for page, (name, change) in zip(pages, CHANGES.items(), strict=False):
        html = page.read_text("utf-8")
        assert change(html) != html, name
        page.write_text(change(html), "utf-8")
    release = office.release()
    assert not release.ok
    assert len(pages) > len(CHANGES)
    assert [page.name in told(release) for page in pages] == [n < len(CHANGES) for n in range(len(pages))]
    assert office.archives() == []


def test_a_hidden_number_that_is_in_the_cube_stops_the_release(office):
    path = office.run / "cube" / "rates.parquet"
    rates = pd.read_parquet(path)
    row = rates.index[rates["hidden"] & rates["cases"].isna()][0]
    rates.loc[row, "cases"] = 3
    rates.to_parquet(path)
    release = office.release()
    assert not release.ok
    assert "rates" in told(release)
    assert office.archives() == []


def test_an_internal_run_is_refused(office):
    path = office.run / "cube" / "facts.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"internal": True}), "utf-8")
    with pytest.raises(DiabanError) as caught:
        office.release()
    assert caught.value.key == "release_internal"
    assert office.archives() == []


def test_what_is_final_has_every_finding_reviewed(office):
    refused = office.release(final=True)
    assert (refused.ok, len(refused.stops)) == (False, refused.open)
    draft = draft_review(office.study, outputs=office.outputs)
    assert len(draft.open) == refused.open
    for finding in draft.open:
        assert finding.key in told(refused)
    text = draft.path.read_text("utf-8").replace('decision = ""', 'decision = "accepted"')
    text = text.replace('by = ""', 'by = "Người thẩm định"').replace('\non = ""', "\non = 2024-12-14")
    withheld = next(f for f in draft.open if f.statement == "not_shown" or f.estimate is not None)
    head, _, tail = text.partition(f'finding = "{withheld.key}"')
    tail = tail.replace('"accepted"', '"withheld"', 1).replace('reason = ""', 'reason = "Cần kiểm tra"', 1)
    draft.path.write_text(f'{head}finding = "{withheld.key}"{tail}', "utf-8")
    release = office.release(final=True)
    assert release.ok, told(release)
    files = read(release.archive)
    assert still_told(files, [(withheld.key, set())], set()) == []
    assert not any(
        "Người thẩm định".encode() in data or "Cần kiểm tra".encode() in data for data in files.values()
    )
    assert b"Draft, not yet" not in b"".join(files.values())
    assert "Chưa thẩm định".encode() not in b"".join(d for n, d in files.items() if n.startswith("site/"))
    assert release.certificate["review"]["withheld"] == 1
    again = draft_review(office.study, outputs=office.outputs)
    assert (again.open, again.decided, again.idle) == ([], len(draft.open), 0)


def test_a_review_that_is_not_right_stops_it_before_anything_is_made(office):
    (office.study / REVIEW_FILE).write_text("[[review]]\nfinding = 7\n", "utf-8")
    with pytest.raises(DiabanError) as caught:
        office.release()
    assert caught.value.key == "review_not_text"


def test_the_second_copy_is_made_without_cases(first, tmp_path):
    """What the process that makes the pages again is given holds no table of the study."""
    from diaban.run.rebuild import _bare_study

    office, _ = first
    stage = open_stage(office.study, outputs=office.outputs)
    folder = _bare_study(stage, tmp_path)
    given = {p.relative_to(folder).as_posix(): p.stat().st_size for p in folder.rglob("*") if p.is_file()}
    assert [name for name, size in given.items() if size] == ["study.toml"]


def test_the_command_line_ends_with_an_archive_that_is_the_same_for_the_same_study(first, office):
    _, release = first
    words = ["release", str(office.study), "--outputs", str(office.outputs), "--language", "vi"]
    done = subprocess.run(
        [sys.executable, "-m", "diaban", *words], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1].endswith(".zip")
    (made,) = office.archives()
    assert made.read_bytes() == release.archive.read_bytes()


def test_a_second_release_after_a_correction_tells_what_the_first_one_told(first, office):
    """Every table is as it was; pages say why."""
    _, release = first
    counts = office.study / "tables" / "counts.csv"
    text = counts.read_text("utf-8")
    counts.write_text(text.replace("103,2022,offences,64", "103,2022,offences,63"), "utf-8")
    assert counts.read_text("utf-8") != text
    second = office.release()
    assert second.ok, told(second)
    assert (release.earlier, second.earlier) == (0, 1)
    before, now = read(release.archive), read(second.archive)
    tables = [name for name in before if name.startswith("data/") and name.endswith(".csv")]
    assert len(tables) > 10
    assert [name for name in tables if before[name] != now[name]] == []
    page = next(name for name in now if re.match(r"site/\S+-103\.html", name))
    assert "giữ nguyên" in now[page].decode("utf-8")
    assert len(list((office.outputs / "trial" / FOLDER).iterdir())) == 2
