"""The protected table of sources: what was read, and how much of it the release is made of."""

from __future__ import annotations

import pandas as pd

ROWS = ["rows", "kept", "quarantined"]
COLUMNS = ["table", *ROWS, "citation_vi", "citation_en", "licence"]
FAULTY_STEP = 10


def sources_frame(sources: pd.DataFrame, told: pd.DataFrame | None) -> pd.DataFrame:
    """Columns COLUMNS of the data card's `sources`.

    told: table, rows of the tables of cases, as the release may tell them (None: exact ones, for the internal
    edition). The register as it is now has late and corrected cases that no other table of a shared edition
    has; so the rows of those tables are the ones that it is made of, once a table, in tens or hundreds, and
    the faulty ones are in tens.
    """
    sources = sources[COLUMNS].reset_index(drop=True)
    if told is None:
        return sources
    of_cases = sources["table"].isin(told["table"])
    first = ~sources["table"].duplicated()
    kept = sources["table"].map(told.set_index("table")["rows"]).where(first)
    faulty = (sources["quarantined"] / FAULTY_STEP).round() * FAULTY_STEP
    about = pd.DataFrame({"rows": kept + faulty, "kept": kept, "quarantined": faulty.where(kept.notna())})
    return sources.assign(**{c: sources[c].astype("Float64").mask(of_cases, about[c]) for c in ROWS})
