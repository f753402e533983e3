"""Over-represented codes, kinds and domains on case files, and the intervals of their shares."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.case_factors import case_factors
from diaban.analysis.case_factors.groups import case_groups
from diaban.bench.light_files import Files
from diaban.bench.truth.judged import NONE, covers, join, judged, strength_at
from diaban.bench.truth.worlds import World


def judge(world: World) -> pd.DataFrame:
    one = world.province
    frames = []
    for reading, codes in world.readings.items():
        told = case_factors(codes, one.cases, one.code_book)
        told = told[told["code"].isin(one.code_book["code"]) & (told["code"] != "XX")]
        frames.append(_called("case_factors", reading, planted_codes(told, world), told))
        if one.files is not None:
            frames += [_groups(world, reading, codes), _prevalence(told, one.files, reading)]
    return join(frames)


def _called(method: str, reading: str, planted: np.ndarray, told: pd.DataFrame) -> pd.DataFrame:
    """Beside what is found after all comparisons: at p < 0.05, as if nothing else had been asked."""
    alone = (told["p"] < 0.05).where(told["p"].notna())
    return judged(method, reading, planted, called=told["over"], aside="at p < 0.05 alone", value=alone)


def planted_codes(told: pd.DataFrame, world: World) -> np.ndarray:
    """Planted strength by row; "in a domain" where only the code's whole domain is planted."""
    one = world.province
    planted = strength_at(told, one.pairs, ["locality", "stream", "code"])
    if one.files is None:
        return planted
    domain = told[["locality", "stream"]].assign(domain=_domain(told["code"], one.code_book))
    whole = strength_at(domain, one.files.domains, ["locality", "stream", "domain"])
    return np.where((planted == NONE) & (whole != NONE), "in a domain", planted)


def _groups(world: World, reading: str, codes: pd.DataFrame) -> pd.DataFrame:
    """Domains: a planted one, one that a planted code lies in ("by a code"), and the others."""
    one = world.province
    assert one.files is not None
    told = case_groups(codes, one.cases, one.code_book)
    told = told[told["unit"] == "domain"].rename(columns={"group": "domain"})
    keys = ["locality", "stream", "domain"]
    planted = strength_at(told, one.files.domains, keys)
    pairs = one.pairs.assign(domain=_domain(one.pairs["code"], one.code_book), planted="by a code")
    through = strength_at(told, pairs[[*keys, "planted"]].drop_duplicates(), keys)
    planted = np.where(planted == NONE, through, planted)
    return _called("case_groups", reading, planted, told)


def _domain(codes: pd.Series, code_book: pd.DataFrame) -> np.ndarray:
    return codes.map(code_book.set_index("code")["domain"]).to_numpy()


def _prevalence(told: pd.DataFrame, files: Files, reading: str) -> pd.DataFrame:
    """Intervals of a share, of the shrunk share and of the ratio to the rest, against the true ones."""
    told = told[told["share"].notna()]
    share = told.join(files.true_shares(), on=["locality", "stream", "code"])["true"]
    size = told["n_files"] * share
    all_true = size.groupby([told["stream"], told["code"]]).transform("sum") - size
    ratio = share / (all_true / told["rest_files"])
    method = "shares"
    return join(
        judged(method, f"{name}, {reading}", error=error, covered=covers(told[lower], told[upper], truth))
        for name, lower, upper, truth, error in (
            ("Wilson", "lower", "upper", share, told["share"] - share),
            ("shrunk", "shrunk_lower", "shrunk_upper", share, told["shrunk_share"] - share),
            ("ratio to the rest", "ratio_lower", "ratio_upper", ratio, np.nan),
        )
    )
