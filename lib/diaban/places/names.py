"""Find a locality as people write it: with or without diacritics, with or without its type, by code."""

from __future__ import annotations

import difflib
import unicodedata

import pandas as pd

from diaban.errors import DiabanError


def fold(text: str) -> str:
    """Lower case without diacritics; đ is d, ß is ss; punctuation becomes single spaces."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())


def find_locality(localities: pd.DataFrame, text: str, *, level: str | None = None) -> str:
    """The code of the one locality that `text` names.

    text: a code, a name, or a name with its type before or behind ("huyện Bù Đăng", "Bu Dang").
    level: look at this level only. A spelling with the right diacritics beats one without, a
    locality that still exists beats a former one. Raises DiabanError with the candidates for a name
    that fits several, with the nearest names for one that fits none.
    """
    known = localities if level is None else localities[localities["level"] == level]
    wanted = str(text).strip()
    if wanted in set(known["locality"]):
        return wanted
    exact = unicodedata.normalize("NFC", wanted).casefold()
    types, names = known["type"].fillna("").astype("str"), known["name"].astype("str")
    for turn, sought in ((str.casefold, exact), (fold, fold(wanted))):
        turned, kind = names.map(turn), types.map(turn)
        hits = (turned == sought) | (kind + " " + turned == sought) | (turned + " " + kind == sought)
        if hits.any() and sought:
            return _only(_open(known[hits]), wanted)
    raise DiabanError("places_unknown", name=wanted, likely="; ".join(_nearest(known, wanted)))


def _open(found: pd.DataFrame) -> pd.DataFrame:
    """Those that still exist, where there are any."""
    if "valid_to" not in found or len(found) == 1:
        return found
    latest = found["valid_to"].isna() | (found["valid_to"] == found["valid_to"].max())
    current = found[found["valid_to"].isna()]
    return current if len(current) else found[latest]


def _only(found: pd.DataFrame, wanted: str) -> str:
    if len(found) == 1:
        return str(found["locality"].iloc[0])
    candidates = "; ".join(_described(row) for row in found.to_dict("records"))
    raise DiabanError("places_ambiguous", name=wanted, candidates=candidates)


def _described(row: dict) -> str:
    kind = "" if pd.isna(row.get("type")) else f"{row['type']} "
    return f"{kind}{row['name']} ({row['locality']})"


def _nearest(known: pd.DataFrame, wanted: str, count: int = 4) -> list[str]:
    """Descriptions of the localities whose folded name looks most like the wanted one."""
    rows = known.to_dict("records")
    forms: dict[str, dict] = {}
    for row in rows:
        forms.setdefault(fold(row["name"]), row)
        forms.setdefault(fold(f"{row.get('type') or ''} {row['name']}"), row)
    close = difflib.get_close_matches(fold(wanted), forms, n=2 * count, cutoff=0.45)
    described = list(dict.fromkeys(_described(forms[c]) for c in close))[:count]
    return described or [_described(row) for row in rows[:count]]
