import numpy as np
import pandas as pd

from diaban.analysis.reporting import delay_triangle
from diaban.analysis.reporting.late_months import COLUMNS, expected_by_diagonal, late_months

START = pd.date_range("2019-01-01", periods=49, freq="MS")
MONTHS = pd.DataFrame(
    {"period": START[:-1].strftime("%Y-%m"), "start": START[:-1], "end": START[1:] - pd.Timedelta(days=1)}
)


def province(seed, mean=8.0, held_back=None, quiet=None):
    """Reports 0 to 60 days after; those of `held_back` come 45 days later, nothing happens in `quiet`."""
    rng = np.random.default_rng(seed)
    n = rng.poisson(mean, 48)
    if quiet is not None:
        n[MONTHS["period"].tolist().index(quiet)] = 0
    start = MONTHS["start"].repeat(n).reset_index(drop=True)
    occurred = start + pd.to_timedelta(rng.integers(0, 28, len(start)), unit="D")
    reported = occurred + pd.to_timedelta(rng.integers(0, 60, len(start)), unit="D")
    if held_back is not None:
        late = reported.dt.strftime("%Y-%m") == held_back
        reported = reported.mask(late, reported + pd.Timedelta(days=45))
    cases = pd.DataFrame({"stream": "s", "occurred_to": occurred, "reported_on": reported})
    return delay_triangle(cases, MONTHS, cutoff=MONTHS["end"].iloc[-1])


def named(triangle):
    told = late_months(triangle)
    return told.loc[told["held_back"].fillna(False).astype(bool), "seen"].tolist()


def test_a_month_held_back_is_named_and_no_other():
    assert [named(province(seed, 15.0, "2021-05")) for seed in range(10)] == [["2021-05"]] * 10


def test_a_quiet_month_is_not_a_late_one():
    assert not any(named(province(seed, 15.0, quiet="2021-05")) for seed in range(10))


def test_chance_names_seldom_any():
    assert sum(bool(named(province(100 + seed))) for seed in range(60)) <= 6


def test_expected_adds_up_to_what_was_seen():
    triangle = province(1)
    C = triangle.pivot(index="origin", columns="age", values="counted").to_numpy(dtype=float)
    expected, seen = expected_by_diagonal(C), triangle["new"].sum()
    assert abs(expected.sum() - seen) < 0.02 * seen


def test_the_newest_months_have_no_after():
    told = late_months(province(2))
    assert told["withheld"].iloc[-3:].isna().tolist() == [True, False, False]
    assert told["p"].iloc[-2:].isna().all()
    assert (told["comparisons"] == 46).all()


def test_no_case_and_nothing_at_all():
    empty = province(1, mean=0.0)
    assert list(late_months(empty)) == COLUMNS
    one = pd.DataFrame({"stream": ["s"], "occurred_to": [START[0]], "reported_on": [START[0]]})
    told = late_months(delay_triangle(one, MONTHS, cutoff=MONTHS["end"].iloc[-1]))
    assert not told["held_back"].fillna(False).any()
    assert told["reports"].sum() == 1
