"""Column types of the canonical tables; the error of a check is the reason for quarantine."""

from __future__ import annotations

import pandera.pandas as pa

NOT_NEGATIVE = pa.Check.ge(0, error="intake_row_negative")


def text(required: bool = True) -> pa.Column:
    """A code or word. An optional column may be absent, and may be empty."""
    return pa.Column("str", nullable=not required, required=required)


def count(required: bool = True) -> pa.Column:
    """A whole number, 0 or more."""
    return pa.Column("Int64", NOT_NEGATIVE, nullable=not required, required=required)


def number(required: bool = True) -> pa.Column:
    """Any number."""
    return pa.Column("float64", nullable=not required, required=required)


def amount(required: bool = True) -> pa.Column:
    """A number, 0 or more."""
    return pa.Column("float64", NOT_NEGATIVE, nullable=not required, required=required)


def day(required: bool = True) -> pa.Column:
    """A date without a time."""
    return pa.Column("datetime64[us]", nullable=not required, required=required)


def one_of(*words: str) -> pa.Column:
    """One of `words`, or empty; the column may be absent."""
    check = pa.Check.isin(words, error="intake_row_not_accepted")
    return pa.Column("str", check, nullable=True, required=False)
