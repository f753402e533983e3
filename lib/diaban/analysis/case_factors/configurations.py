"""Which combinations of conditions go with an outcome of the case files (crisp-set QCA)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.analysis.case_factors.coding import NOT_ESTABLISHED, carried_codes, carried_groups, established
from diaban.analysis.case_factors.minimise import minimise
from diaban.analysis.case_factors.prevalence import files_by_stream
from diaban.analysis.case_factors.solutions import FITS, Files, necessary_rows, refusal, solution_rows
from diaban.analysis.case_factors.truth_table import ChanceBar, truth_table
from diaban.errors import DiabanError

CONSERVATIVE, PARSIMONIOUS, NECESSARY = "conservative", "parsimonious", "necessary"
MOST_CONDITIONS = 6
COLUMNS = [
    "configuration",
    "stream",
    "solution",
    "part",
    "expression",
    "codes",
    "present",
    "n_files",
    "n_outcome",
    "base_share",
    *FITS,
    "p",
    "above_base",
    "holds",
    "models",
    "withheld",
]


@dataclass(frozen=True)
class ConfigurationRule:
    """What a configuration must reach. Shares in 0..1, other numbers are files unless said.

    consistency: share with the outcome from which a row of the truth table counts as sufficient (Ragin 2006:
    .75 at least); frequency: files below which a row counts as not observed; necessary: consistency from
    which a condition counts as necessary (Schneider & Wagemann 2012, p. 278); alpha: chance of a study
    without any true configuration to show one; minimum_outcome: files with, and without, the outcome;
    files_per_row: files asked for by row of the truth table (2 to the number of conditions); permutations:
    draws of the chance that p is told from.
    """

    consistency: float = 0.8
    frequency: int = 5
    necessary: float = 0.9
    alpha: float = 0.05
    minimum_files: int = 30
    minimum_outcome: int = 10
    files_per_row: int = 4
    permutations: int = 2000


def configurations(
    codes: pd.DataFrame,
    cases: pd.DataFrame,
    code_book: pd.DataFrame,
    outcome: pd.Series,
    conditions: Sequence[str],
    *,
    configuration: str,
    seed: int,
    rule: ConfigurationRule | None = None,
    not_established: str = NOT_ESTABLISHED,
    level: float = 0.95,
) -> pd.DataFrame:
    """Necessity and sufficiency of `conditions` for `outcome`, by stream over all localities.

    codes: case_key, code, round; only the first coder counts, and only files with an established code.
    cases: case_key, locality, stream. code_book: code, domain. outcome: boolean by case_key; files that it
    lacks or where it is missing are left out. conditions: codes, or domains of the code book (at least one
    code of it), at most 6. configuration: the key of this question, repeated in the result.

    solution: "necessary" (each condition and its absence), "conservative" (no assumption on combinations
    that no file shows) and "parsimonious" (any that shortens). part: "condition", "term" (a configuration),
    "whole" (all of a solution that holds). expression: A*~B, ~ for absent, + for or; codes and present list
    the same. n_files carry it, n_outcome of them have the outcome, base_share have it among all files.
    consistency: of a term n_outcome / n_files, of a necessary condition n_outcome / files with the outcome;
    coverage: the other one; lower, upper: exact binomial limits of consistency (Clopper & Pearson), of the
    expression as if it had not been chosen. unique_coverage: of the outcome's files, those that no other
    term of the solution covers. models: equally short solutions, of which the first is told.

    Consistency has sampling error, and whoever searches finds. p: chance that, where the outcomes of each
    locality fall on its files at random, the best of all products of conditions stands out as much (see
    `ChanceBar`; among conditions and absences where necessity is asked). above_base: p at most rule.alpha.
    holds: above_base and, of a necessary condition, consistency from rule.necessary on. Terms that are not
    above base are withheld (`not_above_base`), and a solution without others is `nothing_above_base`.
    Refused: `too_few_files`, `too_few_with_outcome`, `too_many_conditions`, `nothing_consistent`.

    Raises DiabanError for a code or condition outside the code book and a file with two localities.
    """
    rule = rule or ConfigurationRule()
    carried = carried_codes(codes, cases["case_key"], code_book, not_established=not_established)
    rows: list[dict[str, object]] = []
    for stream, at in files_by_stream(cases):
        known = established(carried.loc[at.index])
        files = _files(_conditions(known, code_book, conditions), at, outcome)
        rows += [{"stream": stream} | row for row in _solve(files, rule, seed, level)]
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(configuration=configuration)
    kinds = dict.fromkeys(["configuration", "stream", "solution", "part", "expression", "withheld"], "str")
    kinds |= dict.fromkeys(["above_base", "holds"], "boolean")
    kinds |= dict.fromkeys(["n_files", "n_outcome", "models"], "Int64")
    return frame.astype(kinds | dict.fromkeys(["base_share", *FITS, "p"], "float64"))


def _conditions(known: pd.DataFrame, code_book: pd.DataFrame, conditions: Sequence[str]) -> pd.DataFrame:
    by_domain = carried_groups(known, code_book, "domain") if "domain" in code_book else known.iloc[:, :0]
    both = pd.concat([known, by_domain], axis=1)
    unknown = [name for name in conditions if name not in both]
    if unknown:
        raise DiabanError("condition_not_in_code_book", condition=unknown[0], known=", ".join(both))
    return both[list(conditions)]


def _files(present: pd.DataFrame, at: pd.Series, outcome: pd.Series) -> Files:
    y = outcome.astype("boolean").reindex(present.index).dropna()
    present = present.loc[y.index]
    row = present.to_numpy(dtype=np.int64) @ (1 << np.arange(present.shape[1]))
    return Files(list(present), row, y.to_numpy(dtype=bool), at[y.index].to_numpy())


def _solve(files: Files, rule: ConfigurationRule, seed: int, level: float) -> list[dict[str, object]]:
    k = len(files.conditions)
    if reason := _refused(files, rule):
        return [refusal(solution, reason, files) for solution in (NECESSARY, CONSERVATIVE, PARSIMONIOUS)]
    options = {"frequency": rule.frequency, "permutations": rule.permutations, "seed": seed}
    bar = ChanceBar(files.row, files.outcome, files.locality, k, **options)
    rows = necessary_rows(NECESSARY, files, bar, alpha=rule.alpha, necessary=rule.necessary, level=level)
    table = truth_table(files.row, files.outcome, k)
    seen = table["n"] >= rule.frequency
    positive = table.index[seen & (table["consistency"] >= rule.consistency)].tolist()
    for solution, remainders in ((CONSERVATIVE, []), (PARSIMONIOUS, table.index[~seen].tolist())):
        if len(files.row) < rule.files_per_row << k:
            rows.append(refusal(solution, "too_many_conditions", files))
        elif not positive:
            rows.append(refusal(solution, "nothing_consistent", files))
        else:
            covers = minimise(positive, remainders, k)
            rows += solution_rows(solution, covers, files, bar, alpha=rule.alpha, level=level)
    return rows


def _refused(files: Files, rule: ConfigurationRule) -> str | None:
    n, with_outcome = len(files.row), int(files.outcome.sum())
    if n < rule.minimum_files:
        return "too_few_files"
    if min(with_outcome, n - with_outcome) < rule.minimum_outcome:
        return "too_few_with_outcome"
    return "too_many_conditions" if len(files.conditions) > MOST_CONDITIONS else None
