"""Result frames that know their study: the mark of simulated data is part of their kind."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from diaban.charts.texts import simulated_mark
from diaban.study.display import table_html, text

_MARK_STYLE = (
    "display:inline-block;margin:0 0 6px;padding:1px 8px;border:1px solid #e5c878;border-radius:3px;"
    "background:#fff3d6;color:#16242c;font-weight:600"
)
_NOTE_STYLE = "margin:0 0 4px;color:#52636d"


class StudyFrame(pd.DataFrame):
    """A DataFrame of one study, like any other in use.

    `attrs` says where it comes from: study, simulated, question, language, and where they apply per (the
    multiplier of rates), units, source. As a table in a notebook it opens with its title, units and source,
    and a wide one shows the columns that are read first and names the rest (`frame[columns]` shows any).
    """

    _simulated = False

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return type(self)

    def _repr_html_(self) -> str:
        language = self.attrs.get("language", "vi")
        question = self.attrs.get("question", "")
        head = [f'<span style="{_MARK_STYLE}">{simulated_mark()}</span>'] if self._simulated else []
        if question:
            head.append(f"<strong>{escape(text(question, language))}</strong>")
        notes = [self.attrs[name] for name in ("units", "source") if self.attrs.get(name)]
        notes = [f'<p style="{_NOTE_STYLE}">{escape(note)}</p>' for note in notes]
        return (
            f"<div>{' '.join(head)}{''.join(notes)}{table_html(pd.DataFrame(self), question, language)}</div>"
        )

    def __repr__(self) -> str:
        return f"{simulated_mark()}\n{super().__repr__()}" if self._simulated else super().__repr__()


class SimulatedSeries(pd.Series):
    """One column of a simulated study."""

    @property
    def _constructor(self) -> type[pd.Series]:
        return SimulatedSeries

    @property
    def _constructor_expanddim(self) -> type[pd.DataFrame]:
        return SimulatedFrame

    def __repr__(self) -> str:
        return f"{simulated_mark()}\n{super().__repr__()}"

    def value_counts(self, *args: Any, **options: Any) -> pd.Series:
        return SimulatedSeries(super().value_counts(*args, **options))

    def describe(self, *args: Any, **options: Any) -> pd.Series:
        return SimulatedSeries(super().describe(*args, **options))


class SimulatedFrame(StudyFrame):
    """A frame of a simulated study. Being one is its kind, not a note on it: what is filtered, sorted,
    grouped or merged out of it is one too, and no option turns the mark off. (pandas builds the two results
    below from scratch.)"""

    _simulated = True

    @property
    def _constructor_sliced(self) -> type[pd.Series]:
        return SimulatedSeries

    def value_counts(self, *args: Any, **options: Any) -> pd.Series:
        return SimulatedSeries(super().value_counts(*args, **options))

    def describe(self, *args: Any, **options: Any) -> pd.DataFrame:
        return SimulatedFrame(super().describe(*args, **options))


def study_frame(frame: pd.DataFrame, *, simulated: bool, **attrs: Any) -> StudyFrame:
    """`frame` as a frame of a study; values are shared, not copied. attrs without a value are left out."""
    kind = SimulatedFrame if simulated else StudyFrame
    marked = kind(frame)
    marked.attrs = {"simulated": simulated} | {name: value for name, value in attrs.items() if value}
    return marked
