"""The questions about late reports can be put, and what they are put to is as declared."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diaban.bench.light_province import light_province
from diaban.bench.truth.delays import DELAY, MONTHS, delayed_cases, judge, months_frame
from diaban.bench.truth.judged import JUDGED
from diaban.bench.truth.worlds import World

TOLD = {
    True: {"chain ladder", "nowcast", "reading"},
    False: {"late_months", "recording_shift", "reading", "campaign_effect"},
}


@pytest.mark.parametrize("light", [True, False])
def test_every_method_is_judged(light):
    told = judge(World(1, light_province(1), light=light))
    assert list(told) == JUDGED
    assert set(told["method"]) == TOLD[light]
    judged = told[["error", "covered", "called"]].notna().any(axis=1)
    assert judged.groupby(told["method"]).any().all()


def test_delays_are_those_declared():
    months = months_frame()
    cases = delayed_cases(np.random.default_rng(1), 400.0, months)
    days = (cases["reported_on"] - cases["occurred_to"]).dt.days
    assert days.median() == pytest.approx(np.floor(DELAY[0]), abs=1)
    assert days.max() == DELAY[2]
    assert len(cases) == pytest.approx(400 * MONTHS, rel=0.03)
    month = cases["occurred_to"].dt.strftime("%Y-%m")
    assert (month == cases["month"]).all()
    assert (months["end"].iloc[:-1] + pd.Timedelta(days=1) == months["start"].shift(-1).iloc[:-1]).all()
