import numpy as np
import pandas as pd
import pytest

from diaban.analysis.funnel import funnel_limits
from diaban.analysis.funnel_curves import POINTS, funnel_curves


def rates(cases, expected, **more):
    return pd.DataFrame({"stream": "a", "period": "2020", "cases": cases, "expected": expected} | more)


def test_without_extra_variation_the_limits_are_those_of_chance():
    curves = funnel_curves(rates([10, 20, 30], [10.0, 20.0, 30.0]))
    lower, upper = funnel_limits(curves["expected"].to_numpy(), 0.998)
    assert len(curves) == POINTS
    assert curves["lower_99_8"].tolist() == pytest.approx(lower.tolist())
    assert curves["upper_99_8"].tolist() == pytest.approx(upper.tolist())


def test_extra_variation_widens_the_funnel():
    expected = np.full(40, 100.0)
    calm, wild = (funnel_curves(rates(100 + s * np.resize([-30, 30], 40), expected)) for s in (0, 1))
    assert (wild["upper_95"] > calm["upper_95"]).all()


def test_curves_cover_every_locality_and_narrow_with_size():
    curves = funnel_curves(rates([0, 5, 400], [1.0, 5.0, 390.0]))
    assert curves["expected"].iloc[0] < 1
    assert curves["expected"].iloc[-1] > 390
    assert curves["upper_99_8"].is_monotonic_decreasing


@pytest.mark.parametrize("table", [rates([], []), rates([0, 0], [0.0, np.nan])])
def test_nothing_expected_has_no_funnel(table):
    assert funnel_curves(table).empty
