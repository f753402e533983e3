"""The site of a run: index, pages and exports, put in place when all of it is there."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from diaban.findings.words import capital
from diaban.release.cube import Cube
from diaban.release.exports import FILES, FOLDERS, mark, write_exports
from diaban.release.exports.annex import annex_beside
from diaban.release.pages.fragment import texts
from diaban.release.pages.guide_page import guide_page
from diaban.release.pages.index import index_page
from diaban.release.pages.languages import address, with_languages
from diaban.release.pages.methods_page import methods_page
from diaban.release.pages.names import monitoring_name, page_name
from diaban.release.pages.navigation import Entry, entries, with_navigation
from diaban.release.pages.whole_page import whole_page
from diaban.release.words_of import words_of
from diaban.run.atomic import point_latest, swap_directory, write_text
from diaban.run.choice import latest_name
from diaban.run.declared import VERSIONS
from diaban.run.keys import code_key, content_key
from diaban.run.stage import Stage
from diaban.spec import StudySpec, read_spec


def assemble(stage: Stage, pages: Path, period: str, languages: list[str], *, finished: bool) -> Path:
    """Put the site together from `pages` (a folder a language) and return its index.

    The first language stands at the top of the site, every other in a folder of its name. `latest` is
    turned to this run only if it is finished: no page failed.
    """
    unfinished = stage.path / ".site"
    shutil.rmtree(unfinished, ignore_errors=True)
    for language in languages:
        target = unfinished if language == languages[0] else unfinished / language
        _one_language(stage, pages / language, period, language, target)
    _switch_languages(unfinished, languages)
    _lead_on(stage, unfinished, languages)
    _export(stage, pages, period, languages)
    write_text(
        stage.path / "manifest.json",
        json.dumps(_manifest(stage, period, languages), indent=1, ensure_ascii=False),
    )
    swap_directory(unfinished, stage.path / "site")
    if finished:
        edition = stage.cube.facts["edition"] or None
        name = latest_name(read_spec(stage.folder), edition, internal=stage.internal)
        point_latest(stage.path.parent / name, stage.path, page="site/index.html")
    return stage.path / "site" / "index.html"


def page_names(stage: Stage) -> dict[str, str]:
    """Locality -> file name of its page: its name without diacritics, and its code."""
    table = stage.cube["localities"]
    return {
        locality: page_name(name, locality)
        for locality, name in zip(table["locality"], table["name"], strict=True)
    }


def _with_page(stage: Stage, made_in: Path) -> list[str]:
    """Localities whose page was made."""
    names = page_names(stage)
    return [code for code in stage.cube.reported if (made_in / names[code]).is_file()]


def _export(stage: Stage, pages: Path, period: str, languages: list[str]) -> None:
    """Findings, workbook, data package, and the Word annexes that were made with the pages, beside the site;
    put in place when all are there."""
    unfinished = stage.path / ".exports"
    shutil.rmtree(unfinished, ignore_errors=True)
    write_exports(stage.spec, stage.cube, unfinished, period=period, languages=languages, annexes=())
    for language in languages:
        for name in page_names(stage).values():
            made = annex_beside(pages / language / name)
            if made.is_file():
                shutil.copyfile(made, unfinished / "annex" / language / made.name)
    for name in FILES:
        (unfinished / name).replace(stage.path / name)
    for name in FOLDERS:
        swap_directory(unfinished / name, stage.path / name)
    shutil.rmtree(unfinished)


def _one_language(stage: Stage, made_in: Path, period: str, language: str, target: Path) -> None:
    """Index and pages of one language."""
    target.mkdir(parents=True, exist_ok=True)
    names = page_names(stage)
    pages = {code: names[code] for code in _with_page(stage, made_in)}
    for name in pages.values():
        for file in (name, monitoring_name(name)):
            if (made_in / file).is_file():
                shutil.copyfile(made_in / file, target / file)
    for name, html in pages_on_all(stage.spec, stage.cube, period, language, pages).items():
        write_text(target / name, html)


def pages_on_all(
    spec: StudySpec, cube: Cube, period: str, language: str, pages: Mapping[str, str]
) -> dict[str, str]:
    """File name -> HTML of the pages on all localities together. pages: as for `index_page`."""
    made = {"index.html": index_page(spec, cube, period=period, language=language, pages=pages)}
    for name, make in (("whole.html", whole_page), ("methods.html", methods_page)):
        made[name] = make(spec, cube, period=period, language=language)
    guide = guide_page(spec, cube, period=period, language=language, others=made)
    return made | {"guide.html": guide}


def _switch_languages(site: Path, languages: list[str]) -> None:
    """Put into every page the way to the same page in the other languages, where it was made."""
    folders = {language: site if language == languages[0] else site / language for language in languages}
    for language, folder in folders.items():
        for path in sorted(folder.glob("*.html")):
            others = {
                other: address(path.name, from_language=language, to_language=other, languages=languages)
                for other in languages
                if other != language and (folders[other] / path.name).is_file()
            }
            write_text(path, with_languages(path.read_text("utf-8"), language, others))


def _lead_on(stage: Stage, site: Path, languages: list[str]) -> None:
    """Put into every page the way to the others; pages of a locality lead to each other too."""
    names = page_names(stage)
    for language in languages:
        folder = site if language == languages[0] else site / language
        words, text = words_of(stage.spec, stage.cube, language), texts(language)
        own: dict[str, list[Entry]] = {path.name: [] for path in folder.glob("*.html")}
        for code, name in names.items():
            pages = ((name, capital(words.place(code))), (monitoring_name(name), text["site"]["monitoring"]))
            led = [Entry(file, label) for file, label in pages if file in own]
            own |= {entry.href: led for entry in led}
        for file, led in own.items():
            path = folder / file
            led_to = entries(text, words.top, led)
            write_text(path, with_navigation(path.read_text("utf-8"), text["site"]["label"], file, led_to))


def _manifest(stage: Stage, period: str, languages: list[str]) -> dict[str, object]:
    """What the run was made of: the same input gives the same manifest."""
    spec = stage.spec
    files = sorted(path for path in stage.folder.rglob("*") if path.is_file())
    return {
        "study": spec.study.key,
        "simulated": spec.study.simulated,
        "mark": mark(spec),
        "key": stage.key,
        "parameters": {
            "period": period,
            "languages": languages,
            "edition": stage.cube.facts["edition"],
            **({"audience": "internal"} if stage.internal else {}),
        },
        "seeds": {"model": spec.model.seed},
        "code": code_key("diaban"),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("diaban", *VERSIONS)},
        },
        "inputs": {path.relative_to(stage.folder).as_posix(): content_key([path], {}, {}) for path in files},
    }
