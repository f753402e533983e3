"""What the frames on time, editions, counting units and themes tell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.release.audit import formulas as f
from diaban.release.audit.columns import (
    REASON,
    VICTIMS,
    Column,
    Frame,
    Row,
    Statement,
    counts,
    itself,
    known,
    model,
    of,
    short,
)
from diaban.release.audit.frames_counts import WITHIN_ROW

EVENTS = "events|*|{stream}|{period}"
THEME, THEME_WHOLE = "theme|{locality}|{theme}|{period}", "theme|*|{theme}|{period}"
BY_PARTS = "of the whole, by parts of a year of which none is small"


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
        Statement({f"count|{r.locality}|{r.stream}|{str(r.period)[:4]}": 1.0}, float(threshold), np.inf,
                  f"alerts[{r.locality}, {r.stream}, {r.period}]")
        for r in rows.itertuples()
    ]  # fmt: skip


ALARMS = "chances of all series together, one number a quarter, to one decimal"
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
        | counts("cases", "base_cases", "base_cases_now")
        | model(WITHIN_ROW, "rate_ratio", "lower", "upper", "p", "naive_ratio"),
        between={"late": {"base_cases_now": 1, "base_cases": -1}},
    ),
    "campaign_effects": Frame(
        keys=("campaign", "stream"),
        columns=known("treated", "controls", "start", "end", "base_start", "base_end", "localities")
        | counts("before", "after", "control_before", "control_after")
        | model(WITHIN_ROW, "ratio", "lower", "upper", "p", "told")
        | short(2, model("a rank among other places and months, in hundredths", "placebo_p"))
        | model(WITHIN_ROW, "difference", "difference_lower", "difference_upper")
        | {"withheld": REASON},
    ),
    "control_charts": Frame(
        keys=("locality", "stream", "kind", "unit", "point", "period"),
        columns=known("every", "baseline", "open", "withheld")
        | {"value": Column("count", when=_counted, otherwise=Column("model", why=BY_PARTS))}
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
        columns=known("comparisons", "budget") | short(1, model(ALARMS, "expected_false_alarms")),
        statements=_quarters_with_alerts,
    ),
    "edition_changes": Frame(
        keys=("locality", "stream", "period"),
        columns=counts("before", "late_reports", "new_cases", "after", "corrections") | {"withheld": REASON},
    ),
    "reconciliation": Frame(
        keys=("locality", "stream", "period"),
        columns=of("count|{locality}|{stream}|{period}", cases=itself)
        | counts("suspects")
        | counts("child_victims", least=VICTIMS)  # in tens: it is no difference to another number
        | known("withheld"),
        between={"suspects and cases": {"suspects": 1, "cases": -1}},
    ),
    "repeat_shares": Frame(
        keys=("locality", "stream", "period", "role"),
        columns=model(IN_PERCENT, "share", "lower", "upper") | known("withheld"),
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
        columns=known("comparisons", "defines", "withheld")
        | model(IN_STEPS, "share", "lower", "upper", "reference_share", "differs"),
    ),
    "theme_support": Frame(keys=("theme",), columns=known("withheld") | counts("cases")),
}
