"""What several years together tell of a target that asks for a change every year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from diaban.analysis.detectability import target_attainment
from diaban.analysis.exposure import pool
from diaban.analysis.labels import first_true, text
from diaban.analysis.rate_ratio import rate_ratio
from diaban.analysis.targets.attainment import attainment
from diaban.analysis.targets.evidence import evidence_word
from diaban.analysis.targets.frames import WHOLE, Target, dispersion_of, with_whole

COLUMNS = [
    "locality", "target", "stream", "change", "block", "base", "years_apart", "pooled_change", "cases",
    "base_cases", "change_per_year", "lower", "upper", "attainment", "attainment_two_counts", "evidence",
    "withheld",
]  # fmt: skip


def pooled_attainment(
    exposed: pd.DataFrame,
    *,
    targets: Iterable[tuple[str, str, float]],
    blocks: Mapping[str, Sequence[str]],
    block: str,
    base: str,
    order: Sequence[str],
    dispersion: float | pd.Series = 1.0,
    whole: str | None = WHOLE,
    level: float = 0.95,
) -> pd.DataFrame:
    """The `targets_pooled` frame: one row a target and locality, `block` against `base`, the whole first.

    blocks: key -> periods, oldest first; order: all periods, oldest first. The middles of the two blocks are
    years_apart; a target of `change` a year comes to pooled_change = (1 + change)^years_apart - 1 between
    them. change_per_year with lower and upper: of the risk, the rate ratio to the power 1 / years_apart, less
    1. attainment, attainment_two_counts, evidence: as in `target_table`, for pooled_change.
    withheld: `no_baseline`, `count_not_known`, `no_cases` (in either block).
    """
    pooled = pool(exposed, {period: key for key, periods in blocks.items() for period in periods})
    apart = _middle(blocks[block], order) - _middle(blocks[base], order)
    years = list(order)[: list(order).index(blocks[base][-1]) + 1]
    tables = []
    for target in (Target(*one) for one in targets):
        frame, yearly = (with_whole(one[one["stream"] == target.stream], whole) for one in (pooled, exposed))
        phi, change = dispersion_of(dispersion, target.stream), (1 + target.change) ** apart - 1
        counts = _two_blocks(frame, block, base)
        told = attainment(yearly, counts, change, years=years, apart=apart, dispersion=phi, whole=whole)
        table = counts.merge(told, on="locality", how="left", validate="one_to_one")
        table = _judged(table, change, apart, phi, level)
        tables.append(
            table.assign(
                target=target.key, stream=target.stream, change=target.change, block=block, base=base
            )
        )
    return pd.concat(tables, ignore_index=True)[COLUMNS] if tables else pd.DataFrame(columns=COLUMNS)


def _middle(periods: Sequence[str], order: Sequence[str]) -> float:
    return float(np.mean([list(order).index(period) for period in periods]))


def _two_blocks(frame: pd.DataFrame, block: str, base: str) -> pd.DataFrame:
    rows = pd.DataFrame(index=pd.Index(frame["locality"].unique(), dtype="str", name="locality"))
    for name, prefix in ((block, ""), (base, "base_")):
        chosen = frame[frame["period"] == name].set_index("locality")[["cases", "person_years"]]
        rows = rows.join(chosen.add_prefix(prefix), validate="one_to_one")
    return rows.reset_index()


def _judged(rows: pd.DataFrame, change: float, apart: float, dispersion: float, level: float) -> pd.DataFrame:
    cases, base_cases = rows["cases"], rows["base_cases"]
    exposures = rows["person_years"], rows["base_person_years"]
    ratio = rate_ratio(cases, exposures[0], base_cases, exposures[1], dispersion=dispersion, level=level)
    two_counts = target_attainment(
        cases / dispersion, base_cases / dispersion, change, exposure=exposures[0], base_exposure=exposures[1]
    )
    unknown, none = cases.isna() | base_cases.isna(), cases + base_cases == 0
    reasons = first_true(
        [base_cases.isna(), cases.isna(), none], ["no_baseline", "count_not_known", "no_cases"]
    )
    chance = rows["attainment"].mask(unknown | none)
    yearly = (ratio.mask(unknown | none) ** (1 / apart) - 1).replace(np.inf, np.nan)
    return rows.assign(
        cases=pd.array(cases, dtype="Int64"),
        base_cases=pd.array(base_cases, dtype="Int64"),
        years_apart=apart,
        pooled_change=change,
        change_per_year=yearly["rate_ratio"],
        lower=yearly["lower"],
        upper=yearly["upper"],
        attainment=chance,
        attainment_two_counts=np.where(unknown | none, np.nan, two_counts),
        evidence=text(evidence_word(chance, change)),
        withheld=text(reasons),
    )
