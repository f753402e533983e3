"""What the frames on targets and on the handling of reports tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from diaban.release.audit import formulas as f
from diaban.release.audit.columns import (
    KNOWN,
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

NEWER, OLDER = "count|{locality}|{stream}|{period}", "count|{locality}|{stream}|{base}"
YEARS = (NEWER, OLDER)
BLOCK = "count|{locality}|{stream}|{block}"
REPORTED = "count|{locality}|{stream}|{_report}"
HANDLED = "reports|{locality}|{stream}|{measure}"
ALL_REPORTS = "reports|{locality}|{stream}"
REACHED, OF, LEFT = "share|{target}|{period}", "|of", "|left"
STOPPED, STOPPED_OF = "stopped|{target}|{step}|{reason_code}", "stopped|{target}|{step}|*|of"
STOPPED_IN, STOPPED_BEFORE = "stopped in|{target}|{period}", "stopped in|{target}|{base}"
OF_YEAR, OF_BASE = (STOPPED_IN, STOPPED_IN + OF), (STOPPED_BEFORE, STOPPED_BEFORE + OF)
IN_WORDS = "a word, of which other counts are sought that say the same, in every audit"
SEASON = "part of a year's cases in its months so far, of the whole and of all complete years"


def _with_report(targets: pd.DataFrame, cube: Cube) -> pd.DataFrame:
    """_report: the block that is reported."""
    periods = cube.frames["detectability"]["period"].dropna().unique()
    return targets.assign(_report=periods[0] if len(periods) else "")


def _all_handled(row: Row) -> bool:
    """Every report was taken up: the row tells the number of reports, and how the office works."""
    return row["measure"] in ("classified", "assigned") and row["n"] == row["n_reports"]


def _handled() -> dict[str, Column]:
    cell, due = HANDLED, HANDLED + "|of"
    found = of(cell, n=itself) | of(due, n_reports=itself)
    found |= of((cell, due), share=f.share, lower=f.share_limit(0), upper=f.share_limit(1))
    return _or_all_handled(found)


def _or_all_handled(found: dict[str, Column]) -> dict[str, Column]:
    counted, shares = Column("cell", (ALL_REPORTS,), itself), Column("cell", (ALL_REPORTS,))
    return {
        name: replace(counted if name in ("n", "n_reports") else shares, when=_all_handled, otherwise=column)
        for name, column in found.items()
    }


def _fewer(_: Row, count: Any, base: Any) -> Any:
    return np.asarray(count, dtype=float) < np.asarray(base, dtype=float)


def _reached(targets: pd.DataFrame, _: int) -> list[Statement]:
    """Whether a target was reached is told of every row: so many at most are left, or at least."""
    found = []
    for row in targets[(targets["locality"] == "*") & targets["met"].notna()].itertuples():
        cell, allowed = f"share|{row.target}|{row.period}", 1.0 - float(row.limit)
        low, high = (-np.inf, 0.0) if row.met else (0.0, np.inf)
        weights = {cell + LEFT: 1.0, cell + OF: -allowed}
        found.append(Statement(weights, low, high, f"share_targets[{row.target}, *, {row.period}].met"))
    return found


PLAN = {
    "targets": Frame(
        keys=("locality", "target", "stream", "period", "base"),
        prepare=_with_report,
        columns=known("change", "cases_needed", "counts_shown", "met_shown")
        | of(NEWER, cases=itself)
        | of(OLDER, "limit", base_cases=itself)
        # of all years: in hundredths six counts of each hidden one and more lead to it (tested)
        | short(2, of(YEARS, "attainment"))
        | of(YEARS, "evidence", "verdict", "largest_detectable_count", "smallest_visible_fall")
        | of(REPORTED, "chance_by_luck", "chance_if_true")
        | of((REPORTED, OLDER), "chance_from_base")
        | {"met": Column("verdict", YEARS), "withheld": REASON},
    ),
    "targets_pooled": Frame(
        keys=("locality", "target", "stream", "block", "base"),
        columns=known("change", "years_apart", "pooled_change")
        | of(BLOCK, cases=itself)
        | of(OLDER, base_cases=itself)
        | of((BLOCK, OLDER), "change_per_year", "lower", "upper", "attainment", "evidence")
        | {"withheld": REASON},
    ),
    "mid_year": Frame(
        keys=("locality", "target", "stream", "period", "base"),
        columns=known("change")
        | model(SEASON, "season_share")
        | of(NEWER, cases=itself)
        | of(OLDER, "limit", base_cases=itself)
        | short(2, of(YEARS, "share_counted", "probability"))
        | short(0, of(YEARS, "expected"))
        | of(YEARS, "lower", "upper")
        | of(YEARS, "remaining", "outlook")
        | {"season_share": KNOWN, "withheld": REASON},
    ),
    "share_targets": Frame(
        keys=("target", "locality", "period"),
        columns=known("limit", "strict", "needed_if_all", "met")
        | of(REACHED, successes=itself)
        | of(REACHED + OF, "most_failures", n=itself)
        | of((REACHED, REACHED + OF), "evidence")
        | of((REACHED, REACHED + OF), share=f.share, lower=f.share_limit(0), upper=f.share_limit(1))
        | {"withheld": REASON},
        statements=_reached,
    ),
    "fewest_targets": Frame(
        keys=("locality", "target", "period", "base"),
        columns=of(STOPPED_IN, count=itself)
        | of(STOPPED_BEFORE, base_count=itself)
        | of(OF_YEAR, share=f.share, lower=f.share_limit(0), upper=f.share_limit(1))
        | of(OF_BASE, base_share=f.share, base_lower=f.share_limit(0), base_upper=f.share_limit(1))
        | of((STOPPED_IN, STOPPED_BEFORE), fewer=_fewer)
        | of((*OF_YEAR, *OF_BASE), "attainment", "evidence", p=f.fewer_p)
        | {"withheld": REASON},
    ),
    "handling": Frame(
        keys=("locality", "stream", "measure"),
        columns=known("days") | _handled() | {"withheld": REASON},
    ),
    "stopped": Frame(
        keys=("target", "step", "reason_code"),
        columns=of(STOPPED, n=itself)
        | of(STOPPED_OF, n_cases=itself)
        | of((STOPPED, STOPPED_OF), share=f.share, lower=f.exact_limit(0), upper=f.exact_limit(1))
        | {"withheld": REASON},
    ),
    "relative_rates": Frame(
        keys=("stream", "point", "role", "column", "group", "base"),
        columns=known("comparisons")
        | model(IN_WORDS, "differs", "side")
        | {"withheld": Column("reason")}  # of editions that had it
        | model("a ratio of two shares, to one digit", "ratio", "lower", "upper"),
    ),
}
