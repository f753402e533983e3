"""Persons as cells: suspects and child victims beside the cases, and who is counted again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.release.cells import WHOLE, count_cell
from diaban.release.ledger.ledger import Ledger, Offer
from diaban.release.ranges.ranges import Equation
from diaban.release.tables.rounded import know_about, nearest, offer_about, slack
from diaban.release.tables.whole import LEFT, Tables, offer, tell_rows, told
from diaban.results import Results

ALL = "*"
UNITS = ["cases", "suspects", "child_victims"]
DISTINCT = ["distinct_suspects", "distinct_child_victims"]
SUSPECTS, VICTIMS, APART, AGAIN = "suspects", "child victims", "|apart", "|again"
SCORE = 20
"""Step of the number of child victims: twice what they are protected to, or their distance from the cases
would be told to less."""
PERCENT = 0.01
"""Step of the share of persons who are counted again."""


def entries_cell(stream: str, period: str, unit: str) -> str:
    """Suspects or child victims on the files of the whole; who is on two files counts twice."""
    return f"entries|{stream}|{period}|{unit}"


def persons_cell(stream: str, role: str) -> str:
    """Persons of the whole whom a stream is about, each once; with AGAIN behind it, who is on two files."""
    return f"persons|{stream}|{role}"


def person_cells(tables: Tables, results: Results) -> None:
    """Beside the cases neither suspects nor victims, who are told in steps, may leave a small difference."""
    victims = results.spec.disclosure.of_victims
    rows = _by_stream(results.reconciliation)
    for row in () if rows is None else rows.itertuples():
        cases = count_cell(WHOLE, row.stream, row.period)
        for unit, n, least in ((SUSPECTS, row.suspects, None), (VICTIMS, row.child_victims, victims)):
            if pd.notna(n):
                cell = tables.count(entries_cell(row.stream, row.period, unit), n, least=least)
                if unit == SUSPECTS:
                    tables.beside(cases, [cell], cell + APART, none_is_few=True)
                else:
                    know_about(tables, cell, SCORE)
                    if n >= row.cases:  # a file has one at least: who is further on it is told by nothing
                        tables.beside(cell, [cases], cell + APART, none_is_few=True, least=least)
    if results.repeat_shares is not None:
        _again(tables, results, rows)


def _again(tables: Tables, results: Results, rows: pd.DataFrame | None) -> None:
    """Persons are no more than the entries of all periods, and so many of them are there again."""
    for row in _of_whole(results.repeat_shares).dropna(subset=["share"]).itertuples():
        least = results.spec.disclosure.of_victims if row.role == "victim" else None
        persons = tables.count(persons_cell(row.stream, row.role), row.persons, least=least)
        again = tables.count(persons + AGAIN, row.repeat_persons, least=least)
        left = tables.count(persons + LEFT, row.persons - row.repeat_persons, least=least)
        tables.equal(persons, {again: 1.0, left: 1.0})
        unit = VICTIMS if row.role == "victim" else SUSPECTS
        periods = () if rows is None else rows.loc[rows["stream"] == row.stream, "period"]
        tables.beside(
            persons, [entries_cell(row.stream, period, unit) for period in periods], persons + APART
        )
        for end, share in zip(("low", "high"), _ends(row.share), strict=True):
            tables.free(slack(again, end), abs(row.repeat_persons - share * row.persons))


def _ends(share: float) -> tuple[float, float]:
    """Between which shares one lies that is written in percent."""
    return round(share, 2) - PERCENT / 2, round(share, 2) + PERCENT / 2


def reconciliation_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """Units side by side, of the whole alone.

    Child victims are rounded (SCORE), and told where that leaves open how many there are beyond the cases.
    How many persons there are is not told, which beside their entries would tell who is counted again.
    """
    rows = _by_stream(results.reconciliation)
    assert rows is not None
    keys = ["locality", "stream", "period"]
    if ledger.threshold == 0:
        return rows[[*keys, *UNITS, *DISTINCT, "withheld"]]
    seen = [ledger.shows(count_cell(WHOLE, r.stream, r.period)) for r in rows.itertuples()]
    rows["cases"] = rows["cases"].where(seen)
    rows["suspects"] = rows["suspects"].where(
        tell_rows(ledger, [_suspects(ledger, r) for r in rows.itertuples()])
    )
    victims = tell_rows(ledger, [_victims(r) for r in rows.itertuples()])
    about = [nearest(n, SCORE) for n in rows["child_victims"].astype("float64")]
    rows["child_victims"] = pd.Series(about, index=rows.index, dtype="float64").where(victims)
    return rows[[*keys, *UNITS, "withheld"]]


def _suspects(ledger: Ledger, row) -> Offer | None:
    if pd.isna(row.suspects):
        return None
    cell = entries_cell(row.stream, row.period, SUSPECTS)
    return offer(cell, *([cell + APART] if ledger.shows(count_cell(WHOLE, row.stream, row.period)) else []))


def _victims(row) -> Offer | None:
    """The number lies within half a step of what is told of it."""
    if pd.isna(row.child_victims):
        return None
    cell = entries_cell(row.stream, row.period, VICTIMS)
    return offer_about(cell, nearest(row.child_victims, SCORE), SCORE)


def repeat_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """Shares of persons who are counted again, in whole percent and without their numbers."""
    rows = _of_whole(results.repeat_shares)
    counted, values = ["persons", "repeat_persons"], ["share", "lower", "upper"]
    if ledger.threshold == 0:
        return told(rows, np.ones(len(rows), dtype=bool), [*counted, *values])
    seen = tell_rows(ledger, [_share(ledger, row) for row in rows.itertuples()])
    return told(rows.drop(columns=counted).round(dict.fromkeys(values, 2)), seen, values)


def _share(ledger: Ledger, row) -> Offer | None:
    persons = persons_cell(row.stream, row.role)
    again, left = persons + AGAIN, persons + LEFT
    if pd.isna(row.share) or ledger.protected & {again, left}:
        return None
    low, high = _ends(row.share)
    at_least = Equation(again, (persons, slack(again, "low")), (low, 1.0))
    at_most = Equation(again, (persons, slack(again, "high")), (high, -1.0))
    return Offer(frozenset(), (at_least, at_most))


def _of_whole(table: pd.DataFrame | None) -> pd.DataFrame:
    assert table is not None
    return table[table["locality"] == WHOLE].reset_index(drop=True)


def _by_stream(table: pd.DataFrame | None) -> pd.DataFrame | None:
    if table is None:
        return None
    return table[(table["locality"] == WHOLE) & (table["stream"] != ALL)].reset_index(drop=True)
