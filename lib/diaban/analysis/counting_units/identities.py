"""What must hold between counting units; printed beside them, so that a reader can add up."""

from __future__ import annotations

import pandas as pd

from diaban.analysis.counting_units.entries import CELL, WHOLE

# left = sum of right, in one row of the reconciliation; a minus sign subtracts.
WITHIN = {
    "roles": ("entries", ("suspects", "victims", "-both_roles")),
    "repeats": ("entries", ("persons", "repeat_entries")),
    "persons": ("persons", ("distinct_suspects", "distinct_victims", "-persons_in_both_roles")),
    "ages": ("victims", ("child_victims", "other_victims", "victims_age_unknown")),
}
# the sum over streams = what stands in the row of all streams
OVER_STREAMS = {
    "case_streams": ("cases", ("cases", "cases_counted_again")),
    "person_streams": ("persons", ("persons", "persons_counted_again")),
}
OVER_LOCALITIES = {"case_localities": "cases", "entry_localities": "entries"}
IDENTITIES = (*WITHIN, *OVER_STREAMS, *OVER_LOCALITIES)
COLUMNS = [*CELL, "identity", "left", "right", "holds"]


def identities(table: pd.DataFrame) -> pd.DataFrame:
    """Every identity in every row that it speaks of: CELL, identity (of IDENTITIES), left, right, holds.

    table: of `reconciliation`, all of its rows. holds is missing where a side is not known.
    """
    frames = [
        table[CELL].assign(identity=name, left=table[left], right=_sum(table, right))
        for name, (left, right) in WITHIN.items()
    ]
    of_all = table[table["stream"] == WHOLE].set_index(["locality", "period"])
    for name, (left, right) in OVER_STREAMS.items():
        parts = table[table["stream"] != WHOLE].groupby(["locality", "period"])[left].sum(min_count=1)
        frame = pd.DataFrame({"left": parts, "right": _sum(of_all, right)})
        frames.append(frame.reset_index().assign(stream=WHOLE, identity=name))
    whole = table[table["locality"] == WHOLE].set_index(["stream", "period"])
    for name, column in OVER_LOCALITIES.items():
        parts = table[table["locality"] != WHOLE].groupby(["stream", "period"])[column].sum(min_count=1)
        frame = pd.DataFrame({"left": parts, "right": whole[column]})
        frames.append(frame.reset_index().assign(locality=WHOLE, identity=name))
    rows = pd.concat(frames, ignore_index=True)
    kinds = {**dict.fromkeys([*CELL, "identity"], "str"), "left": "Int64", "right": "Int64"}
    rows = rows.astype(kinds)
    return rows.assign(holds=rows["left"] == rows["right"])[COLUMNS]


def _sum(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    signed = [-table[c[1:]] if c.startswith("-") else table[c] for c in columns]
    return pd.concat(signed, axis=1).sum(axis=1, min_count=len(signed))
