"""The truth bench: what the factor analyses find in simulated provinces whose causes are known.

`python -m diaban.bench.truth --seeds 20` prints the table; with `--study data/STUDY` for
the declared truth of a simulated study.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from diaban.analysis.area_factors import area_factors
from diaban.analysis.case_factors import case_factors
from diaban.bench.light_province import Province, light_province
from diaban.bench.study_province import study_provinces

COLUMNS = [
    "side",
    "part",
    "stream",
    "planted",
    "provinces",
    "n",
    "bias",
    "coverage",
    "found",
    "false_discovery",
]
ALL = "all"


def truth_bench(seeds: Iterable[int], province: Callable[[int], Province] = light_province) -> pd.DataFrame:
    """Analyse one province a seed and compare with its truth.

    Returns one row a side ("area", "case"), part, stream and planted strength, and one with stream and
    planted "all" for each part. provinces: how many; n: estimates; bias: mean of log estimate - log truth,
    counted in the direction of the truth (negative: too weak); coverage: share of 95 % intervals that hold
    the truth; found: share called supported (area) or over (case), which for planted "none" is an error;
    false_discovery: mean over provinces of the share of false among what was called (0 where nothing was).
    Shares in 0..1.
    """
    area, case = [], []
    for seed in seeds:
        one = province(seed)
        area.append(_area(one).assign(seed=seed))
        case.append(_case(one).assign(seed=seed))
    judged = pd.concat([*area, *case], ignore_index=True)
    by_strength = judged.groupby(["side", "part", "stream", "planted"], sort=True)
    whole = judged.groupby(["side", "part"], sort=True)
    rows = [dict(zip(COLUMNS, key, strict=False)) | _summary(group) for key, group in by_strength]
    rows += [
        dict(zip(COLUMNS, (*key, ALL, ALL), strict=False)) | _summary(group) | _false_discovery(group)
        for key, group in whole
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _area(one: Province) -> pd.DataFrame:
    told = area_factors(one.exposed, one.indicators, one.groups)
    both = one.effects.merge(
        told, on=["stream", "indicator", "part"], suffixes=("_true", ""), validate="one_to_one"
    )
    both = both[both["p"].notna()]
    truth = both["rate_ratio_true"]
    return pd.DataFrame(
        {
            "side": "area",
            "part": both["part"],
            "stream": both["stream"],
            "planted": planted_strength(truth),
            "error": np.log(both["rate_ratio"] / truth) * np.where(truth < 1, -1, 1),
            "covered": truth.between(both["lower"], both["upper"]).astype(float),
            "called": both["supported"].astype(bool),
        }
    )


def planted_strength(rate_ratio: pd.Series) -> np.ndarray:
    """The word for true rate ratios per standard deviation, up or down: 1.5 is strong, 1.2 moderate."""
    size = np.exp(np.abs(np.log(rate_ratio)))
    return np.select([size >= 1.4, size >= 1.15, size > 1], ["strong", "moderate", "weak"], "none")


def _case(one: Province) -> pd.DataFrame:
    told = case_factors(one.codes, one.cases, one.code_book)
    planted = (
        told.merge(one.pairs, on=["locality", "stream", "code"], how="left", indicator=True)["_merge"]
        == "both"
    )
    return pd.DataFrame(
        {
            "side": "case",
            "part": "pairs",
            "stream": told["stream"],
            "planted": np.where(planted, "pair", "none"),
            "error": np.nan,
            "covered": np.nan,
            "called": told["over"].fillna(False).astype(bool),
        }
    )


def _summary(group: pd.DataFrame) -> dict[str, object]:
    return {
        "provinces": group["seed"].nunique(),
        "n": len(group),
        "bias": group["error"].mean(),
        "coverage": group["covered"].mean(),
        "found": group["called"].mean(),
    }


def _false_discovery(group: pd.DataFrame) -> dict[str, object]:
    called = group[group["called"]]
    false = (called["planted"] == "none").groupby(called["seed"]).mean()
    return {"found": np.nan, "false_discovery": false.sum() / group["seed"].nunique()}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m diaban.bench.truth", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="number of simulated provinces (default 20)")
    parser.add_argument("--first", type=int, default=1, help="first seed (default 1)")
    parser.add_argument("--study", type=Path, help="folder with a truth.toml (default: the light province)")
    options = parser.parse_args(arguments)
    province = light_province if options.study is None else study_provinces(options.study)
    table = truth_bench(range(options.first, options.first + options.seeds), province)
    print(f"seeds {options.first} to {options.first + options.seeds - 1}")
    print(table.to_string(index=False, na_rep="", float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
