"""Shares corrected for the errors of coders, where the errors are known."""

from __future__ import annotations

import pandas as pd

from diaban.analysis.case_factors.misclassification import misclassification
from diaban.bench.light_files import Files, code_names
from diaban.bench.truth.judged import covers, join, judged
from diaban.bench.truth.worlds import READINGS, World

METHOD = "misclassification"


def judge(world: World) -> pd.DataFrame:
    one = world.province
    assert one.files is not None
    frames = []
    for reading, quality in READINGS.items():
        told = misclassification(world.readings[reading], one.cases, one.code_book)
        told = told[told["code"].isin(code_names())]
        true = told.join(true_shares(one.files, *quality), on=["stream", "code"])["true"]
        refused = told["withheld"].notna()
        error = told["corrected_share"] - true
        covered = covers(told["lower"], told["upper"], true)
        frames += [
            judged(
                METHOD,
                f"corrected share, {reading}",
                error=error,
                covered=covered,
                aside="refused",
                value=refused,
            ),
            judged(METHOD, f"uncorrected share, {reading}", error=told["observed_share"] - true),
            judged(
                METHOD,
                f"the same where corrected, {reading}",
                error=(told["observed_share"] - true).mask(refused),
            ),
        ]
    return join(frames)


def true_shares(files: Files, sensitivity: float, specificity: float) -> pd.Series:
    """True share of each code among files to which the first coder gives any, by stream and code."""
    p, f = files.chance_by_file(), 1 - specificity
    no = 1 - p * sensitivity - (1 - p) * f
    nothing = no.prod(axis=1, keepdims=True)
    of_others = nothing / no
    with_code = p * (1 - (1 - sensitivity) * of_others)
    by_file = pd.DataFrame(with_code, columns=code_names()).groupby(files.cases["stream"]).sum()
    read = pd.Series(1 - nothing[:, 0]).groupby(files.cases["stream"]).sum()
    return by_file.div(read, axis=0).rename_axis(columns="code").stack().rename("true")
