"""The switch between the languages of a site: on each page, to the same page in the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

NAMES = {"vi": "Tiếng Việt", "en": "English"}
LANGUAGES_HERE = '<p class="languages"></p>'
"""Where the switch comes in a page: which languages were made is known when the site is put together."""


def with_languages(html: str, language: str, others: Mapping[str, str]) -> str:
    """The page with its switch. others: language -> address of this page in it; none, and no switch."""
    return html.replace(LANGUAGES_HERE, _switch(language, others) if others else "", 1)


def address(file: str, *, from_language: str, to_language: str, languages: Sequence[str]) -> str:
    """Of the same page in another language: the first stands at the top, every other in its own folder."""
    up = "" if from_language == languages[0] else "../"
    down = "" if to_language == languages[0] else f"{to_language}/"
    return f"{up}{down}{file}"


def _switch(language: str, others: Mapping[str, str]) -> str:
    here = f'<strong lang="{language}">{NAMES[language]}</strong>'
    links = [
        f'<a href="{escape(href)}" hreflang="{other}" lang="{other}" rel="alternate">{NAMES[other]}</a>'
        for other, href in others.items()
    ]
    return f'<p class="languages">{" ".join([here, *links])}</p>'
