"""What stops a release, in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from diaban.errors import DiabanError
from diaban.language.catalogue import catalogue

if TYPE_CHECKING:
    from diaban.release.audit import Leak


def leaks_in_words(leaks: Sequence[Leak], folder: Path) -> list[DiabanError]:
    """Every leak, and then what helps."""
    return [*map(leak_in_words, leaks), DiabanError("release_leak_remedy", study=folder.name)]


def leak_in_words(leak: Leak) -> DiabanError:
    """What would be told, where, and by which figures."""
    kinds = catalogue("release_stops")[leak.kind]
    return DiabanError(
        "release_leak",
        what_vi=kinds["vi"],
        what_en=kinds["en"],
        where=" ".join(
            part for part in (leak.cell, leak.place, leak.edition and f"({leak.edition})") if part
        ),
        lower="?" if leak.lower is None else f"{leak.lower:g}",
        upper="?" if leak.upper is None else f"{leak.upper:g}",
        needed="?" if leak.needed is None else f"{leak.needed:g}",
        given_by="; ".join(leak.given_by) or "-",
    )
