"""Days that are no whole periods, as cells: the year so far at the same age, before and after a campaign."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from diaban.release.cells import WHOLE, count_cell, events_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.tables.whole import Tables, offer, tell_rows, told
from diaban.results import Results
from diaban.results.over_time import UNITS

NOW, LATE = "|now", "|late"
AGES = ["cases", "base_cases", "base_cases_now", "rate_ratio", "lower", "upper", "p", "naive_ratio"]
COUNTS = ["before", "after", "control_before", "control_after"]
EFFECTS = [*COUNTS, "ratio", "lower", "upper", "p", "placebo_p", "difference", "difference_lower",
           "difference_upper", "told"]  # fmt: skip


def age_cell(stream: str, period: str, days: int) -> str:
    """Cases of the first days of a period of the whole that were known at their end; with NOW behind it,
    those of the same days as they are known now."""
    return f"age|{stream}|{period}|{days}"


def age_cells(tables: Tables, results: Results) -> None:
    """What came late is a number like any other, and so is what the days differ by from whole months."""
    if results.same_age is None:
        return
    for row in _of_whole(results.same_age).itertuples():
        if pd.isna(row.base_cases_now):
            continue
        cell, base = (age_cell(row.stream, period, row.days) for period in (row.period, row.base))
        tables.count(cell, row.cases)
        tables.count(base, row.base_cases)
        tables.count(base + NOW, row.base_cases_now)
        tables.beside(base + NOW, [base], base + LATE, none_is_few=True)
        for mine, period in ((cell, row.period), (base + NOW, row.base)):
            for n, parts in enumerate(_parts_about(results, tables, row.stream, period, row.days)):
                tables.beside(mine, parts, f"{mine}|beside {n}")


def _parts_about(
    results: Results, tables: Tables, stream: str, period: str, days: int
) -> Iterator[list[str]]:
    """Parts of the period, from its first on, that end with these days or next to it; and the period."""
    periods = results.tables.periods.set_index("period")
    last = periods.loc[period, "start"] + pd.Timedelta(days=int(days) - 1)
    for unit in UNITS:
        parts = results.parts(unit)
        parts = parts[parts["parent"] == period].sort_values("start")
        cells = [count_cell(WHOLE, stream, part) for part in parts["period"]]
        within = int((parts["end"] <= last).sum())
        for n in sorted({within, within + 1} - {0, len(cells) + 1}):
            if all(cell in tables for cell in cells[:n]):
                yield cells[:n]
    yield [count_cell(WHOLE, stream, period)]


def age_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    table = results.same_age
    assert table is not None
    rows = _of_whole(table)
    offers = []
    for row in rows.itertuples():
        cell, base = (age_cell(row.stream, period, row.days) for period in (row.period, row.base))
        known = pd.notna(row.base_cases_now)
        offers.append(offer(cell, base, base + NOW, base + LATE) if known else None)
    seen = tell_rows(ledger, offers)
    return told(rows, seen, AGES).drop(columns=["persons", "base_persons", "undated"])


def _of_whole(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["locality"] == WHOLE].reset_index(drop=True)


def campaign_cell(campaign: str, stream: str, which: str) -> str:
    """Events before or after a campaign, where it was or where there was none."""
    return f"campaign|{campaign}|{stream}|{which}"


def campaign_cells(tables: Tables, results: Results) -> None:
    """Where a campaign was and where there was none make the whole, but for places that are left out; and
    the whole's events of these days are those of the years within them, and a few more."""
    if results.campaign_effects is None:
        return
    for row in results.campaign_effects.itertuples():
        if pd.isna(row.before):
            continue
        for which in COUNTS:
            tables.count(campaign_cell(row.campaign, row.stream, which), getattr(row, which))
        for when, spans in _spans(row).items():
            _whole_of_days(tables, results, row, when, spans)


def _spans(row) -> dict[str, list[tuple[pd.Timestamp, pd.Timestamp]]]:
    """First and last days of the time after, and of the one or two times before."""
    length = row.end - row.start
    starts = dict.fromkeys([row.base_start, row.base_end - length])
    return {"after": [(row.start, row.end)], "before": [(start, start + length) for start in starts]}


def _whole_of_days(
    tables: Tables, results: Results, row, when: str, spans: list[tuple[pd.Timestamp, pd.Timestamp]]
) -> None:
    dated = results.dated_cases
    assert dated is not None  # where there are effects there are dated cases
    days = dated.loc[dated["stream"] == row.stream, "occurred_to"].dropna()
    key = ", ".join(f"{start:%Y-%m-%d} {end:%Y-%m-%d}" for start, end in spans)
    whole = tables.free(f"days|{row.stream}|{key}", sum(days.between(*span).sum() for span in spans))
    parts = [campaign_cell(row.campaign, row.stream, prefix + when) for prefix in ("", "control_")]
    tables.beside(whole, parts, f"{parts[0]}|elsewhere")
    years = results.tables.periods
    inside = [years[(years["start"] >= start) & (years["end"] <= end)] for start, end in spans]
    about = [years[(years["end"] >= start) & (years["start"] <= end)] for start, end in spans]
    for name, chosen in (("beyond years", inside), ("of years", about)):
        periods = pd.concat(chosen)["period"].drop_duplicates()
        if len(periods):
            tables.beside(whole, [events_cell(row.stream, p) for p in periods], f"{whole}|{name}")


def campaign_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """With the localities that had each, which is no secret."""
    effects, campaigns = results.campaign_effects, results.tables.campaigns
    assert effects is not None
    assert campaigns is not None  # where there are effects there are campaigns
    places = campaigns.assign(report=campaigns["locality"].map(results.report_of)).dropna(subset=["report"])
    named = places.groupby("campaign")["report"].agg(lambda codes: ";".join(sorted(set(codes))))
    effects = effects.assign(localities=effects["campaign"].map(named))
    offers = [
        None if pd.isna(r.before) else offer(*(campaign_cell(r.campaign, r.stream, n) for n in COUNTS))
        for r in effects.itertuples()
    ]
    return told(effects, tell_rows(ledger, offers), EFFECTS)
