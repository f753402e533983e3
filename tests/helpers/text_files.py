"""All texts that a reader can meet, with where each stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import diaban

LIBRARY = Path(diaban.__file__).parent
PAIRS = {
    "sentences": LIBRARY / "findings" / "sentences",
    "pages": LIBRARY / "release" / "pages" / "texts",
}
CATALOGUES = [
    *sorted((LIBRARY / "language").glob("*.toml")),
    *sorted((LIBRARY / "language" / "errors").glob("*.toml")),
]

# vietnamese.md, "Words that no page carries", and causal verbs, which no page needs in any sentence
BANNED = {
    "vi": re.compile(
        r"điểm đen|điểm nóng|(?<!\w)ổ (?:nhóm|tội phạm|tệ nạn)|vùng tội phạm|lỗi của nạn nhân|do nạn nhân"
        r"|lỗi của (?:trẻ|em|các em|cháu)|dân trí thấp|ý thức kém|hư hỏng(?! tài sản)|gây ra|dẫn đến"
        r"|buông lỏng",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\bhot ?spots?\b|\bblack spots?\b|\bvictims?['’]?s? (?:own )?fault\b"
        r"|\b(?:it|they|that|which|this|these|those|factors?|conditions?|indicators?|poverty) causes?\b"
        r"|\bcaus(?:ed|ing)\b|\bcauses? (?:more|fewer|less|offending|abuse|crime)\b|\bleads? to\b|\bled to\b"
        r"|\bresults? in\b|\bdue to\b(?! chance)|\bdriven by\b",
        re.IGNORECASE,
    ),
}
TECHNICAL = {
    "vi": re.compile(
        r"khoảng tin cậy|(?:trị số|giá trị) p\b|\bp ?[<=]|p-value|có ý nghĩa thống kê|\bCI\b|\bKTC\b"
    ),
    "en": re.compile(
        r"\bCI\b|(?:confidence|credible) interval|\bsignifican|\bp ?[<=]|\bp-values?\b", re.IGNORECASE
    ),
}


def leaves(tree: dict, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """(path of keys, text) of every text in a TOML tree."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        elif isinstance(value, str):
            yield (*path, key), value


def read(path: Path) -> dict[tuple[str, ...], str]:
    return dict(leaves(tomllib.loads(path.read_text("utf-8"))))


def all_texts() -> Iterator[tuple[str, str, str]]:
    """(where, language, text) of every text in the library."""
    for folder in PAIRS.values():
        for language in ("vi", "en"):
            for key, text in read(folder / f"{language}.toml").items():
                yield f"{folder.name}/{language}:{'.'.join(key)}", language, text
    for path in CATALOGUES:
        for key, text in read(path).items():
            if key[-1] in ("vi", "en"):
                yield f"{path.stem}:{'.'.join(key)}", key[-1], text
