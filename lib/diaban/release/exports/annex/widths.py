"""How wide the columns of a table are: no number and no word is broken, and its rows are as low as can be."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from diaban.release.exports.annex.letters import words_width

TEXT_WIDTH = 9354
"""Width of the text on the paper, 165 mm, in twentieths of a point."""
TABLE_SIZE = 12
CELL = 95
"""Margin of a cell to its left and right, in twentieths of a point."""
_SPARE = 1.03  # fonts that stand in for Times New Roman differ a little
_SHORT = 16
_HEAD_LINES = 3
_STEPS = 24
_HIGHEST = 4  # the cell with most lines decides how high a row is: a smooth maximum

Rows = Sequence[Sequence[str]]


def column_widths(head: Rows, rows: Rows) -> list[int]:
    """Widths in twentieths of a point; they add up to TEXT_WIDTH.

    A cell of at most 16 letters (a number, an interval, a year) stays on one line and a head on about three
    where there is room; what is left goes, step by step, where it makes the rows lowest.
    """
    across = max((len(row) for row in [*head, *rows]), default=1)
    widths = [max(_of_head(head, n), _least(rows, n, short=_SHORT)) for n in range(across)]
    if sum(widths) > TEXT_WIDTH:  # where there is no room, numbers and single words alone are kept whole
        widths = [
            max(_least(head, n, bold=True), _least(rows, n, short=_SHORT, digits=True)) for n in range(across)
        ]
    spare = TEXT_WIDTH - sum(widths)
    if spare < 0:
        widths = [TEXT_WIDTH * width // sum(widths) for width in widths]
    else:
        _share_out(widths, [[_width(text) for text in row] for row in rows], spare // _STEPS)
    widths[0] += TEXT_WIDTH - sum(widths)
    return widths


def lines_of(rows: Rows, widths: Sequence[int]) -> int:
    """About how many lines of the paper the rows take."""
    return sum(
        max((math.ceil(_width(text) / width) for text, width in zip(row, widths, strict=False)), default=1)
        for row in rows
    )


def _share_out(widths: list[int], cells: list[list[int]], step: int) -> None:
    """Widens one column after the other by `step`: the one that makes the rows lowest."""
    filled = np.array([[*row, *[0] * (len(widths) - len(row))] for row in cells]).T - 2 * CELL
    for _ in range(_STEPS if cells else 0):
        room = np.array(widths)[:, None] - 2 * CELL
        lines = (filled / room).clip(min=1) ** _HIGHEST
        wider = (filled / (room + step)).clip(min=1) ** _HIGHEST
        high = lines.sum(axis=0)
        gains = (high ** (1 / _HIGHEST) - (high - lines + wider) ** (1 / _HIGHEST)).sum(axis=1)
        if gains.max() <= 0:
            return
        widths[int(gains.argmax())] += step


def _of_head(head: Rows, column: int) -> int:
    whole = max((_width(row[column], bold=True) for row in head if column < len(row)), default=0)
    return max(_least(head, column, bold=True), 2 * CELL + (whole - 2 * CELL) * 5 // (4 * _HEAD_LINES))


def _least(rows: Rows, column: int, *, bold: bool = False, short: int = 0, digits: bool = False) -> int:
    """For the longest word, and for texts of at most `short` letters whole; digits: only those with some."""
    texts = [row[column] for row in rows if column < len(row)]
    kept = {text for text in texts if len(text) <= short and (not digits or any(map(str.isdigit, text)))}
    pieces = [piece for text in texts for piece in ([text] if text in kept else text.split())]
    return max((_width(piece, bold=bold) for piece in pieces), default=2 * CELL + 1)


def _width(text: str, *, bold: bool = False) -> int:
    """Of a cell that holds the text on one line."""
    return 2 * CELL + max(1, math.ceil(20 * _SPARE * words_width(text, TABLE_SIZE, bold=bold)))
