"""What is shown of counting units and themes, and what it tells."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from diaban.release.cells import WHOLE, count_cell
from diaban.release.ledger import Ledger
from diaban.release.unit_frames import protected_units

THRESHOLD = 5
BLOCK = "b"


def protect(themes=(), counts=None, known=None, **frames) -> dict[str, pd.DataFrame]:
    """known: cases of stream s by locality and block, shown by the ledger."""
    names = ("reconciliation", "repeat_shares", "theme_panels", "theme_support")
    results = SimpleNamespace(
        **{name: frames.get(name) for name in names},
        theme_counts=counts,
        spec=SimpleNamespace(themes=list(themes), disclosure=SimpleNamespace(of_victims=10)),
    )
    cells = pd.Series(known or {"nothing": 99.0}, dtype=float)
    return protected_units(results, Ledger(cells, [], set(), set(), threshold=THRESHOLD))


# Counting units --------------------------------------------------------------------------------------------


def reconciliation(**numbers) -> pd.DataFrame:
    row = {"cases": 50, "suspects": 60, "child_victims": 55, "distinct_suspects": 50,
           "distinct_child_victims": 55} | numbers  # fmt: skip
    keys = {"locality": WHOLE, "stream": "s", "period": BLOCK, "withheld": None}
    return pd.DataFrame([keys | row, keys | row | {"locality": "a"}, keys | row | {"stream": "*"}])


def test_units_of_the_whole_by_stream_and_of_nothing_else():
    shown = protect(reconciliation=reconciliation())["reconciliation"]
    assert len(shown) == 1
    assert shown.iloc[0][["cases", "suspects", "distinct_suspects"]].tolist() == [50, 60, 50]


@pytest.mark.parametrize("distinct", [56, 59])
def test_few_persons_who_are_counted_again_are_not_the_difference_of_two_shown_numbers(distinct):
    shown = protect(reconciliation=reconciliation(distinct_suspects=distinct))["reconciliation"].iloc[0]
    assert pd.isna(shown["distinct_suspects"])
    assert shown["suspects"] == 60


@pytest.mark.parametrize(("victims", "shown"), [(9, False), (10, True)])
def test_tables_of_child_victims_keep_to_a_stricter_threshold(victims, shown):
    table = reconciliation(child_victims=victims, distinct_child_victims=victims, suspects=victims)
    row = protect(reconciliation=table)["reconciliation"].iloc[0]
    assert pd.notna(row["child_victims"]) == pd.notna(row["distinct_child_victims"]) == shown
    assert row["suspects"] == victims, "suspects keep to the other"


def test_a_small_unit_is_not_shown():
    shown = protect(reconciliation=reconciliation(child_victims=4, distinct_child_victims=4))
    assert shown["reconciliation"][["child_victims", "distinct_child_victims"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("role", "again", "hidden"),
    [
        ("suspect", 4, True),
        ("suspect", 5, False),
        ("suspect", 20, False),
        ("suspect", 21, True),
        ("victim", 9, True),
        ("victim", 10, False),
        ("victim", 16, True),
    ],
)
def test_repeats_need_enough_persons_on_both_sides(role, again, hidden):
    table = pd.DataFrame(
        {"locality": [WHOLE, "a"], "stream": "s", "role": role, "persons": 25, "repeat_persons": again,
         "share": again / 25, "lower": 0.1, "upper": 0.9}
    )  # fmt: skip
    shown = protect(repeat_shares=table)["repeat_shares"]
    assert len(shown) == 1
    assert bool(shown["hidden"].iloc[0]) is hidden
    assert shown[["repeat_persons", "share", "lower", "upper"]].isna().all(axis=None) == hidden


# Themes ----------------------------------------------------------------------------------------------------


def theme_counts(cases: dict[str, int], withheld=None) -> pd.DataFrame:
    rows = [("t", place, "*", BLOCK, n) for place, n in {**cases, WHOLE: sum(cases.values())}.items()]
    frame = pd.DataFrame(rows, columns=["theme", "locality", "stream", "period", "cases"])
    told = ["rate", "lower", "upper", "whole_rate", "expected", "ratio", "ratio_lower", "ratio_upper", "p",
            "q", "differs"]  # fmt: skip
    return frame.assign(whole_cases=sum(cases.values()), **dict.fromkeys(told, 1.0), withheld=withheld)


ONE_STREAM = SimpleNamespace(key="t", streams=["s"])


def told_of(cases: dict[str, int], known: dict[str, float] | None = None, **options) -> pd.DataFrame:
    frames = protect([ONE_STREAM], theme_counts(cases, **options), known)
    return frames["theme_counts"].set_index("locality")


def test_a_small_theme_takes_a_companion_along():
    counts = told_of({"a": 2, "b": 9, "c": 30})
    assert counts.loc["a", "hidden"]
    assert counts.loc[["b", "c"], "hidden"].sum() == 1
    assert not counts.loc[WHOLE, "hidden"]
    assert counts.loc[counts["hidden"], ["cases", "rate", "expected", "q"]].isna().all(axis=None)


def test_few_cases_of_the_stream_without_the_theme_are_not_the_rest_of_it():
    """a: 20 of 22 cases of the stream have the theme; both numbers would tell of the other 2."""
    known = {count_cell("a", "s", BLOCK): 22.0, count_cell("b", "s", BLOCK): 90.0}
    assert told_of({"a": 20, "b": 30}, known).loc["a", "hidden"]
    assert not told_of({"a": 16, "b": 30}, known).loc["a", "hidden"]


def test_why_a_number_is_withheld_is_not_told_of_a_hidden_row():
    """`no_cases` is the number 0, and `too_few_cases` a range: both as good as the count."""
    hidden = told_of({"a": 0, "b": 0, "c": 0}, withheld="no_cases").query("hidden")
    assert len(hidden) == 4
    assert hidden["withheld"].isna().all()


def test_the_support_of_a_theme_tells_no_number_of_cases():
    support = pd.DataFrame(
        {"theme": ["t", "u"], "cases": [3, 40], "undetermined": [2, 12], "lacking": "", "withheld": None}
    )
    told = protect([ONE_STREAM], theme_support=support)["theme_support"]
    assert list(told.columns) == ["theme", "withheld"]


# Panels ----------------------------------------------------------------------------------------------------


def panels(n: list[int], others: list[int] | None = None) -> pd.DataFrame:
    others = [40] * len(n) if others is None else others
    frame = pd.DataFrame(
        {"category": [f"c{i}" for i in range(len(n))], "n": n, "n_others": others}, dtype="object"
    )
    frame = frame.astype({"n": "float64", "n_others": "float64", "category": "str"})
    frame = frame.assign(
        locality=WHOLE, theme="t", panel="place", n_files=float(sum(n)), others=float(sum(others))
    )
    return frame.assign(
        **dict.fromkeys(["share", "lower", "upper", "reference_share", "p", "q", "differs"], 0.5)
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_no_small_category_of_a_panel_can_be_worked_out(n):
    """The files of the theme are known from its other panels."""
    shown = protect(theme_panels=panels(n))["theme_panels"]
    seen = shown["n"].to_numpy(dtype=float)
    if sum(n) < THRESHOLD:
        assert np.isnan(seen).all()
        return
    bounds = [(0, None) if np.isnan(v) else (v, v) for v in seen]
    for i, count in enumerate(n):
        if count >= THRESHOLD:
            continue
        assert np.isnan(seen[i])
        aim = np.arange(len(n)) == i
        low, high = (
            linprog(s * aim, A_eq=np.ones((1, len(n))), b_eq=[sum(n)], bounds=bounds).fun for s in (1.0, -1.0)
        )
        assert -high - low >= THRESHOLD - 1e-6
    gone = shown[shown["hidden"]]
    assert gone[["n_files", "share", "n_others", "others", "p", "q"]].isna().all(axis=None)


def test_few_other_cases_in_a_category_are_not_shown_beside_the_theme():
    """20 of the theme and 1 of the others were online: that 1 is a small number like any other."""
    shown = protect(theme_panels=panels([20, 30, 40], [1, 12, 30]))["theme_panels"]
    assert shown.loc[shown["category"] == "c0", "n_others"].isna().all()
    assert shown["n_others"].isna().sum() >= 2, "the sum of the others would tell a single one"
