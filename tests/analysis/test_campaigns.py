import numpy as np
import pandas as pd
import pytest

from diaban.analysis.campaigns import COLUMNS, campaign_effect
from diaban.analysis.reporting.before_after import ratio_of_ratios

FIRST, CUT = pd.Timestamp("2016-01-01"), pd.Timestamp("2023-12-31")
PLACES = [f"L{i}" for i in range(9)]


def campaign(key="C", localities=("L0", "L1", "L2"), start="2021-01-01", end="2021-06-30", stream="s"):
    frame = pd.DataFrame({"campaign": key, "stream": stream, "locality": list(localities)})
    return frame.assign(started_on=pd.Timestamp(start), ended_on=pd.Timestamp(end))


def province(seed=1, yearly=12.0, effect=1.0):
    """Cases all over eight years; in L0 to L2 `effect` times as many from 2021-01-01 to 2022-06-30."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(FIRST, CUT)
    frames = []
    for place in PLACES:
        at_work = (days >= "2021-01-01") & (days <= "2022-06-30") & (place in PLACES[:3])
        n = rng.poisson(yearly / 365 * np.where(at_work, effect, 1.0))
        frames.append(pd.DataFrame({"locality": place, "stream": "s", "occurred_to": days.repeat(n)}))
    return pd.concat(frames, ignore_index=True)


def effect(cases, campaigns=None, **options):
    told = campaign_effect(
        cases, campaign() if campaigns is None else campaigns, PLACES, first=FIRST, cutoff=CUT, **options
    )
    assert list(told) == COLUMNS
    return told.iloc[0]


def test_counts_are_those_of_the_same_months():
    row = effect(province())
    assert (row["start"], row["end"]) == (pd.Timestamp("2021-01-01"), pd.Timestamp("2022-06-30"))
    assert (row["base_start"], row["base_end"]) == (pd.Timestamp("2017-01-01"), pd.Timestamp("2020-06-29"))
    days = province().query("locality in ['L0', 'L1', 'L2']")["occurred_to"]
    windows = [("2019-01-01", "2020-06-29"), ("2017-01-01", "2018-06-30")]
    assert row["before"] == sum(days.between(*window).sum() for window in windows)
    assert row["after"] == days.between("2021-01-01", "2022-06-30").sum()
    pairs = (row["before"], row["after"]), (row["control_before"], row["control_after"])
    assert row["ratio"] == ratio_of_ratios(*pairs)[0]
    expected = (row["after"] - row["before"] / 2) - (row["control_after"] - row["control_before"] / 2) / 2
    assert row["difference"] == pytest.approx(expected)


def test_a_halving_is_told_and_nothing_is_not():
    told = [effect(province(seed, effect=0.4))["told"] for seed in range(20)]
    assert told.count("fell") >= 17
    told = [effect(province(seed))["told"] for seed in range(60)]
    assert told.count("open") >= 54


def test_a_rise_is_told_as_one():
    row = effect(province(3, effect=2.5))
    assert row["told"] == "rose"
    assert row["ratio"] > 1 < row["lower"]


def test_placebo_is_rare_for_an_effect_and_not_for_none():
    assert effect(province(effect=0.3))["placebo_p"] <= 0.1
    assert np.mean([effect(province(seed))["placebo_p"] for seed in range(30)]) > 0.3


def test_other_campaigns_and_places_left_out_are_no_controls():
    both = pd.concat([campaign(), campaign("D", ["L3"], "2021-03-01", "2021-04-01")])
    assert effect(province(), both)["controls"] == 5
    later = pd.concat([campaign(), campaign("D", ["L3"], "2023-03-01", "2023-04-01")])
    assert effect(province(), later)["controls"] == 6
    other = pd.concat([campaign(), campaign("D", ["L3"], stream="t")])
    assert effect(province(), other)["controls"] == 6
    assert effect(province(), leave_out={"s": ["L4", "L5"], "t": ["L6"]})["controls"] == 4


def test_only_the_stream_counts():
    cases = province()
    other = province(2).assign(stream="t")
    columns = ["before", "after", "control_before", "control_after"]
    assert effect(pd.concat([cases, other]))[columns].tolist() == effect(cases)[columns].tolist()


@pytest.mark.parametrize(
    ("campaigns", "reason"),
    [
        (campaign(end="2024-06-30"), "too_recent"),
        (campaign(start="2016-03-01", end="2016-04-01"), "too_few_periods"),
        (campaign(localities=PLACES), "nothing_to_compare_with"),
    ],
)
def test_reasons(campaigns, reason):
    row = effect(province(), campaigns)
    assert row["withheld"] == reason
    assert np.isnan(row["ratio"])
    assert pd.isna(row["told"])


def test_one_that_still_runs_is_too_recent():
    assert effect(province(), campaign().assign(ended_on=pd.NaT))["withheld"] == "too_recent"


def test_zero_and_few_cases():
    assert effect(province(yearly=0.0))["withheld"] == "too_few_cases"
    assert effect(province(yearly=0.3))["withheld"] == "too_few_cases"
    assert campaign_effect(province(), campaign().head(0), PLACES, first=FIRST, cutoff=CUT).empty
