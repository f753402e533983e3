"""How a frame looks in a notebook: numbers as the language writes them, reasons in words."""

from __future__ import annotations

import re
from html import escape

import numpy as np
import pandas as pd

from diaban.language import numbers
from diaban.language.catalogue import catalogue, error_messages
from diaban.study.read_first import READ_FIRST

NOTHING = "–"
LONG = 34
_REASONS = ("withheld", "reason")
_SAID_ELSEWHERE = ("stream", *_REASONS)
_PROBABILITY = re.compile(r"(^|_)[pq](_|$)|(^|_)probability_")


def text(key: str, language: str, **fields: object) -> str:
    """The entry `key` of the catalogue of the facade's texts."""
    return catalogue("study")[key][language].format(**fields)


def reason_text(key: object, language: str) -> str:
    """A reason key of a frame in words; a key that no catalogue has stands for itself."""
    for texts in (catalogue("withheld"), error_messages()):
        if key in texts:
            return texts[str(key)].get(f"short_{language}", texts[str(key)][language])
    return str(key)


def table_html(frame: pd.DataFrame, question: str, language: str) -> str:
    """The frame as an HTML table: no more rows than pandas shows, and the columns that are read first."""
    shown, rest = _columns(frame, READ_FIRST.get(question))
    cut = len(shown) > pd.get_option("display.max_rows")
    half = pd.get_option("display.min_rows") // 2
    pieces = [shown.head(half), shown.tail(half)] if cut else [shown]
    cells = pd.concat([_cells(piece, language) for piece in pieces])
    if cut:
        gap = pd.DataFrame({name: ["…"] for name in cells}, index=["…"])
        cells = pd.concat([cells.iloc[:half], gap, cells.iloc[half:]])
    left = [not pd.api.types.is_numeric_dtype(shown[name].dtype) for name in shown]
    numbered = isinstance(frame.index, pd.RangeIndex) or pd.api.types.is_integer_dtype(frame.index)
    if not numbered or frame.index.name is not None:
        cells = cells.reset_index(names=cells.index.names if cells.index.names != [None] else [""])
        left = [True] * (cells.shape[1] - len(left)) + left
    html = _markup(cells, left)
    notes = [
        text("rows_columns", language, rows=numbers.number(len(frame), language), columns=frame.shape[1])
    ]
    if "stream" in rest and len(frame["stream"].drop_duplicates()) == 1:
        notes.insert(0, f"stream: {frame['stream'].iloc[0]}.")
    if rest:
        notes.append(text("more_columns", language, names=", ".join(map(str, rest))))
    note = escape(" ".join(notes))
    note = f'<p style="margin:2px 0;color:#52636d"><small>{note}</small></p>'
    return f'<div style="overflow-x:auto">{html}</div>{note}'


def _markup(cells: pd.DataFrame, left: list[bool]) -> str:
    """A table of texts, words to the left and numbers to the right; only long words wrap."""
    styles = [f"text-align:{'left' if words else 'right'};vertical-align:top" for words in left]
    names = zip(cells, styles, strict=True)
    head = "".join(f'<th style="{style}">{_breakable(name)}</th>' for name, style in names)
    body = "".join(
        "<tr>" + "".join(_markup_cell(cell, style) for cell, style in zip(row, styles, strict=True)) + "</tr>"
        for row in cells.astype(str).itertuples(index=False, name=None)
    )
    return f'<table class="dataframe" border="0"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _breakable(name: object) -> str:
    """A column's name that may break after an underscore."""
    return escape(str(name)).replace("_", "_<wbr>")


def _markup_cell(cell: str, style: str) -> str:
    wrap = ";min-width:10em" if len(cell) > LONG else ";white-space:nowrap"
    return f'<td style="{style}{wrap}">{escape(cell)}</td>'


def _columns(frame: pd.DataFrame, first: list[str] | None) -> tuple[pd.DataFrame, list[str]]:
    """The frame with the columns `first`, and the names of the others; whole where one of them is gone.

    One that ends in "?" may be gone: some answers to the question do not have it.
    """
    needed = {name for name in first or [] if not name.endswith("?")}
    if first is None or not needed <= set(frame.columns):
        return frame, []
    first = [name for name in (name.removesuffix("?") for name in first) if name in frame]
    chosen = [name for name in first if name not in _SAID_ELSEWHERE or _says_something(frame[name])]
    return frame[chosen], [name for name in frame.columns if name not in chosen]


def _says_something(values: pd.Series) -> bool:
    """More than one stream, or a reason anywhere."""
    if values.name == "stream":
        return len(values.drop_duplicates()) != 1
    return bool(values.notna().any())


def _cells(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    columns = {name: _cell_texts(str(name), frame[name], language) for name in frame.columns}
    return pd.DataFrame(columns, index=frame.index, columns=frame.columns, dtype=object)


def _cell_texts(name: str, values: pd.Series, language: str) -> list[str]:
    if pd.api.types.is_float_dtype(values.dtype) and _are_counts(values):
        values = values.round().astype("Int64")
    return [NOTHING if _is_missing(value) else _cell(name, value, language) for value in values]


def _are_counts(values: pd.Series) -> bool:
    """Whether floats are whole numbers that a gap has turned into floats."""
    known = values.dropna().astype(float)
    return bool(
        len(known) and known.abs().max() > 1 and (known == known.round()).all() and np.isfinite(known).all()
    )


def _is_missing(value: object) -> bool:
    return bool(np.isscalar(value) or value is None or value is pd.NA or value is pd.NaT) and bool(
        pd.isna(value)
    )


def _cell(name: str, value: object, language: str) -> str:
    if name in _REASONS:
        return reason_text(value, language)
    if isinstance(value, (bool, np.bool_)):
        return text("yes" if value else "no", language)
    if isinstance(value, (int, np.integer)):
        return numbers.number(int(value), language)
    if isinstance(value, (float, np.floating)):
        return _float(float(value), _PROBABILITY.search(name) is not None, language)
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return str(value)


def _float(value: float, probability: bool, language: str) -> str:
    """Three figures or so: enough to read by; the frame holds the number itself."""
    if probability and 0 <= value < 0.001:
        return f"< {numbers.number(0.001, language, 3)}"
    if np.isinf(value):
        return "∞" if value > 0 else "-∞"
    if abs(value) < 1e-9 or abs(value) >= 100:
        decimals = 0
    elif probability or abs(value) < 0.1:
        decimals = 3
    else:
        decimals = 1 if abs(value) >= 10 else 2
    return numbers.number(value, language, decimals)
