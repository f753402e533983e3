"""File names of the pages of a site."""

from __future__ import annotations

from diaban.places.names import fold

LONGEST = 120
"""Letters of a locality's name in the name of its files: file systems take 255 bytes, unfinished files and
monitoring files have longer names than the page."""


def page_name(name: str, locality: str) -> str:
    """Of a locality's page: its name without diacritics, cut where it is too long, and its code."""
    called = fold(name).replace(" ", "-")
    while len(called.encode("utf-8")) > LONGEST:
        called = called[:-1]
    return f"{called}-{locality}.html"


def monitoring_name(page: str) -> str:
    """Of the monitoring file that belongs to a page."""
    return f"{page.removesuffix('.html')}-monitoring.html"
