"""Case records and what hangs on them."""

from __future__ import annotations

import pandera.pandas as pa

from diaban.intake.schemas.fields import count, day, text

_DATES = ("occurred_from", "occurred_to", "accepted_on")
_CASE_WORDS = (
    "legal_track",
    "offence_article",
    "abuse_form",
    "severity_class",
    "place_type",
    "hour_band",
    "day_type",
    "group_size_band",
    "detected_by",
    "coder_id",
)
_PERSON_WORDS = (
    "age_band",
    "sex",
    "ethnicity_group",
    "school_status",
    "care_status",
    "household_poor",
    "special_group",
    "relation_to_other",
    "prior_contact",
    "substance",
    "support_received",
)

CASES = pa.DataFrameSchema(
    {
        "case_key": text(),
        "topic": text(required=False),
        "locality": text(),
        "reported_on": day(),
        **{name: day(required=False) for name in _DATES},
        **{name: text(required=False) for name in _CASE_WORDS},
    }
)

PERSONS = pa.DataFrameSchema(
    {
        "case_key": text(),
        "person_key": text(),
        "role": pa.Column(
            "str", pa.Check.isin(["suspect", "victim", "both"], error="intake_row_not_accepted")
        ),
        **{name: text(required=False) for name in _PERSON_WORDS},
    }
)

CAUSE_CODES = pa.DataFrameSchema(
    {
        "case_key": text(),
        "code": text(),
        "kind": text(required=False),
        "strength": count(required=False),
        "evidence": text(required=False),
        "coder_id": text(required=False),
        "round": count(required=False),
    }
)

PROCESS_EVENTS = pa.DataFrameSchema(
    {"case_key": text(), "step": text(), "date": day(), "reason_code": text(required=False)}
)
