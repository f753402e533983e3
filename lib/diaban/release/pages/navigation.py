"""The way through a site: the same on every page, with the page that one is on marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

NAVIGATION_HERE = '<nav class="site"></nav>'
"""Where it comes in a page: which pages there are is known when the site is put together."""
PARTS = {"index.html": "index", "whole.html": "whole", "methods.html": "methods", "guide.html": "guide"}
"""Pages on all localities, by file name, with the key of their name in the texts."""


@dataclass(frozen=True)
class Entry:
    """A page that the navigation leads to."""

    href: str
    label: str


def entries(text: dict, top: str, own: Sequence[Entry] = ()) -> list[Entry]:
    """Pages on all localities; `own`: those of the locality that the page is about.

    text: the page texts of a language; top: what all localities together are called.
    """
    names = text["site"]
    return [*(Entry(file, names[key].format(top=top)) for file, key in PARTS.items()), *own]


def with_navigation(html: str, label: str, here: str, led_to: Sequence[Entry]) -> str:
    """The page with its navigation. label: its accessible name; here: the page's own file name."""
    links = "".join(
        f'<a href="{escape(entry.href)}"{_current(entry, here)}>{escape(entry.label)}</a>' for entry in led_to
    )
    return html.replace(NAVIGATION_HERE, f'<nav class="site" aria-label="{escape(label)}">{links}</nav>', 1)


def _current(entry: Entry, here: str) -> str:
    return ' aria-current="page"' if entry.href == here else ""
