"""How far two coders agree on what stands behind the same case files."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.case_factors.coding import carried_groups
from diaban.analysis.case_factors.reliability import alpha_of_two, cohen_kappa

AGREED = 0.667
MINIMUM_FILES = 30
MINIMUM_GIVEN = 6
CELLS = ["both", "first_only", "second_only", "neither"]
# Half a file that both give, half that neither does, half on which they differ: without it no draw would
# ever hold a disagreement where none was seen, and the interval would be a point.
UNSEEN = np.array([0.5, 0.25, 0.25, 0.5])
COLUMNS = [
    "unit",
    "code",
    "n_files",
    *CELLS,
    "agreement",
    "kappa",
    "kappa_lower",
    "kappa_upper",
    "alpha",
    "alpha_lower",
    "alpha_upper",
    "agreed",
    "withheld",
]


def coder_agreement(
    codes: pd.DataFrame,
    code_book: pd.DataFrame,
    *,
    minimum_files: int = MINIMUM_FILES,
    minimum_given: int = MINIMUM_GIVEN,
    draws: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Agreement of the first coder (round 1) with the second (round 2), for each code and each domain.

    codes: case_key, code, round. code_book: code, domain (missing: in no domain). A file is coded twice
    where both rounds have a row for it; a coder gave a domain who gave one of its codes. `unit` is "code" or
    "domain", `code` the key of either.

    n_files (coded twice), both, first_only, second_only, neither: files. agreement: share in 0..1. kappa:
    Cohen's. alpha: Krippendorff's, nominal. Their limits are percentiles of `draws` bootstrap samples of
    files, with a file and a half added so that a sample can hold a disagreement that was not seen: where
    coders hardly ever differ on 158 files, plain percentiles held the truth 85 times in 100, these 94.
    agreed: alpha of at least AGREED, the least that Krippendorff (2004, Content Analysis, p. 241) accepts for
    tentative conclusions. withheld: `too_few_files` (under `minimum_files` coded twice),
    `code_too_rare_to_judge` (under `minimum_given` files on which a coder gave it, or on which one did not).
    """
    names = code_book["code"].tolist()
    first, second = (_given(codes, names, number) for number in (1, 2))
    keys = first.index.intersection(second.index)
    parts = []
    for unit in ("code", "domain"):
        a, b = (_of_unit(table.loc[keys], code_book, unit) for table in (first, second))
        parts.append(_cells(a, b).assign(unit=unit))
    result = pd.concat(parts, ignore_index=True).astype({"unit": "str", "code": "str"})
    result = _with_reason(result.assign(n_files=len(keys)), minimum_files, minimum_given)
    return _with_measures(result, draws, seed, level)[COLUMNS]


def _given(codes: pd.DataFrame, names: list[str], number: int) -> pd.DataFrame:
    """Files x codes: whether the coder of this round gave the code."""
    of_round = codes[codes["round"] == number]
    return pd.crosstab(of_round["case_key"], of_round["code"]).reindex(columns=names, fill_value=0) > 0


def _of_unit(given: pd.DataFrame, code_book: pd.DataFrame, unit: str) -> pd.DataFrame:
    return given if unit == "code" else carried_groups(given, code_book, unit)


def _cells(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    a, b = first.to_numpy(dtype=bool), second.to_numpy(dtype=bool)
    cells = dict(zip(CELLS, (a & b, a & ~b, ~a & b, ~a & ~b), strict=True))
    return pd.DataFrame({"code": list(first.columns)} | {name: x.sum(axis=0) for name, x in cells.items()})


def _with_reason(result: pd.DataFrame, minimum_files: int, minimum_given: int) -> pd.DataFrame:
    differ = result["first_only"] + result["second_only"]
    rarer = np.minimum(result["both"], result["neither"]) + differ
    reason = pd.Series(pd.NA, index=result.index, dtype="str")
    reason = reason.mask(rarer < minimum_given, "code_too_rare_to_judge")
    return result.assign(withheld=reason.mask(result["n_files"] < minimum_files, "too_few_files"))


def _with_measures(result: pd.DataFrame, draws: int, seed: int, level: float) -> pd.DataFrame:
    """Agreement, kappa and alpha with their limits, missing on the rows that are withheld."""
    told = result["withheld"].isna()
    rows = result[told]
    n, cells = rows["n_files"].to_numpy(), rows[CELLS].to_numpy()
    drawn = np.random.default_rng(seed).multinomial(
        n, (cells + UNSEEN) / (n[:, None] + UNSEEN.sum()), size=(draws, len(rows))
    )
    measures = pd.DataFrame(index=rows.index)
    measures["agreement"] = (rows["both"] + rows["neither"]) / n
    tails = [(1 - level) / 2, (1 + level) / 2]
    for name, measure in (("kappa", cohen_kappa), ("alpha", alpha_of_two)):
        measures[name] = measure(*cells.T)
        limits = np.nanquantile(measure(*np.moveaxis(drawn, -1, 0)), tails, axis=0)
        measures[f"{name}_lower"], measures[f"{name}_upper"] = limits.reshape(2, -1)
    result = result.join(measures)
    return result.assign(agreed=(result["alpha"] >= AGREED).astype("boolean").where(told))
