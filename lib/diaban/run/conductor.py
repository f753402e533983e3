"""The conductor: province stage once, then one notebook a locality in parallel, then the site."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from diaban.errors import DiabanError
from diaban.findings.words import Words
from diaban.places.names import find_locality
from diaban.run.fan_out import fan_out
from diaban.run.fork_server import warm_up
from diaban.run.keys import content_key
from diaban.run.make_page import PRELOAD, make_page
from diaban.run.methods import Method, default_method, engine_for
from diaban.run.outcomes import Failed
from diaban.run.page_task import PageTask
from diaban.run.progress import Progress
from diaban.run.site import assemble, page_name
from diaban.run.stage import Stage, open_stage
from diaban.spec import read_spec
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
) -> Report:
    """Make the findings of the study in `folder`: all localities of report, or those named.

    localities: names with or without diacritics, or codes. period: a block of the study. language: "vi",
    "en", "all", or None for the study's first. within: code of a larger locality whose localities are to be
    reported. Pages that are there already are not made again.
    """
    method = method or default_method()
    spec = read_spec(folder)
    languages = _languages(spec.study.languages, language)
    period = _period(spec, period)
    if method == "forkserver":
        warm_up(PRELOAD)
    stage = open_stage(folder, outputs=outputs, within=within)
    chosen = _chosen(stage, localities)
    tasks = _tasks(stage, chosen, period, languages, method)
    outcomes = _make(tasks, jobs or os.cpu_count() or 1, method)
    failed = [outcome for outcome in outcomes.values() if isinstance(outcome, Failed)]
    site = assemble(stage, pages_folder(stage, period), period, languages, finished=not failed)
    return Report(site, [name for name, task in tasks.items() if task.target.exists()], failed)


def pages_folder(stage: Stage, period: str) -> Path:
    """Where the pages of a period are kept: by the content of the notebook that makes them."""
    key = content_key([notebook_path(stage.folder)], {"period": period}, {})
    return stage.path / "pages" / f"{period}-{key[:8]}"


def _languages(declared: Sequence[str], language: str | None) -> list[str]:
    if language == "all":
        return list(declared)
    if language is not None and language not in declared:
        raise DiabanError("run_language", language=language, known=", ".join(declared))
    return [language or declared[0]]


def _period(spec, period: str | None) -> str:
    blocks = [block.key for block in spec.periods.blocks]
    if period is not None and period not in blocks:
        raise DiabanError("run_period", period=period, known=", ".join(blocks))
    return period or spec.periods.report


def _chosen(stage: Stage, localities: Sequence[str]) -> list[str]:
    table = stage.cube["localities"]
    reported = table[table["reported"]]
    if not localities:
        return reported["locality"].tolist()
    return list(dict.fromkeys(find_locality(reported, name) for name in localities))


def _tasks(
    stage: Stage, chosen: list[str], period: str, languages: list[str], method: Method
) -> dict[str, PageTask]:
    tasks = {}
    names = stage.cube["localities"].set_index("locality")["name"]
    for language in languages:
        words = Words(
            stage.spec, stage.cube["localities"], stage.cube["code_book"], stage.cube["measures"], language
        )
        made = pages_folder(stage, period) / language
        for locality in chosen:
            name = names[locality] if len(languages) == 1 else f"{names[locality]} ({language})"
            if name in tasks:
                name = f"{name} {locality}"
            place = words.place(locality)
            tasks[name] = PageTask(
                notebook=notebook_path(stage.folder),
                parameters={
                    "study": _study_name(stage),
                    "district": _unmistakable(stage, locality),
                    "period": period,
                    "language": language,
                },
                stage=stage.path,
                executed=stage.path
                / "notebooks"
                / period
                / language
                / f"{page_name(stage, locality)[:-5]}.ipynb",
                target=made / page_name(stage, locality),
                title=f"{place[:1].upper()}{place[1:]} · {words.period(period)}",
                language=language,
                simulated=stage.spec.study.simulated,
                engine=engine_for(method),
            )
    return tasks


def _study_name(stage: Stage) -> str:
    """The study's name where that leads to it, else its folder."""
    return stage.folder.name if stage.folder == studies().get(stage.folder.name) else str(stage.folder)


def _unmistakable(stage: Stage, locality: str) -> str:
    """Type and name of a locality where only one is called so, else its code."""
    table = stage.cube["localities"]
    called = (table["type"].fillna("") + " " + table["name"]).str.strip()
    own = called[table["locality"] == locality].iloc[0]
    return own if (called == own).sum() == 1 else locality


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
