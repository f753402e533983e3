"""The chance that the risk of each locality changed as far as a target asks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.targets.evidence import change_chance
from diaban.analysis.targets.risk_path import fit_path, wide


def attainment(
    yearly: pd.DataFrame,
    counts: pd.DataFrame,
    change: float,
    *,
    years: list[str],
    dispersion: float,
    whole: str | None,
    apart: float | None = None,
) -> pd.DataFrame:
    """locality, attainment, change_sd of one stream.

    yearly: its exposed frame, of which `years` tell how the risk moves. counts: locality,
    cases, person_years, base_cases, base_person_years. The base is the last of `years`, or with `apart` a
    block of them whose middle lies so many years before that of the later block. The whole is a path of its
    own: its counts are the localities' own, and it swings less than they do.
    """
    parts = []
    for _, rows in counts.groupby(counts["locality"] == whole):
        past = [wide(yearly, years, name).reindex(rows["locality"]) for name in ("cases", "person_years")]
        path = fit_path(*past, dispersion=dispersion)
        if apart is not None:
            before = (rows[name].to_numpy(dtype=float) for name in ("base_cases", "base_person_years"))
            path = path.over(apart, *(one / dispersion for one in before))
        told = change_chance(path, rows["cases"], rows["person_years"], change, dispersion=dispersion)
        unknown = rows["base_cases"].isna().to_numpy() | (len(years) == 0)
        parts.append(
            pd.DataFrame(
                {
                    "locality": rows["locality"],
                    "attainment": np.where(unknown, np.nan, told),
                    "change_sd": path.change_sd,
                }
            )
        )
    return pd.concat(parts) if parts else pd.DataFrame(columns=["locality", "attainment", "change_sd"])
