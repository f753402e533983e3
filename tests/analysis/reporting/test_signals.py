import numpy as np
import pandas as pd
import pytest

from diaban.analysis.reporting.signals import (
    COLUMNS,
    campaign_signal,
    counted_signal,
    proactive_signal,
    recording_signal,
)


def counted(*rows, **options):
    """rows: locality, base count, count; a year each."""
    frame = pd.DataFrame(
        [(place, period, n, 1.0) for place, *pair in rows for period, n in zip("ba", pair, strict=True)],
        columns=["locality", "period", "count", "exposure"],
    )
    return counted_signal(frame, signal="outreach", period="a", base="b", **options)


def test_directions_need_evidence_and_size():
    told = counted(
        ("a", 40, 80), ("b", 80, 40), ("c", 40, 42), ("d", 4, 6), ("e", 40_000, 42_000), ("f", 0, 0)
    )
    assert list(told) == COLUMNS
    directions = told.set_index("locality")["direction"].to_dict()
    assert directions == {
        "a": "rose",
        "b": "fell",
        "c": "steady",
        "d": "steady",
        "e": "steady",
        "f": "steady",
    }
    assert told["stream"].isna().all()
    assert told.loc[0, ["count", "base_count", "ratio"]].tolist() == [80, 40, 2]


def test_exposure_counts():
    frame = pd.DataFrame({"locality": "a", "period": ["b", "a"], "count": [100, 50], "exposure": [1.0, 0.5]})
    assert counted_signal(frame, signal="x", period="a", base="b")["direction"].tolist() == ["steady"]


def test_what_is_not_known_has_no_row():
    assert counted(("a", 40, np.nan)).empty
    assert counted().empty


def test_streams_named():
    assert counted(("a", 1, 2), streams=["s", "t"])["stream"].tolist() == ["s", "t"]


def test_chance_moves_few_either_way():
    rng = np.random.default_rng(1)
    told = counted(*((f"L{i}", *rng.poisson(50, 2)) for i in range(1000)))
    assert 0.01 < (told["direction"] == "rose").mean() <= 0.065
    assert 0.01 < (told["direction"] == "fell").mean() <= 0.065


def files(before, after, n=30):
    """before, after: how many of n carry both marks."""
    frames = [
        pd.DataFrame(
            {
                "locality": "p", "stream": "s", "block": block,
                "detected_by": np.where(np.arange(n) < k + 5, "police", "family"),
                "legal_track": np.where(np.arange(n) < k, "admin", "criminal"),
            }
        )
        for block, k in (("before", before), ("after", after))
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


BOTH = {"detected_by": ["police"], "legal_track": ["admin"]}


@pytest.mark.parametrize(("pair", "direction"), [((3, 15), "rose"), ((15, 3), "fell"), ((9, 10), "steady")])
def test_small_matters_found_by_looking(pair, direction):
    told = proactive_signal(files(*pair), select=BOTH)
    assert told["direction"].tolist() == [direction]
    assert told.loc[0, ["base_count", "count"]].tolist() == list(pair)


def test_all_marks_must_be_there_and_known():
    frame = files(3, 15)
    assert proactive_signal(frame, select={"detected_by": ["police"]}).loc[0, "count"] == 20
    frame.loc[frame.index[:25], "legal_track"] = None
    assert proactive_signal(frame, select=BOTH).empty  # five files are left before


def test_none_before_is_an_infinite_ratio():
    told = proactive_signal(files(0, 12), select=BOTH)
    assert (told.loc[0, "ratio"], told.loc[0, "direction"]) == (np.inf, "rose")
    told = proactive_signal(files(0, 0), select=BOTH)
    assert (np.isnan(told.loc[0, "ratio"]), told.loc[0, "direction"]) == (True, "steady")


def test_recording():
    shift = pd.DataFrame(
        {
            "locality": ["a", "b", "c"],
            "stream": "s",
            "changed": pd.array([True, False, None], dtype="boolean"),
        }
    )
    told = recording_signal(shift)
    assert told.set_index("locality")["direction"].to_dict() == {"a": "changed", "b": "steady"}


def test_campaigns_at_work():
    campaigns = pd.DataFrame(
        {
            "stream": "s",
            "locality": ["a", "b", "c"],
            "started_on": pd.to_datetime(["2021-12-15", "2022-12-15", "2021-12-15"]),
            "ended_on": pd.to_datetime(["2022-06-14", None, "2021-12-31"]),
        }
    )

    def at_work(start, end, **options):
        told = campaign_signal(campaigns, list("abcd"), start=start, end=end, **options)
        assert len(told) == 4
        return told.loc[told["direction"] == "at_work", "locality"].tolist()

    assert at_work("2022-01-01", "2022-12-14") == ["a"]
    assert at_work("2022-06-14", "2022-12-15") == ["a", "b"]
    assert at_work("2022-06-15", "2022-12-14") == []
    assert at_work("2022-06-15", "2022-12-14", lasting_days=200) == ["a", "c"]
    assert at_work("2025-01-01", "2025-12-14") == ["b"]
