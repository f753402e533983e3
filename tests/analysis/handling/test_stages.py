import pandas as pd
import pytest
from handled import CUTOFF, PROCEDURE, START, cell, handled, together
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.handling import stages
from diaban.analysis.handling.stages import COLUMNS


def of(*parts, cutoff=CUTOFF, **options):
    return stages(*together(*parts), procedure=PROCEDURE, cutoff=cutoff, **options)


WHOLE = {"locality": "*", "stream": "*", "period": "*"}


def test_counts_shares_and_intervals():
    """81 of 263: Wilson .2553 to .3662 (Newcombe 1998)."""
    result = of(handled([{"prosecuted": 5}] * 81 + [{}] * 182))
    assert list(result.columns) == COLUMNS
    told = cell(result, stage="decided", **WHOLE)
    assert (told["n"], told["n_reports"]) == (81, 263)
    assert told[["lower", "upper"]].tolist() == pytest.approx([0.2553, 0.3662], abs=5e-5)
    assert cell(result, stage="received", **WHOLE)["share"] == 1
    assert cell(result, stage="classified", **WHOLE)["n"] == 0


def test_in_time_is_of_those_whose_own_limit_has_passed():
    cutoff = START + pd.Timedelta(days=40)
    late, in_time, extended_open, open_ = {"prosecuted": 21}, {"prosecuted": 20}, {"extended": 9}, {}
    told = cell(of(handled([late, in_time, extended_open, open_]), cutoff=cutoff), stage="decided", **WHOLE)
    assert (told["n"], told["n_due"], told["n_in_time"], told["n_waiting"]) == (2, 3, 1, 1)
    assert told["in_time_share"] == pytest.approx(1 / 3)


def test_quick_decisions_of_the_last_days_do_not_count_as_due():
    cutoff = START + pd.Timedelta(days=10)
    told = cell(of(handled([{"prosecuted": 2}, {}]), cutoff=cutoff), stage="decided", **WHOLE)
    assert (told["n"], told["n_due"], told["n_waiting"]) == (1, 0, 1)
    assert pd.isna(told["in_time_share"])


def test_without_reports_there_is_a_row_and_a_reason():
    empty = tuple(frame.iloc[:0] for frame in handled([{}]))
    told = of(empty, localities=["a"])
    assert set(told["withheld"]) == {"no_reports"}
    assert told["share"].isna().all()
    assert len(told) == 6


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("st"), st.none() | st.integers(0, 300))))
def test_localities_and_streams_add_up(drawn):
    parts = [handled([{}])]
    for n, (locality, stream, day) in enumerate(drawn):
        steps = {} if day is None else {"prosecuted": day}
        parts.append(handled([steps], locality=locality, stream=stream, period=f"p{n}"))
    table = of(*parts)
    sums = table[table["stage"] == "decided"].set_index(["locality", "stream", "period"])
    counts = ["n", "n_reports", "n_waiting", "n_due", "n_in_time"]
    inner = sums[[key.count("*") == 0 for key in sums.index]][counts].sum()
    assert inner.equals(sums.loc[("*", "*", "*"), counts].astype(inner.dtype).rename(None))
    assert (sums["n_in_time"] <= sums["n_due"]).all()
    assert (sums["n"] + sums["n_waiting"] <= sums["n_reports"]).all()
