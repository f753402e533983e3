import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.factor_profile import COLUMNS, factor_profile
from diaban.errors import DiabanError

WORSE = {"x": "worse"}


def long(values, indicator="x", period="2020"):
    names = [f"d{i}" for i in range(len(values))]
    return pd.DataFrame({"locality": names, "period": period, "indicator": indicator, "value": values})


def own(frame):
    return {name: name for name in frame["locality"]}


def test_worked_example():
    frame = long([10.0, 12, 14, 16, 30])
    result = factor_profile(frame, own(frame), WORSE)
    assert list(result.columns) == COLUMNS
    first = result.iloc[0]
    assert (first.quartile_low, first.quartile_high, first.minimum, first.maximum) == (12, 16, 10, 30)
    assert first.z == pytest.approx((10 - 14) / (4 / 1.349))
    assert result["verdict"].tolist() == ["better", "similar", "similar", "similar", "worse"]


def test_direction_turns_the_verdict():
    frame = long([10.0, 12, 14, 16, 30])
    better = factor_profile(frame, own(frame), {"x": "better"})["verdict"]
    assert better.tolist() == ["worse", "similar", "similar", "similar", "better"]
    assert factor_profile(frame, own(frame), {"x": "neutral"})["verdict"].isna().all()


def test_communes_are_summed_by_numerator_and_denominator():
    frame = long([50.0, 10.0, 20.0]).assign(numerator=[5, 9, 2], denominator=[10, 90, 10])
    result = factor_profile(frame, {"d0": "a", "d1": "a", "d2": "b"}, WORSE).set_index("locality")
    assert result["value"].to_dict() == {"a": pytest.approx(14.0), "b": 20.0}
    assert result["reference"].tolist() == pytest.approx([100 * 16 / 110] * 2)


def test_communes_are_weighted_by_population():
    frame = long([1.0, 3.0, 5.0])
    persons = pd.DataFrame(
        {
            "locality": ["d0", "d1", "d1", "d2"],
            "period": "2020",
            "age_band": "all",
            "persons": [100, 200, 100, 600],
        }
    )
    result = factor_profile(frame, {"d0": "a", "d1": "a", "d2": "b"}, WORSE, population=persons)
    assert result["value"].tolist() == pytest.approx([2.5, 5.0])
    assert result["reference"].iloc[0] == pytest.approx((100 + 900 + 3000) / 1000)


def test_sums_are_summed_and_compared_with_their_mean():
    frame = long([1.0, 3.0, 5.0])
    result = factor_profile(frame, {"d0": "a", "d1": "a", "d2": "b"}, WORSE, aggregate={"x": "sum"})
    assert result["value"].tolist() == [4, 5]
    assert result["reference"].tolist() == [4.5, 4.5]


def test_last_observed_period_of_each_indicator():
    early, late = long([1.0, 2, 3, 4, 9]), long([np.nan] * 5, period="2021")
    other = long([5.0, 6, 7, 8, 9], "y", "2021")
    result = factor_profile(pd.concat([early, late, other]), own(early), WORSE | {"y": "worse"})
    assert result.groupby("indicator")["period"].first().to_dict() == {"x": "2020", "y": "2021"}
    assert (
        factor_profile(pd.concat([early, other]), own(early), WORSE, period="2020")["indicator"].eq("x").all()
    )


def test_zero_spread_and_few_localities_have_no_verdict():
    same, few = long([3.0] * 6), long([1.0, 2, 9])
    for frame in (same, few):
        result = factor_profile(frame, own(frame), WORSE)
        assert result["verdict"].isna().all()
        assert result["z"].isna().all()


def test_one_locality_and_empty():
    frame = long([3.0])
    assert factor_profile(frame, own(frame), WORSE)["reference"].tolist() == [3.0]
    assert list(factor_profile(frame.iloc[:0], {}, {}).columns) == COLUMNS


def test_missing_direction_or_weight_is_named():
    frame = long([1.0, 3.0, 5.0])
    with pytest.raises(DiabanError, match="higher_is"):
        factor_profile(frame, own(frame), {})
    with pytest.raises(DiabanError, match="d0"):
        factor_profile(frame, dict.fromkeys(["d0", "d1", "d2"], "a"), WORSE)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=5, max_size=30), st.integers(0, 99))
def test_laws(values, seed):
    frame = long([float(v) for v in values])
    result = factor_profile(frame, own(frame), WORSE)
    assert (result["minimum"] <= result["quartile_low"]).all()
    assert (result["quartile_high"] <= result["maximum"]).all()
    assert result["value"].between(result["minimum"], result["maximum"]).all()
    shuffled = factor_profile(frame.sample(frac=1, random_state=seed), own(frame), WORSE)
    pd.testing.assert_frame_equal(shuffled, result)
    turned = factor_profile(frame, own(frame), {"x": "better"})["verdict"]
    assert turned.map({"worse": "better", "better": "worse", "similar": "similar"}).equals(result["verdict"])
