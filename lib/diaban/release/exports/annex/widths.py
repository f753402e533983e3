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
_HEADS = 2  # a head is printed again on a second page
_STEPS = 24
_HIGHEST = 4  # the cell with most lines decides how high a row is: a smooth maximum
_SPACE = math.ceil(20 * _SPARE * words_width(" ", TABLE_SIZE))

Rows = Sequence[Sequence[str]]


def column_widths(head: Rows, rows: Rows) -> list[int]:
    """Widths in twentieths of a point; they add up to TEXT_WIDTH.

    A cell of at most 16 letters (a number, an interval, a year) stays on one line; what is left is divided
    so that head and rows are lowest.
    """
    across = max((len(row) for row in [*head, *rows]), default=1)
    widths = [max(_least(head, n, bold=True), _least(rows, n, short=_SHORT)) for n in range(across)]
    if sum(widths) > TEXT_WIDTH:  # where there is no room, numbers and single words alone are kept whole
        widths = [
            max(_least(head, n, bold=True), _least(rows, n, short=_SHORT, digits=True)) for n in range(across)
        ]
    spare = TEXT_WIDTH - sum(widths)
    if spare < 0:
        widths = [TEXT_WIDTH * width // sum(widths) for width in widths]
    elif head or rows:
        step = spare // _STEPS
        shares = _shares(np.array([_heights(head, rows, n, width, step) for n, width in enumerate(widths)]))
        widths = [width + step * share for width, share in zip(widths, shares, strict=True)]
    widths[0] += TEXT_WIDTH - sum(widths)
    return widths


def lines_of(rows: Rows, widths: Sequence[int]) -> int:
    """How many lines of the paper the rows take."""
    return sum(
        max((_lines(_words(text), width) for text, width in zip(row, widths, strict=False)), default=1)
        for row in rows
    )


def _shares(lines: np.ndarray) -> list[int]:
    """Steps for each column; together at most `_STEPS`. lines: columns x steps x rows.

    Again and again that column is widened, by as many steps as are needed, that makes the rows lowest for
    each step.
    """
    shares, left = [0] * len(lines), _STEPS
    while left:
        gains = np.array([_gains(lines, shares, column, left) for column in range(len(lines))])
        column, further = np.unravel_index(int(gains.argmax()), gains.shape)
        if gains[column, further] <= 0:
            break
        shares[column] += int(further) + 1
        left -= int(further) + 1
    return shares


def _gains(lines: np.ndarray, shares: Sequence[int], column: int, left: int) -> np.ndarray:
    """How much lower all rows are for each step if the column gets 1, 2, ... `left` more.

    The height of a row: its highest cell, and those that are nearly as high.
    """
    high = lines[np.arange(len(lines)), shares].astype(float)
    others = np.delete(high, column, axis=0)
    most, rest = others.max(axis=0, initial=1), (others**_HIGHEST).sum(axis=0)
    wider = lines[column, shares[column] : shares[column] + left + 1].astype(float)
    height = (np.maximum(most, wider) + (rest + wider**_HIGHEST) ** (1 / _HIGHEST)).sum(axis=1)
    return (height[0] - height[1:]).round(6) / np.arange(1, left + 1)


def _heights(head: Rows, rows: Rows, column: int, least: int, step: int) -> list[list[int]]:
    """Lines of every cell of the column (of the head twice), for each width that it may get."""
    heads = [_words(row[column], bold=True) for row in head if column < len(row)] or [[]]
    cells = [_words(row[column]) if column < len(row) else [] for row in rows]
    return [
        [_lines(words, least + step * n) for words in [*heads * _HEADS, *cells]] for n in range(_STEPS + 1)
    ]


def _lines(words: Sequence[int], width: int) -> int:
    """Lines of a cell whose words are as wide as that, filled one after the other."""
    room, lines, used = width - 2 * CELL, 1, 0
    for word in words:
        if used and used + _SPACE + word > room:
            lines, used = lines + 1, word
        else:
            used += word + (_SPACE if used else 0)
    return lines


def _words(text: str, *, bold: bool = False) -> list[int]:
    return [_width(word, bold=bold) - 2 * CELL for word in text.split()]


def _least(rows: Rows, column: int, *, bold: bool = False, short: int = 0, digits: bool = False) -> int:
    """For the longest word, and for texts of at most `short` letters whole; digits: only those with some."""
    texts = [row[column] for row in rows if column < len(row)]
    kept = {text for text in texts if len(text) <= short and (not digits or any(map(str.isdigit, text)))}
    pieces = [piece for text in texts for piece in ([text] if text in kept else text.split())]
    return max((_width(piece, bold=bold) for piece in pieces), default=2 * CELL + 1)


def _width(text: str, *, bold: bool = False) -> int:
    """Of a cell that holds the text on one line."""
    return 2 * CELL + max(1, math.ceil(20 * _SPARE * words_width(text, TABLE_SIZE, bold=bold)))
