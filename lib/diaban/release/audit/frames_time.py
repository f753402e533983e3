"""What the frames on time, editions, counting units and themes tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from diaban.analysis.themes import SEASON
from diaban.release.audit import formulas as f
from diaban.release.audit.columns import (
    REASON,
    Column,
    Frame,
    Row,
    Statement,
    itself,
    known,
    model,
    of,
    short,
)
from diaban.release.cube import Cube
from diaban.release.tables.alerts import quarter_cell

EVENTS = "events|*|{stream}|{period}"
THEME, THEME_WHOLE = "theme|{locality}|{theme}|{period}", "theme|*|{theme}|{period}"
BY_PARTS = "of the whole, by parts of a year of which none is small"


AGE, AGE_BASE = "age|{stream}|{period}|{days}", "age|{stream}|{base}|{days}"
CAMPAIGN = "campaign|{campaign}|{stream}|"
EFFECT = tuple(CAMPAIGN + which for which in ("before", "after", "control_before", "control_after"))
PLACEBO = "a rank among choices of localities whose counts of these days stand nowhere"
PART = "count|{locality}|{stream}|{period}"
ENTRIES = "entries|{stream}|{period}|"
PANEL = "panel|n|{theme}|*|*"


def _counted(row: Row) -> bool:
    return row["unit"] == "cases"


def _years_of_charts(charts: pd.DataFrame, _: int) -> list[Statement]:
    """The parts of a year add up to it."""
    rows = charts[(charts["unit"] == "cases") & (charts["locality"] == "*")]
    found = []
    for (stream, year), part in rows.groupby(["stream", rows["period"].str[:4]]):
        whole = {"half": 2, "quarter": 4, "month": 12}.get(str(part["every"].iloc[0]))
        if len(part) == whole and part["value"].notna().all():
            n, place = float(part["value"].sum()), f"control_charts[{stream}, {year}].value"
            found.append(Statement({f"count|*|{stream}|{year}": 1.0}, n, n, place))
    return found


def _quarters_with_alerts(alerts: pd.DataFrame, threshold: int) -> list[Statement]:
    """A quarter with an alert has at least as many cases as may be told of."""
    rows = alerts[alerts["locality"] != "*"]
    return [
        Statement({quarter_cell(r.locality, r.stream, str(r.period)): 1.0}, float(threshold), np.inf,
                  f"alerts[{r.locality}, {r.stream}, {r.period}]")
        for r in rows.itertuples()
    ]  # fmt: skip


ALARMS = "chances of all series together, one number a quarter, to one decimal"


def _by_twenty(rows: pd.DataFrame, _: int) -> list[Statement]:
    """Child victims by twenty: from 10 below to 9 above."""
    return [
        Statement({f"entries|{r.stream}|{r.period}|child victims": 1.0}, r.child_victims - 10,
                  r.child_victims + 9, f"reconciliation[{r.locality}, {r.stream}, {r.period}].child_victims")
        for r in rows[rows["child_victims"].notna()].itertuples()
    ]  # fmt: skip


def _in_percent(rows: pd.DataFrame, _: int) -> list[Statement]:
    """Persons who are counted again, in whole percent of all persons."""
    found = []
    for r in rows[rows["share"].notna()].itertuples():
        place = f"repeat_shares[{r.locality}, {r.stream}, {r.period}, {r.role}].share"
        found += _between(f"persons|{r.stream}|{r.role}|again", f"persons|{r.stream}|{r.role}",
                          float(r.share), 0.01, place)  # fmt: skip
    return found


def _in_steps(rows: pd.DataFrame, _: int) -> list[Statement]:
    """Shares of a theme and of the other cases, each within a step; months and days of the week stand beside
    their shares of the calendar."""
    found = []
    for r in rows[rows["share"].notna() & rows["step"].notna()].itertuples():
        for side, column in (("n", "share"), ("n_others", "reference_share")):
            value = getattr(r, column)
            by_calendar = side == "n_others" and r.panel in SEASON
            if not (pd.isna(value) or by_calendar):
                place = f"theme_panels[{r.theme}, {r.locality}, {r.panel}, {r.category}].{column}"
                cell, total = f"panel|{side}|{r.theme}|{r.panel}|{r.category}", f"panel|{side}|{r.theme}|*|*"
                found += _between(cell, total, float(value), float(r.step), place)
    return found


def _between(cell: str, total: str, share: float, step: float, place: str) -> list[Statement]:
    """cell / total would be written as `share` in steps."""
    low, high = max(share - step / 2, 0.0), min(share + step / 2, 1.0)
    return [
        Statement({cell: 1.0, total: -low}, -_TIE, np.inf, place),
        Statement({cell: 1.0, total: -high}, -np.inf, _TIE, place),
    ]


def _with_edition(changes: pd.DataFrame, cube: Cube) -> pd.DataFrame:
    return changes.assign(_edition=cube.facts["edition"])


def _either_way(row: Row, n: Any) -> Any:
    """A cell has how many; the row says whether there are more or fewer now."""
    return n if row["corrections"] >= 0 else -np.asarray(n, dtype=float)


_TIE = 1e-4
CHANGED = "changed|{_edition}|{stream}|{period}|"
BY_TWENTY = "to the nearest multiple of 20, of which twenty numbers are one"
IN_PERCENT = "a share in whole percent of a number that is not told"
IN_STEPS = "rounded by steps of more cases than the threshold"

TIME = {
    "late_reports": Frame(
        keys=("stream", "period"),
        columns=of(EVENTS, "expected_finally", "lower", "upper", counted=itself)
        | known("share_counted", "share_error", "withheld"),
    ),
    "late_months": Frame(keys=("stream", "seen"), columns=known("comparisons")),
    "same_age": Frame(
        keys=("locality", "stream", "period", "base"),
        columns=known("days", "withheld")
        | of(AGE, cases=itself)
        | of(AGE_BASE, base_cases=itself)
        | of(AGE_BASE + "|now", base_cases_now=itself)
        | of((AGE, AGE_BASE), "rate_ratio", "lower", "upper", "p")
        | of((AGE, AGE_BASE + "|now"), "naive_ratio"),
    ),
    "campaign_effects": Frame(
        keys=("campaign", "stream"),
        columns=known("treated", "controls", "start", "end", "base_start", "base_end", "localities")
        | of(CAMPAIGN + "before", before=itself)
        | of(CAMPAIGN + "after", after=itself)
        | of(CAMPAIGN + "control_before", control_before=itself)
        | of(CAMPAIGN + "control_after", control_after=itself)
        | of(EFFECT, "ratio", "lower", "upper", "p", "told")
        | of(EFFECT, "difference", "difference_lower", "difference_upper")
        | short(2, model(PLACEBO, "placebo_p"))
        | {"withheld": REASON},
    ),
    "control_charts": Frame(
        keys=("locality", "stream", "kind", "unit", "point", "period"),
        columns=known("every", "baseline", "open", "withheld")
        | {"value": Column("cell", (PART,), itself, when=_counted, otherwise=Column("model", why=BY_PARTS))}
        | model(BY_PARTS, "centre", "lower", "upper", "signal", "side", "reading"),
        statements=_years_of_charts,
    ),
    "change_points": Frame(
        keys=("locality", "stream", "every"),
        columns=known("points", "comparisons", "expected_false", "withheld")
        | model(BY_PARTS, "change", "after", "earliest", "latest", "mean_before", "mean_after", "ratio", "p"),
    ),
    "alerts": Frame(
        keys=("locality", "stream", "period"),
        columns=known("comparisons", "budget", "shared") | short(1, model(ALARMS, "expected_false_alarms")),
        statements=_quarters_with_alerts,
    ),
    "edition_changes": Frame(
        keys=("locality", "stream", "period"),
        prepare=_with_edition,
        columns=of(CHANGED + "before", before=itself)
        | of(CHANGED + "after", after=itself)
        | of(CHANGED + "late_reports", late_reports=itself)
        | of(CHANGED + "new_cases", new_cases=itself)
        | of(CHANGED + "corrections", corrections=_either_way)
        | {"withheld": REASON},
    ),
    "reconciliation": Frame(
        keys=("locality", "stream", "period"),
        columns=of("count|{locality}|{stream}|{period}", cases=itself)
        | of(ENTRIES + "suspects", suspects=itself)
        | model(BY_TWENTY, "child_victims")
        | known("withheld"),
        statements=_by_twenty,
    ),
    "repeat_shares": Frame(
        keys=("locality", "stream", "period", "role"),
        columns=model(IN_PERCENT, "share", "lower", "upper") | known("withheld"),
        statements=_in_percent,
    ),
    "theme_counts": Frame(
        keys=("theme", "locality", "stream", "period"),
        columns=known("person_years", "per", "comparisons")
        | of(THEME, cases=itself, rate=f.rate, lower=f.rate_limit(0), upper=f.rate_limit(1))
        | of(THEME_WHOLE, "whole_rate", "expected", whole_cases=itself)
        | of((THEME, THEME_WHOLE), "ratio", "ratio_lower", "ratio_upper", "p", "q", "differs")
        | {"withheld": REASON},
    ),
    "theme_panels": Frame(
        keys=("theme", "locality", "panel", "category"),
        columns=known("comparisons", "defines", "withheld", "step")
        | of(PANEL, lower=f.limit_in_steps(0), upper=f.limit_in_steps(1))
        | model(IN_STEPS, "share", "reference_share", "differs"),
        statements=_in_steps,
    ),
    "theme_support": Frame(keys=("theme",), columns=known("withheld")),
}
