import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.pooling import COLUMNS, pooling_ladder

YEARS = [str(year) for year in range(2018, 2024)]
RUNGS = {
    "1": {year: year for year in YEARS},
    "2": {year: f"b{(int(year) - 2018) // 2}" for year in YEARS},
    "3": {year: f"c{(int(year) - 2018) // 3}" for year in YEARS},
    "6": dict.fromkeys(YEARS, "all"),
}


def exposed(**cases):
    rows = [
        (name, year, "s", n) for name, series in cases.items() for year, n in zip(YEARS, series, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["locality", "period", "stream", "cases"])
    return frame.assign(persons=1000, person_years=1000.0)


def test_the_narrowest_rung_where_all_get_there():
    ladder = pooling_ladder(exposed(a=[12] * 6, b=[4] * 6), RUNGS)
    assert list(ladder.columns) == COLUMNS
    assert ladder["rung"].tolist() == ["3", "3"]
    assert ladder["smallest"].tolist() == [36, 12]
    assert ladder["narrower"].tolist() == ["2", "2"]
    assert ladder["narrower_smallest"].tolist() == [8, 8]
    assert (ladder["reason"] == "reaches_minimum").all()


def test_each_locality_its_own_rung():
    ladder = pooling_ladder(exposed(a=[12] * 6, b=[4] * 6, c=[1] * 6), RUNGS, together=False)
    assert ladder["rung"].fillna("-").tolist() == ["1", "3", "-"]
    last = ladder.iloc[-1]
    assert (last["withheld"], last["reason"], last["smallest"]) == (
        "too_few_cases",
        "none_reaches_minimum",
        6,
    )
    assert pd.isna(ladder.loc[0, "narrower"])


def test_the_emptiest_block_decides():
    ladder = pooling_ladder(exposed(a=[30, 30, 30, 30, 30, 0]), RUNGS)
    assert ladder["rung"].tolist() == ["2"]


def test_edges():
    assert list(pooling_ladder(exposed(), RUNGS).columns) == COLUMNS
    assert pooling_ladder(exposed(a=[0] * 6), RUNGS)["withheld"].tolist() == ["too_few_cases"]
    assert pooling_ladder(exposed(a=[0] * 6), RUNGS, minimum=0)["rung"].tolist() == ["1"]
    one = pooling_ladder(exposed(a=[12] * 6).head(1), RUNGS)
    assert one["rung"].tolist() == ["1"]
    missing = exposed(a=[12] * 6).assign(cases=[np.nan] + [12] * 5)
    assert pooling_ladder(missing, RUNGS)["withheld"].tolist() == ["too_few_cases"]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=6, max_size=6), st.integers(1, 30))
def test_a_higher_minimum_never_narrows(cases, minimum):
    names = [*RUNGS, "-"]
    frame = exposed(a=cases)
    low, high = (
        pooling_ladder(frame, RUNGS, minimum=m)["rung"].fillna("-").iloc[0] for m in (minimum, minimum + 5)
    )
    assert names.index(low) <= names.index(high)


def test_one_that_never_gets_there_keeps_all_from_a_common_rung():
    ladder = pooling_ladder(exposed(a=[12] * 6, c=[1] * 6), RUNGS)
    assert ladder["rung"].isna().all()
    assert ladder["smallest"].tolist() == [72, 6]
    assert ladder["minimum"].tolist() == [10, 10]
