"""What every question of a study needs: its tables, its names, the frames and refusals it answers with."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cached_property
from pathlib import Path

import pandas as pd

from diaban.errors import DiabanError
from diaban.intake.tables import Intake, Tables
from diaban.language import numbers
from diaban.places import ancestors, find_locality, fold
from diaban.results import Results
from diaban.spec import StudySpec
from diaban.spec.streams import StreamSpec
from diaban.study.display import text
from diaban.study.frames import StudyFrame, study_frame
from diaban.study.labels import Labels
from diaban.withheld import Withheld

TABLES = tuple(field.name for field in fields(Tables))


class TableSet:
    """The checked tables of a study by name; one that it does not have is refused in words, not an error."""

    def __init__(self, study: StudyBase, tables: Tables) -> None:
        self._study, self._tables = study, tables
        self._marked: dict[str, pd.DataFrame] = {}

    def __getattr__(self, name: str) -> pd.DataFrame | Withheld:
        if name.startswith("_") or name not in TABLES:
            raise AttributeError(name)
        if name not in self._marked:
            frame = getattr(self._tables, name)
            if frame is None:
                return Withheld(name, "no_table", "bring_table", {"table": name})
            self._marked[name] = self._study._table(name, frame)
        return self._marked[name]

    def __dir__(self) -> Iterable[str]:
        return [name for name in TABLES if getattr(self._tables, name) is not None]

    def __repr__(self) -> str:
        sizes = {name: frame.shape for name, frame in self._tables.present().items()}
        return "\n".join(f"{name}: {rows} x {columns}" for name, (rows, columns) in sizes.items())


class StudyBase:
    """An opened study without its questions."""

    def __init__(self, spec: StudySpec, folder: Path, intake: Intake, language: str) -> None:
        self.spec, self.folder, self.language = spec, folder, language
        self._intake = intake
        self.tables = TableSet(self, intake.tables)
        self.results = Results(spec, intake.tables)

    @property
    def key(self) -> str:
        return self.spec.study.key

    @property
    def simulated(self) -> bool:
        return self.spec.study.simulated

    @property
    def period(self) -> str:
        """The block that the study reports on."""
        return self.spec.periods.report

    @property
    def baseline(self) -> str:
        """The block that it is compared with."""
        return self.spec.periods.baseline

    @cached_property
    def labels(self) -> Labels:
        """Names of localities, causes and conditions, indicators, streams in the study's language."""
        return Labels(self.spec, self._intake.tables, self.language)

    def find_stream(self, stream: str = "") -> str:
        """Key of the stream that a key or name means; of the first one for an empty text.

        Example: study.find_stream("xam hai tre em"). Raises DiabanError with the nearest for one unknown.
        """
        return self._stream(stream).key

    def find_locality(self, locality: str) -> str:
        """Code of the locality of report that a name means, with or without diacritics and type.

        Example: study.find_locality("bu dang"). Raises DiabanError with the nearest names for one unknown.
        """
        level = self.spec.places.report_level
        return find_locality(self._intake.tables.localities, locality, level=level)

    def __getattr__(self, name: str) -> pd.DataFrame | Withheld:
        if name in TABLES:
            return getattr(self.tables, name)
        raise AttributeError(name)

    def __dir__(self) -> Iterable[str]:
        public = {name for name in super().__dir__() if not name.startswith("_")}
        return sorted(public | set(dir(self.tables)))

    # what the questions share

    def _stream(self, stream: str | None) -> StreamSpec:
        """The stream of that key or name; the first declared one for None or an empty text."""
        if not stream:
            return self.spec.streams[0]
        forms = {fold(form): s for s in self.spec.streams for form in (s.key, *_texts(s))}
        if fold(stream) in forms:
            return forms[fold(stream)]
        keys = [s.key for s in self.spec.streams]
        nearest = difflib.get_close_matches(fold(stream), forms, n=1, cutoff=0.0)
        raise DiabanError(
            "study_unknown_stream", name=stream, likely=forms[nearest[0]].key, known=", ".join(keys)
        )

    def _streams(self, stream: str | None) -> list[str]:
        """That stream alone, or all."""
        return [self._stream(stream).key] if stream else [s.key for s in self.spec.streams]

    def _block(self, period: str | None) -> list[str]:
        """That block alone, or all."""
        blocks = [block.key for block in self.spec.periods.blocks]
        if not period:
            return blocks
        if period.replace("–", "-") not in blocks:
            raise DiabanError("study_unknown_period", name=period, known=", ".join(blocks))
        return [period.replace("–", "-")]

    @cached_property
    def _reported(self) -> list[str]:
        """Localities that findings are written for, in the order of their codes."""
        at_report = sorted(self.results.exposed_report["locality"].unique())
        parent = self.spec.places.report_parent
        if parent is None:
            return at_report
        localities = self._intake.tables.localities
        level = localities.set_index("locality").loc[parent, "level"]
        above = ancestors(localities, str(level))
        return [code for code in at_report if above.get(code) == parent]

    def _shown(self, frame: pd.DataFrame, *, everywhere: bool) -> pd.DataFrame:
        """Rows of the localities that findings are written for, and of those inside them; or all rows."""
        at_report = frame["locality"].map(self.results.report_of)
        return frame if everywhere else frame[at_report.isin(self._reported)]

    def _table(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """A table as its readers get it: marked, but for polygons, which need their own kind of frame."""
        if name == "boundaries":
            return frame
        return self._frame(frame, "", tables=[name])

    def _frame(
        self,
        frame: pd.DataFrame,
        question: str,
        *,
        tables: Iterable[str] = (),
        units: Mapping[str, object] | None = None,
        per: int | None = None,
    ) -> StudyFrame:
        """The answer to `question`, with names beside codes, and what it is made of in its `attrs`."""
        return study_frame(
            self._named(frame.reset_index(drop=True)) if question else frame,
            simulated=self.simulated,
            study=self.key,
            question=question,
            language=self.language,
            per=per,
            units=text(f"{question}_units", self.language, **units) if units is not None else "",
            source=self._source(tables),
        )

    def _named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """`frame` with `name` behind locality, and `label` behind code or indicator."""
        frame = frame.copy()
        wanted = [("locality", "name", self.labels.places), ("code", "label", self.labels.codes)]
        wanted.append(("indicator", "label", self.labels.indicators))
        for column, name, labels in wanted:
            if column in frame and name not in frame:
                values = frame[column].map(labels).astype("str")
                frame.insert(int(frame.columns.get_loc(column)) + 1, name, values)
        return frame

    def _source(self, tables: Iterable[str]) -> str:
        sources = self._intake.card.sources
        cited = sources.loc[sources["table"].isin(list(tables)), "citation"]
        cited = cited[cited != ""].drop_duplicates()
        return text("source", self.language, sources="; ".join(cited)) if len(cited) else ""

    def _risk(self, stream: str | None) -> dict[str, object]:
        """Fields of a sentence about rates."""
        populations = {s.population for s in self.spec.streams if not stream or s.key == stream}
        labels = [self.spec.populations[p].label[self.language] for p in sorted(populations)]
        per = numbers.number(self.spec.model.per, self.language)
        return {"per": per, "population": " / ".join(labels)}

    def _counted(self) -> list[str]:
        return ["cases", "counts", "population"]


def _texts(stream: StreamSpec) -> list[str]:
    return [text for label in (stream.label, stream.short) for text in (label.vi, label.en)]
