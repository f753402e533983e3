"""Checks of one table against another; every check names the row that fails and what would be right."""

from __future__ import annotations

import difflib

import pandas as pd

from diaban.intake.quarantine import Quarantine
from diaban.places.names import fold

NOT_ESTABLISHED = "XX"
"""The code for "not established": always allowed, in the code book or not."""


def known_localities(
    table: str, frame: pd.DataFrame, localities: pd.DataFrame, quarantine: Quarantine
) -> pd.DataFrame:
    """Rows whose `locality` is a code of the study. The nearest codes and names stand as what is right."""
    bad = ~frame["locality"].isin(localities["locality"])
    if not bad.any():
        return frame
    strange = frame.loc[bad, "locality"]
    likely = {value: _likely(value, localities) for value in strange.unique()}
    return quarantine.reject(
        table,
        frame,
        bad,
        column="locality",
        reason="intake_row_unknown_locality",
        expected=strange.map(likely),
    )


def _likely(value: str, localities: pd.DataFrame) -> str:
    """Codes whose name is or resembles the value, else codes that resemble it."""
    names, codes = localities["name"].map(fold), localities["locality"]
    same = localities[names == fold(value)]
    if same.empty:
        close = difflib.get_close_matches(fold(value), [*names, *codes], n=3, cutoff=0.6)
        same = localities[names.isin(close) | codes.isin(close)]
    return ", ".join(
        f"{row.locality} {row.name_}" for row in same.head(4).rename(columns={"name": "name_"}).itertuples()
    )


def known_periods(
    table: str, frame: pd.DataFrame, periods: pd.DataFrame, quarantine: Quarantine
) -> pd.DataFrame:
    """Rows whose `period` is one of the study."""
    expected = f"{periods['period'].iloc[0]} – {periods['period'].iloc[-1]}"
    bad = ~frame["period"].isin(periods["period"])
    return quarantine.reject(
        table, frame, bad, column="period", reason="intake_row_outside_periods", expected=expected
    )


def existing_localities(
    table: str,
    frame: pd.DataFrame,
    localities: pd.DataFrame,
    starts: pd.Series,
    ends: pd.Series,
    quarantine: Quarantine,
) -> pd.DataFrame:
    """Rows whose locality existed on at least one day from `starts` to `ends` (dates, index of `frame`)."""
    dated = localities.set_index("locality")[["valid_from", "valid_to"]]
    if dated.isna().all(axis=None):
        return frame
    begins, stops = frame["locality"].map(dated["valid_from"]), frame["locality"].map(dated["valid_to"])
    bad = (begins > ends) | (stops < starts)
    expected = begins.dt.strftime("%Y-%m-%d").fillna("…") + " – " + stops.dt.strftime("%Y-%m-%d").fillna("…")
    return quarantine.reject(
        table, frame, bad, column="locality", reason="intake_row_not_valid_then", expected=expected
    )


def date_order(cases: pd.DataFrame, quarantine: Quarantine) -> pd.DataFrame:
    """occurred_from <= occurred_to <= reported_on, as far as the dates are there."""
    for first, second in (
        ("occurred_from", "occurred_to"),
        ("occurred_to", "reported_on"),
        ("occurred_from", "reported_on"),
    ):
        if first in cases and second in cases:
            expected = f"<= {second} = " + cases[second].dt.strftime("%Y-%m-%d").fillna("")
            cases = quarantine.reject(
                "cases",
                cases,
                cases[first] > cases[second],
                column=first,
                reason="intake_row_dates_out_of_order",
                expected=expected,
            )
    return cases


def known_cases(
    table: str, frame: pd.DataFrame, kept: pd.Series, read: pd.Series, quarantine: Quarantine
) -> pd.DataFrame:
    """Rows whose case is among the `kept` ones; a case that was read but refused is told apart."""
    found = _among(frame["case_key"], kept)
    lost = ~found & _among(frame["case_key"], read)
    frame = quarantine.reject(table, frame, lost, column="case_key", reason="intake_row_case_refused")
    bad = ~found[frame.index]
    return quarantine.reject(table, frame, bad, column="case_key", reason="intake_row_unknown_case")


def _among(values: pd.Series, known: pd.Series) -> pd.Series:
    """Like `isin`, by hashing: `isin` takes minutes for a million different texts."""
    position = pd.Index(known.dropna().unique()).get_indexer(values)
    return pd.Series(position >= 0, index=values.index)


def known_codes(codes: pd.DataFrame, book: pd.DataFrame, quarantine: Quarantine) -> pd.DataFrame:
    """Rows whose cause code is in the code book."""
    known = [*book["code"], NOT_ESTABLISHED]
    bad = ~codes["code"].isin(known)
    if not bad.any():
        return codes
    expected = nearest_of(codes.loc[bad, "code"], known)
    return quarantine.reject(
        "cause_codes", codes, bad, column="code", reason="intake_row_unknown_code", expected=expected
    )


def nearest_of(strange: pd.Series, known: list[str]) -> pd.Series:
    """For each strange value the known ones that resemble it most; all of them where none does."""
    likely = {
        value: ", ".join(difflib.get_close_matches(value, known, n=3, cutoff=0.3)) or ", ".join(known)
        for value in strange.unique()
    }
    return strange.map(likely).astype("str")


def inhabited(population: pd.DataFrame, quarantine: Quarantine) -> pd.DataFrame:
    """Population of localities that have any: 0 over all age bands is refused, 0 in one band is not."""
    total = population.groupby(["locality", "period"])["persons"].transform("sum")
    return quarantine.reject(
        "population",
        population,
        total == 0,
        column="persons",
        reason="intake_row_no_population",
        expected="> 0",
    )


def whole_bands(population: pd.DataFrame, needed: list[str], quarantine: Quarantine) -> pd.DataFrame:
    """Population of the localities and periods that have all of the `needed` age bands.

    The sum of the bands that are left would be too small a population at risk, so none of them is used.
    """
    key = ["locality", "period"]
    held = population[population["age_band"].isin(needed)].groupby(key)["age_band"].agg(set)
    lacking = held.map(lambda bands: ", ".join(band for band in needed if band not in bands))
    lacking = lacking[lacking != ""]
    where = population["locality"] + " / " + population["period"]
    lacking.index = lacking.index.map(" / ".join)
    return quarantine.reject(
        "population",
        population,
        where.isin(lacking.index),
        column="age_band",
        reason="intake_row_band_missing",
        values=where,
        expected=where.map(lacking).astype("str"),
    )


def with_population(counts: pd.DataFrame, at_risk: pd.DataFrame, quarantine: Quarantine) -> pd.DataFrame:
    """Counts with a population at risk that is known and not smaller than the cases.

    at_risk: columns locality, period, stream, persons. A locality without population is noted once a
    period, whatever the number of its streams.
    """
    key = ["locality", "period", "stream"]
    persons = counts[key].merge(at_risk, on=key, how="left", validate="many_to_one")["persons"]
    persons = pd.Series(persons.to_numpy(), index=counts.index)
    where = counts["locality"] + " / " + counts["period"]
    lacking = (
        counts[persons.isna()].drop_duplicates(["locality", "period"]).drop(columns="_row", errors="ignore")
    )
    quarantine.note(
        "counts",
        lacking,
        column="locality",
        values=where[lacking.index],
        reason="intake_row_without_population",
    )
    counts = counts[persons.notna()]
    persons = persons[counts.index]
    expected = "<= " + persons.astype("Int64").astype("str") + " (" + where[counts.index] + ")"
    return quarantine.reject(
        "counts",
        counts,
        counts["cases"] > persons,
        column="cases",
        reason="intake_row_more_cases_than_persons",
        expected=expected,
    )
