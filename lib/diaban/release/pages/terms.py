"""Terms of the glossary where they stand on a page: explained on hover, and in a list at the end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape

_TAG = re.compile(r"(<[^>]*>)")
_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
_NOT_IN = frozenset({"a", "dfn", "dl", "figure", "footer", "header", "li", "nav", "summary", "svg", "table"})
_WATCHED = _NOT_IN | {"p"}


@dataclass(frozen=True)
class Term:
    """One entry: `words` are the spellings that a page may use, `meaning` what stands after the colon."""

    key: str
    name: str
    meaning: str
    words: Sequence[str]


def of_language(text: Mapping) -> list[Term]:
    """The glossary of the page texts: "Name: meaning" by key, and the spellings by the same key."""
    entries = []
    for key, words in text["glossary_words"].items():
        name, meaning = text["glossary"][key].split(": ", 1)
        entries.append(Term(key, name, meaning[:1].upper() + meaning[1:], words.split("|")))
    return entries


def explain(html: str, terms: Sequence[Term]) -> tuple[str, list[Term]]:
    """`html` with a link to its explanation where a term first stands in a paragraph, and the terms found.

    Headings, lists, tables, figures and links are left alone.
    """
    spelled = {_folded(word): term for term in terms for word in term.words}
    if not spelled:
        return html, []
    longest_first = sorted(spelled, key=len, reverse=True)
    pattern = re.compile(
        rf"(?<!\w)(?:{'|'.join(re.escape(escape(word, quote=False)) for word in longest_first)})(?!\w)",
        re.IGNORECASE,
    )
    used: dict[str, Term] = {}

    def link(found: re.Match[str]) -> str:
        term = spelled[_folded(found[0])]
        if term.key in used:
            return found[0]
        used[term.key] = term
        return f'<a class="term" href="#term-{term.key}" title="{escape(term.meaning)}">{found[0]}</a>'

    inside: Counter[str] = Counter()
    pieces = _TAG.split(html)
    for n, piece in enumerate(pieces):
        if piece.startswith("<"):
            _enter_or_leave(piece, inside)
        elif inside["p"] and not any(inside[name] for name in _NOT_IN):
            pieces[n] = pattern.sub(link, piece)
    return "".join(pieces), [term for term in terms if term.key in used]


def _folded(word: str) -> str:
    return unescape(word).casefold()


def _enter_or_leave(tag: str, inside: Counter[str]) -> None:
    name = _NAME.match(tag)
    if name is None or (called := name[1].lower()) not in _WATCHED or tag.endswith("/>"):
        return
    inside[called] = max(0, inside[called] + (-1 if tag.startswith("</") else 1))
