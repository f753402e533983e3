"""A two-way table with its margins, as cells and equations."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from diaban.release.ranges.ranges import Equation


def two_way(rows: Sequence[Sequence[float]]) -> tuple[pd.Series, list[Equation]]:
    """Cells r<i>c<j> with the sums r<i> of rows and c<j> of columns."""
    counts, equations = {}, []
    for i, row in enumerate(rows):
        counts |= {f"r{i}c{j}": float(n) for j, n in enumerate(row)} | {f"r{i}": float(sum(row))}
        equations.append(Equation(f"r{i}", tuple(f"r{i}c{j}" for j in range(len(row)))))
    for j in range(len(rows[0])):
        counts[f"c{j}"] = float(sum(row[j] for row in rows))
        equations.append(Equation(f"c{j}", tuple(f"r{i}c{j}" for i in range(len(rows)))))
    return pd.Series(counts), equations
