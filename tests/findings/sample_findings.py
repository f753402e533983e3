"""One finding of every statement, and the words of a study to say them with."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from finding_frames import (
    AGREEMENT,
    AREA,
    CODE,
    DETECTABILITY,
    PROFILE,
    RATE,
    ROBUSTNESS,
    TREND,
    frame,
    hidden,
)

from diaban.findings.causes import area_side_findings, case_side_findings, coding_gap_findings
from diaban.findings.evidence import gather_evidence
from diaban.findings.finding import Finding
from diaban.findings.level import level_findings, trend_findings
from diaban.findings.limits import (
    all_withheld,
    hidden_findings,
    luck_findings,
    no_figures,
    nothing_special,
)
from diaban.findings.words import Words
from diaban.release.build import read_measures
from diaban.spec import StudySpec

FOLDER = Path(__file__).parents[2] / "data" / "binh_phuoc"
LOCALITIES = pd.DataFrame(
    {
        "locality": ["70", "a"],
        "name": ["Bình Phước", "Bù Đăng"],
        "type": ["Tỉnh", "Huyện"],
        "level": ["province", "district"],
    }
)


def words_in(language: str, spec: StudySpec) -> Words:
    code_book = pd.read_csv(FOLDER / spec.reference.code_book, dtype="str")
    return Words(spec, LOCALITIES, code_book, read_measures(spec, FOLDER), language)


def one_of_each(spec: StudySpec) -> dict[str, Finding]:
    """Statement -> a finding that says it."""
    indicator = spec.indicators[0].key
    low = {"probability_above": 0.001, "shrunk_rate": 5.0, "rate": 4.2, "lower": 2.04, "upper": 8.0}
    fall = {"rate_ratio": 0.4, "lower": 0.25, "upper": 0.8}
    files = frame(CODE, {}, {"code": "GD2", "over": False}, {"code": "GD3"}, {"code": "uncoded"})
    profile, area = frame(PROFILE, {"indicator": indicator}), frame(AREA, {"indicator": indicator})
    agreement = frame(AGREEMENT, {"code": "GD3", "agreed": False})
    robustness = frame(ROBUSTNESS, {"indicator": indicator, "robust": False})
    plain = gather_evidence(files, area, profile, spec.factors)
    doubt = gather_evidence(
        files, area, profile, spec.factors, coder_agreement=agreement, area_robustness=robustness
    )
    return {
        f.statement: f
        for f in (
            *level_findings(frame(RATE, {}, low), minimum_cases=10),
            *trend_findings(frame(TREND, {}, fall), minimum_cases=10),
            *case_side_findings(files, doubt, period="2016-2023"),
            *coding_gap_findings(files, period="2016-2023"),
            *area_side_findings(profile, area, plain, period="2021-2023"),
            *area_side_findings(profile, area, doubt, period="2021-2023"),
            *luck_findings(frame(DETECTABILITY, {})),
            *hidden_findings(frame(RATE, hidden(RATE))),
            *hidden_findings(frame(RATE, hidden(RATE), hidden(RATE) | {"stream": "u18_offending"})),
            nothing_special("a", "2021-2023"),
            no_figures("a", "2021-2023"),
            all_withheld("a", "2021-2023"),
        )
    }
