"""What is shown of counting units and themes, and what it tells."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_results import whole_results

from diaban.release.cells import WHOLE, code_cell, count_cell
from diaban.release.frames.themes import protected_units
from diaban.release.frames.whole import protected_whole
from diaban.release.ledger.ledger import Ledger

THRESHOLD = 5
BLOCK = "b"


CASES = {count_cell(WHOLE, "s", BLOCK): 50.0}


def protect(themes=(), counts=None, known=None, blocks=(BLOCK,), **frames) -> dict[str, pd.DataFrame]:
    """known: cases of stream s by locality and block, shown by the ledger."""
    names = ("theme_support",)
    results = SimpleNamespace(
        **{name: frames.get(name) for name in names},
        theme_counts=counts,
        spec=SimpleNamespace(
            themes=list(themes),
            disclosure=SimpleNamespace(),
            periods=SimpleNamespace(blocks=[SimpleNamespace(key=block) for block in blocks]),
        ),
    )
    cells = pd.Series({"nothing": 99.0, **(known or {})}, dtype=float)
    ledger = Ledger(cells, [], set(), set(), threshold=THRESHOLD)
    found = protected_units(results, ledger)
    beside = {name: frame for name, frame in frames.items() if name != "theme_support"}
    return found | protected_whole(whole_results(themes=themes, **beside), ledger)


# Counting units --------------------------------------------------------------------------------------------


def reconciliation(**numbers) -> pd.DataFrame:
    row = {"cases": 50, "suspects": 60, "child_victims": 55, "distinct_suspects": 50,
           "distinct_child_victims": 55} | numbers  # fmt: skip
    keys = {"locality": WHOLE, "stream": "s", "period": BLOCK, "withheld": None}
    return pd.DataFrame([keys | row, keys | row | {"locality": "a"}, keys | row | {"stream": "*"}])


def test_units_of_the_whole_by_stream_and_of_nothing_else():
    shown = protect(known=CASES, reconciliation=reconciliation())["reconciliation"]
    assert len(shown) == 1
    assert shown.iloc[0][["cases", "suspects", "child_victims"]].tolist() == [50, 60, 60], "55 to 20"


def test_how_many_persons_there_are_beside_their_entries_is_not_told():
    """60 entries of 56 persons are 4 who are counted again."""
    shown = protect(known=CASES, reconciliation=reconciliation(distinct_suspects=56))["reconciliation"]
    assert not [name for name in shown if name.startswith("distinct")]


@pytest.mark.parametrize("victims", [51, 54, 59, 64])
def test_single_cases_with_several_children_are_not_the_difference_to_the_cases(victims):
    """With 50 cases the number is told as 60; every one from the cases on that is told so is possible."""
    told = protect(known=CASES, reconciliation=reconciliation(child_victims=victims))["reconciliation"][
        "child_victims"
    ]
    same = [
        n
        for n in range(50, 80)
        if protect(known=CASES, reconciliation=reconciliation(child_victims=n))["reconciliation"][
            "child_victims"
        ].equals(told)
    ]
    assert victims in same
    assert len(same) == 20


def test_child_victims_are_not_told_where_few_could_be_further_ones():
    """66 and 69 would both be told as 60, which is 69 at most: three, or none, beyond the cases."""
    for cases, victims in ((66, 67), (69, 69)):
        known = {count_cell(WHOLE, "s", BLOCK): float(cases)}
        table = reconciliation(cases=cases, child_victims=victims)
        assert protect(known=known, reconciliation=table)["reconciliation"]["child_victims"].isna().all()


@pytest.mark.parametrize(
    ("suspects", "shown"), [(51, False), (47, False), (55, True), (44, True), (50, False)]
)
def test_few_more_suspects_than_cases_are_not_shown(suspects, shown):
    row = protect(known=CASES, reconciliation=reconciliation(suspects=suspects))["reconciliation"].iloc[0]
    assert pd.notna(row["suspects"]) == shown
    assert row["cases"] == 50


@pytest.mark.parametrize(("victims", "shown"), [(4, False), (10, True)])
def test_tables_of_child_victims_keep_to_a_stricter_threshold(victims, shown):
    row = protect(known=CASES, reconciliation=reconciliation(child_victims=victims))["reconciliation"].iloc[0]
    assert pd.notna(row["child_victims"]) == shown


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
    assert shown[["share", "lower", "upper"]].isna().all(axis=None) == hidden
    assert not {"persons", "repeat_persons"} & set(shown)


# Themes ----------------------------------------------------------------------------------------------------


def theme_counts(cases: dict[str, int], withheld=None) -> pd.DataFrame:
    rows = [("t", place, "*", BLOCK, n) for place, n in {**cases, WHOLE: sum(cases.values())}.items()]
    frame = pd.DataFrame(rows, columns=["theme", "locality", "stream", "period", "cases"])
    told = ["rate", "lower", "upper", "whole_rate", "expected", "ratio", "ratio_lower", "ratio_upper", "p",
            "q", "differs"]  # fmt: skip
    return frame.assign(whole_cases=sum(cases.values()), **dict.fromkeys(told, 1.0), withheld=withheld)


ONE_STREAM = SimpleNamespace(key="t", streams=["s"], select={}, persons={}, codes=["GD1"], also=[])


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


@pytest.mark.parametrize(("coded", "told"), [(12, False), (None, True)])
def test_a_theme_has_all_cases_with_a_code_that_is_enough_for_it(coded, told):
    """Of 3 and 9 cases of a in two blocks 12 files have the code: with the 9 and the 7 of the whole the 3 are
    3 to 7."""
    earlier, later = theme_counts({"a": 3, "b": 4}), theme_counts({"a": 9, "b": 30}).assign(period="later")
    known = {code_cell("a", "s", "GD1"): float(coded)} if coded else None
    frames = protect([ONE_STREAM], pd.concat([earlier, later]), known, blocks=(BLOCK, "later"))
    rows = frames["theme_counts"].set_index(["locality", "period"])["hidden"]
    both_shown = not rows[WHOLE, BLOCK] and not rows["a", "later"]
    assert both_shown is told


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


def shown_panels(n: list[int], others: list[int] | None = None) -> pd.DataFrame:
    table = panels(n, others)
    shares = {"share": table["n"] / max(sum(n), 1), "reference_share": table["n_others"] / table["others"]}
    return protect(theme_panels=table.assign(**shares))["theme_panels"]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=6))
def test_a_shown_share_leaves_more_cases_open_than_the_threshold(n):
    """Whoever knows how many files there are cannot tell a category to fewer than the threshold."""
    shown = shown_panels(n, [200] * len(n))
    assert not {"n", "n_files", "n_others", "others", "p", "q"} & set(shown)
    for row, count in zip(shown.itertuples(), n, strict=True):
        if not row.hidden:
            same = [k for k in range(sum(n) + 1) if _rounds_to(k / sum(n), row.share, sum(n))]
            assert count in same
            assert count >= THRESHOLD
            assert min(same) > 0 or max(same) - min(same) >= THRESHOLD
            assert max(same) - min(same) >= THRESHOLD - 1


def _rounds_to(share: float, told: float, files: int) -> bool:
    step = max(np.ceil(20 * (THRESHOLD + 1) / files) / 20, 0.05)
    return abs(round(share / step) * step - told) < 0.011


@pytest.mark.parametrize(("files", "hidden"), [(30, True), (60, False), (600, False)])
def test_a_theme_of_few_files_has_no_shares(files, hidden):
    shown = shown_panels([files // 2, files // 2], [200, 200])
    assert shown["hidden"].all() == hidden


def test_few_other_cases_in_a_category_are_not_shown_beside_the_theme():
    """40 of the theme and 1 of the others were online: that 1 is a small number like any other."""
    shown = shown_panels([40, 60, 80], [1, 60, 90]).set_index("category")
    assert shown["reference_share"].isna().tolist() == [True, False, False]
    least, most = (
        sum(151 * (shown["reference_share"][c] + side) for c in ("c1", "c2")) for side in (-0.025, 0.025)
    )
    assert min(151 - least, 151) - max(151 - most, 0) >= THRESHOLD, "what the steps leave open of it"


def test_nearly_all_in_one_category_would_tell_how_few_are_in_the_others():
    """150 of 152 are written as 1.0, of which at most 3 are not."""
    assert shown_panels([80, 80], [2, 150])["reference_share"].isna().all()
    assert shown_panels([2, 150], [100, 100])["share"].isna().all()


@pytest.mark.parametrize("n", [33, 34, 35, 36, 38])
def test_the_limits_of_a_share_do_not_tell_which_of_its_counts_it_is(n):
    """Wilson's limits of 33 to 38 of 144 differ when each is rounded by itself: two of these counts had
    limits of their own beside the same share."""
    same = shown_panels([36, 60, 48], [200] * 3).iloc[0]
    other = shown_panels([n, 60, 84 - n], [200] * 3).iloc[0]
    assert other[["share", "lower", "upper", "step"]].equals(same[["share", "lower", "upper", "step"]])
    assert same["lower"] < n / 144 < same["upper"]
