"""Aggregated tables: population, counts, indicators."""

from __future__ import annotations

import pandera.pandas as pa

from diaban.intake.schemas.fields import count, number, text

POPULATION = pa.DataFrameSchema(
    {"locality": text(), "period": text(), "age_band": text(required=False), "persons": count()}
)

COUNTS = pa.DataFrameSchema(
    {
        "locality": text(),
        "period": text(),
        "stream": text(required=False),
        "key": text(required=False),
        "label": text(required=False),
        "cases": count(),
        "cleared": count(required=False),
        "suspects": count(required=False),
        "suspects_male": count(required=False),
        "suspects_female": count(required=False),
        "victims": count(required=False),
    }
)

INDICATORS = pa.DataFrameSchema(
    {
        "locality": text(),
        "period": text(),
        "indicator": text(),
        "value": number(),
        "numerator": number(required=False),
        "denominator": number(required=False),
    }
)
