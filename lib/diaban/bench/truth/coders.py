"""Agreement of two coders of known quality, against what it would be on endless files."""

from __future__ import annotations

import pandas as pd

from diaban.analysis.case_factors.coder_agreement import coder_agreement
from diaban.bench.light_files import CODES, DOMAINS, NOT_CODED, Files, code_names, domain_of
from diaban.bench.truth.judged import covers, join, judged
from diaban.bench.truth.worlds import READINGS, World

BOOTSTRAPS = 500
METHOD = "coder_agreement"


def judge(world: World) -> pd.DataFrame:
    one = world.province
    assert one.files is not None
    frames = []
    for reading, quality in READINGS.items():
        told = coder_agreement(world.readings[reading], one.code_book, draws=BOOTSTRAPS, seed=world.seed)
        told = told[told["code"] != "XX"]
        true = true_agreement(one.files, *quality)
        beside = told.merge(true, on=["unit", "code"], suffixes=("", "_true"), validate="one_to_one")
        frames += [
            judged(
                METHOD,
                f"alpha of a {unit}, {reading}",
                error=rows["alpha"] - rows["alpha_true"],
                covered=covers(rows["alpha_lower"], rows["alpha_upper"], rows["alpha_true"]),
                aside="withheld",
                value=rows["withheld"].notna(),
            )
            for unit, rows in beside.groupby("unit", sort=False)
        ]
    return join(frames)


def true_agreement(files: Files, sensitivity: float, specificity: float) -> pd.DataFrame:
    """unit, code, alpha_true: 1 - D_o / D_e of two coders alike on endless files like these.

    A file that is read by both can say nothing (XX) with the share that such files have; else each coder
    gives a code with chance p sensitivity + (1 - p) (1 - specificity), apart from each other given the truth.
    """
    p, s, f = files.chance_by_file(), sensitivity, 1 - specificity
    yes, neither = p * s + (1 - p) * f, p * (1 - s) ** 2 + (1 - p) * (1 - f) ** 2
    readable = 1 - NOT_CODED["XX"] / (1 - NOT_CODED["uncoded"])
    units = [("code", name, [c]) for c, name in enumerate(code_names())]
    units += [("domain", domain_of(d), list(range(d, CODES, DOMAINS))) for d in range(DOMAINS)]
    rows = []
    for unit, name, codes in units:
        none = (1 - yes[:, codes]).prod(axis=1)
        both_none = neither[:, codes].prod(axis=1)
        differ = 2 * readable * (none - both_none).mean()
        pi = readable * (1 - none).mean()
        rows.append((unit, name, 1 - differ / (2 * pi * (1 - pi))))
    return pd.DataFrame(rows, columns=["unit", "code", "alpha_true"])
