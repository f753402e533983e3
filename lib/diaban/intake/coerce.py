"""Text to numbers, dates and booleans as a source writes them, for whole columns at once."""

from __future__ import annotations

import pandas as pd

from diaban.spec.source import SourceSpec

TRUE, FALSE = {"true", "1", "yes", "có", "y"}, {"false", "0", "no", "không", "n"}


def numbers(values: pd.Series, source: SourceSpec) -> pd.Series:
    """float64; missing where the text is not a number in the source's format.

    A thousands separator is accepted only where it separates groups of three digits: "1,2" is not twelve.
    """
    if pd.api.types.is_numeric_dtype(values):
        return values.astype("float64")
    text = values.astype("str")
    if source.thousands:
        mark = "\\" + source.thousands if source.thousands in ".," else source.thousands
        grouped = text.str.contains(source.thousands, regex=False, na=False)
        if grouped.any():
            tail = "\\" + source.decimal
            sound = text[grouped].str.fullmatch(rf"[+-]?\d{{1,3}}({mark}\d{{3}})+({tail}\d+)?")
            stripped = text[grouped].str.replace(source.thousands, "", regex=False).where(sound)
            text = text.copy()
            text[grouped] = stripped
    if source.decimal != ".":
        text = text.where(~text.str.contains(".", regex=False, na=False))
        text = text.str.replace(source.decimal, ".", regex=False)
    return pd.to_numeric(text, errors="coerce").astype("float64")


def coerce(values: pd.Series, dtype: str, source: SourceSpec) -> tuple[pd.Series, pd.Series, str, str]:
    """(values as `dtype`, which rows failed, reason key, what is right).

    dtype: the name of a schema's type: text, whole number, number, boolean or date. A missing value
    never fails here.
    """
    present = values.notna()
    if dtype.startswith("str"):
        return values.astype("str"), ~present & present, "", ""
    if dtype.startswith("datetime"):
        result = _dates(values, source)
        return result, present & result.isna(), "intake_row_not_a_date", _readable(source.date_format)
    if dtype == "boolean":
        lowered = values.astype("str").str.lower()
        result = lowered.isin(TRUE).astype("boolean").mask(~lowered.isin(TRUE | FALSE))
        return result, present & result.isna(), "intake_row_not_accepted", "true, false"
    result = numbers(values, source)
    example = f"1{source.thousands}234"
    if dtype == "float64":
        return result, present & result.isna(), "intake_row_not_a_number", f"{example}{source.decimal}5"
    bad = present & (result.isna() | (result % 1 != 0))
    return result.mask(bad).astype("Int64"), bad, "intake_row_not_whole", example


def _dates(values: pd.Series, source: SourceSpec) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.astype("datetime64[us]")
    return pd.to_datetime(values.astype("str"), format=source.date_format, errors="coerce").astype(
        "datetime64[us]"
    )


def _readable(date_format: str) -> str:
    return date_format.replace("%Y", "YYYY").replace("%m", "MM").replace("%d", "DD")
