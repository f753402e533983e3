"""The look of every figure: two inks, one accent, one width, two text sizes."""

from __future__ import annotations

INK = "#16242c"
SOFT = "#52636d"
ACCENT = "#b3460b"
OTHER = "#1f5f8b"
BAND = "#e6eef3"
RULE = "#d5dde1"
PAPER = "#ffffff"
MARK_FILL = "#fff3d6"
MARK_EDGE = "#e5c878"

# Light to dark in even steps of luminance, so that a grey print keeps the order.
# INK is read on all but the last, PAPER on the last.
RAMP = ("#edf2f6", "#c5d8e5", "#93b8d0", "#5b92b7", "#1f5f8b")

WIDTH = 268.0  # points; a phone gives a figure 328 px, so that SMALL is read there at 11 px
TEXT = 10.0
SMALL = 9.0
LINE = 12.5  # from baseline to baseline of TEXT
FONT_STACK = '"Be Vietnam Pro","Segoe UI","Noto Sans",system-ui,sans-serif'
REM_PER_POINT = 1.7 / 16  # on a desktop a figure grows until TEXT is as large as the text of the page
