"""What the frames on targets and on the handling of reports tell."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from diaban.release.audit import formulas as f
from diaban.release.audit.columns import KNOWN, REASON, Column, Frame, Row, counts, itself, known, model, of
from diaban.release.audit.frames_counts import WITHIN_ROW
from diaban.release.cube import Cube

NEWER, OLDER = "count|{locality}|{stream}|{period}", "count|{locality}|{stream}|{base}"
YEARS = (NEWER, OLDER)
BLOCK = "count|{locality}|{stream}|{block}"
REPORTED = "count|{locality}|{stream}|{_report}"
HANDLED = "reports|{locality}|{stream}|{measure}"
ALL_REPORTS = "reports|{locality}|{stream}"
SEASON = "part of a year's cases in its months so far, of the whole and of all complete years"


def _with_report(targets: pd.DataFrame, cube: Cube) -> pd.DataFrame:
    """_report: the block that is reported."""
    periods = cube.frames["detectability"]["period"].dropna().unique()
    return targets.assign(_report=periods[0] if len(periods) else "")


def _all_handled(row: Row) -> bool:
    """Every report was taken up: the row tells the number of reports, and how the office works."""
    return row["measure"] in ("classified", "assigned") and row["n"] == row["n_reports"]


def _by_limit(row: Row) -> bool:
    """Decided within so many days: reports that are not that old yet count in part."""
    return str(row["measure"]).startswith("by ")


def _handled() -> dict[str, Column]:
    cell, due = HANDLED, HANDLED + "|of"
    found = of(cell, n=itself) | of(due, n_reports=itself)
    shares = of((cell, due), share=f.share, lower=f.share_limit(0), upper=f.share_limit(1))
    told = Column("cell", (cell, due))
    found |= {
        name: Column(
            "cell", column.cells, column.formula, when=lambda row: not _by_limit(row), otherwise=told
        )
        for name, column in shares.items()
    }
    return _or_all_handled(found)


def _or_all_handled(found: dict[str, Column]) -> dict[str, Column]:
    counted, shares = Column("cell", (ALL_REPORTS,), itself), Column("cell", (ALL_REPORTS,))
    return {
        name: replace(counted if name in ("n", "n_reports") else shares, when=_all_handled, otherwise=column)
        for name, column in found.items()
    }


PLAN = {
    "targets": Frame(
        keys=("locality", "target", "stream", "period", "base"),
        prepare=_with_report,
        columns=known("change", "cases_needed", "counts_shown", "met_shown")
        | of(NEWER, cases=itself)
        | of(OLDER, "limit", base_cases=itself)
        | of(YEARS, "attainment", "evidence", "verdict", "largest_detectable_count", "smallest_visible_fall")
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
        | of(YEARS, "remaining", "share_counted", "probability", "expected", "lower", "upper", "outlook")
        | {"season_share": KNOWN, "withheld": REASON},
    ),
    "share_targets": Frame(
        keys=("target", "locality", "period"),
        columns=known("limit", "strict", "needed_if_all", "met")
        | counts("successes", "n")
        | model(WITHIN_ROW, "share", "lower", "upper", "evidence", "most_failures")
        | {"withheld": REASON},
        between={"n - successes": {"n": 1, "successes": -1}},
    ),
    "fewest_targets": Frame(
        keys=("locality", "target", "period", "base"),
        columns=counts("count", "base_count")
        | model(WITHIN_ROW, "share", "lower", "upper", "base_share", "base_lower", "base_upper")
        | model(WITHIN_ROW, "fewer", "p", "attainment", "evidence")
        | {"withheld": REASON},
    ),
    "handling": Frame(
        keys=("locality", "stream", "measure"),
        columns=known("days") | _handled() | {"withheld": REASON},
    ),
    "stopped": Frame(
        keys=("target", "step", "reason_code"),
        columns=counts("n", "n_cases") | model(WITHIN_ROW, "share", "lower", "upper") | {"withheld": REASON},
        between={"n_cases - n": {"n_cases": 1, "n": -1}},
    ),
    "relative_rates": Frame(
        keys=("stream", "point", "role", "column", "group", "base"),
        columns=known("comparisons", "withheld")
        | model("a ratio of two shares, to one digit", "ratio", "lower", "upper", "differs"),
    ),
}
