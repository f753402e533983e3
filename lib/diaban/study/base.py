"""What every question of a study needs: its tables, its names, the frames and refusals it answers with."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

import pandas as pd

from diaban.errors import DiabanError
from diaban.intake.tables import Intake
from diaban.language import numbers
from diaban.places import ancestors, find_locality, fold
from diaban.results import Results
from diaban.spec import StudySpec
from diaban.spec.streams import StreamSpec
from diaban.spec.text import Text
from diaban.study.display import text
from diaban.study.frames import StudyFrame, study_frame
from diaban.study.labels import Labels
from diaban.study.table_set import TABLES, TableSet
from diaban.withheld import Withheld


class StudyBase:
    """An opened study without its questions."""

    def __init__(self, spec: StudySpec, folder: Path, intake: Intake, language: str) -> None:
        self.spec, self.folder, self.language = spec, folder, language
        self._intake = intake
        self.tables = TableSet(intake.tables, self._table)
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

    def find_locality(self, locality: str = "", stream: str | None = None) -> str:
        """Code of the locality of report that a name means, with or without diacritics and type.

        For an empty text the one whose rate of `stream` in the report block lies most surely above the
        whole's. Example: study.find_locality("bu dang"). Raises DiabanError with the nearest names for one
        unknown.
        """
        if locality:
            level = self.spec.places.report_level
            return find_locality(self._intake.tables.localities, locality, level=level)
        rates = self._shown(self.results.rates, everywhere=False)
        asked = (rates["stream"] == self._stream(stream).key) & (rates["period"] == self.period)
        surest = rates[asked].dropna(subset=["probability_above"]).sort_values("probability_above")
        return surest["locality"].iloc[-1] if len(surest) else self._reported[0]

    def find_indicator(self, indicator: str = "", stream: str | None = None) -> str:
        """Key of the indicator of the main model that a key or name means, with or without diacritics.

        For an empty text the one whose association with `stream` between places is surest (smallest p).
        Example: study.find_indicator("income"). Raises DiabanError with the nearest for one unknown.
        """
        known = [i for i in self.spec.indicators if i.model]
        if indicator or not known:
            forms = {form: i.key for i in known for form in (i.key, *_texts(i.label))}
            return self._nearest("study_unknown_indicator", indicator, forms)
        found = self.results.area_factors
        if found is None:
            return known[0].key
        asked = (found["stream"] == self._stream(stream).key) & (found["part"] == "between")
        surest = found[asked].dropna(subset=["p"]).sort_values("p", kind="stable")
        return surest["indicator"].iloc[0] if len(surest) else known[0].key

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
        forms = {
            form: s.key for s in self.spec.streams for form in (s.key, *_texts(s.label), *_texts(s.short))
        }
        return self.spec.stream(self._nearest("study_unknown_stream", stream, forms))

    def _nearest(self, error: str, name: str, forms: Mapping[str, str]) -> str:
        """The key that `name` means among the forms (as people write it -> key)."""
        folded = {fold(form): key for form, key in forms.items()}
        if fold(name) in folded:
            return folded[fold(name)]
        keys = list(dict.fromkeys(forms.values()))
        nearest = difflib.get_close_matches(fold(name), folded, n=1, cutoff=0.0)
        likely = folded[nearest[0]] if nearest else "–"
        raise DiabanError(error, name=name, likely=likely, known=", ".join(keys) or "–")

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

    def _one_of(self, error: str, name: str, known: Iterable[str]) -> str:
        """`name`, where it is known."""
        if name not in known:
            raise DiabanError(error, name=name, known=", ".join(known))
        return name

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
        """`frame` with names behind the columns of codes."""
        frame = frame.copy()
        for column, name, labels in self.labels.columns:
            if column in frame and name not in frame:
                values = frame[column].map(labels).astype("str")
                frame.insert(int(frame.columns.get_loc(column)) + 1, name, values)
        return frame

    def _source(self, tables: Iterable[str]) -> str:
        sources = self._intake.card.sources
        cited = sources.loc[sources["table"].isin(list(tables)), f"citation_{self.language}"]
        cited = cited[cited != ""].drop_duplicates()
        return text("source", self.language, sources="; ".join(cited)) if len(cited) else ""

    def _risk(self, stream: str | None) -> dict[str, object]:
        """Fields of a sentence about rates."""
        populations = {s.population for s in self.spec.streams if not stream or s.key == stream}
        labels = [self.spec.populations[p].label[self.language] for p in sorted(populations)]
        return {"per": self._count(self.spec.model.per), "population": " / ".join(labels)}

    def _counted(self) -> list[str]:
        return ["cases", "counts", "population"]

    def _count(self, value: float) -> str:
        return numbers.number(value, self.language)

    def _file_span(self) -> str:
        periods = self.results.file_periods
        return f"{periods[0]}–{periods[-1]}" if periods else "–"

    def _place_title(self, stream: str, locality: str | None) -> str:
        """Title of a figure of one stream in the whole, or in one locality."""
        everywhere = text("everywhere", self.language)
        place = self.labels.places[self.find_locality(locality)] if locality else everywhere
        return f"{self.labels.streams[stream]}: {place}"

    def _chart_options(self) -> dict:
        """What every chart of this study is given."""
        labels = self.labels.everything
        return {"simulated": self.simulated, "language": self.language, "labels": labels}

    def _not_comparable(self, question: str, stream: str, period: str) -> Withheld:
        rates = self.results.rates
        known = rates.loc[rates["stream"] == stream, "period"].drop_duplicates()
        fields: dict[str, object] = {
            "stream": self.labels.streams[stream],
            "period": period,
            "periods": ", ".join(known) or "–",
        }
        return Withheld(question, "not_comparable", "ask_comparable", fields)

    def _no_files(self, question: str) -> Withheld:
        return Withheld(question, "no_case_files", "bring_case_files")

    def _no_indicators(self, question: str) -> Withheld:
        return Withheld(question, "no_indicators", "bring_table", {"table": "indicators"})


def _texts(label: Text) -> list[str]:
    return [label.vi, label.en]
