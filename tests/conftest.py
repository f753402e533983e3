"""What many test files share: both studies, run once a session for two districts each, in both languages."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from diaban.editions import with_closed_periods
from diaban.intake.read import read_tables
from diaban.release.cube import Cube
from diaban.release.ledger.state import LedgerState
from diaban.results import Results
from diaban.run.choice import Choice
from diaban.run.compute import keep_edition
from diaban.run.conductor import run_study
from diaban.run.plan import plan_stage
from diaban.spec import StudySpec, read_spec

DATA = Path(__file__).parents[1] / "data"
DISTRICTS = {
    "binh_phuoc": ("Bù Đăng", "Phước Long"),
    "germany_districts": ("Göttingen", "Wolfsburg"),
}
MONITORING = "-monitoring"
LONGEST_WAIT = 900.0
"""Seconds that a worker waits for another one to make a run."""


@dataclass(frozen=True)
class MadeRun:
    """A finished run of one of the studies. folder: the study's; path: the run's."""

    folder: Path
    path: Path

    @cached_property
    def spec(self) -> StudySpec:
        return read_spec(self.folder)

    @cached_property
    def cube(self) -> Cube:
        return Cube.load(self.path / "cube")

    @cached_property
    def results(self) -> Results:
        """What the cube protects: the true numbers, of closed periods those that were given out."""
        tables = read_tables(self.spec, self.folder).tables
        return Results(self.spec, with_closed_periods(tables, self.spec, self.spec, self.folder))

    @cached_property
    def given_out(self) -> list[tuple[str, LedgerState]]:
        """Key, and what it knows and hides, of the editions that the run is protected together with."""
        if not self.cube.facts["closed_by"]:
            return []
        asked = Choice(edition=self.cube.facts["closed_by"])
        earlier = keep_edition(plan_stage(self.folder, asked, outputs=self.path.parents[1]))
        return [(one.edition, one.state) for one in earlier.published]

    @property
    def findings(self) -> dict:
        return json.loads((self.path / "findings.json").read_text("utf-8"))

    def site(self, language: str) -> Path:
        """The folder of one language: the study's first stands at the top."""
        top = self.path / "site"
        return top if language == self.spec.study.languages[0] else top / language

    def pages(self, language: str) -> dict[str, Path]:
        """Locality -> page."""
        made = self.site(language).glob("*-*.html")
        pages = [path for path in sorted(made) if not path.stem.endswith(MONITORING)]
        return {path.stem.rsplit("-", 1)[1]: path for path in pages}

    def monitoring(self, language: str) -> dict[str, Path]:
        """Locality -> monitoring file, where the study has any."""
        made = sorted(self.site(language).glob(f"*{MONITORING}.html"))
        return {path.stem.removesuffix(MONITORING).rsplit("-", 1)[1]: path for path in made}

    def html(self) -> Iterator[tuple[str, Path, BeautifulSoup]]:
        """Every page and index: language, path, parsed."""
        for language in self.spec.study.languages:
            for path in sorted(self.site(language).glob("*.html")):
                yield language, path, BeautifulSoup(path.read_text("utf-8"), "html.parser")


def _once(shared: Path, name: str, make: Callable[[], Path]) -> Path:
    """What `make` returns, made by the first worker that asks; the others wait for it."""
    lock, done, failed = (shared / f"{name}.{state}" for state in ("lock", "done", "failed"))
    shared.mkdir(exist_ok=True)
    try:
        lock.mkdir()
    except FileExistsError:
        return _made_by_another(name, done, failed)
    try:
        path = make()
    except BaseException:
        failed.touch()
        raise
    unfinished = done.with_suffix(".tmp")
    unfinished.write_text(str(path), "utf-8")
    unfinished.replace(done)
    return path


def _made_by_another(name: str, done: Path, failed: Path) -> Path:
    start = time.monotonic()
    while not done.exists():
        if failed.exists() or time.monotonic() - start > LONGEST_WAIT:
            pytest.fail(
                f"the run of {name} could not be made; the first test that asked says why", pytrace=False
            )
        time.sleep(0.2)
    return Path(done.read_text("utf-8"))


def _run_of(study: str, tmp_path_factory: pytest.TempPathFactory) -> MadeRun:
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made"

    def make() -> Path:
        report = run_study(
            DATA / study, localities=DISTRICTS[study], language="all", outputs=shared / "outputs"
        )
        assert not report.failed, report.failed
        return report.site.parent.parent

    return MadeRun(DATA / study, _once(shared, study, make))


@pytest.fixture(scope="session")
def binh_phuoc_run(tmp_path_factory: pytest.TempPathFactory) -> MadeRun:
    """The simulated study."""
    return _run_of("binh_phuoc", tmp_path_factory)


@pytest.fixture(scope="session")
def germany_run(tmp_path_factory: pytest.TempPathFactory) -> MadeRun:
    """The study of official counts."""
    return _run_of("germany_districts", tmp_path_factory)


@pytest.fixture(scope="session", params=sorted(DISTRICTS))
def made_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> MadeRun:
    """Each study in turn."""
    return _run_of(request.param, tmp_path_factory)
