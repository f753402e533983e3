"""Findings in words: one file of sentences a language, filled with labels and formatted numbers."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from diaban.findings.finding import Finding
from diaban.language import numbers
from diaban.spec import StudySpec

DOTS = {"strong": "●●●", "moderate": "●●○", "weak": "●○○", "insufficient": "○○○"}

_COUNTS = {"cases", "baseline_cases", "n_coded", "n_files", "comparisons", "per"}
_RATES = {"rate", "rate_lower", "rate_upper", "reference_rate"}


@cache
def sentences(language: str) -> dict[str, dict[str, str]]:
    """The sentence file of a language: group -> key -> template."""
    path = files("diaban.findings").joinpath(f"sentences/{language}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Said:
    """A finding as the reader meets it."""

    claim: str
    number: str
    strength: str
    because: str
    dots: str
    alternatives: tuple[str, ...]
    action: str
    lead: str


class Words:
    """Says things about the localities of one study in one language."""

    def __init__(
        self,
        spec: StudySpec,
        localities: pd.DataFrame,
        code_book: pd.DataFrame,
        measures: pd.DataFrame,
        language: str,
    ) -> None:
        self.spec, self.language = spec, language
        self._localities = localities.set_index("locality")
        self._codes = dict(zip(code_book["code"], code_book[f"label_{language}"], strict=True))
        self._measures = measures.set_index("measure")
        self._indicators = {i.key: i for i in spec.indicators}
        self._levels = {level.key: level for level in spec.levels}

    def place(self, locality: str) -> str:
        """The locality with its type, as it stands inside a sentence."""
        row = self._localities.loc[locality]
        level = self._levels[row["level"]]
        kind = level.types.get(row["type"])
        return level.phrase[self.language].format(
            name=row["name"], type=kind[self.language] if kind else row["type"]
        )

    @property
    def known_places(self) -> pd.Index:
        """Localities that have a name here."""
        return self._localities.index

    @property
    def top(self) -> str:
        level = self._levels[self.spec.top_level]
        return (level.whole or level.label)[self.language]

    def code(self, code: str) -> str:
        return self._codes.get(code, code)

    def indicator(self, key: str) -> str:
        return self._indicators[key].label[self.language]

    def indicator_with_unit(self, key: str) -> str:
        """The indicator with its unit in brackets, where values stand in columns."""
        return f"{self.indicator(key)} ({self._indicators[key].unit[self.language]})"

    def indicator_number(self, key: str, value: object) -> str:
        """The value without its unit."""
        return numbers.number(value, self.language, self._indicators[key].decimals)

    def indicator_value(self, key: str, value: object) -> str:
        text = self.indicator_number(key, value)
        unit = self._indicators[key].unit[self.language]
        return f"{text}{unit}" if unit.startswith("%") else f"{text} {unit}".strip()

    def measure(self, key: str, column: str = "label") -> str:
        return str(self._measures.loc[key, f"{column}_{self.language}"])

    def period(self, period: str) -> str:
        """A block or period as printed: a hyphen between years becomes an en dash."""
        return period.replace("-", "–")

    def text(self, group: str, key: str, **fields: object) -> str:
        return sentences(self.language)[group][key].format(**fields)

    def say(self, finding: Finding) -> Said:
        """The finding's claim, number, strength, other explanations and what follows."""
        fields = self._fields(finding)
        return Said(
            claim=capital(self.text(self._claims(finding), finding.statement, **fields)),
            number=self.text("number", finding.statement, **fields),
            strength=self.text("strength", finding.strength),
            because=self.because(finding),
            dots=DOTS[finding.strength],
            alternatives=tuple(self.text("alternative", key) for key in finding.alternatives),
            action=self.text("action", finding.action, **fields),
            lead=self.measure(finding.measures[0], "lead") if finding.measures else "",
        )

    def _claims(self, finding: Finding) -> str:
        """The group of its sentence: where the study codes no files, one that does not speak of files."""
        apart = "claim_without_files"
        return apart if not self._codes and finding.statement in sentences(self.language)[apart] else "claim"

    def because(self, finding: Finding) -> str:
        """Why the finding is as sure as it is: by the row of the rule that decided, or by what it states."""
        texts = sentences(self.language)
        said = texts["because"] | ({} if self._codes else texts["because_without_files"])
        return said.get(finding.statement) or said.get(finding.rule, "")

    def _fields(self, finding: Finding) -> dict[str, str]:
        said = {
            "place": self.place(finding.locality),
            "top": self.top,
            "period": self.period(finding.period),
            "measure": self.measure(finding.measures[0]) if finding.measures else "",
        }
        if finding.stream:
            stream = self.spec.stream(finding.stream)
            said |= {
                "stream": stream.short[self.language],
                "cases_noun": stream.cases_noun[self.language],
                "population": self.spec.populations[stream.population].label[self.language],
            }
        return said | {name: self._fact(name, value, finding) for name, value in finding.facts.items()}

    def difference(self, indicator: str, value: object) -> str:
        """How far two places are apart: of percentages, in points."""
        if self._indicators[indicator].unit[self.language].startswith("%"):
            return f"{self.indicator_number(indicator, value)} {self.text('direction', 'points')}"
        return self.indicator_value(indicator, value)

    def _fact(self, name: str, value: object, finding: Finding) -> str:
        """A raw value in the form that its name asks for."""
        if name == "code":
            return capital(self.code(str(value)))
        if name == "indicator":
            return self.indicator(str(value))
        if name in ("direction", "gap"):
            return self.text(name, str(value))
        if name == "sd":
            return self.difference(str(finding.facts["indicator"]), value)
        if name in ("value", "reference"):
            return self.indicator_value(str(finding.facts["indicator"]), value)
        if name == "baseline":
            return self.period(str(value))
        if name in _COUNTS:
            return numbers.number(value, self.language)
        if name in _RATES:
            return numbers.rate(value, self.language)
        if name == "mean_cases":
            return numbers.mean(value, self.language)
        if "share" in name:
            return numbers.percent(value, self.language)
        return numbers.number(value, self.language, decimals=1)


def small(sentence: str) -> str:
    """The name as it stands inside a sentence; an abbreviation keeps its capitals."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def capital(sentence: str) -> str:
    """The sentence (or name) as it stands at the head of a line."""
    return sentence[:1].upper() + sentence[1:]
