"""The study as a researcher meets it: every question is a method, found by Tab."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

from diaban.charts.texts import simulated_mark
from diaban.errors import DiabanError
from diaban.intake.read import read_tables
from diaban.language.catalogue import LANGUAGES
from diaban.spec import read_spec
from diaban.spec.discover import find_study
from diaban.study.about_conditions import AboutConditions
from diaban.study.about_data import AboutData
from diaban.study.about_events import AboutEvents
from diaban.study.about_excess import AboutExcess
from diaban.study.about_factors import AboutFactors
from diaban.study.about_files import AboutFiles
from diaban.study.about_handling import AboutHandling
from diaban.study.about_limits import AboutLimits
from diaban.study.about_places import AboutPlaces
from diaban.study.about_plan import AboutPlan
from diaban.study.about_time import AboutTime
from diaban.study.about_units import AboutUnits
from diaban.study.display import text

_CHAPTERS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("data", (AboutData,)),
    ("places", (AboutPlaces,)),
    ("files", (AboutFiles, AboutEvents)),
    ("area", (AboutConditions, AboutExcess)),
    ("together", (AboutFactors,)),
    ("plan", (AboutPlan,)),
    ("time", (AboutTime,)),
    ("handling", (AboutHandling,)),
    ("units", (AboutUnits,)),
    ("limits", (AboutLimits,)),
)


class Study(AboutExcess, AboutLimits):
    """A study: its tables (`study.cases`, `study.population`, …) and one method a question.

    **Internal.** Counts are exact: nothing here is protected for sharing, small numbers are shown, and what
    leaves the office is the site that `diaban run` makes.

    Frames are DataFrames whose `attrs` name the study, its units and sources; figures are Charts (`.svg()`,
    `.png()`, `.save(path)`). A question that the data cannot answer returns a Withheld that says why, in
    Vietnamese and English. Streams, localities and blocks are given by key or by name, with or without
    diacritics. Without a stream, frames hold all of them and charts show the first.
    """

    def __repr__(self) -> str:
        lines = [self.spec.study.title[self.language], text("internal", self.language)]
        if self.simulated:
            lines.append(simulated_mark())
        lines += [f"{name}: {', '.join(dict(methods))}" for name, methods in self._chapters()]
        return "\n".join([*lines, f"{text('tables', self.language)}: {', '.join(dir(self.tables))}"])

    def _repr_html_(self) -> str:
        mark = f'<p style="font-weight:600;background:#fff3d6;padding:2px 8px">{simulated_mark()}</p>'
        chapters = "".join(
            f"<details><summary><strong>{escape(name)}</strong> ({len(methods)})</summary><ul>"
            + "".join(f"<li><code>.{m}()</code> {escape(line)}</li>" for m, line in methods)
            + "</ul></details>"
            for name, methods in self._chapters()
        )
        tables = ", ".join(f"<code>.{name}</code>" for name in dir(self.tables))
        return (
            f"<div><h3>{escape(self.spec.study.title[self.language])}</h3>{mark if self.simulated else ''}"
            f"<p><strong>{escape(text('internal', self.language))}</strong></p><p>{escape(self._scope())}</p>"
            f"{chapters}<p>{escape(text('tables', self.language))}: {tables}</p></div>"
        )

    def _scope(self) -> str:
        """How many localities, which periods, which streams."""
        periods = self.results.periods
        return text(
            "scope",
            self.language,
            localities=len(self._reported),
            first=periods[0],
            last=periods[-1],
            streams="; ".join(self.labels.streams.values()),
        )

    def _chapters(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Heading of a chapter -> its questions with the first line of what they say of themselves."""
        for key, parts in _CHAPTERS:
            methods = [(name, f) for part in parts for name, f in vars(part).items() if inspect.isfunction(f)]
            lines = [(name, _first_line(method)) for name, method in methods if not name.startswith("_")]
            yield text(f"chapter_{key}", self.language), lines


def _first_line(method: Callable) -> str:
    return (inspect.getdoc(method) or "").split("\n")[0].replace("`", "")


def open_study(study: str | Path, *, language: str = "vi") -> Study:
    """Open a study by its name (a folder of `data/`) or by the path of its folder.

    Reads and checks every table of it (seconds); each answer is worked out when first asked for. language:
    of labels and refusals, "vi" or "en". Raises DiabanError for an unknown study (with the nearest names), a
    broken study.toml and every structural fault of a source.

    >>> study = diaban.open_study("binh_phuoc", language="en")
    >>> study.rates("child_abuse", study.period)
    """
    if language not in LANGUAGES:
        raise DiabanError("study_unknown_language", name=language, known=", ".join(LANGUAGES))
    folder = find_study(study)
    spec = read_spec(folder)
    return Study(spec, folder, read_tables(spec, folder), language)
