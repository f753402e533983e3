"""Names for codes, in one language."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from diaban.analysis.targets.frames import WHOLE
from diaban.intake.tables import Tables
from diaban.release.pages.fragment import texts
from diaban.spec import StudySpec
from diaban.study.display import text


class Labels:
    """What the codes of a study stand for: localities, streams, indicators, domains, causes, conditions."""

    def __init__(self, spec: StudySpec, tables: Tables, language: str) -> None:
        self.spec, self.language = spec, language
        self._localities, self._code_book = tables.localities, tables.code_book

    @cached_property
    def places(self) -> dict[str, str]:
        """Code of a locality -> its name with its type; names alike say what tells them apart."""
        rows = self._localities
        levels = {level.key: level for level in self.spec.levels}
        phrases = [
            levels[row.level].phrase[self.language].format(name=row.name_, type=self._kind(levels, row))
            for row in rows.rename(columns={"name": "name_"}).itertuples()
        ]
        named = pd.Series(phrases, index=rows["locality"], dtype="str").str.strip()
        named = named.str[:1].str.upper() + named.str[1:]
        former = rows["valid_to"] < pd.Timestamp(self.spec.periods.cutoff)
        until = rows["valid_to"].dt.year.astype("Int64").astype("str")
        named = named.mask(former.to_numpy(), named + " (–" + until.to_numpy() + ")")
        kinds = pd.Series(rows["type"].fillna("").astype("str").to_numpy(), index=named.index)
        named = self._told_apart(named, kinds)
        parents = pd.Series(rows["parent"].map(named).fillna("").astype("str").to_numpy(), index=named.index)
        return dict(self._told_apart(named, parents))

    @cached_property
    def codes(self) -> dict[str, str]:
        """Code of a cause or condition -> its label."""
        if self._code_book is None:
            return {}
        return dict(zip(self._code_book["code"], self._code_book[f"label_{self.language}"], strict=True))

    @cached_property
    def indicators(self) -> dict[str, str]:
        return {i.key: i.label[self.language] for i in self.spec.indicators}

    @cached_property
    def streams(self) -> dict[str, str]:
        return {s.key: s.label[self.language] for s in self.spec.streams}

    @cached_property
    def domains(self) -> dict[str, str]:
        return {d.key: d.label[self.language] for d in self.spec.domains}

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kind of a code -> its name."""
        said = texts(self.language)["methods_page"]
        kinds = ("cause", "condition", "missing_protective", "not_established")
        return {kind: said[kind] for kind in kinds}

    @cached_property
    def moments(self) -> dict[str, str]:
        """Moment of an event -> its name."""
        return texts(self.language)["moments"]

    @cached_property
    def targets(self) -> dict[str, str]:
        return {t.key: t.label[self.language] for t in self.spec.targets}

    @cached_property
    def themes(self) -> dict[str, str]:
        return {t.key: t.label[self.language] for t in self.spec.themes}

    @cached_property
    def panels(self) -> dict[str, str]:
        """Panel of a theme -> its name."""
        return texts(self.language)["themes"]["panels"]

    @cached_property
    def categories(self) -> dict[str, str]:
        """<panel>_<category> of a theme -> its name."""
        return texts(self.language)["themes"]["values"]

    @cached_property
    def steps(self) -> dict[str, str]:
        """Step of handling -> its name."""
        declared = self.spec.handling
        return {step.key: step.label[self.language] for step in declared.steps} if declared else {}

    @cached_property
    def reasons(self) -> dict[str, str]:
        """Coded reason of a step -> its name."""
        declared = self.spec.handling
        return {one.key: one.label[self.language] for one in declared.reasons} if declared else {}

    @cached_property
    def everything(self) -> dict[str, str]:
        """All of them, for a chart."""
        return self.places | self.codes | self.indicators | self.streams | self.domains | self.moments

    @property
    def columns(self) -> list[tuple[str, str, dict[str, str]]]:
        """Columns of codes in answers, the column that a name goes to, and the names."""
        return [
            ("locality", "name", self.places | {WHOLE: text("everywhere", self.language)}),
            ("neighbour", "neighbour_name", self.places),
            ("loo_group", "loo_group_name", self.places),
            ("code", "label", self.domains | self.codes),
            ("a", "label_a", self.codes),
            ("b", "label_b", self.codes),
            ("indicator", "label", self.indicators),
            ("moment", "label", self.moments),
            ("theme", "theme_label", self.themes),
        ]

    def _kind(self, levels: dict, row: object) -> str:
        known = levels[row.level].types.get(row.type)  # type: ignore[attr-defined]
        return known[self.language] if known else str(row.type)  # type: ignore[attr-defined]

    def _told_apart(self, names: pd.Series, by: pd.Series) -> pd.Series:
        """Names that occur more than once on a level, with `by` in brackets where that tells them apart."""
        level = self._localities["level"].to_numpy()
        several = by.groupby([level, names.to_numpy()]).transform("nunique") > 1
        return names.mask(several & (by != ""), names + " (" + by + ")")
