import numpy as np
import pandas as pd
import pytest
from handled import CUTOFF, START, cell, handled, together
from scipy.stats import binomtest

from diaban.analysis.handling import stopped
from diaban.analysis.handling.stopped import COLUMNS

STEPS = {"suspended": ["prosecuted"], "returned": ["indicted"]}
WHOLE = {"locality": "*", "period": "*"}


def of(*parts, steps=STEPS, cutoff=CUTOFF, **options):
    reports, events = together(*parts)
    return stopped(reports, events, steps=steps, cutoff=cutoff, **options)


def with_reason(part, step, *reasons):
    reports, events = part
    events = events.copy()
    events.loc[events["step"] == step, "reason_code"] = list(reasons)
    return reports, events


def test_counts_exact_limits_and_reasons():
    cases = [{"prosecuted": 9, "suspended": 50}] * 3 + [{"prosecuted": 9}] * 17 + [{}] * 5
    result = of(with_reason(handled(cases), "suspended", "forensic", "forensic", None))
    assert list(result.columns) == COLUMNS
    told = cell(result, step="suspended", reason_code="*", **WHOLE)
    assert (told["n"], told["n_cases"]) == (3, 20)
    exact = binomtest(3, 20).proportion_ci(method="exact")
    assert (told["lower"], told["upper"]) == pytest.approx((exact.low, exact.high))
    assert cell(result, step="suspended", reason_code="forensic", **WHOLE)["n"] == 2
    assert cell(result, step="suspended", reason_code="not_recorded", **WHOLE)["n"] == 1
    assert cell(result, step="returned", reason_code="*", **WHOLE)["withheld"] == "no_case_so_far"


def test_none_and_all_stopped():
    told = cell(of(handled([{"prosecuted": 9}] * 10)), step="suspended", reason_code="*", **WHOLE)
    assert (told["n"], told["lower"]) == (0, 0)
    assert told["upper"] == pytest.approx(1 - 0.025 ** (1 / 10))
    told = cell(of(handled([{"prosecuted": 9, "suspended": 10}])), step="suspended", reason_code="*", **WHOLE)
    assert (told["share"], told["upper"]) == (1, 1)
    assert told["lower"] == pytest.approx(0.025)


def test_a_case_returned_twice_counts_once_and_both_steps_once_in_all():
    twice = {"indicted": 5, "returned": 9, "returned.2": 30}
    both = {"prosecuted": 2, "indicted": 5, "returned": 9, "suspended": 30}
    result = of(handled([twice, both, {"prosecuted": 9}]))
    assert cell(result, step="returned", reason_code="*", **WHOLE)[["n", "n_cases"]].tolist() == [2, 2]
    assert cell(result, step="*", reason_code="*", **WHOLE)[["n", "n_cases"]].tolist() == [2, 3]


def test_a_stop_after_the_cut_off_or_without_its_step_before():
    early = of(handled([{"prosecuted": 9, "suspended": 50}]), cutoff=START + pd.Timedelta(days=49))
    assert cell(early, step="suspended", reason_code="*", **WHOLE)["n"] == 0
    bare = of(handled([{"suspended": 50}]))
    assert cell(bare, step="suspended", reason_code="*", **WHOLE)[["n", "n_cases"]].tolist() == [1, 1]
    free = of(handled([{"suspended": 50}, {}]), steps={"suspended": []})
    assert cell(free, step="suspended", reason_code="*", **WHOLE)["n_cases"] == 2


def test_no_cases_and_too_few_localities():
    empty = tuple(frame.iloc[:0] for frame in handled([{}]))
    assert set(of(empty, localities=["a"])["withheld"]) == {"no_case_so_far"}
    told = cell(of(handled([{"prosecuted": 1}])), locality="a", period="*", step="suspended", reason_code="*")
    assert told["withheld"] == "too_few_localities"
    assert told["share"] == 0
    assert np.isnan(told["z"])


def funnel(rng, shares, n=40):
    parts = []
    for place, share in enumerate(shares):
        hit = rng.random(n) < share
        cases = [{"prosecuted": 1, **({"suspended": 9} if h else {})} for h in hit]
        parts.append(handled(cases, locality=f"d{place:02}"))
    result = of(*parts, steps={"suspended": ["prosecuted"]})
    chosen = (result["step"] == "suspended") & (result["reason_code"] == "*") & (result["locality"] != "*")
    return result[chosen & (result["period"] == "*")]


def test_a_planted_locality_is_found_and_the_others_are_not():
    rng = np.random.default_rng(1)
    told = [funnel(rng, [0.05] * 10 + [0.6]) for _ in range(20)]
    high = np.mean([table["outlier"].iloc[-1] == "high" for table in told])
    others = np.mean([table["outlier"].iloc[:-1].notna().mean() for table in told])
    assert high >= 0.9
    assert others <= 0.02


def test_without_differences_hardly_any_locality_is_flagged():
    rng = np.random.default_rng(2)
    flagged = [funnel(rng, [0.08] * 11)["outlier"].notna().mean() for _ in range(25)]
    assert np.mean(flagged) <= 0.01


def test_expected_counts_add_up_to_observed_ones():
    told = funnel(np.random.default_rng(3), [0.1, 0.2, 0.3, 0.1, 0.2])
    assert told["expected"].sum() == pytest.approx(told["n"].sum())
