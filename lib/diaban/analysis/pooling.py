"""The pooling ladder: over how many periods counts must be added up before they can bear a statement."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from diaban.analysis.exposure import pool

MINIMUM = 10
COLUMNS = [
    "stream",
    "locality",
    "rung",
    "smallest",
    "minimum",
    "narrower",
    "narrower_smallest",
    "reason",
    "withheld",
]


def pooling_ladder(
    exposed: pd.DataFrame,
    rungs: Mapping[str, Mapping[str, str]],
    *,
    minimum: int = MINIMUM,
    together: bool = True,
) -> pd.DataFrame:
    """The narrowest pooling of periods at which counts reach `minimum` in every block.

    exposed: at single periods. rungs (at least one): name -> (period -> block), from narrow to wide; single
    periods are a rung like another (every period its own block). together: one rung a stream, at which
    every locality gets there (so that they can be compared); else each locality its own.

    Returns one row a stream and locality: rung (missing if none is wide enough), smallest (its smallest
    block there, or at the widest rung), minimum, narrower and narrower_smallest (the rung before, and the
    block that ruled it out: with `together` the smallest of all localities), reason (`reaches_minimum` or
    `none_reaches_minimum`), withheld (`too_few_cases` where there is no rung).
    """
    smallest = pd.DataFrame(
        {
            name: pool(exposed, blocks).groupby(["stream", "locality"])["cases"].min(skipna=False)
            for name, blocks in rungs.items()
        }
    ).rename_axis(["stream", "locality"])
    deciding = smallest.groupby("stream").transform("min") if together else smallest
    enough = deciding >= minimum
    step = enough.to_numpy().argmax(axis=1)
    names = list(rungs)
    rows = []
    for i, found in enumerate(enough.any(axis=1)):
        at = int(step[i]) if found else len(names) - 1
        rows.append(
            {
                "rung": names[at] if found else None,
                "smallest": smallest.iloc[i, at],
                "narrower": names[at - 1] if at else None,
                "narrower_smallest": deciding.iloc[i, at - 1] if at else None,
                "reason": "reaches_minimum" if found else "none_reaches_minimum",
                "withheld": None if found else "too_few_cases",
            }
        )
    ladder = pd.DataFrame(rows, index=smallest.index, columns=[c for c in COLUMNS[2:] if c != "minimum"])
    counts = {"smallest": "Int64", "narrower_smallest": "Int64"}
    words = dict.fromkeys(("rung", "narrower", "reason", "withheld"), "str")
    return ladder.astype(counts | words).assign(minimum=minimum).reset_index()[COLUMNS]
