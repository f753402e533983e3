"""The rows that tell a solution of qualitative comparative analysis: how well it fits, what holds of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from diaban.analysis.case_factors.minimise import Cover, Product
from diaban.analysis.case_factors.truth_table import ChanceBar, necessity, sufficiency

FITS = ["consistency", "lower", "upper", "coverage", "unique_coverage"]
Row = dict[str, object]


@dataclass(frozen=True)
class Files:
    """The files of one stream: names of the conditions, and by file its row of the truth table, whether it
    has the outcome, and its locality."""

    conditions: list[str]
    row: NDArray[np.int64]
    outcome: NDArray[np.bool_]
    locality: NDArray

    def carry(self, product: Product) -> NDArray[np.bool_]:
        return (self.row & product.care) == product.value


def necessary_rows(
    solution: str, files: Files, bar: ChanceBar, *, alpha: float, necessary: float, level: float
) -> list[Row]:
    """Each condition and its absence: is the outcome never without it?"""
    single = [Product(1 << j, v << j) for j in range(len(files.conditions)) for v in (1, 0)]
    rows = []
    for product, p in zip(single, bar.p_values(single, single), strict=True):
        carried = files.carry(product)
        consistency, coverage = necessity(carried, files.outcome)
        fit = _fit(int((carried & files.outcome).sum()), int(files.outcome.sum()), level)
        above = bool(p <= alpha)
        row = _row(solution, "condition", files, carried, [product]) | fit
        row |= {"coverage": coverage, "p": p, "above_base": above}
        rows.append(row | {"holds": above and consistency >= necessary})
    return rows


def solution_rows(
    solution: str, covers: list[Cover], files: Files, bar: ChanceBar, *, alpha: float, level: float
) -> list[Row]:
    """The terms of the first of the shortest solutions, those that hold first, and what holds as a whole."""
    terms = list(covers[0])
    carried = {term: files.carry(term) for term in terms}
    p = dict(zip(terms, bar.p_values(terms), strict=True))
    terms.sort(key=lambda t: (p[t] > alpha, -int(carried[t].sum())))
    holding = [term for term in terms if p[term] <= alpha]
    times = np.sum(list(carried.values()), axis=0)
    rows = []
    for term in terms:
        row = _row(solution, "term", files, carried[term], [term])
        row |= {"p": p[term], "models": len(covers), "above_base": term in holding, "holds": term in holding}
        if term in holding:
            row |= _sufficient(files, carried[term], level)
            alone = carried[term] & (times == 1) & files.outcome
            row["unique_coverage"] = alone.sum() / files.outcome.sum()
        rows.append(row if term in holding else row | {"withheld": "not_above_base"})
    if not holding:
        return [*rows, refusal(solution, "nothing_above_base", files)]
    together = np.any([carried[term] for term in holding], axis=0)
    whole = _row(solution, "whole", files, together, holding) | _sufficient(files, together, level)
    return [*rows, whole | {"models": len(covers), "holds": True}]


def refusal(solution: str, reason: str, files: Files) -> Row:
    """The row that says why there is no solution; n_files and n_outcome are then those of all files."""
    everywhere = np.ones(len(files.row), dtype=bool)
    return _row(solution, "whole", files, everywhere, []) | {"expression": None, "withheld": reason}


def _row(solution: str, part: str, files: Files, carried: NDArray[np.bool_], products: list[Product]) -> Row:
    literals = [_literals(product, files.conditions) for product in products]
    signed = [literal for product in literals for literal in product] if len(products) == 1 else []
    n = len(files.row)
    return {
        "solution": solution,
        "part": part,
        "expression": " + ".join("*".join(("" if on else "~") + c for c, on in one) for one in literals),
        "codes": [code for code, _ in signed],
        "present": [on for _, on in signed],
        "n_files": int(carried.sum()),
        "n_outcome": int((carried & files.outcome).sum()),
        "base_share": files.outcome.mean() if n else np.nan,
    }


def _literals(product: Product, conditions: list[str]) -> list[tuple[str, bool]]:
    return [
        (name, bool(product.value >> j & 1)) for j, name in enumerate(conditions) if product.care >> j & 1
    ]


def _sufficient(files: Files, carried: NDArray[np.bool_], level: float) -> Row:
    _, coverage = sufficiency(carried, files.outcome)
    return _fit(int((carried & files.outcome).sum()), int(carried.sum()), level) | {"coverage": coverage}


def _fit(inside: int, of: int, level: float) -> Row:
    """Consistency with its exact binomial limits (Clopper & Pearson 1934)."""
    limits = binomtest(inside, of).proportion_ci(level, method="exact")
    return {"consistency": inside / of, "lower": limits.low, "upper": limits.high}
