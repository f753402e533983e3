"""Input that means harm, or that somebody else pasted in: it is printed as text, or refused in words.

Nothing of it is executed, nothing is written outside the folder of the run, and what was there before stays.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner, Result
from study_folder import StudyFolder

from diaban.cli import main

NAMES = {
    "101": "<script>alert(101)</script>",
    "102": '"><img src=x onerror=alert(102)>',
    "103": "'; -- \\ {0} {name} %s $x `y`",
    "104": "]]></style><svg onload=alert(104)>",
    "105": '=HYPERLINK("http://x.invalid","go")',
    "106": "&lt;b onclick=alert(106)&gt;",
}
LABEL = "<iframe srcdoc=alert(7)></iframe> {0} & 'x'"
OVERRIDE, ZERO = "\u202e", "\x00"
ONE_DISTRICT = ("--district", "101")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the example study."""
    desk = tmp_path_factory.mktemp("example")
    result = CliRunner().invoke(main, ["new", "trial", "--example", "--data", str(desk / "data")])
    assert result.exit_code == 0, result.output
    return desk / "data"


@pytest.fixture
def study(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyFolder:
    """A fresh copy of it, found by its name from the current folder."""
    shutil.copytree(example, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIABAN_DATA", raising=False)
    return StudyFolder(tmp_path / "data" / "trial")


def run(*words: str) -> Result:
    result = CliRunner().invoke(main, ["run", "trial", "--outputs", "out", *words])
    assert "Traceback" not in result.output
    return result


def apart(*words: str, before: Callable[[], object] | None = None) -> subprocess.CompletedProcess:
    """`diaban run trial` in a process of its own, `before` called in it first."""
    return subprocess.run(
        [sys.executable, "-m", "diaban", "run", "trial", *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        preexec_fn=before,
    )


def refused(result: Result, *parts: str) -> None:
    """Said once in each language, and nothing written."""
    assert result.exit_code == 2, result.output
    lines = result.stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Lỗi", "Error"], result.output
    for line in lines:
        assert all(part in line for part in parts), line
        assert len(line) < 1000
        assert not {OVERRIDE, ZERO} & set(line)
    assert not Path("out").exists()


def contents(folder: Path) -> dict[str, str]:
    """Every file below `folder` with the digest of its bytes."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# Printed as text ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile_site(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of a study in which names, titles and labels are markup, scripts, quotes and formulas."""
    desk = tmp_path_factory.mktemp("hostile")
    shutil.copytree(example, desk / "data")
    study = StudyFolder(desk / "data" / "trial")
    study.change("localities", lambda _, row: {**row, "name": NAMES.get(row["locality"], row["name"])})
    text = (study.folder / "study.toml").read_text(encoding="utf-8")
    lines = [_labelled(line) for line in text.splitlines()]
    (study.folder / "study.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = ["run", str(study.folder), "--outputs", str(desk / "out"), "--language", "all"]
    result = CliRunner().invoke(main, [*words, "--district", "101", "--district", "102"])
    assert result.exit_code == 0, result.output
    return desk


def _labelled(line: str) -> str:
    """A line of study.toml with LABEL for a label or title that it declares."""
    key = line.split("=")[0].strip()
    if key in {"title", "label", "short"} and "vi =" in line:
        return f"{key} = {{ vi = {json.dumps(LABEL)}, en = {json.dumps(LABEL)} }}"
    return line


def pages(desk: Path) -> dict[str, BeautifulSoup]:
    files = sorted((desk / "out" / "trial" / "latest" / "site").rglob("*.html"))
    return {str(path): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in files}


def test_markup_in_names_and_labels_is_printed_as_it_stands(hostile_site):
    made = pages(hostile_site)
    assert len(made) >= 10
    text = " ".join(page.get_text() for page in made.values())
    for name in (NAMES["101"], NAMES["102"]):
        assert name in text
    assert LABEL in text


def test_nothing_of_it_is_an_element_or_runs(hostile_site):
    for name, page in pages(hostile_site).items():
        for tag in page.find_all(True):
            assert tag.name not in {"iframe", "object", "embed", "b"}, name
            assert not [key for key in tag.attrs if key.lower().startswith("on")], (name, tag.name)
            links = [str(tag.attrs.get(key, "")) for key in ("href", "src", "xlink:href")]
            assert not [link for link in links if "javascript" in link or "x.invalid" in link], name
            if tag.name == "img":
                assert tag.attrs["src"] != "x", name
            if tag.name in {"script", "style"}:
                assert "alert(" not in (tag.string or ""), name


def test_the_same_names_stand_in_the_data(hostile_site):
    made = hostile_site / "out" / "trial" / "latest"
    kept = json.loads((made / "findings.json").read_text(encoding="utf-8"))
    assert NAMES["105"] in json.dumps(kept, ensure_ascii=False).replace('\\"', '"')


def test_everything_lies_in_the_folder_of_the_run(hostile_site):
    assert sorted(path.name for path in hostile_site.iterdir()) == ["data", "out"]
    assert [path.name for path in (hostile_site / "out").iterdir()] == ["trial"]


def test_a_text_that_a_page_must_not_hold_stops_the_page(study):
    """Even as mere text: a page that looks as if it ran something is not made."""
    study.put("localities", 3, name="javascript:alert(1)")
    result = run(*ONE_DISTRICT)
    assert result.exit_code == 1, result.output
    told = [line for line in result.stderr.splitlines() if line.startswith(("Lỗi", "Error"))]
    assert len(told) == 2
    assert all("javascript:" in line for line in told)
    assert not list(Path("out").rglob("*-101.html"))


# Refused in words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["../../x", "a/b", "a\\b", "..", ".hidden", "-rf", "a|b", "*", "a b", "x" * 65]
)
def test_a_code_with_separators_is_no_code(study, code):
    study.change("localities", lambda _, row: {**row, "locality": row["locality"].replace("101", code)})
    refused(run(), "localities.csv", " 3,", "locality", code[:30])


@pytest.mark.parametrize(
    ("name", "shown"),
    [(f"Suối{OVERRIDE}Mẫu", "Suối<U+202E>Mẫu"), ("Suối\x07Mẫu", "<U+0007>"), ("Suối " * 2000, "Suối Suối")],
)
def test_a_name_that_cannot_be_printed_is_shown_without_its_trick(study, name, shown):
    study.put("localities", 3, name=name)
    refused(run(), "localities.csv", " 3,", "name", shown)


@pytest.mark.parametrize("text", ["dài " * 2500, "đảo \\u202E ngược", "chuông \\u0007"])
def test_a_text_of_the_declaration_that_cannot_be_printed(study, text):
    path = study.folder / "study.toml"
    line = next(x for x in path.read_text(encoding="utf-8").splitlines() if x.startswith("title ="))
    study.declare(line, f'title = {{ vi = "{text}", en = "title" }}')
    refused(run(), "study.toml", "study.title.vi", text.split(" ")[0])


@pytest.mark.parametrize("key", ["../../x", "a/b", "a|b", "*", "k" * 65])
def test_a_key_of_the_declaration_with_separators(study, key):
    text = (study.folder / "study.toml").read_text(encoding="utf-8")
    start = text.index("[[streams]]")
    line = next(x for x in text[start:].splitlines() if x.startswith("key ="))
    study.declare(text[start : text.index(line, start) + len(line)], f'[[streams]]\nkey = "{key}"')
    refused(run(), "study.toml", "streams[1].key", key[:30])


def test_a_phrase_fills_in_nothing_but_type_and_name(study):
    lines = (study.folder / "study.toml").read_text(encoding="utf-8").splitlines()
    line = next((x for x in lines if x.startswith("phrase")), "[[levels]]")
    before = "" if line.startswith("phrase") else f"{line}\n"
    study.declare(line, before + 'phrase = { vi = "{name.__class__}", en = "{name}" }')
    refused(run(), "study.toml", "levels[", "].phrase", "{name.__class__}", "{type} {name}")


@pytest.mark.parametrize("value", [f"a{OVERRIDE}b", "a|b", "y" * 10_000])
def test_a_cell_that_cannot_be_printed_sets_its_row_apart(study, value):
    study.put("indicators", 3, indicator=value)
    result = CliRunner().invoke(main, ["check", "trial"])
    assert "Traceback" not in result.output
    lines = [x for x in result.output.splitlines() if "indicators.csv" in x and " 3, " in x]
    assert len(lines) == 2, result.output
    assert "ký tự" in lines[0]
    assert "characters" in lines[1]
    assert OVERRIDE not in result.output
    assert max(map(len, result.output.splitlines())) < 1000


# Disks, rights and links ----------------------------------------------------------------------------------


def as_anybody() -> None:
    """Root may write anywhere: this process no longer, nor may what it starts (PR_CAPBSET_DROP)."""
    if os.geteuid() == 0:
        for right in (1, 2, 3):  # DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER
            assert ctypes.CDLL(None).prctl(24, right, 0, 0, 0) == 0


@pytest.fixture
def closed(study):
    """No file or folder of the study may be written."""
    everything = [study.folder, *study.folder.rglob("*")]
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield study
    for path in everything:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_study_that_may_only_be_read_is_read(closed):
    before = contents(closed.folder)
    done = apart("--outputs", "out", *ONE_DISTRICT, before=as_anybody)
    assert done.returncode == 0, done.stderr
    assert Path("out/trial/latest/site/index.html").is_file()
    assert contents(closed.folder) == before


def test_a_folder_that_may_not_be_written_is_named(study):  # noqa: ARG001
    Path("shut").mkdir(mode=0o555)
    done = apart("--outputs", "shut", *ONE_DISTRICT, before=as_anybody)
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith(("Lỗi", "Error"))]
    assert len(lines) == 2
    assert all("shut" in line for line in lines)
    assert "Traceback" not in done.stderr
    assert list(Path("shut").iterdir()) == []


def test_a_full_disk_leaves_the_earlier_run_as_it_was(study):
    """Files of 32 KiB at most stand for a disk that is full: the system says it in the same way."""

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (32 * 1024, 32 * 1024))

    assert run(*ONE_DISTRICT).exit_code == 0
    latest, before = Path("out/trial/latest").resolve(), contents(Path("out"))
    study.put("population", 2, persons="1234")
    done = apart("--outputs", "out", *ONE_DISTRICT, before=full)
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith(("Lỗi", "Error"))]
    assert len(lines) == 2
    assert all("out" in line and "--outputs" in line for line in lines)
    assert "Traceback" not in done.stderr
    assert Path("out/trial/latest").resolve() == latest
    after = contents(Path("out"))
    assert {name: after[name] for name in before} == before
    assert not [name for name in after if name.endswith("/site/index.html") and name not in before]


def test_a_study_that_is_a_link_is_read_there_and_written_here(study, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    shutil.move(study.folder, elsewhere)
    study.folder.symlink_to(elsewhere, target_is_directory=True)
    before = contents(elsewhere)
    assert run(*ONE_DISTRICT).exit_code == 0
    assert contents(elsewhere) == before
    assert Path("out/trial/latest/site/index.html").is_file()


def test_a_link_in_the_place_of_the_latest_run_is_turned_not_followed(study, tmp_path):  # noqa: ARG001
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept.txt").write_text("mine", encoding="utf-8")
    made = tmp_path / "out" / "trial"
    made.mkdir(parents=True)
    (made / "latest").symlink_to(elsewhere, target_is_directory=True)
    assert run(*ONE_DISTRICT).exit_code == 0
    assert contents(elsewhere) == {"kept.txt": hashlib.sha256(b"mine").hexdigest()}
    assert (made / "latest").resolve().parent == made
