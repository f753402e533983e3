"""Texts and keys that can be printed, put into a file name and told apart, whoever wrote them."""

from __future__ import annotations

import re

LONGEST_TEXT = 2_000
LONGEST_CELL = 1_000
LONGEST_NAME = 100
LONGEST_KEY = 64
"""Characters: of a text of the declaration, of a cell of a table, of a locality's name, of a key or code."""

UNSEEN = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
"""Control characters, and marks that turn the direction of writing: what is read is not what stands there."""

KEY = r"\w[\w.-]*"
"""Letters, digits, _ . - and no . or - in front: no separator of paths, of cells of a ledger, or of lists."""

_SHOWN = 40


def flaw_of_text(text: str, longest: int = LONGEST_TEXT) -> str | None:
    """Why `text` cannot be printed: "long", "unseen", or None where it can."""
    if len(text) > longest:
        return "long"
    return "unseen" if re.search(UNSEEN, text) else None


def is_key(text: str) -> bool:
    """Whether `text` may name a thing: in a file name, an address, a cell."""
    return len(text) <= LONGEST_KEY and re.fullmatch(KEY, text) is not None


def clipped(text: str, width: int = _SHOWN) -> str:
    """`text` for a message: not longer than `width`, unseen characters as their code points."""
    seen = re.sub(UNSEEN, lambda found: f"<U+{ord(found[0]):04X}>", text[: width + 1])
    return seen if len(seen) <= width else f"{seen[: width - 1]}…"
