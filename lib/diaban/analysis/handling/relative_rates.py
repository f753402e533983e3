"""Whether cases go on equally often, at each decision, for boys and girls, for younger and older."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from diaban.analysis.handling.procedure import known_by, known_until
from diaban.analysis.handling.ratio_interval import common_ratio, mid_p, ratio_interval
from diaban.analysis.labels import first_true, text

MINIMUM_CASES = 10
BOTH_ROLES = "both"
MIXED, UNKNOWN = "mixed", "unknown"
KEYS = ["stream", "point", "role", "column", "group", "base"]
COUNTS = ["n", "n_cases", "base_n", "base_cases", "n_mixed", "n_unknown"]
ADJUSTED = ["adjusted_ratio", "adjusted_lower", "adjusted_upper"]
ESTIMATES = ["share", "base_share", "ratio", "lower", "upper", "p", *ADJUSTED]
COLUMNS = [*KEYS, *COUNTS, *ESTIMATES, "q", "comparisons", "differs", "withheld"]


class DecisionPoint(NamedTuple):
    """key: its name; reached: steps of which one brings a case here; taken: steps that mean yes; days: after
    which a case that came here counts as having had its time."""

    key: str
    reached: Sequence[str]
    taken: Sequence[str]
    days: int


class Grouping(NamedTuple):
    """stream: of which cases; role: of which persons ("victim", "suspect"); column: theirs to group by;
    joined: value -> name under which it is put together with others."""

    stream: str
    role: str
    column: str
    joined: Mapping[str, str] = {}


def relative_rates(
    reports: pd.DataFrame,
    persons: pd.DataFrame,
    events: pd.DataFrame,
    *,
    points: Sequence[DecisionPoint],
    groupings: Sequence[Grouping],
    cutoff: pd.Timestamp,
    alike: Sequence[str] = (),
    minimum_cases: int = MINIMUM_CASES,
    false_discovery: float = 0.05,
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of cases that go on at each decision point, by group of their persons, against the largest group.

    reports: case_key, stream, known_until (see `report_clock`), and the columns `alike`. persons: case_key,
    role ("both" is in either role) and the columns of `groupings`. events: case_key, step, date. All
    localities together: a district has too few.

    A case is one observation however many persons it has (what happens to a case happens to all of them), and
    is in a group if all its persons of the role are; others are n_mixed and, with a value not recorded,
    n_unknown, in neither. Counted are cases that came to the point `days` or more before the cut-off. base:
    the group with most cases. ratio of the shares with score limits (`ratio_interval`), p the exact mid-p, q
    Benjamini and Hochberg's over all `comparisons` of the frame, differs: q below `false_discovery`. A
    difference may come from what the cases are: adjusted_ratio compares only cases alike in the columns
    `alike` (`common_ratio`), and is missing without them.

    withheld: `group_too_small` (one of the two under `minimum_cases`; its counts are then missing as well),
    `same_everywhere` (all or none of both groups went on).
    """
    known = known_by(events, cutoff)
    until = known_until(reports.drop_duplicates("case_key").set_index("case_key"), cutoff)
    progress = {point.key: _progress(known, point, until) for point in points}
    frames = []
    for grouping in groupings:
        grouped = _grouped(reports, persons, grouping)
        strata = _strata(reports, grouping.stream, alike)
        for point in points:
            here = grouped.to_frame().join(progress[point.key], how="inner")
            frames.append(_compared(here.join(strata), grouped, point, grouping, level))
    table = (
        pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*KEYS, *COUNTS, *ADJUSTED])
    )
    return _with_false_discovery(_withhold(_with_ratio(table, level), minimum_cases), false_discovery)


def _progress(known: pd.DataFrame, point: DecisionPoint, until: pd.Series) -> pd.Series:
    """Whether each case went on (index case_key), of those that came to the point in time to do so."""
    came = known[known["step"].isin(point.reached)].groupby("case_key")["date"].min()
    came = came[came.index.isin(until.index)]
    had_time = came.index[(until.reindex(came.index) - came).dt.days >= point.days]
    went = known.loc[known["step"].isin(point.taken), "case_key"]
    return pd.Series(had_time.isin(went), index=had_time, name="went", dtype="bool")


def _grouped(reports: pd.DataFrame, persons: pd.DataFrame, grouping: Grouping) -> pd.Series:
    """The one group of each case of the stream that has a person of the role; MIXED, UNKNOWN."""
    cases = reports.loc[reports["stream"] == grouping.stream, "case_key"]
    there = persons[persons["role"].isin([grouping.role, BOTH_ROLES]) & persons["case_key"].isin(cases)]
    value = there[grouping.column].astype("str").fillna(UNKNOWN)
    value = value.map(lambda one: grouping.joined.get(one, one)).astype("str")
    there = there.assign(group=value).sort_values("group")
    groups = there.groupby("case_key")["group"]
    group = groups.first().where(groups.first() == groups.last(), MIXED)
    unknown = there.loc[there["group"] == UNKNOWN, "case_key"]
    return group.mask(group.index.isin(unknown), UNKNOWN)


def _compared(
    here: pd.DataFrame, grouped: pd.Series, point: DecisionPoint, grouping: Grouping, level: float
) -> pd.DataFrame:
    """One row a group but the base, with the counts of both."""
    clear = grouped[~grouped.isin([MIXED, UNKNOWN])]
    if clear.empty:
        return pd.DataFrame(columns=[*KEYS, *COUNTS, *ADJUSTED])
    size = clear.value_counts()
    base = min(size.index, key=lambda group: (-size[group], group))
    counts = here.groupby("group")["went"].agg(["sum", "size"])
    counts = counts.reindex([*sorted(size.index), MIXED, UNKNOWN], fill_value=0).astype("int64")
    others = [group for group in sorted(size.index) if group != base]
    keys = {"stream": grouping.stream, "point": point.key, "role": grouping.role, "column": grouping.column}
    numbers = {
        "n": counts.loc[others, "sum"].to_numpy(),
        "n_cases": counts.loc[others, "size"].to_numpy(),
        "base_n": counts.loc[base, "sum"],
        "base_cases": counts.loc[base, "size"],
        "n_mixed": counts.loc[MIXED, "size"],
        "n_unknown": counts.loc[UNKNOWN, "size"],
    }
    adjusted = np.array([_adjusted(here, group, base, level) for group in others]).reshape(-1, 3).T
    rows = pd.DataFrame({"group": others}).assign(**keys, base=base, **numbers)
    return rows.assign(**dict(zip(ADJUSTED, adjusted, strict=True)))


def _strata(reports: pd.DataFrame, stream: str, alike: Sequence[str]) -> pd.Series:
    """The stratum of each case of the stream, missing without `alike`; not recorded is a value of its own."""
    cases = reports[reports["stream"] == stream].set_index("case_key")
    if not alike:
        return pd.Series(np.nan, index=cases.index, name="stratum")
    return cases.groupby(list(alike), dropna=False).ngroup().rename("stratum")


def _adjusted(here: pd.DataFrame, group: str, base: str, level: float) -> tuple[float, float, float]:
    told = here.dropna(subset="stratum")
    counts = told.groupby(["stratum", "group"])["went"].agg(["sum", "size"])
    strata = told["stratum"].unique()
    mine, theirs = (
        counts.reindex(pd.MultiIndex.from_product([strata, [name]]), fill_value=0).to_numpy(float)
        for name in (group, base)
    )
    return common_ratio(mine[:, 0], mine[:, 1], theirs[:, 0], theirs[:, 1], level=level)


def _with_ratio(table: pd.DataFrame, level: float) -> pd.DataFrame:
    counts = [table[name].to_numpy(float) for name in COUNTS[:4]]
    n, cases, base_n, base_cases = counts
    lower, upper = ratio_interval(*counts, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, base_share = n / cases, base_n / base_cases
        ratio = np.where(base_n > 0, share / base_share, np.nan)
    return table.assign(
        share=share, base_share=base_share, ratio=ratio, lower=lower, upper=upper, p=mid_p(*counts)
    )


def _withhold(table: pd.DataFrame, minimum_cases: int) -> pd.DataFrame:
    small = (table["n_cases"] < minimum_cases) | (table["base_cases"] < minimum_cases)
    reasons = first_true([small, table["p"].isna()], ["group_too_small", "same_everywhere"])
    table = table.assign(withheld=text(reasons))
    table[COUNTS] = table[COUNTS].astype("Int64").mask(small)
    table[ESTIMATES[:2]] = table[ESTIMATES[:2]].astype("float64").mask(small)
    table[ESTIMATES[2:]] = table[ESTIMATES[2:]].astype("float64").mask(table["withheld"].notna())
    return table


def _with_false_discovery(table: pd.DataFrame, false_discovery: float) -> pd.DataFrame:
    tested = table["p"].notna()
    table = table.assign(q=np.nan, comparisons=int(tested.sum()))
    if tested.any():
        table.loc[tested, "q"] = multipletests(table.loc[tested, "p"], method="fdr_bh")[1]
    differs = (table["q"] < false_discovery).astype("boolean").mask(~tested)
    return table.assign(differs=differs)[COLUMNS].astype(dict.fromkeys(KEYS, "str"))
