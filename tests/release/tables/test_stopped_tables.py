"""What is shown of stopped cases, and what the shown numbers tell of few of them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from whole_results import THRESHOLD, ledger_of, told

from diaban.release.cells import WHOLE, count_cell, theme_cell

AIM = SimpleNamespace(key="t", stream="s", select={"form": ["x"]})
THEME = SimpleNamespace(key="th", select={"form": ["x"]}, streams=["s"], also=[], codes=[], persons={})
Counts = dict[tuple[str, str], int]


def stopped(counts: Counts, n_cases: int | dict[str, int] = 200, every: Counts | None = None) -> pd.DataFrame:
    """(step, reason) -> cases, of the whole; sums over reasons and steps are added, or as `every` says."""
    found = dict(counts)
    for (step, _), count in counts.items():
        for key in ((step, "*"), ("*", "*")):
            found[key] = found.get(key, 0) + count
    found |= every or {}
    of = n_cases if isinstance(n_cases, dict) else dict.fromkeys([step for step, _ in found], n_cases)
    rows = [("t", WHOLE, "*", *key, count, of[key[0]]) for key, count in found.items()]
    columns = ["target", "locality", "period", "step", "reason_code", "n", "n_cases"]
    return pd.DataFrame(rows, columns=columns).assign(share=0.1, lower=0.0, upper=0.2, withheld=None)


def shown(counts: Counts, ledger=None, themes=(), blocks=("b",), **options) -> Counts:
    table = stopped(counts, **options)
    frame = told(ledger, targets=[AIM], themes=themes, blocks=blocks, stopped=table)["stopped"]
    gone = frame[frame["hidden"]]
    assert gone[["n", "n_cases", "share", "lower", "upper"]].isna().all(axis=None)
    return frame[~frame["hidden"]].set_index(["step", "reason_code"])["n"].to_dict()


def test_where_no_group_is_small_all_is_shown():
    counts = {("suspended", "forensic"): 9, ("suspended", "unknown"): 8, ("returned", "other"): 12}
    every = counts | {("suspended", "not_recorded"): 7, ("returned", "not_recorded"): 6}
    assert len(shown(every)) == 8


def test_a_reason_that_nobody_gave_is_a_row_like_any_other():
    """Without one it would be told that it stands at no case; with all others shown, that it is none too."""
    table = told(targets=[AIM], stopped=stopped({("suspended", "forensic"): 9, ("suspended", "unknown"): 8}))
    rows = table["stopped"].set_index(["step", "reason_code"])
    assert rows.loc[("suspended", "not_recorded"), "hidden"]
    assert rows.loc["suspended", "hidden"].sum() > 1


def test_a_single_hidden_reason_takes_a_companion():
    found = shown({("suspended", "forensic"): 9, ("suspended", "unknown"): 8, ("suspended", "other"): 2})
    assert found["suspended", "*"] == 19
    assert len([key for key in found if key[0] == "suspended"]) <= 2


def test_a_single_hidden_step_is_not_what_the_others_leave_of_the_sum():
    """11 in all and 9 suspended for their only reason leave 2 returned."""
    found = shown({("suspended", "forensic"): 9, ("returned", "procedure"): 2})
    assert ("returned", "*") not in found
    assert not (("*", "*") in found and {("suspended", "*"), ("suspended", "forensic")} & set(found))


def test_all_stopped_but_few_is_hidden():
    assert ("suspended", "*") not in shown({("suspended", "forensic"): 9}, n_cases=12)


def test_cases_that_were_stopped_by_one_step_alone_are_a_group_like_any_other():
    """9 suspended, 7 returned, 12 in all: 3 were only returned, though no count here is below 5."""
    counts = {("suspended", "forensic"): 9, ("returned", "procedure"): 7}
    found = shown(counts, every={("*", "*"): 12})
    assert not {("*", "*"), ("suspended", "*")} <= set(found)


def test_few_who_were_stopped_twice_for_two_reasons_do_not_show_by_adding_up():
    counts = {("suspended", "forensic"): 30, ("suspended", "unknown"): 30, ("suspended", "not_recorded"): 7}
    found = shown(counts, every={("suspended", "*"): 65, ("*", "*"): 65})
    assert len([key for key in found if key[0] == "suspended"]) < 4


def test_cases_that_came_not_as_far_are_not_what_the_steps_differ_by():
    """200 could be returned and 203 be stopped in any way."""
    counts = {("suspended", "forensic"): 20, ("returned", "procedure"): 30}
    found = shown(counts, n_cases={"*": 203, "suspended": 203, "returned": 200})
    assert ("returned", "*") not in found


@pytest.mark.parametrize(("reports", "all_told"), [(203.0, False), (260.0, True), (200.0, True)])
def test_the_cases_of_a_target_are_not_few_less_than_the_reports(reports, all_told):
    ledger = ledger_of({f"reports|{WHOLE}|s": reports})
    assert bool(shown({("suspended", "forensic"): 30}, ledger)) == all_told


@pytest.mark.parametrize(("cases", "all_told"), [((101.0, 101.0), False), ((130.0, 130.0), True)])
def test_nor_than_the_theme_that_picks_the_same(cases, all_told):
    ledger = ledger_of({theme_cell("th", WHOLE, b): n for b, n in zip("bc", cases, strict=True)})
    found = shown({("suspended", "forensic"): 30}, ledger, themes=[THEME], blocks=("b", "c"))
    assert bool(found) == all_told


# Two years of a target --------------------------------------------------------------------------------------


def fewest(count: int, n: int, base_count: int, base_n: int) -> pd.DataFrame:
    names = ["share", "lower", "upper", "base_share", "base_lower", "base_upper", "attainment", "p"]
    row = {"locality": WHOLE, "target": "t", "period": "2", "base": "1", "count": count, "n": n,
           "base_count": base_count, "base_n": base_n, "fewer": True, "evidence": "open"}  # fmt: skip
    table = pd.DataFrame([row, row | {"locality": "a"}]).assign(**dict.fromkeys(names, 0.5))
    return table.astype({"count": "Int64", "base_count": "Int64"})


def fewest_shown(numbers: tuple[int, int, int, int], ledger=None, **options) -> bool:
    table = told(ledger, targets=[AIM], fewest_targets=fewest(*numbers), **options)["fewest_targets"]
    assert table["locality"].tolist() == [WHOLE]
    assert table[["count", "share", "base_count", "evidence"]].isna().all(axis=None) == table["hidden"].all()
    return not table["hidden"].any()


@pytest.mark.parametrize(
    ("numbers", "seen"),
    [((9, 40, 12, 50), True), ((4, 40, 12, 50), False), ((9, 13, 12, 50), False), ((9, 40, 12, 13), False)],
)
def test_two_years_are_told_where_no_part_of_them_is_small(numbers, seen):
    assert fewest_shown(numbers) == seen


@pytest.mark.parametrize(("in_all", "seen"), [(23, False), (40, True)])
def test_few_of_the_other_years_do_not_show_beside_all_that_were_stopped(in_all, seen):
    """9 and 12 of 23: two in all the other years."""
    assert fewest_shown((9, 40, 12, 50), stopped=stopped({("suspended", "forensic"): in_all})) == seen


@pytest.mark.parametrize(("reports", "seen"), [(42.0, False), (60.0, True), (40.0, True)])
def test_few_cases_of_another_kind_do_not_show_beside_the_year(reports, seen):
    assert fewest_shown((9, 40, 12, 50), ledger_of({count_cell(WHOLE, "s", "2"): reports})) == seen


# Any tables -------------------------------------------------------------------------------------------------


@st.composite
def stopped_files(draw) -> list[list[tuple[str, str]]]:
    """Files, each with the steps and reasons for which it was stopped: mostly one, at times two."""
    stops = st.sampled_from([("s1", "r1"), ("s1", "r2"), ("s1", "r3"), ("s2", "r1"), ("s2", "r2")])
    sizes = draw(st.lists(st.integers(0, 20), min_size=5, max_size=5))
    kinds = [("s1", "r1"), ("s1", "r2"), ("s1", "r3"), ("s2", "r1"), ("s2", "r2")]
    files = [[kind] for kind, n in zip(kinds, sizes, strict=True) for _ in range(n)]
    twice = draw(st.lists(st.tuples(stops, stops), max_size=8))
    return files + [list(dict.fromkeys(pair)) for pair in twice]


def counted(files) -> Counts:
    found: Counts = {}
    for stops in files:
        keys = set(stops) | {(step, "*") for step, _ in stops} | {("*", "*")}
        for key in keys:
            found[key] = found.get(key, 0) + 1
    return found


def small_groups(files, n_cases: int) -> dict[str, int]:
    """Groups that somebody could ask for, below the threshold: those with a stop, by one step alone."""
    counts = counted(files)
    found = {f"n {key}": n for key, n in counts.items()}
    found |= {f"left {key}": n_cases - n for key, n in counts.items()}
    every = counts.get(("*", "*"), 0)
    found |= {f"else {step}": every - n for (step, reason), n in counts.items() if reason == "*" != step}
    return {name: n for name, n in found.items() if 0 < n < THRESHOLD}


def ranges(seen: Counts, keys, n_cases: int) -> dict[str, tuple[float, float]]:
    """Least and greatest of every group, from what is shown and from what numbers of files must be."""
    names = list(keys)
    place = {key: i for i, key in enumerate(names)}
    upper, right = [], []

    def no_more(less, more):
        row = np.zeros(len(names))
        for key in less:
            row[place[key]] += 1
        for key in more:
            row[place[key]] -= 1
        upper.append(row)
        right.append(0.0)

    steps = [key for key in names if key[1] == "*" and key[0] != "*"]
    for step in steps:
        reasons = [key for key in names if key[0] == step[0] and key[1] != "*"]
        no_more([step], reasons)
        no_more([step], [("*", "*")])
        for reason in reasons:
            no_more([reason], [step])
    if steps:
        no_more([("*", "*")], steps)
    bounds = [(seen.get(key, 0), seen.get(key, n_cases)) for key in names]
    found = {}
    for key in names:
        aims = {f"n {key}": {key: 1}, f"left {key}": {key: -1}}
        if key in steps:
            aims[f"else {key[0]}"] = {("*", "*"): 1, key: -1}
        for name, weights in aims.items():
            aim = np.zeros(len(names))
            for one, w in weights.items():
                aim[place[one]] += w
            ends = [linprog(sign * aim, A_ub=np.array(upper), b_ub=right, bounds=bounds) for sign in (1, -1)]
            assert all(end.status == 0 for end in ends)
            found[name] = (ends[0].fun, -ends[1].fun)
    return found


@settings(max_examples=40, deadline=None, derandomize=True)
@given(stopped_files(), st.integers(0, 30))
def test_no_small_group_of_stopped_cases_can_be_worked_out(files, others):
    counts, n_cases = counted(files), len(files) + others
    if not counts:
        return
    plain = {key: n for key, n in counts.items() if "*" not in key}
    sums = {key: n for key, n in counts.items() if "*" in key}
    seen = shown(plain, n_cases=max(n_cases, 1), every=sums)
    left = ranges(seen, counts, n_cases)
    small = small_groups(files, n_cases)
    assert {k: (n, left[k]) for k, n in small.items() if left[k][1] - left[k][0] < THRESHOLD - 1e-6} == {}
