"""The names of the cells of the linked tables."""

from __future__ import annotations

from diaban.analysis.case_factors import NOT_ESTABLISHED, UNCODED

WHOLE = "*"
"""The name of the sum over all localities in the names of cells."""

WITHOUT = "|without"
ALL_FILES = "all files"
FILES = "files"
MOMENT = "moment "
REPORTS = "reports"
EVENTS = "events"
ABOUT_CODING = (NOT_ESTABLISHED, UNCODED)


def count_cell(locality: str, stream: str, period: str) -> str:
    """Cases of a locality and stream in a period or block."""
    return f"count|{locality}|{stream}|{period}"


def files_cell(locality: str, stream: str) -> str:
    """Files with an established cause or condition."""
    return f"{FILES}|{locality}|{stream}"


def all_files_cell(locality: str, stream: str) -> str:
    """All files, whatever was established."""
    return f"{ALL_FILES}|{locality}|{stream}"


def code_cell(locality: str, stream: str, code: str) -> str:
    """Files with one code; with WITHOUT behind it, those without."""
    return f"{FILES}|{locality}|{stream}|{code}"


def moment_cell(locality: str, stream: str, moment: str) -> str:
    """Files with at least one condition of a moment of the event; with WITHOUT behind it, those without."""
    return code_cell(locality, stream, f"{MOMENT}{moment}")


def theme_cell(theme: str, locality: str, period: str) -> str:
    """Cases of a theme, of one stream or several."""
    return f"theme|{locality}|{theme}|{period}"


def events_cell(stream: str, year: str) -> str:
    """Events of a year in the whole, whenever they were reported."""
    return f"{EVENTS}|{WHOLE}|{stream}|{year}"
