"""What no sentence of a finding or a page may say, by rule, in both languages.

vietnamese.md ("Words that no page carries") and domain.md 5 (R3 stigma, R6 blame, R7 causes): nothing is said
to cause anything, no place is a spot, no person carries a fault. Stricter than the list of text_files.py,
which covers every text of the library.
"""

from __future__ import annotations

import re

BANNED = {
    "vi": {
        "causal verb": [
            r"gây (?:ra|nên)",
            r"dẫn (?:đến|tới)",
            r"làm cho|khiến",
            r"bắt nguồn từ",
            r"nguyên nhân (?:là|chính|chủ yếu|dẫn)",
            r"là do(?! (?:biến động|ngẫu nhiên))",
        ],
        "stigma": [r"điểm (?:đen|nóng)", r"(?<!\w)ổ ", r"vùng tội phạm", r"tụ điểm"],
        "blame": [
            r"lỗi (?:của|thuộc về)",
            r"(?<!\w)(?:do|tại) (?:nạn nhân|trẻ|em|cháu|gia đình|cha mẹ)(?!\w)",
            r"nạn nhân tự",
            r"(?:nạn nhân|trẻ|em) (?:tự ý|chủ động|không biết tự bảo vệ|ăn mặc)",
            r"dân trí thấp|ý thức kém|thiếu ý thức|hư hỏng|buông lỏng",
        ],
        "boast": [r"xuất sắc", r"vượt chỉ tiêu", r"đẩy lùi"],
    },
    "en": {
        "causal verb": [
            r"\bcaus(?:ed|ing)\b",
            r"\bcauses? (?=(?:it|them|him|her|this|that|these|those|a|an|the|more|fewer|less|harm)\b)",
            r"\bcauses? (?=(?:[a-z]+ )?(?:crimes?|abuse|offending|violence|cases)\b)",
            r"\b(?:it|they|which|what|poverty|factors?|indicators?|conditions?) (?:[a-z]+ )?causes?\b"
            r"(?! (?:and|or)\b)",
            r"\bbecause of\b|\bdue to\b(?! chance)|\bdriven by\b",
            r"\b(?:leads?|led) to\b|\bresults? in\b|\bgives? rise\b",
        ],
        "stigma": [r"\b(?:hot|black) ?spots?\b", r"\bhotbed\b", r"\bproblem (?:areas?|places?|districts?)\b"],
        "blame": [
            r"\bfaults?\b",
            r"\bblam(?:e|ed|ing)\b",
            r"\bvictims? (?:brought|provoked|asked)\b",
            r"\bcareless(?:ness)?\b|\bnegligent parents?\b|\bignoran(?:t|ce)\b",
        ],
        "boast": [r"\bexcellent(?:ly)?\b", r"\bstamp(?:ed)? out\b"],
    },
}

PERSONS = {
    "vi": r"(?:Trẻ|Các em|Em|Nạn nhân|Đối tượng|Gia đình|Cha mẹ|Người (?:mẹ|cha|dân|chăm sóc))(?!\w)",
    "en": r"(?:A |The |Some |Many )?"
    r"(?:child(?:ren)?|victims?|suspects?|famil(?:y|ies)|parents?|youth|young people|someone)\b",
}
"""What no claim begins with: its subject is the place, its files or its figures, never a person."""


def banned(text: str, language: str) -> list[tuple[str, str]]:
    """(rule, words found) of every rule that the text breaks."""
    return [
        (rule, match.group())
        for rule, patterns in BANNED[language].items()
        for pattern in patterns
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]


def begins_with_a_person(claim: str, language: str) -> bool:
    return re.match(PERSONS[language], claim.lstrip("“"), re.IGNORECASE) is not None
