"""What may have changed how much is reported or recorded: outreach, campaigns, detection, reports.

A signals frame has the columns locality, stream (missing: it bears on every stream), signal, count,
base_count, ratio, direction ("rose", "fell", "steady", "changed", "at_work"). A row says that the signal is
known there; what is not known has no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
from scipy.stats import fisher_exact

from diaban.analysis.labels import first_true
from diaban.analysis.rate_ratio import rate_ratio

COLUMNS = ["locality", "stream", "signal", "count", "base_count", "ratio", "direction"]
OUTREACH, CAMPAIGN, RECORDING, PROACTIVE, REPORTS = (
    "outreach", "campaign", "recording", "proactive", "reports",
)  # fmt: skip
LEAST_CHANGE = 0.1
LEVEL = 0.9
MINIMUM_FILES = 10


def counted_signal(
    counts: pd.DataFrame,
    *,
    signal: str,
    period: str,
    base: str,
    streams: Sequence[str] | None = None,
    least_change: float = LEAST_CHANGE,
    level: float = LEVEL,
    dispersion: float = 1.0,
) -> pd.DataFrame:
    """Whether something that is counted rose or fell: sessions of outreach, reports that were received.

    counts: locality, period, count, exposure (person-years, households x years, or years). streams: on which
    it bears, all by default. A direction needs an exact interval (`level`) of the rate ratio that holds no 1
    and a change of `least_change` at least; else "steady". No row where a period is not known.
    """
    wide = [
        counts[counts["period"] == p].set_index("locality")[["count", "exposure"]] for p in (period, base)
    ]
    rows = wide[0].join(wide[1].add_prefix("base_"), how="inner", validate="one_to_one").dropna()
    told = rate_ratio(
        rows["count"], rows["exposure"], rows["base_count"], rows["base_exposure"],
        level=level, dispersion=dispersion,
    )  # fmt: skip
    ratio = told["rate_ratio"]
    rose = (told["lower"] > 1) & (ratio >= 1 + least_change)
    fell = (told["upper"] < 1) & (ratio <= 1 - least_change)
    rows = rows.assign(
        signal=signal, ratio=ratio, direction=first_true([rose, fell], ["rose", "fell"], "steady")
    )
    return _on_streams(rows.rename_axis("locality").reset_index(), streams)


def proactive_signal(
    files: pd.DataFrame,
    *,
    select: Mapping[str, Sequence[str]],
    level: float = LEVEL,
    minimum_files: int = MINIMUM_FILES,
) -> pd.DataFrame:
    """Whether a larger or smaller share of cases is of the kind that is found by looking for it.

    files: locality, stream, block ("before" / "after"), and the columns of `select` (column -> values), all
    of which mark such a case: found by the police themselves, say, or that and handled by fine, since wider
    recording brings small matters in first. A file that lacks one of the columns is left out. count and
    base_count: such cases; ratio: of the two shares. Direction by Fisher's exact test at 1 - `level`. No row
    where either block has fewer than `minimum_files`.
    """
    known = files.dropna(subset=list(select))
    marked = pd.Series(True, index=known.index)
    for column, values in select.items():
        marked &= known[column].isin(list(values))
    rows = []
    for (locality, stream), mine in known.assign(marked=marked).groupby(["locality", "stream"], sort=True):
        found = mine.groupby("block")["marked"]
        n, k = (x.reindex(["after", "before"], fill_value=0).tolist() for x in (found.size(), found.sum()))
        if min(n) < minimum_files:
            continue
        p = fisher_exact([[k[0], n[0] - k[0]], [k[1], n[1] - k[1]]]).pvalue
        ratio = (k[0] / n[0]) / (k[1] / n[1]) if k[1] else float("inf" if k[0] else "nan")
        direction = "steady" if not p < 1 - level else "rose" if ratio > 1 else "fell"
        rows.append((locality, stream, PROACTIVE, k[0], k[1], ratio, direction))
    return _typed(pd.DataFrame(rows, columns=COLUMNS))


def recording_signal(recording: pd.DataFrame) -> pd.DataFrame:
    """Whether cases come to light in another way. recording: as of `recording_shift`, of the same blocks."""
    known = recording[recording["changed"].notna()]
    changed = known["changed"].astype("bool")
    return _typed(
        known[["locality", "stream"]].assign(
            signal=RECORDING, direction=first_true([changed], ["changed"], "steady")
        )
    )


def campaign_signal(
    campaigns: pd.DataFrame,
    localities: Sequence[str],
    *,
    start: date | pd.Timestamp,
    end: date | pd.Timestamp,
    lasting_days: int = 0,
) -> pd.DataFrame:
    """Whether a campaign for a stream was at work in the localities between `start` and `end`.

    campaigns: stream, locality, started_on, ended_on (missing while it runs). lasting_days: how long after
    its end a campaign still counts as at work. A row for every locality and stream that campaigns name.
    """
    at = campaigns["started_on"] <= pd.Timestamp(end)
    ended = campaigns["ended_on"] + pd.Timedelta(days=lasting_days)
    at &= ended.isna() | (ended >= pd.Timestamp(start))
    here = pd.MultiIndex.from_frame(campaigns.loc[at, ["locality", "stream"]])
    grid = pd.MultiIndex.from_product(
        [list(localities), sorted(campaigns["stream"].unique())], names=["locality", "stream"]
    )
    rows = grid.to_frame(index=False)
    return _typed(
        rows.assign(signal=CAMPAIGN, direction=first_true([grid.isin(here)], ["at_work"], "steady"))
    )


def _on_streams(rows: pd.DataFrame, streams: Sequence[str] | None) -> pd.DataFrame:
    if streams is None:
        return _typed(rows.assign(stream=pd.NA))
    return _typed(rows.merge(pd.DataFrame({"stream": list(streams)}, dtype="str"), how="cross"))


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    texts = dict.fromkeys(["locality", "stream", "signal", "direction"], "str")
    numbers = dict.fromkeys(["count", "base_count", "ratio"], "float64")
    return rows.reindex(columns=COLUMNS).astype(texts | numbers).reset_index(drop=True)
