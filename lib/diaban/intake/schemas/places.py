"""Localities, neighbours and boundaries."""

from __future__ import annotations

import pandera.pandas as pa

from diaban.intake.schemas.fields import amount, day, number, text

LOCALITIES = pa.DataFrameSchema(
    {
        "locality": text(),
        "name": text(),
        "type": text(required=False),
        "level": text(),
        "parent": text(required=False),
        "latitude": number(required=False),
        "longitude": number(required=False),
        "valid_from": day(required=False),
        "valid_to": day(required=False),
    }
)

NEIGHBOURS = pa.DataFrameSchema({"a": text(), "b": text(), "border_km": amount(required=False)})
