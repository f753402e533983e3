"""One pandera schema a canonical table, and the columns that identify a row of it."""

from __future__ import annotations

from diaban.intake.schemas import casefiles, counted, places, response

SCHEMAS = {
    "localities": places.LOCALITIES,
    "neighbours": places.NEIGHBOURS,
    "population": counted.POPULATION,
    "counts": counted.COUNTS,
    "indicators": counted.INDICATORS,
    "cases": casefiles.CASES,
    "persons": casefiles.PERSONS,
    "cause_codes": casefiles.CAUSE_CODES,
    "process_events": casefiles.PROCESS_EVENTS,
    "code_book": response.CODE_BOOK,
    "programmes": response.PROGRAMMES,
    "campaigns": response.CAMPAIGNS,
    "outreach": response.OUTREACH,
    "support_coverage": response.SUPPORT_COVERAGE,
}

KEYS = {
    "neighbours": ["a", "b"],
    "population": ["locality", "period", "age_band"],
    "counts": ["locality", "period", "stream"],
    "indicators": ["locality", "period", "indicator"],
    "cases": ["case_key"],
    "persons": ["case_key", "person_key", "role"],
    "cause_codes": ["case_key", "code", "coder_id", "round"],
    "code_book": ["code"],
    "programmes": ["programme"],
    "campaigns": ["campaign", "locality"],
    "support_coverage": ["locality", "period", "group"],
}

__all__ = ["KEYS", "SCHEMAS"]
