"""Case handling: which steps each case goes through, and when."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.simulate.random import Rng, generator, pick
from diaban.simulate.truth import Truth
from diaban.simulate.truth_cases import StepTruth

_COLUMNS = ["case_key", "step", "date", "reason_code"]
_NEVER = np.datetime64("NaT", "D")


def simulate_process(truth: Truth, cases: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One row a case and step taken up to the cut-off, cases in their order, steps by date."""
    rng = generator(seed, "process")
    taken: dict[str, np.ndarray] = {}
    frames = []
    for order, step in enumerate(truth.process):
        taken[step.step] = _dates(step, cases, taken, rng)
        known = np.flatnonzero(taken[step.step] <= np.datetime64(truth.periods.cutoff))
        frame = pd.DataFrame({"row": known, "order": order, "case_key": cases["case_key"].array.take(known)})
        date = taken[step.step][known].astype("datetime64[s]")
        frames.append(
            frame.assign(step=step.step, date=date, reason_code=pick(rng, step.reasons, len(known)))
        )
    events = pd.concat(frames, ignore_index=True)
    return events.sort_values(["row", "date", "order"], kind="stable", ignore_index=True)[_COLUMNS]


def _dates(step: StepTruth, cases: pd.DataFrame, taken: dict[str, np.ndarray], rng: Rng) -> np.ndarray:
    """Day on which each case takes the step; NaT where it does not."""
    if step.after:
        base = np.fmax.reduce([taken[name] for name in step.after])
    else:
        base = cases["reported_on"].to_numpy("datetime64[D]")
    possible = ~np.isnat(base)
    for name in step.unless:
        possible &= np.isnat(taken[name])
    for column, values in step.only.items():
        possible &= cases[column].isin(values).to_numpy()
    happens = possible & (rng.random(len(cases)) < step.share)
    wait = rng.integers(step.earliest, step.latest + 1, len(cases)).astype("timedelta64[D]")
    return np.where(happens, base + wait, _NEVER)


def date_of(events: pd.DataFrame, step: str, case_keys: pd.Series) -> pd.Series:
    """Date of a step for each case of `case_keys`; NaT where it has not been taken."""
    dates = events.loc[events["step"] == step].set_index("case_key")["date"]
    return pd.Series(dates.reindex(case_keys).to_numpy(), index=case_keys.index)
