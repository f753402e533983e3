"""What the simulated study declares about reporting: a late month, a change of recording, two campaigns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from diaban.analysis.campaigns import FELL, OPEN, campaign_effect
from diaban.analysis.exposure import expose, roll_up
from diaban.analysis.recording import recording_shift
from diaban.analysis.reporting import delay_triangle, late_months, reading
from diaban.analysis.reporting.signals import proactive_signal, recording_signal
from diaban.bench.truth.judged import NONE, covers, join, judged
from diaban.calendars import calendar
from diaban.simulate.cases import in_stream, simulate_cases
from diaban.simulate.ground import Places, observed_periods, read_places
from diaban.simulate.indicators import simulate_indicators
from diaban.simulate.intensity import simulate_counts
from diaban.simulate.population import simulate_population
from diaban.simulate.read import read_truth
from diaban.simulate.services import campaign_table
from diaban.simulate.truth import Truth

FOLDER = Path(__file__).resolve().parents[4] / "data" / "binh_phuoc"
BEFORE, AFTER = ("2018", "2019", "2020"), ("2021", "2022", "2023")
MONTHS = "police_month_15"
PERMUTATIONS = 499
DECLARED = "declared"
MARKS: dict[str, dict[str, list[str]]] = {
    "found by the police": {"detected_by": ["police_proactive"]},
    "found by the police and handled by fine": {
        "detected_by": ["police_proactive"],
        "legal_track": ["admin"],
    },
}
"""What tells that more is looked for; the second is the wider net of the literature (Cohen 1979)."""


def judge_study(seed: int) -> pd.DataFrame:
    """Of the province that the study in FOLDER declares, with this seed."""
    truth, places = _declared()
    population = simulate_population(truth, places, seed)
    indicators = simulate_indicators(truth, places, population, seed)
    counts = simulate_counts(truth, places, population, indicators, seed)
    cases = simulate_cases(truth, counts, seed).drop(columns="locality")
    cases = cases.rename(columns={"report_locality": "locality"})
    files = pd.concat(
        [cases[in_stream(truth, cases, s.key)].assign(stream=s.key) for s in truth.streams],
        ignore_index=True,
    )
    bands = {s.key: s.bands for s in truth.streams}
    exposed = expose(counts, population, observed_periods(truth), bands)
    exposed = roll_up(exposed, places.units(truth))
    parts = [*_late(truth, cases), *_recording(truth, files, exposed, seed), *_campaigns(truth, files)]
    return join(parts)


@lru_cache(maxsize=1)
def _declared() -> tuple[Truth, Places]:
    truth = read_truth(FOLDER)
    return truth, read_places(FOLDER, truth.files)


def _late(truth: Truth, cases: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Months whose reports were held back, all streams together; those beside a late one are not judged."""
    months = _months(truth)
    triangle = delay_triangle(cases.assign(stream="all"), months, cutoff=truth.periods.cutoff)
    told = late_months(triangle).merge(months, left_on="seen", right_on="period")
    late = pd.Series(False, index=told.index)
    beside = late.copy()
    for month in truth.delayed_months:
        first, last = pd.Timestamp(month.first), pd.Timestamp(month.last)
        late |= (told["start"] <= last) & (told["end"] >= first)
        around = pd.Timedelta(days=62)
        beside |= (told["start"] <= last + around) & (told["end"] >= first - around)
    kept = told[late | ~beside]
    planted = np.where(late[kept.index], DECLARED, NONE)
    yield judged("late_months", "a month's reports were held back", planted, called=kept["held_back"])


def _months(truth: Truth) -> pd.DataFrame:
    rule = calendar(MONTHS)
    span = observed_periods(truth)
    starts, number = [], rule.number(f"{truth.periods.first}-01")
    while rule.start(number) <= span["end"].iloc[-1]:
        starts.append((rule.key(number), rule.start(number), rule.start(number + 1) - pd.Timedelta(days=1)))
        number += 1
    return pd.DataFrame(starts, columns=["period", "start", "end"])


def _recording(truth: Truth, files: pd.DataFrame, exposed: pd.DataFrame, seed: int) -> Iterator[pd.DataFrame]:
    files = files.assign(block=_block(truth, files["reported_on"])).dropna(subset=["block"])
    shift = recording_shift(files, seed=seed, permutations=PERMUTATIONS)
    planted = _planted(truth, shift)
    yield judged("recording_shift", "cases come to light otherwise", planted, called=shift["changed"])
    blocks = exposed.assign(period=exposed["period"].map(_block_of()))
    blocks = blocks.dropna(subset=["period"]).groupby(["locality", "period", "stream"], as_index=False)
    counts = blocks[["cases", "person_years"]].sum()
    for marks, select in MARKS.items():
        signals = [recording_signal(shift), proactive_signal(files, select=select)]
        told = reading(counts, pd.concat(signals, ignore_index=True), period="after", base="before")
        risen = told[(told["direction"] == "rose") & told["label"].notna()]
        ambiguous = risen["label"] == "rise_ambiguous"
        what = f"a rise is called ambiguous, by {marks}"
        yield judged("reading", what, _planted(truth, risen), called=ambiguous)


def _planted(truth: Truth, rows: pd.DataFrame) -> np.ndarray:
    changed = np.zeros(len(rows), dtype=bool)
    for change in truth.recording_changes:
        changed |= (rows["stream"] == change.stream) & rows["locality"].isin(change.localities)
    return np.where(changed, DECLARED, NONE)


def _block(truth: Truth, days: pd.Series) -> pd.Series:
    periods = observed_periods(truth)
    at = np.searchsorted(periods["start"].to_numpy(), days.to_numpy(), side="right") - 1
    return pd.Series(periods["period"].to_numpy()[at], index=days.index).map(_block_of())


def _block_of() -> dict[str, str]:
    return {**dict.fromkeys(BEFORE, "before"), **dict.fromkeys(AFTER, "after")}


def _campaigns(truth: Truth, files: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Controls as they are, and without the localities whose recording changed."""
    periods = observed_periods(truth)
    places = sorted(files["locality"].unique())
    changed: dict[str, Sequence[str]] = {r.stream: r.localities for r in truth.recording_changes}
    for controls, leave_out in (("all controls", {}), ("those of changed recording left out", changed)):
        told = campaign_effect(
            files,
            campaign_table(truth),
            places,
            first=periods["start"].iloc[0],
            cutoff=periods["end"].iloc[-1],
            leave_out=leave_out,
        )
        ratio = told["campaign"].map({c.key: c.rate_ratio for c in truth.campaigns})
        real = (ratio != 1).to_numpy()
        called = (told["told"] == FELL).where(real, told["told"] != OPEN)
        yield judged(
            "campaign_effect",
            f"ratio, {controls}",
            np.where(real, DECLARED, NONE),
            error=np.log(told["ratio"] / ratio),
            covered=covers(told["lower"], told["upper"], ratio.to_numpy()),
            called=called.where(told["withheld"].isna()).astype("Float64"),
        )
        yield judged(
            "campaign_effect",
            f"at placebo p < 0.05, {controls}",
            np.where(real, DECLARED, NONE),
            called=(told["placebo_p"] < 0.05).where(told["placebo_p"].notna()).astype("Float64"),
        )
