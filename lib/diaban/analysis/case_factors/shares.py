"""How often each code, kind or domain stands on the files of any groups: periods, age groups, places."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from diaban.analysis.case_factors.coding import NOT_ESTABLISHED, carried_codes, carried_groups, established
from diaban.analysis.case_factors.share_comparison import MINIMUM_FILES
from diaban.analysis.intervals import share_interval

MEASURES = ["n_coded", "n_files", "share", "lower", "upper", "withheld"]


def case_shares(
    codes: pd.DataFrame,
    files: pd.DataFrame,
    code_book: pd.DataFrame,
    *,
    by: Sequence[str],
    unit: str = "code",
    not_established: str = NOT_ESTABLISHED,
    minimum_files: int = MINIMUM_FILES,
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of coded files with each code in the groups that the columns `by` of `files` form.

    codes: case_key, code, round; only the first coder (round 1) counts. files: case_key and `by` (one or
    more columns); a file may stand in several groups, as with two victims of different ages, and counts once
    in each; a row with a missing key is in none. code_book: code (kind, domain). unit: "code", or a column
    of the code book ("kind", "domain") for files with at least one code of that group.

    Returns `by`, a column named after `unit`, n_coded of n_files (with an established code), share with
    Wilson's lower and upper, withheld ("too_few_files" under `minimum_files`). A file carries any number of
    codes: shares do not add up to 1. Of unit "code" two more rows, out of all files, tell what is not known:
    `not_established` and "uncoded". Nothing is compared here. Raises DiabanError for a code outside the code
    book.
    """
    carried = carried_codes(codes, files["case_key"], code_book, not_established=not_established)
    known = established(carried)
    tables = [known if unit == "code" else carried_groups(known, code_book, unit)]
    if unit == "code":
        tables.append(carried.drop(columns=known.columns))
    rows = files[["case_key", *by]].drop_duplicates().dropna()
    groups = rows.groupby(list(by), sort=True)
    keys = groups.size().reset_index()[list(by)]
    of_group = pd.Series(groups.ngroup().to_numpy(), index=rows["case_key"])
    counted = pd.concat([_count(table, of_group, len(keys), unit) for table in tables])
    counted = counted.sort_index(level=0, sort_remaining=False, kind="stable").reset_index()
    counted = keys.loc[counted["group"]].reset_index(drop=True).join(counted.drop(columns="group"))
    return _with_interval(counted, minimum_files, level)[[*by, unit, *MEASURES]].astype({unit: "str"})


def _count(carried: pd.DataFrame, of_group: pd.Series, groups: int, unit: str) -> pd.DataFrame:
    """n_coded (files that carry it) of n_files by number of the group (zeros included) and factor."""
    mine = of_group[of_group.index.isin(carried.index)]
    cells = carried.loc[mine.index].groupby(mine.to_numpy())
    numbers = pd.RangeIndex(groups, name="group")
    n_files = cells.size().reindex(numbers, fill_value=0)
    n_coded = cells.sum().reindex(numbers, fill_value=0).rename_axis(columns=unit).stack()
    return pd.DataFrame({"n_coded": n_coded, "n_files": n_files.repeat(carried.shape[1]).to_numpy()})


def _with_interval(counted: pd.DataFrame, minimum_files: int, level: float) -> pd.DataFrame:
    n, files = counted["n_coded"], counted["n_files"]
    lower, upper = share_interval(n, files, level)
    shares = pd.DataFrame({"share": n / files.where(files > 0), "lower": lower, "upper": upper})
    few = files < minimum_files
    reason = pd.Series(pd.NA, index=counted.index, dtype="str").mask(few, "too_few_files")
    return counted.join(shares.mask(few)).assign(withheld=reason)
