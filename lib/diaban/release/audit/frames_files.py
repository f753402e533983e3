"""What the frames on causes and conditions, moments and lags of case files tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from diaban.release.audit import formulas as f
from diaban.release.audit.columns import (
    REASON,
    Column,
    Formula,
    Frame,
    Row,
    Statement,
    itself,
    known,
    model,
    of,
    short,
)
from diaban.release.cells import ABOUT_CODING
from diaban.release.cube import Cube
from diaban.release.tables.lags import STEPS as LAG_STEPS
from diaban.release.tables.lags import ranks as lag_ranks

X, X_WHOLE = "files|{locality}|{stream}|{code}", "files|*|{stream}|{code}"
N, N_WHOLE = "files|{locality}|{stream}", "files|*|{stream}"
ALL_N, ALL_N_WHOLE = "all files|{locality}|{stream}", "all files|*|{stream}"
MOMENT = "files|{locality}|{stream}|moment {moment}"
ABOUT_THE_CODER = "how the files were coded, of the whole, and of no child"


LIKE = "configuration|{configuration}|{stream}|{_name}"
EVERY = "configuration|{configuration}|{stream}|"
LIKE_OUTCOME, EVERY_OUTCOME = LIKE + "|outcome", EVERY + "|outcome"
BY_CHANCE = "how often as much comes about where outcomes fall at random on the files of each locality"


def _with_name(found: pd.DataFrame, _: Cube) -> pd.DataFrame:
    """_name: the expression, nothing where it is all files."""
    return found.assign(_name=found["expression"].fillna("").astype("str"))


def _in_order(pairs: pd.DataFrame, _: Cube) -> pd.DataFrame:
    """_first, _second: the codes of a pair, by name."""
    codes = pairs[["a", "b"]]
    return pairs.assign(_first=codes.min(axis=1), _second=codes.max(axis=1))


def _consistency(row: Row, outcome: Any, n: Any, every: Any) -> Any:
    """Files with the outcome, of those that are as the expression says; of a necessary one, the other way."""
    return f.share(row, outcome, every if row["solution"] == "necessary" else n)


def _coverage(row: Row, outcome: Any, n: Any, every: Any) -> Any:
    return f.share(row, outcome, n if row["solution"] == "necessary" else every)


def _consistency_limit(side: int) -> Formula:
    def limit(row: Row, outcome: Any, n: Any, every: Any) -> Any:
        return f.clopper_pearson(outcome, every if row["solution"] == "necessary" else n, side)

    return limit


def _rest_share(row: Row, x: Any, n: Any, whole: Any, n_whole: Any) -> Any:
    return f.share(row, whole - x, n_whole - n)


def _shares(n: str, n_whole: str) -> dict[str, Column]:
    """The columns of shares of files: with a code, of `n`."""
    every = (X, n, X_WHOLE, n_whole)
    return (
        of(X, n_coded=itself)
        | of(n, n_files=itself)
        | of((X_WHOLE, X), rest_coded=f.difference)
        | of((n_whole, n), rest_files=f.difference)
        | of((X, n), share=f.share, lower=f.share_limit(0), upper=f.share_limit(1))
        | of(every, rest_share=_rest_share)
        | of(every, "shrunk_share", "shrunk_lower", "shrunk_upper", "probability_above")
        | of(every, "ratio", "ratio_lower", "ratio_upper", "p", "q", "over")
    )


def _of_files(row: Row) -> bool:
    return row["code"] not in ABOUT_CODING


def _either() -> dict[str, Column]:
    coded, all_files = _shares(N, N_WHOLE), _shares(ALL_N, ALL_N_WHOLE)
    return {
        name: Column("cell", column.cells, column.formula, when=_of_files, otherwise=all_files[name])
        for name, column in coded.items()
    }


def _of_case_side(*names: str) -> dict[str, Column]:
    cells = tuple(cell.replace("{code}", "{factor}") for cell in (X, N, X_WHOLE))
    return {
        name: Column("cell", cells, when=lambda row: row["side"] == "case", otherwise=Column("model"))
        for name in names
    }


NOT_OF_ALL_FILES = (
    "over files with a third code within localities, of which there is no other number; to one decimal: "
    "moving 20 files between hidden counts changed one value of seven, and no flag"
)

IN_STEPS_OF_DAYS = "the first of a few steps of days within which so many files were: stated as such"
LAG = "lag|{locality}|{stream}|{lag}"


def _within_days(lags: pd.DataFrame, _: int) -> list[Statement]:
    """So many files at least took no more days than the step says, and fewer no more than the one before."""
    found = []
    for row in lags[lags["half_by"].notna()].to_dict("records"):
        dated = LAG.format_map(row)
        if pd.isna(row["n_files"]):  # of how many files it is nobody can say: no such statement is true
            found.append(Statement({dated: 1.0}, np.inf, np.inf, f"event_lags[{row['locality']}].half_by"))
            continue
        n = int(row["n_files"])
        place = f"event_lags[{row['locality']}, {row['stream']}, {row['lag']}]"
        for column, rank in lag_ranks(n).items():
            step = int(row[column])
            rest = {dated: -rank.of_dated, f"{dated}|undated": float(rank.undated)}
            rest = {cell: weight for cell, weight in rest.items() if weight}
            at = f"{place}.{column}"
            found.append(Statement({f"{dated}|within {step}": 1.0, **rest}, rank.constant, np.inf, at))
            if step != LAG_STEPS[0]:
                before = f"{dated}|within {LAG_STEPS[LAG_STEPS.index(step) - 1]}"
                found.append(Statement({before: 1.0, **rest}, -np.inf, rank.constant, at))
    return found


FILES = {
    "case_factors": Frame(
        keys=("locality", "stream", "code"),
        columns=known("comparisons") | _either() | {"withheld": REASON},
    ),
    "case_factors_whole": Frame(
        keys=("stream", "code"),
        columns=of(X_WHOLE, n_coded=itself)
        | of(N_WHOLE, n_files=itself)
        | of((X_WHOLE, N_WHOLE), share=f.share),
    ),
    "code_pairs": Frame(
        keys=("stream", "a", "b"),
        prepare=_in_order,
        columns=known("comparisons", "withheld")
        | of("pair|{stream}|{_first}|{_second}", n_both=itself)
        | short(1, model(NOT_OF_ALL_FILES, "lift", "lower", "upper"))
        | model(NOT_OF_ALL_FILES, "supported"),
    ),
    "configurations": Frame(
        keys=("configuration", "stream", "solution", "part", "expression"),
        prepare=_with_name,
        columns=known("codes", "present", "withheld", "holds")
        | of(LIKE, n_files=itself)
        | of(LIKE_OUTCOME, n_outcome=itself)
        | of((EVERY_OUTCOME, EVERY), base_share=f.share)
        | of((LIKE_OUTCOME, LIKE, EVERY_OUTCOME), consistency=_consistency, coverage=_coverage)
        | of((LIKE_OUTCOME, LIKE, EVERY_OUTCOME), lower=_consistency_limit(0), upper=_consistency_limit(1))
        | of((LIKE + "|alone, {solution}", EVERY_OUTCOME), unique_coverage=f.share)
        | short(2, model(BY_CHANCE, "p"))
        | model(BY_CHANCE, "above_base"),
    ),
    "event_moments": Frame(
        keys=("locality", "stream", "moment"),
        columns=of(MOMENT, n=itself)
        | of(N, n_files=itself)
        | of((MOMENT, N), share=f.share, lower=f.share_limit(0), upper=f.share_limit(1))
        | of((MOMENT, N), "probability_first", "named")
        | {"withheld": REASON},
    ),
    "event_lags": Frame(
        keys=("locality", "stream", "lag"),
        columns=of(ALL_N, n_files=itself)
        | model(IN_STEPS_OF_DAYS, "half_by", "half_from", "half_to", "three_quarters_by")
        | {"withheld": REASON},
        statements=_within_days,
    ),
    "coder_agreement": Frame(
        keys=("unit", "code"),
        columns=of("coded twice|{unit}|{code}", n_files=itself)
        | model(ABOUT_THE_CODER, "alpha", "agreed")
        | known("withheld"),
    ),
    "coding_sensitivity": Frame(
        keys=("stream", "kind", "code"),
        columns=of(ALL_N_WHOLE, n_files=itself)
        | of((ALL_N_WHOLE, N_WHOLE), unknown_files=f.difference)
        | of(X_WHOLE, "rank_lower", "rank_upper", "leaders"),
    ),
    "recording": Frame(keys=("locality", "stream"), columns=known("changed")),
    "tested_factors": Frame(
        keys=("locality", "side", "stream", "factor", "part"),
        columns=known("result", "reason", "is_finding") | _of_case_side("estimate", "lower", "upper", "q"),
    ),
    "priorities": Frame(
        keys=("locality", "stream", "factor", "code"),
        columns=known("strength", "changeable")
        | of((X, N, X_WHOLE, N_WHOLE), "prevalence", "excess", "score", "rank", "rank_lower", "rank_upper")
        | of((X, N), "tied"),
    ),
    "measure_priorities": Frame(
        keys=("locality", "stream", "measure", "factor", "code"),
        columns=of((X, N), "rank", "rank_lower", "rank_upper", "tied"),
    ),
}
