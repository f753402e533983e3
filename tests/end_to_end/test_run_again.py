"""Runs that are repeated, changed, broken and interrupted: three districts, with a notebook of their own."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from diaban.errors import DiabanError
from diaban.new_study import create_study
from diaban.run.conductor import NOTEBOOK, Report, run_study

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SHARED = ("site", "findings.json", "tables.xlsx", "manifest.json")
PATIENCE = 120.0
FILE = "-monitoring"
PREAMBLE = """
import pathlib, time
order = pathlib.Path({folder!r}, "trouble")
if order.exists() and district.endswith("Bù Đăng"):
    if order.read_text() == "fail":
        raise ValueError("one district, one fault")
    order.with_name("asleep").touch()
    time.sleep(600)
"""


@dataclass(frozen=True)
class Project:
    """data/ and notebooks/ side by side. The notebook fails or sleeps for one district if it is told to."""

    root: Path

    @property
    def study(self) -> Path:
        return self.root / "data" / "binh_phuoc"

    def run(self, outputs: Path, **options) -> Report:
        return run_study(self.study, outputs=outputs, **options)

    def trouble(self, kind: str) -> None:
        (self.root / "trouble").write_text(kind)

    def no_trouble(self) -> None:
        for name in ("trouble", "asleep"):
            (self.root / name).unlink(missing_ok=True)


@pytest.fixture(scope="module")
def project(three_districts, tmp_path_factory) -> Project:
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(three_districts, root / "data")
    notebook = nbformat.read(NOTEBOOKS / NOTEBOOK, as_version=4)
    first = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    cell = new_code_cell(PREAMBLE.format(folder=str(root)), metadata={"tags": ["researcher"]})
    notebook.cells.insert(first + 1, cell)
    (root / "notebooks").mkdir()
    nbformat.write(notebook, root / "notebooks" / NOTEBOOK)
    return Project(root)


@pytest.fixture(scope="module")
def first(project, tmp_path_factory) -> Report:
    """A run that nothing disturbs."""
    return project.run(tmp_path_factory.mktemp("first"), language="vi")


@pytest.fixture
def calm(project):
    """The project without trouble, before and after."""
    project.no_trouble()
    yield project
    project.no_trouble()


@pytest.fixture
def seeded(first, tmp_path) -> Path:
    """An outputs folder with the stage and the site of the first run and none of its pages."""
    outputs = tmp_path / "outputs"
    shutil.copytree(run_of(first).parents[1], outputs, symlinks=True)
    for name in ("pages", "notebooks"):
        shutil.rmtree(next((outputs / "binh_phuoc").glob(f"*/{name}")))
    return outputs


def run_of(report: Report) -> Path:
    return report.site.parent.parent


def contents(folder: Path, names=SHARED) -> dict[str, bytes]:
    """Every file that is shared, by name."""
    files = [p for name in names for p in ([folder / name] if "." in name else (folder / name).rglob("*.*"))]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def times(folder: Path) -> dict[str, int]:
    return {p.relative_to(folder).as_posix(): p.stat().st_mtime_ns for p in sorted(folder.rglob("*.*"))}


def pages_of(outputs: Path) -> list[Path]:
    """Pages of districts that are finished: each is written after its monitoring file."""
    return [p for p in sorted(outputs.glob("binh_phuoc/*/pages/**/*.html")) if FILE not in p.name]


def test_all_districts_without_being_named(first):
    assert first.failed == []
    assert len(first.done) == 3
    assert len(list(first.site.parent.glob("*-*.html"))) == 2 * 3, "a page and a monitoring file each"


def test_two_runs_on_the_same_input_are_byte_equal(calm, first, tmp_path):
    """Pages, index, findings, workbook, manifest, cube; computed from nothing in another place."""
    again = calm.run(tmp_path / "elsewhere", language="vi")
    one, two = contents(run_of(first)), contents(run_of(again))
    assert set(one) == set(two)
    assert len(one) == 13
    assert [name for name in one if one[name] != two[name]] == []
    names = ("notebooks", "cube")
    assert contents(run_of(first), names) == contents(run_of(again), names)


def test_a_changed_input_makes_a_new_run_and_keeps_the_old_one(tmp_path):
    study, outputs = create_study("trial", tmp_path / "data", example=True), tmp_path / "outputs"
    asked = {"localities": ["101"], "language": "vi", "outputs": outputs}
    old = run_of(run_study(study, **asked))
    table = study / "tables" / "counts.csv"
    table.write_text(
        table.read_text("utf-8").replace("103,2022,offences,64", "103,2022,offences,63"), "utf-8"
    )
    report = run_study(study, **asked)
    assert run_of(report) != old
    assert (old / "site" / "index.html").is_file()
    assert (outputs / "trial" / "latest").resolve() == run_of(report).resolve()


def test_a_changed_notebook_makes_its_pages_again(calm, seeded, tmp_path):
    changed = Project(tmp_path / "changed")
    shutil.copytree(calm.root, changed.root)
    before = changed.run(seeded, localities=["Bù Đăng"], language="vi")
    stage = times(run_of(before) / "cube")
    path = changed.root / "notebooks" / NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("Một câu mới ở cuối trang."))
    nbformat.write(notebook, path)
    after = changed.run(seeded, localities=["Bù Đăng"], language="vi")
    page = next(after.site.parent.glob("bu-dang-696.html"))
    assert "Một câu mới ở cuối trang." in page.read_text("utf-8")
    assert times(run_of(after) / "cube") == stage, "the stage does not depend on the notebook"


def test_a_failing_district_fails_alone(calm, first, seeded):
    latest = seeded / "binh_phuoc" / "latest"
    before = latest.readlink()
    latest.unlink()
    latest.symlink_to("an-older-run")
    calm.trouble("fail")
    report = calm.run(seeded, language="vi")
    (failed,) = report.failed
    assert failed.name == "Bù Đăng"
    assert isinstance(failed.error, DiabanError)
    for part in ("ValueError", "one district, one fault", "[3]", ".failed.ipynb"):
        assert part in failed.message, failed.message
    assert len(failed.message.splitlines()) == 2, "in both languages"
    assert sorted(report.done) == sorted(name for name in first.done if name != "Bù Đăng")
    (half_run,) = run_of(report).glob("notebooks/**/*.failed.ipynb")
    assert half_run.name.startswith("bu-dang")
    errors = [
        o for c in nbformat.read(half_run, 4).cells for o in c.get("outputs", []) if o.output_type == "error"
    ]
    assert len(errors) == 1
    index = report.site.read_text("utf-8")
    assert len(list(report.site.parent.glob("*-*.html"))) == 2 * 2
    assert "Bù Đăng" in index
    assert "bu-dang-" not in index, "no link to a page that is not there"
    assert latest.readlink() == Path("an-older-run"), "latest is a finished run"

    made = times(run_of(report) / "pages")
    calm.no_trouble()
    report = calm.run(seeded, language="vi")
    assert report.failed == []
    assert len(report.done) == 3
    after = times(run_of(report) / "pages")
    assert made.items() <= after.items(), "only the failed one was made"
    assert not list(run_of(report).glob("notebooks/**/*.failed.ipynb"))
    assert latest.readlink() == before


def test_the_command_says_who_failed_and_returns_not_zero(calm, seeded):
    calm.trouble("fail")
    done = subprocess.run(
        command(calm, seeded), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode not in (0, None)
    assert "Bù Đăng" in done.stderr
    assert "ValueError" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "index.html" in done.stdout


def command(project: Project, outputs: Path, *more: str) -> list[str]:
    options = ["--outputs", str(outputs), "--language", "vi", *more]
    return [sys.executable, "-m", "diaban", "run", str(project.study), *options]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_ctrl_c_leaves_the_old_site_and_the_next_run_goes_on(calm, first, seeded):
    site = contents(run_of(first), ("site",))
    calm.trouble("sleep")
    process = subprocess.Popen(
        command(calm, seeded, "--jobs", "2"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(lambda: (calm.root / "asleep").exists() and len(pages_of(seeded)) == 2, process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode != 0
    assert "Traceback" not in said
    run = seeded / "binh_phuoc" / run_of(first).name
    assert contents(run, ("site",)) == site, "the site is the old one, whole"
    assert not (run / ".site").exists()
    assert not list(run.rglob("*.tmp"))
    assert not list(run.rglob("*.running.ipynb"))
    finished = {p: p.stat().st_mtime_ns for p in pages_of(seeded)}
    assert len(finished) == 2

    calm.no_trouble()
    report = calm.run(seeded, language="vi")
    assert report.failed == []
    assert len(report.done) == 3
    assert {p: p.stat().st_mtime_ns for p in finished} == finished, "what was finished is not made again"


def wait_for(condition, process: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.1)


def test_kernels_make_the_same_page(calm, first, seeded):
    """Where nothing forks (Windows) papermill starts a kernel a page; the bytes are the same."""
    report = calm.run(seeded, localities=["bu dang"], language="vi", method="kernels")
    assert report.failed == []
    page = next(report.site.parent.glob("bu-dang-696.html"))
    assert page.read_bytes() == (first.site.parent / page.name).read_bytes()


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"localities": ["Bu Dangg"]}, "places_unknown"),
        ({"period": "2031"}, "run_period"),
        ({"language": "de"}, "run_language"),
    ],
)
def test_a_wrong_wish_stops_before_anything_is_written(calm, seeded, options, key):
    before = times(seeded)
    with pytest.raises(DiabanError) as caught:
        calm.run(seeded, **options)
    assert caught.value.key == key
    assert times(seeded) == before
