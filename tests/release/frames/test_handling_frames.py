"""What is shown of handling, and what the shown numbers tell of few reports."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_attack import PlanAttack, small_plan_counts
from statsmodels.stats.proportion import proportion_confint

from diaban.release.cells import WHOLE, count_cell
from diaban.release.frames.handling import protected_handling
from diaban.release.ledger.ledger import Ledger

THRESHOLD = 5
BLOCKS = {"old": ["1"], "new": ["2"]}
LIMITS = {"first": 20, "last": 140}
NONE = SimpleNamespace(stopped=None, relative_rates=None, to_date=None)


class Handled(SimpleNamespace):
    """As much of `Results` as handling asks for. reports: locality -> reports in each block, then n
    classified, decided within 20 days, within its own limit and within 140 days, resolved, and due."""

    def __init__(self, reports: dict[str, tuple[int, ...]]) -> None:
        whole = tuple(sum(row) for row in zip(*reports.values(), strict=True))
        rows = [(place, *row) for place, row in [*reports.items(), (WHOLE, whole)]]
        names = ["locality", "old", "new", "classified", "first", "in_time", "last", "resolved", "due"]
        wide = pd.DataFrame(rows, columns=names).assign(stream="s", period="*", kind="any", withheld=None)
        wide["n_reports"] = wide["old"] + wide["new"]
        wide = wide.assign(
            share=0.5, lower=0.1, upper=0.9, in_time_share=0.5, in_time_lower=0.1, in_time_upper=0.9
        )
        wide["withheld"] = wide["n_reports"].eq(0).map({True: "no_reports", False: None})
        places = wide[wide["locality"] != WHOLE]
        blocks = [places.assign(period=key, cases=places[key]) for key in BLOCKS]
        stages = [
            wide.assign(stage=stage, n=wide[column], n_due=wide["due"], n_in_time=wide["in_time"])
            for stage, column in (
                ("classified", "classified"),
                ("assigned", "n_reports"),
                ("decided", "last"),
            )
        ]
        few = wide["n_reports"].lt(10).map({True: "too_few_files", False: None})
        limits = [
            wide.assign(limit=key, days=days, n_decided=wide[key], n_open=wide.get("open", 0), withheld=few)
            for key, days in LIMITS.items()
        ]
        super().__init__(
            blocks=pd.concat(blocks)[["locality", "stream", "period", "cases"]],
            exposed_report=pd.concat(blocks)[["locality", "stream", "period", "cases"]],
            stages=pd.concat(stages, ignore_index=True),
            resolution=wide.assign(n_resolved=wide["resolved"], n_due=wide["due"]),
            time_to_decision=pd.concat(limits, ignore_index=True),
            theme_counts=pd.DataFrame(columns=["stream", "theme", "locality", "period", "cases"]),
            spec=SimpleNamespace(
                periods=SimpleNamespace(blocks=[SimpleNamespace(key=key) for key in BLOCKS]),
                disclosure=SimpleNamespace(of_victims=10),
            ),
            **vars(NONE),
        )


def ledger_of(results: Handled, hidden: set[str] = frozenset(), *, only: str | None = None) -> Ledger:
    """Counts of the blocks; those of the localities `hidden` (of one block only, or all) are not shown."""
    cells = {count_cell(r.locality, "s", r.period): float(r.cases) for r in results.blocks.itertuples()}
    for key in BLOCKS:
        cells[count_cell(WHOLE, "s", key)] = float(results.blocks.query("period == @key")["cases"].sum())
    away = {count_cell(place, "s", key) for place in hidden for key in ([only] if only else BLOCKS)}
    small = {cell for cell in away if cells[cell] < THRESHOLD}
    return Ledger(pd.Series(cells), [], away, small, threshold=THRESHOLD)


def handling(reports: dict[str, tuple[int, ...]], hidden: set[str] = frozenset()) -> pd.DataFrame:
    results = Handled(reports)
    return protected_handling(results, ledger_of(results, hidden))["handling"]


def told(frame: pd.DataFrame, place: str) -> pd.Series:
    """measure -> n, missing where it is hidden."""
    return frame[frame["locality"] == place].set_index("measure")["n"]


LARGE = (30, 40, 70, 40, 58, 64, 50, 70)


def test_where_no_group_is_small_all_is_shown():
    frame = handling({"a": LARGE, "b": (20, 40, 60, 30, 40, 52, 45, 60)})
    assert not frame["hidden"].any()
    assert told(frame, "a").to_dict() == {"classified": 70, "assigned": 70, "in_time": 58, "resolved": 50,
                                          "by first": 40, "by last": 64}  # fmt: skip


def test_a_share_decided_by_a_limit_is_that_of_the_numbers_beside_it():
    """40 of 70, however long the others have been seen: with more in it, it would tell of those."""
    rows = handling({"a": LARGE, "b": LARGE}).query("locality == 'a'").set_index("measure")
    assert rows.loc["by first", "share"] == 40 / 70
    lower, upper = proportion_confint(40, 70, method="wilson")
    assert rows.loc["by first", ["lower", "upper"]].tolist() == pytest.approx([lower, upper])


@pytest.mark.parametrize(("few", "told"), [(5, True), (8, False)])
def test_where_many_are_open_and_young_no_share_is_given(few, told):
    """Up to the threshold they may be; else the reason would tell of a small number."""
    results = Handled({"a": LARGE, "b": LARGE})
    results.time_to_decision = results.time_to_decision.assign(n_open=few)
    frame = protected_handling(results, ledger_of(results))
    rows = frame["handling"].query("measure == 'by first'")
    assert rows["share"].notna().all() == told
    assert rows["withheld"].eq("not_yet_due").all() != told


def test_few_unresolved_reports_are_hidden_with_a_companion():
    """67 of 70 resolved: three are not; and of b and c one has to go, as the whole is shown."""
    frame = handling({"a": (30, 40, 70, 40, 60, 64, 67, 70), "b": LARGE, "c": LARGE})
    resolved = frame[frame["measure"] == "resolved"].set_index("locality")
    assert resolved.loc["a", "hidden"]
    assert resolved.loc[["b", "c"], "hidden"].sum() == 1
    assert (
        resolved.loc[resolved["hidden"], ["n", "n_reports", "share", "lower", "upper"]].isna().all(axis=None)
    )


def test_few_decided_between_two_limits_are_hidden():
    """60 within 20 days and 62 within 140: two between."""
    frame = handling({"a": (30, 40, 70, 60, 60, 62, 50, 70), "b": LARGE, "c": LARGE})
    assert told(frame, "a")[["by first", "by last"]].isna().any()


def test_how_an_office_works_is_shown_where_all_reports_came_so_far():
    """Zero left over is no small group: all 70 were classified. With 68 of 70 two were not."""
    assert told(handling({"a": LARGE, "b": LARGE}), "a")["classified"] == 70
    frame = handling({"a": (30, 40, 68, 40, 60, 64, 50, 70), "b": LARGE, "c": LARGE})
    assert not frame.query("locality == 'a' and measure == 'assigned'")["hidden"].any()


def test_a_hidden_block_does_not_show_by_the_number_of_reports():
    """a had 3 in the old block; with 43 reports and 40 in the new one it would be told."""
    results = Handled({"a": (3, 40, 43, 20, 30, 37, 33, 43), "b": LARGE, "c": LARGE})
    frame = protected_handling(results, ledger_of(results, {"a"}, only="old"))["handling"]
    assert frame.query("locality == 'a'")[["n", "n_reports", "share"]].isna().all(axis=None)


# Reports that are not yet due, and steps beside the limits ------------------------------------------------


def test_few_decided_late_are_not_the_difference_of_in_time_and_a_limit():
    """All within 20 days are in time, all in time within 140 days: 46 and 48 leave two with more time."""
    frame = handling({"a": (30, 40, 70, 46, 48, 60, 50, 70), "b": LARGE, "c": LARGE})
    assert told(frame, "a")[["by first", "in_time"]].isna().any()
    frame = handling({"a": (30, 40, 70, 40, 60, 62, 50, 70), "b": LARGE, "c": LARGE})
    assert told(frame, "a")[["in_time", "by last"]].isna().any()


def test_few_unresolved_of_those_due_are_hidden_too():
    """60 reports, 55 of them due, 52 of these resolved: three are not, and five are not due."""
    frame = handling({"a": (30, 30, 60, 40, 45, 55, 52, 55), "b": LARGE, "c": LARGE})
    row = frame.query("locality == 'a' and measure == 'resolved'").iloc[0]
    assert row["hidden"] or row["n_reports"] - row["n"] >= THRESHOLD


def test_few_reports_that_are_not_due_do_not_show_by_subtraction():
    """60 reports, 58 due, 50 resolved: the two that are not due follow from 60 and 58."""
    frame = handling({"a": (30, 30, 60, 40, 45, 54, 50, 58), "b": LARGE, "c": LARGE})
    rows = frame.query("locality == 'a'").set_index("measure")["n_reports"].dropna()
    assert len(set(rows)) <= 1


def test_why_a_share_is_withheld_is_not_told_of_a_hidden_row():
    """`no_reports` is a number: none."""
    frame = handling({"a": (0,) * 8, "b": LARGE, "c": LARGE}, {"a", "b"})
    hidden = frame.query("locality == 'a' and hidden")
    assert len(hidden)
    assert "no_reports" not in set(hidden["withheld"])


@st.composite
def offices(draw):
    """Reports of two or three localities, each number no more than the one it is a part of; all are due."""
    found = {}
    for place in "abc"[: draw(st.integers(2, 3))]:
        old, new = draw(st.integers(0, 30)), draw(st.integers(5, 30))
        total = old + new
        last = draw(st.integers(0, total))
        in_time = draw(st.integers(0, last))
        found[place] = (
            old,
            new,
            total,
            draw(st.integers(0, in_time)),
            in_time,
            last,
            draw(st.integers(0, total)),
            total,
        )
    return found


@settings(max_examples=25, deadline=None, derandomize=True)
@given(offices())
def test_no_few_reports_by_a_limit_can_be_worked_out(reports):
    """The limits and what lies between them; in_time left out, which is another test."""
    hidden = {place for place, row in reports.items() if row[0] < THRESHOLD}
    hidden = set(reports) if hidden else hidden
    frame = handling(reports, hidden)
    frame = frame[frame["measure"] != "in_time"]
    rates = Handled(reports).blocks.assign(expected=pd.NA)
    rates["cases"] = rates["cases"].astype("Int64").mask(rates["locality"].isin(hidden))
    empty = dict.fromkeys(("run_chart", "trends", "detectability"), rates.iloc[:0])
    attack = PlanAttack({"rates": rates, "handling": frame, **empty}, BLOCKS, [], streams_of={})
    truth = small_plan_counts(Handled(reports), THRESHOLD)
    truth = {c: n for c, n in truth.items() if c in attack.cells and "in_time" not in c and WHOLE not in c}
    truth = {c: n for c, n in truth.items() if c[0] != "cases"}
    left = attack.ranges(sorted(truth, key=str), THRESHOLD)
    assert {c: (truth[c], r) for c, r in left.items() if r[1] - r[0] < THRESHOLD - 1e-6} == {}


# Comparisons of groups --------------------------------------------------------------------------------------


def compared(*changes):
    """The frame of comparisons of two groups at a point each, and its ledger."""
    row = {"stream": "s", "role": "suspect", "column": "sex", "group": "male", "base": "female"}
    row |= {"n": 20, "n_cases": 40, "base_n": 30, "base_cases": 60, "p": 0.9, "withheld": None}
    results = Handled({"a": LARGE, "b": LARGE})
    results.relative_rates = pd.DataFrame(
        [row | {"point": f"point {n}"} | change for n, change in enumerate(changes)]
    )
    ledger = Ledger(pd.Series({"x": 9.0}), [], set(), set(), threshold=THRESHOLD)
    return protected_handling(results, ledger)["relative_rates"], ledger


@pytest.mark.parametrize("small", [{"n": 4}, {"n": 36}, {"base_n": 4}, {"base_n": 56}])
def test_a_comparison_with_a_small_group_is_left_out(small):
    shown, ledger = compared({}, small | {"stream": "t"})
    assert shown["hidden"].tolist() == [False, True]
    assert shown.loc[1, ["differs", "side"]].isna().all()
    assert shown["comparisons"].tolist() == [2, 2]
    told = {"n", "n_cases", "base_n", "base_cases", "ratio", "lower", "upper", "p", "withheld"}
    assert not told & set(shown)
    (few,) = [cell for cell in ledger.state.needed if cell.startswith("group|")]
    assert ledger.state.counts[few] == 4


def test_a_clear_difference_of_groups_is_told_by_its_side():
    shown, _ = compared({"n": 8, "p": 0.0001}, {})
    assert shown["differs"].tolist() == [True, False]
    assert shown.loc[0, "side"] == "fewer"
    assert pd.isna(shown.loc[1, "side"])


def test_groups_that_are_not_counted_have_no_word_and_no_reason():
    unknown = {"n": None, "n_cases": None, "base_n": None, "base_cases": None, "p": None}
    shown, _ = compared({}, unknown | {"withheld": "group_too_small"})
    assert shown["hidden"].tolist() == [False, True]
    assert "group_too_small" not in shown.to_csv()
