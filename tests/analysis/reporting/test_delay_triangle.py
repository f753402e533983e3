import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.reporting.delay_triangle import COLUMNS, cumulative, delay_triangle

START = pd.date_range("2020-01-01", periods=5, freq="MS")
MONTHS = pd.DataFrame(
    {
        "period": START.strftime("%Y-%m"),
        "start": START,
        "end": [*(START[1:] - pd.Timedelta(days=1)), pd.Timestamp("2020-05-31")],
    }
)


def cases(*pairs, stream="s"):
    frame = pd.DataFrame(pairs, columns=["occurred_to", "reported_on"])
    return frame.apply(pd.to_datetime).assign(stream=stream)


def cell(table, origin, age, column="new"):
    return table.loc[(table["origin"] == origin) & (table["age"] == age), column].item()


def test_worked_example():
    known = cases(
        ("2020-01-31", "2020-01-31"), ("2020-01-01", "2020-02-01"), ("2020-02-29", "2020-04-30"),
        ("2020-02-10", "2020-05-01"),
    )  # fmt: skip
    table = delay_triangle(known, MONTHS, cutoff="2020-04-30")
    assert list(table) == COLUMNS
    assert len(table) == 4 + 3 + 2 + 1
    assert [cell(table, "2020-01", age) for age in range(4)] == [1, 1, 0, 0]
    assert [cell(table, "2020-02", age, "counted") for age in range(3)] == [0, 0, 1]
    assert cell(table, "2020-02", 2, "seen") == "2020-04"
    assert table["new"].sum() == 3  # the last one was reported in a month that is not over


def test_a_month_that_is_not_over_is_neither_an_origin_nor_seen():
    table = delay_triangle(cases(("2020-04-02", "2020-04-03")), MONTHS, cutoff="2020-04-29")
    assert table["origin"].max() == "2020-03"
    assert table["new"].sum() == 0


def test_without_a_date_or_before_the_first_month_or_after_its_report_it_has_no_place():
    known = cases(
        (None, "2020-02-01"), ("2019-12-31", "2020-01-05"), ("2020-03-05", "2020-02-01"),
        ("2020-01-05", None),
    )  # fmt: skip
    table = delay_triangle(known, MONTHS, cutoff="2020-05-31")
    assert (table["unplaced"] == 3).all()
    assert table["new"].sum() == 0


def test_streams_apart():
    two = pd.concat([cases(("2020-01-05", "2020-02-05")), cases(("2020-01-05", "2020-01-05"), stream="t")])
    table = delay_triangle(two, MONTHS, cutoff="2020-05-31").set_index(["stream", "origin", "age"])["new"]
    assert (table["s", "2020-01", 1], table["t", "2020-01", 0], table.sum()) == (1, 1, 2)


def test_nothing_at_all():
    none = cases().astype({"occurred_to": "datetime64[us]", "reported_on": "datetime64[us]"})
    table = delay_triangle(none, MONTHS, cutoff="2020-05-31")
    assert list(table) == COLUMNS
    assert table.empty


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 150), st.integers(0, 90)), min_size=1, max_size=30),
    st.integers(0, 200),
)
def test_it_holds_all_that_was_known_at_the_end_of_the_last_whole_month(days, cut):
    first = START[0]
    known = cases(*((first + pd.Timedelta(days=a), first + pd.Timedelta(days=a + b)) for a, b in days))
    cutoff = first + pd.Timedelta(days=cut)
    over = MONTHS.loc[MONTHS["end"] <= cutoff, "end"]
    table = delay_triangle(known, MONTHS, cutoff=cutoff)
    last = over.max() if len(over) else first - pd.Timedelta(days=1)
    assert table["new"].sum() == (known["reported_on"] <= last).sum()
    latest = table.groupby("origin")["counted"].last().sum()
    assert latest == table["new"].sum()
    if len(table):
        C = cumulative(table).to_numpy()
        assert (~np.isnan(C)).sum(axis=1).tolist() == list(range(len(over), 0, -1))
        assert (np.diff(C, axis=1)[~np.isnan(np.diff(C, axis=1))] >= 0).all()
