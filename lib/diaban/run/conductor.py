"""The conductor: province stage once, then one notebook a locality in parallel, then the site."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from diaban.errors import DiabanError
from diaban.findings.words import capital
from diaban.places.names import find_locality
from diaban.release.words_of import words_of
from diaban.run.atomic import writing_in_words
from diaban.run.choice import Choice
from diaban.run.choices import language_of, period_of
from diaban.run.declared import declared_spec, outputs_folder
from diaban.run.fan_out import fan_out
from diaban.run.fork_server import warm_up
from diaban.run.keys import content_key
from diaban.run.make_page import PRELOAD, make_page
from diaban.run.methods import Method, default_method, engine_for
from diaban.run.outcomes import Failed
from diaban.run.page_task import PageTask
from diaban.run.progress import Progress
from diaban.run.reviewed import reviewed, reviews_key
from diaban.run.site import assemble, page_names
from diaban.run.stage import Stage, open_stage
from diaban.spec.discover import studies

NOTEBOOK = "4_district.ipynb"


@dataclass(frozen=True)
class Report:
    """What became of a run: where the index is, which pages are there, which failed."""

    site: Path
    done: list[str]
    failed: list[Failed]


def run_study(
    folder: Path,
    *,
    localities: Sequence[str] = (),
    period: str | None = None,
    language: str | None = None,
    jobs: int | None = None,
    method: Method | None = None,
    outputs: Path | None = None,
    within: str | None = None,
    edition: str | None = None,
    internal: bool = False,
    stage: Stage | None = None,
) -> Report:
    """Make the findings of the study in `folder`: all localities of report, or those named.

    localities: names with or without diacritics, or codes. period: a block of the study. language: "vi",
    "en", "all", or None for the study's first. within: code of a larger locality whose localities are to be
    reported. edition: key of a declared edition. internal: exact counts, for the office alone.
    stage: that of all these, where it has been opened. Pages that are there already are not made again.
    """
    with writing_in_words(outputs or outputs_folder(folder)):
        return _run(
            folder,
            localities,
            period,
            language,
            jobs or os.cpu_count() or 1,
            method or default_method(),
            outputs,
            Choice(within, edition, internal),
            stage,
        )


def _run(
    folder: Path,
    localities: Sequence[str],
    period: str | None,
    language: str | None,
    jobs: int,
    method: Method,
    outputs: Path | None,
    choice: Choice,
    opened: Stage | None,
) -> Report:
    spec = declared_spec(folder, choice)
    languages: list[str] = [*spec.study.languages] if language == "all" else [language_of(spec, language)]
    period = period_of(spec, period)
    if method == "forkserver":
        warm_up(PRELOAD)
    stage = reviewed(opened or open_stage(folder, outputs=outputs, **choice._asdict()), period)
    chosen = _chosen(stage, localities)
    tasks = _tasks(stage, chosen, period, languages, method)
    outcomes = _make(tasks, jobs, method)
    failed = [outcome for outcome in outcomes.values() if isinstance(outcome, Failed)]
    site = assemble(stage, pages_folder(stage, period), period, languages, finished=not failed)
    return Report(site, [name for name, task in tasks.items() if task.target.exists()], failed)


def pages_folder(stage: Stage, period: str) -> Path:
    """Where the pages of a period are kept: by their notebook and the decisions of reviewers."""
    parameters = {"period": period, "reviews": reviews_key(stage.folder)}
    key = content_key([notebook_path(stage.folder)], parameters, {})
    return stage.path / "pages" / f"{period}-{key[:8]}"


def _chosen(stage: Stage, localities: Sequence[str]) -> list[str]:
    table = stage.cube["localities"]
    reported = table[table["reported"]]
    if not localities:
        return reported["locality"].tolist()
    return list(dict.fromkeys(find_locality(reported, name) for name in localities))


def _tasks(
    stage: Stage, chosen: list[str], period: str, languages: list[str], method: Method
) -> dict[str, PageTask]:
    """One task a language and locality, by a name that the progress bar and a failure can show."""
    tasks: dict[str, PageTask] = {}
    cube, files = stage.cube, page_names(stage)
    names = dict(zip(cube["localities"]["locality"], cube["localities"]["name"], strict=True))
    notebook, study, called = notebook_path(stage.folder), _study_name(stage), _unmistakable(stage)
    made, executed = pages_folder(stage, period), stage.path / "notebooks" / period
    for language in languages:
        words = words_of(stage.spec, cube, language)
        for locality in chosen:
            name = names[locality] if len(languages) == 1 else f"{names[locality]} ({language})"
            if name in tasks:
                name = f"{name} {locality}"
            tasks[name] = PageTask(
                notebook=notebook,
                parameters={
                    "study": study,
                    "district": called[locality],
                    "period": period,
                    "language": language,
                },
                stage=stage.path,
                executed=(executed / language / files[locality]).with_suffix(".ipynb"),
                target=made / language / files[locality],
                title=f"{capital(words.place(locality))} · {words.period(period)}",
                language=language,
                simulated=stage.spec.study.simulated,
                internal=stage.internal,
                engine=engine_for(method),
            )
    return tasks


def _study_name(stage: Stage) -> str:
    """The study's name where that leads to it, else its folder."""
    return stage.folder.name if stage.folder == studies().get(stage.folder.name) else str(stage.folder)


def _unmistakable(stage: Stage) -> dict[str, str]:
    """Locality -> its type and name where only one is called so, else its code."""
    table = stage.cube["localities"]
    called = (table["type"].fillna("") + " " + table["name"]).str.strip()
    return dict(
        zip(table["locality"], called.mask(called.duplicated(keep=False), table["locality"]), strict=True)
    )


def _make(tasks: dict[str, PageTask], jobs: int, method: Method) -> dict:
    missing = {name: task for name, task in tasks.items() if not task.target.exists()}
    with Progress(len(missing)) as progress:
        outcomes = fan_out(missing, make_page, jobs=jobs, preload=PRELOAD, method=method, on_event=progress)
    for name, outcome in outcomes.items():
        if isinstance(outcome, Failed) and outcome.kind != "error":
            from diaban.run.notebook import keep_half_run  # papermill: seconds that a good run does without

            keep_half_run(missing[name].executed)
    return outcomes


def notebook_path(folder: Path) -> Path:
    """The findings notebook: in `notebooks` beside the studies, else beside the library."""
    beside = folder.resolve().parent.parent / "notebooks" / NOTEBOOK
    library = Path(__file__).resolve().parents[3] / "notebooks" / NOTEBOOK
    for path in (beside, library):
        if path.is_file():
            return path
    raise DiabanError("run_notebook_missing", name=NOTEBOOK, folder=beside.parent.name)
