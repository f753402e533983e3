"""`python -m diaban.run.rebuild JSON`: the files of a run once more, from its cube and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from diaban.errors import DiabanError
from diaban.run.conductor import notebook_path, run_study
from diaban.run.review_file import REVIEW_FILE
from diaban.run.stage import STAGE_VARIABLE, Stage
from diaban.spec import read_spec
from diaban.spec.discover import DATA_VARIABLE
from diaban.spec.read import SPEC_NAME

_MODULE = "diaban.run.rebuild"


@dataclass(frozen=True)
class Asked:
    """What is to be made again: the study's folder, and what `run_study` is told."""

    folder: str
    outputs: str
    period: str
    language: str
    within: str | None
    edition: str | None
    jobs: int | None


def rebuild(
    stage: Stage,
    root: Path,
    *,
    period: str,
    language: str,
    within: str | None = None,
    edition: str | None = None,
    jobs: int | None = None,
) -> Path:
    """Make pages and exports of `stage` again below the empty folder `root`, in a process of its own.

    There it finds the declaration, the decisions of reviewers, the notebook and the cube: no table of cases
    and no internal folder. Returns the folder of the run. Raises DiabanError `release_rebuild` with the last
    word of the process if it fails.
    """
    folder, run = _bare_study(stage, root), root / "outputs" / stage.spec.study.key / stage.path.name
    shutil.copytree(stage.path / "cube", run / "cube")
    asked = Asked(str(folder), str(root / "outputs"), period, language, within, edition, jobs)
    environment = {**os.environ, STAGE_VARIABLE: str(run), DATA_VARIABLE: str(folder.parent)}
    done = subprocess.run(
        [sys.executable, "-m", _MODULE, json.dumps(asdict(asked))],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=root,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise DiabanError("release_rebuild", detail=last)
    return run


def _bare_study(stage: Stage, root: Path) -> Path:
    """A study folder with all that declares and no count; the folders of editions hold names only."""
    folder = root / "data" / stage.folder.name
    folder.mkdir(parents=True)
    for name in (SPEC_NAME, REVIEW_FILE):
        if (stage.folder / name).is_file():
            shutil.copyfile(stage.folder / name, folder / name)
    for edition in read_spec(stage.folder).editions:
        if edition.folder is not None and (stage.folder / edition.folder).is_dir():
            (folder / edition.folder).mkdir(parents=True)
            for path in (stage.folder / edition.folder).iterdir():
                (folder / edition.folder / path.name).touch()
    notebook = notebook_path(stage.folder)
    (root / "notebooks").mkdir()
    shutil.copyfile(notebook, root / "notebooks" / notebook.name)
    return folder


def main(text: str) -> int:
    """Make what `text` asks for; the exit code is 1 if a page failed."""
    asked = Asked(**json.loads(text))
    report = run_study(
        Path(asked.folder),
        outputs=Path(asked.outputs),
        period=asked.period,
        language=asked.language,
        within=asked.within,
        edition=asked.edition,
        jobs=asked.jobs,
    )
    for failed in report.failed:
        print(f"{failed.name}: {failed.message}", file=sys.stderr)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
