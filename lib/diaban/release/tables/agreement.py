"""Files that were coded twice, as cells."""

from __future__ import annotations

import pandas as pd

from diaban.release.ledger.ledger import Ledger
from diaban.release.tables.whole import Tables, offer, tell_rows
from diaban.results import Results


def twice_cell(unit: str, code: str) -> str:
    """Files that two coders read, for a code or a domain."""
    return f"coded twice|{unit}|{code}"


def agreement_cells(tables: Tables, results: Results) -> None:
    if results.coder_agreement is None:
        return
    for row in results.coder_agreement.itertuples():
        tables.count(twice_cell(row.unit, row.code), row.n_files)


def agreement_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """Whether a code is given alike, not on how many files: those coded twice are a small part of all."""
    assert results.coder_agreement is not None
    kept = words_of_agreement(results.coder_agreement)
    cells = [offer(twice_cell(row.unit, row.code)) for row in kept.itertuples()]
    return kept.assign(n_files=kept["n_files"].where(tell_rows(ledger, cells)))


def words_of_agreement(agreement: pd.DataFrame) -> pd.DataFrame:
    """alpha of a domain to one digit, of a code only whether it is enough."""
    kept = agreement[["unit", "code", "n_files", "alpha", "agreed", "withheld"]]
    return kept.assign(alpha=kept["alpha"].round(1).where(kept["unit"] == "domain"))
