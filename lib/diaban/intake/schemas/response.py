"""What was done: programmes, campaigns, outreach, support; and the code book."""

from __future__ import annotations

import pandera.pandas as pa

from diaban.intake.schemas.fields import count, day, one_of, text

CODE_BOOK = pa.DataFrameSchema(
    {
        "code": text(),
        "kind": one_of("cause", "condition", "missing_protective", "not_established"),
        "domain": text(required=False),
        "moment": one_of("before", "guardian", "place", "access", "sign", "report"),
        "label_vi": text(),
        "label_en": text(),
    }
)

PROGRAMMES = pa.DataFrameSchema(
    {
        "programme": text(),
        "kind": text(),
        "locality": text(),
        "codes": text(required=False),
        "audience": text(required=False),
        "lead": text(required=False),
        "members": count(required=False),
        "started_on": day(),
        "ended_on": day(required=False),
    }
)

CAMPAIGNS = pa.DataFrameSchema(
    {
        "campaign": text(),
        "topic": text(required=False),
        "stream": text(required=False),
        "locality": text(),
        "started_on": day(),
        "ended_on": day(required=False),
    }
)

OUTREACH = pa.DataFrameSchema(
    {
        "date": day(),
        "locality": text(),
        "topic": text(required=False),
        "audience": text(required=False),
        "persons": count(required=False),
    }
)

_COVERED = ("with_plan", "with_person", "supported", "overdue")

SUPPORT_COVERAGE = pa.DataFrameSchema(
    {
        "locality": text(),
        "period": text(),
        "group": text(),
        "identified": count(),
        **{name: count(required=False) for name in _COVERED},
    }
)
