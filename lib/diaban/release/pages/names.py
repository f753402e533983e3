"""File names of the pages of a site."""

from __future__ import annotations

from diaban.places.names import fold


def page_name(name: str, locality: str) -> str:
    """Of a locality's page: its name without diacritics, and its code."""
    return f"{fold(name).replace(' ', '-')}-{locality}.html"


def monitoring_name(page: str) -> str:
    """Of the monitoring file that belongs to a page."""
    return f"{page.removesuffix('.html')}-monitoring.html"
