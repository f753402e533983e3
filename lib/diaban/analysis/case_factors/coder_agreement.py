"""How far two coders agree on what stands behind the same case files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

MINIMUM_FILES = 30


def coder_agreement(
    codes: pd.DataFrame,
    code_book: Sequence[str],
    *,
    minimum_files: int = MINIMUM_FILES,
    level: float = 0.95,
) -> pd.DataFrame:
    """Agreement of the first coder (round 1) with the second (round 2), for each code of `code_book`.

    codes: case_key, code, round. A file is coded twice where both rounds have a row for it. Returns code,
    n_files (coded twice), both, first_only, second_only, neither (files), agreement (share in 0..1), kappa
    (Cohen's; missing where both coders never, or always, give the code), lower, upper (of kappa, asymptotic,
    cut at -1 and 1) and withheld ("too_few_files" under `minimum_files` files coded twice).
    """
    first, second = (_given(codes, code_book, number) for number in (1, 2))
    keys = first.index.intersection(second.index)
    a, b = (table.loc[keys].to_numpy(dtype=bool) for table in (first, second))
    cells = {"both": a & b, "first_only": a & ~b, "second_only": ~a & b, "neither": ~a & ~b}
    result = pd.DataFrame({"code": list(code_book), "n_files": len(keys)})
    result = result.assign(**{name: cell.sum(axis=0) for name, cell in cells.items()})
    with np.errstate(invalid="ignore"):
        result["agreement"] = (result["both"] + result["neither"]) / result["n_files"].where(
            result["n_files"] > 0
        )
    limits = [_kappa(row, level) for row in result[list(cells)].to_numpy()]
    result[["kappa", "lower", "upper"]] = np.array(limits).reshape(-1, 3)
    few = result["n_files"] < minimum_files
    measures = ["agreement", "kappa", "lower", "upper"]
    result[measures] = result[measures].mask(few)
    return result.assign(
        withheld=pd.Series(pd.NA, index=result.index, dtype="str").mask(few, "too_few_files")
    )


def _given(codes: pd.DataFrame, code_book: Sequence[str], number: int) -> pd.DataFrame:
    """Files x codes: whether the coder of this round gave the code."""
    of_round = codes[codes["round"] == number]
    return (
        pd.crosstab(of_round["case_key"], of_round["code"]).reindex(columns=list(code_book), fill_value=0) > 0
    )


def _kappa(cell: np.ndarray, level: float) -> tuple[float, float, float]:
    both, first_only, second_only, neither = cell
    never, always = both + first_only + second_only == 0, neither + first_only + second_only == 0
    if never or always:
        return np.nan, np.nan, np.nan
    result = cohens_kappa(np.array([[both, first_only], [second_only, neither]]))
    half = stats.norm.ppf(0.5 + level / 2) * result.std_kappa
    return result.kappa, max(result.kappa - half, -1.0), min(result.kappa + half, 1.0)
