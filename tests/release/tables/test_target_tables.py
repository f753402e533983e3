"""Which counts of single years, and which verdicts on them, are told."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.release.cells import WHOLE, count_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.tables.targets import add_years, tell_targets

YEARS = ["2021", "2022", "2023"]
BLOCKS = {"block": YEARS, "2023": ["2023"]}


def exposed(counts: dict[str, list[int]]) -> pd.DataFrame:
    rows = [(place, "s", y, n) for place, row in counts.items() for y, n in zip(YEARS, row, strict=True)]
    return pd.DataFrame(rows, columns=["locality", "stream", "period", "cases"])


def empty_ledger(counts: dict[str, list[int]], threshold: int = 5) -> Ledger:
    """Only the sums of the block are shown."""
    sums = {count_cell(place, "s", "block"): float(sum(row)) for place, row in counts.items()}
    sums[count_cell(WHOLE, "s", "block")] = sum(sums.values())
    return Ledger(pd.Series(sums), [], set(), set(), threshold=threshold)


def targets(counts: dict[str, list[int]], ratio: float = 0.95, *, rise: bool = False) -> pd.DataFrame:
    """2023 against 2022; the whole last, so that its being first is the library's doing."""
    rows = [(place, *row[-2:]) for place, row in counts.items()]
    rows.append((WHOLE, *(sum(row[i] for row in counts.values()) for i in (-2, -1))))
    frame = pd.DataFrame(rows, columns=["locality", "base_cases", "cases"])
    goal = ratio * frame["base_cases"]
    return frame.assign(
        target="t", stream="s", period="2023", base="2022", ratio=ratio, rise=rise,
        met=frame["cases"] >= goal if rise else frame["cases"] <= goal,
    )  # fmt: skip


def tell(counts, threshold=5, **options) -> tuple[Ledger, pd.DataFrame]:
    ledger = empty_ledger(counts, threshold)
    add_years(ledger, exposed(counts), BLOCKS, threshold, compared=YEARS)
    return ledger, tell_targets(ledger, targets(counts, **options)).set_index("locality")


LARGE = {"a": [20, 30, 40], "b": [50, 60, 70], "c": [9, 9, 9]}


def test_years_are_hidden_until_asked_for_and_small_ones_protected():
    counts = {"a": [2, 30, 40], "b": [50, 60, 70]}
    ledger = empty_ledger(counts)
    add_years(ledger, exposed(counts), BLOCKS, 5, compared=YEARS)
    assert not any(ledger.shows(count_cell(p, "s", y)) for p in ("a", "b", WHOLE) for y in YEARS)
    assert ledger.protected == {count_cell("a", "s", "2021")}
    assert ledger.counts[count_cell(WHOLE, "s", "2021")] == 52


def test_where_nothing_is_small_all_counts_are_told():
    ledger, told = tell(LARGE)
    assert told["counts_shown"].all()
    assert told["met_shown"].all()
    assert ledger.shows(count_cell(WHOLE, "s", "2023"))


def test_a_small_year_is_never_shown_and_its_complement_neither():
    """a has 3 in 2022; with the whole's 2022 shown, b and c cannot both be."""
    ledger, told = tell({"a": [20, 3, 17], "b": [50, 60, 70], "c": [9, 9, 9]})
    assert told.loc[WHOLE, "counts_shown"], "the whole comes first"
    assert not told.loc["a", "counts_shown"]
    assert not told.loc[["b", "c"], "counts_shown"].all()
    assert not ledger.shows(count_cell("a", "s", "2022"))


def test_a_verdict_that_pins_a_count_is_not_told():
    """a has 6 in the block and none in 2021: that it missed leaves 2023 between 3 and 6."""
    counts = {"a": [0, 3, 3], "b": [9, 9, 9]}
    _, told = tell(counts)
    assert not told.loc["a", "counts_shown"]
    assert not told.loc["a", "met_shown"]


def test_a_verdict_on_wide_counts_is_told():
    counts = {"a": [20, 30, 4], "b": [20, 30, 4], "c": [40, 30, 31]}
    _, told = tell(counts)
    assert not told.loc["a", "counts_shown"]
    assert told.loc["a", "met_shown"]


@pytest.mark.parametrize("threshold", [0, 1])
def test_without_a_threshold_everything_is_told(threshold):
    _, told = tell({"a": [0, 3, 3], "b": [1, 0, 9]} if threshold == 0 else LARGE, threshold)
    assert told["counts_shown"].all()


def test_a_row_without_a_verdict_is_left_out_and_the_others_are_not():
    ledger = empty_ledger(LARGE)
    add_years(ledger, exposed(LARGE), BLOCKS, 5, compared=YEARS)
    rows = targets(LARGE)
    rows["met"] = rows["met"].astype("boolean").where(rows["locality"] != "a")
    told = tell_targets(ledger, rows).set_index("locality")
    assert not told.loc["a", "met_shown"]
    assert told.loc["b", "met_shown"]


def test_the_frame_keeps_its_order_and_rows():
    _, told = tell({"a": [20, 3, 17], "b": [50, 60, 70], "c": [9, 9, 9]})
    assert list(told.index) == ["a", "b", "c", WHOLE]


rows_of = st.lists(st.integers(0, 40), min_size=3, max_size=3)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(rows_of, min_size=2, max_size=3), st.sampled_from([0.95, 0.5, 1.1, 1.0027]), st.booleans())
def test_every_equation_a_verdict_leaves_behind_is_true(rows, ratio, rise):
    """Met or missed, a fall or a rise aimed at: the slack is the distance, on the right side."""
    counts = {chr(97 + i): row for i, row in enumerate(rows)}
    ledger, told = tell(counts, ratio=ratio, rise=rise)
    cells = ledger.counts
    assert (cells >= 0).all()
    for equation in ledger._equations:
        weights = equation.weights or (1.0,) * len(equation.parts)
        added = sum(w * cells[part] for w, part in zip(weights, equation.parts, strict=True))
        assert cells[equation.total] == pytest.approx(added + equation.constant)
    assert not (told["counts_shown"] & ~told["met_shown"]).any()
