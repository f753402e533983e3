"""Case files: one row a case, with what only the simulation knows in extra columns.

The extra columns are report_locality, offence_stream (whose offence and victims), suspect_stream (whose
suspects), offence (position among the stream's offences), period, suspects (number) and victims (whether
there are any).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from diaban.simulate.ground import observed_periods
from diaban.simulate.random import Rng, generator, pick, pick_by, pseudonyms, whole_days
from diaban.simulate.timing import delay_reports, draw_report_days
from diaban.simulate.truth import Truth
from diaban.simulate.truth_cases import OffenceTruth, StreamTruth

CASE_COLUMNS = [
    "case_key",
    "topic",
    "legal_track",
    "offence_article",
    "abuse_form",
    "severity_class",
    "occurred_from",
    "occurred_to",
    "reported_on",
    "accepted_on",
    "locality",
    "place_type",
    "hour_band",
    "day_type",
    "group_size_band",
    "detected_by",
    "coder_id",
]
_GROUP_BANDS = {"1": 1, "2": 2, "3-5": 5}
_LARGEST_GROUP = "6+"
_DAY = np.timedelta64(1, "D")


def simulate_cases(truth: Truth, counts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Case files in order of report. counts: as of `simulate_counts`."""
    frames = {s.key: _stream_cases(truth, s, counts[counts["stream"] == s.key], seed) for s in truth.streams}
    cases = pd.concat(_joined(truth, frames, seed).values(), ignore_index=True)
    cases = cases.sort_values(["reported_on", "locality", "topic"], kind="stable", ignore_index=True)
    cases["case_key"] = pseudonyms(seed, "h", len(cases))
    cases["coder_id"] = pick(generator(seed, "coders"), dict.fromkeys(truth.codes.coders, 1.0), len(cases))
    cases["group_size_band"] = _group_bands(cases["suspects"])
    return cases


def _stream_cases(truth: Truth, stream: StreamTruth, counts: pd.DataFrame, seed: int) -> pd.DataFrame:
    rng = generator(seed, f"cases {stream.key}")
    cases = counts.loc[counts.index.repeat(counts["cases"]), ["locality", "report_locality", "period"]]
    cases = _dated(truth, stream, cases.reset_index(drop=True), rng)
    cases = _with_offences(stream, cases, rng)
    for name, shares in stream.fields.items():
        cases[name] = pick(rng, shares, len(cases))
    cases["day_type"] = _day_types(cases["occurred_to"])
    cases = _newly_recorded(truth, stream.key, cases, rng)
    cases["reported_on"] = delay_reports(truth, cases["reported_on"].to_numpy("datetime64[D]")).astype(
        "datetime64[s]"
    )
    return cases.assign(topic=stream.key, offence_stream=stream.key, suspect_stream=stream.key)


def _dated(truth: Truth, stream: StreamTruth, cases: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Dates of report within the period that counts the case, and of offending before them."""
    periods = observed_periods(truth).set_index("period")
    start, end = (
        cases["period"].map(periods[side]).to_numpy("datetime64[D]")
        if len(cases)
        else np.array([], "datetime64[D]")
        for side in ("start", "end")
    )
    lag = whole_days(rng, stream.reporting.median, stream.reporting.sd, stream.reporting.longest, len(cases))
    where = cases["report_locality"].to_numpy(dtype="U")
    reported = draw_report_days(truth, stream.key, where, start, end, lag, rng)
    until = reported - lag * _DAY
    lasting = rng.random(len(cases)) < stream.lasting_share
    length = np.where(lasting, rng.exponential(stream.lasting_days, len(cases)), 0).astype("int64")
    dates = {"occurred_from": until - length * _DAY, "occurred_to": until, "reported_on": reported}
    return cases.assign(**{name: days.astype("datetime64[s]") for name, days in dates.items()})


def _with_offences(stream: StreamTruth, cases: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Article, form, severity, legal track, number of suspects, and whether there are victims."""
    number = rng.choice(len(stream.offences), size=len(cases), p=np.array([o.share for o in stream.offences]))
    offences = pd.DataFrame([o.model_dump(exclude={"legal_track", "victim_bands"}) for o in stream.offences])
    drawn = offences.iloc[number].reset_index(drop=True)
    severe = rng.random(len(cases)) < drawn["severe_share"]
    kind = pd.Series(number.astype("str"), dtype="str")
    mean = np.array(suspect_means(stream))[number]
    return cases.assign(
        offence=kind,
        offence_article=_missing(drawn["article"]),
        abuse_form=_missing(drawn["form"]),
        severity_class=drawn["severity_class"].where(~severe, drawn["severe_class"]).astype("str"),
        legal_track=pick_by(rng, kind, {str(i): o.legal_track for i, o in enumerate(stream.offences)}, "*"),
        suspects=rng.geometric(1 / mean),
        victims=drawn["victims"].astype("bool"),
    )


def suspect_means(stream: StreamTruth) -> list[float]:
    """Mean number of suspects by offence; where it is not declared, what keeps the mean of the stream."""
    known = [(o.share, o.suspects) for o in stream.offences if o.suspects is not None]
    rest = 1 - sum(share for share, _ in known)
    left = stream.suspects.per_case - sum(share * mean for share, mean in known)
    other = max(left / rest, 1.0) if rest > 0 else 1.0

    def mean_of(offence: OffenceTruth) -> float:
        return other if offence.suspects is None else offence.suspects

    return [mean_of(offence) for offence in stream.offences]


def _missing(values: pd.Series) -> pd.Series:
    return values.astype("str").mask(values == "")


def _day_types(days: pd.Series) -> pd.Series:
    weekend = days.dt.day_of_week >= 5
    return pd.Series(np.where(weekend, "weekend", "weekday"), index=days.index, dtype="str")


def _newly_recorded(truth: Truth, stream: str, cases: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Of the cases after a recording change, those beyond what was recorded before carry its fields."""
    for change in truth.recording_changes:
        if change.stream == stream:
            after = cases["report_locality"].isin(change.localities)
            after &= cases["reported_on"] >= pd.Timestamp(change.on)
            new = after & (rng.random(len(cases)) < 1 - 1 / change.ratio)
            for name, value in change.fields.items():
                cases[name] = cases[name].mask(new, value)
    return cases


def _joined(truth: Truth, frames: dict[str, pd.DataFrame], seed: int) -> dict[str, pd.DataFrame]:
    """Merge pairs of files of the same unit and period into one; both streams keep their counts."""
    if truth.joint is None:
        return frames
    first, second = truth.joint.streams
    keys = ["locality", "period"]
    a, b = (
        frames[s].assign(rank=frames[s].groupby(keys).cumcount(), row=frames[s].index)
        for s in (first, second)
    )
    pairs = a[[*keys, "rank", "row"]].merge(b[[*keys, "rank", "row", "suspects"]], on=[*keys, "rank"])
    pairs = pairs[generator(seed, "joint").random(len(pairs)) < truth.joint.share]
    kept = frames[first].copy()
    rows = pairs["row_x"].to_numpy()
    kept.loc[rows, "topic"] = truth.joint.topic
    kept.loc[rows, "suspect_stream"] = second
    kept.loc[rows, "suspects"] = pairs["suspects"].to_numpy()
    return frames | {first: kept, second: frames[second].drop(index=pairs["row_y"])}


def _group_bands(suspects: pd.Series) -> pd.Series:
    position = np.searchsorted(list(_GROUP_BANDS.values()), suspects.to_numpy())
    return pd.Series(
        pd.array([*_GROUP_BANDS, _LARGEST_GROUP], dtype="str").take(position), index=suspects.index
    )


def registered(tables: dict[str, pd.DataFrame], cutoff: date) -> dict[str, pd.DataFrame]:
    """The tables without the cases that the register does not hold yet: those not accepted up to the cut-off,
    and what hangs on them (every table with a `case_key`). No other row changes."""
    accepted = tables["cases"]["accepted_on"] <= pd.Timestamp(cutoff)
    if accepted.all():
        return tables
    held = set(tables["cases"].loc[accepted, "case_key"])
    return {
        name: table[table["case_key"].isin(held)].reset_index(drop=True) if "case_key" in table else table
        for name, table in tables.items()
    }


def in_stream(truth: Truth, cases: pd.DataFrame, stream: str) -> pd.Series:
    """Which cases count in this stream: its own topic and, where it takes part, the joint topic."""
    joint = truth.joint is not None and stream in truth.joint.streams
    return (cases["topic"] == stream) | (
        joint & (cases["topic"] == (truth.joint.topic if truth.joint else ""))
    )
