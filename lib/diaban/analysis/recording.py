"""Whether cases come to light in another way than before: a rise may then be one of recording."""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

MINIMUM_FILES = 10
COLUMNS = ["locality", "stream", "n_before", "n_after", "p", "q", "comparisons", "changed", "withheld"]


def recording_shift(
    files: pd.DataFrame,
    *,
    way: str = "detected_by",
    seed: int,
    permutations: int = 2000,
    false_discovery: float = 0.05,
    minimum_files: int = MINIMUM_FILES,
) -> pd.DataFrame:
    """Whether the mix of ways in which cases came to light differs between two blocks of periods.

    files: locality, stream, block ("before" / "after"), and the column `way`, one row a file and stream; a
    file without a way is left out. p: chi-squared statistic of block x way against permuted blocks, as
    expected counts are small (Hope 1968, JRSS B 30: 582-598); q: Benjamini and Hochberg's over `comparisons`.
    changed: q below `false_discovery`. withheld: `too_few_files` where either block has fewer than
    `minimum_files`. A mix that did not change says nothing of how many cases are recorded.
    """
    rng = np.random.default_rng(seed)
    known = files.dropna(subset=[way])
    rows = []
    for (locality, stream), mine in known.groupby(["locality", "stream"], sort=True):
        n = mine["block"].value_counts().reindex(["before", "after"], fill_value=0)
        enough = n.min() >= minimum_files
        p = _p(mine["block"], mine[way], rng, permutations) if enough else np.nan
        why = pd.NA if enough else "too_few_files"
        rows.append((locality, stream, int(n["before"]), int(n["after"]), p, why))
    frame = pd.DataFrame(rows, columns=["locality", "stream", "n_before", "n_after", "p", "withheld"])
    tested = frame["p"].notna()
    frame = frame.assign(q=np.nan, comparisons=int(tested.sum()))
    if tested.any():
        frame.loc[tested, "q"] = multipletests(frame.loc[tested, "p"], method="fdr_bh")[1]
    changed = (frame["q"] < false_discovery).astype("boolean").where(tested)
    texts = {"locality": "str", "stream": "str", "withheld": "str", "p": "float64"}
    return frame.assign(changed=changed)[COLUMNS].astype(texts)


def _p(block: pd.Series, way: pd.Series, rng: np.random.Generator, permutations: int) -> float:
    """Share of tables with the same margins and as large a statistic: what permuting blocks would give."""
    table = pd.crosstab(block, way).to_numpy()
    of_way, n = table.sum(axis=0), table[0].sum()
    drawn = rng.multivariate_hypergeometric(of_way, n, size=permutations)
    expected = of_way * n / of_way.sum()
    observed, statistic = (((cells - expected) ** 2 / expected).sum(axis=-1) for cells in (table[0], drawn))
    return float((1 + (statistic >= observed * (1 - 1e-9)).sum()) / (1 + permutations))
