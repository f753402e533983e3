"""Years of events beside years of reports: what was reported a year late is told by neither side."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from scipy.optimize import linprog

from diaban.calendars import periods_frame
from diaban.release.cells import WHOLE, count_cell
from diaban.release.frames.late import events_cell, late_reports
from diaban.release.ledger.ledger import Ledger
from diaban.spec.model import Block, PeriodsSpec

THRESHOLD = 5
YEARS = ("2021", "2022", "2023")
SPEC = PeriodsSpec(
    calendar="calendar_year",
    first="2021",
    last="2023",
    cutoff="2023-12-31",
    blocks=[Block(key="all", periods=list(YEARS))],
    report="all",
    baseline="all",
)


def study(crossed: dict[tuple[str, str], int], share: float = 0.9876) -> SimpleNamespace:
    """crossed: (year of the event, year of the report) -> cases."""
    rows = [
        {"stream": "s", "occurred_to": pd.Timestamp(f"{event}-06-01"), "period": reported}
        for (event, reported), n in crossed.items()
        for _ in range(n)
    ]
    dated = pd.DataFrame(rows).astype({"stream": "str", "period": "str"})
    events = dated["occurred_to"].dt.year.astype("str").value_counts().sort_index()
    told = dict.fromkeys(["share_error", "expected_finally", "lower", "upper", "factor", "factor_error"], 0.5)
    months = pd.DataFrame({"origin": "year " + events.index.astype("str"), "counted": events.to_numpy()})
    late = pd.concat([months, pd.DataFrame({"origin": ["2023-01"], "counted": [9]})])
    return SimpleNamespace(
        late_reports=late.assign(stream="s", share_counted=share, withheld=None, **told),
        dated_cases=dated,
        tables=SimpleNamespace(periods=periods_frame(SPEC)),
    )


def shown_of(crossed: dict[tuple[str, str], int], threshold: int = THRESHOLD) -> pd.DataFrame:
    results = study(crossed)
    yearly = results.dated_cases.groupby("period").size()
    counts = pd.Series({count_cell(WHOLE, "s", year): float(n) for year, n in yearly.items()})
    ledger = Ledger(counts, [], (), set(), threshold=threshold)
    return late_reports(results, ledger).set_index("period")


STRAIGHT = {(year, year): 30 for year in YEARS}
FEW_LATE = STRAIGHT | {("2021", "2022"): 2, ("2022", "2023"): 3}
MANY_LATE = STRAIGHT | {("2021", "2022"): 20, ("2022", "2023"): 30}


def test_nothing_late_nothing_hidden() -> None:
    table = shown_of(STRAIGHT)
    assert table["counted"].tolist() == [30, 30, 30]
    assert not table["hidden"].any()
    assert "factor" not in table
    assert "2023-01" not in table.index


def test_many_who_were_late_may_be_told() -> None:
    assert not shown_of(MANY_LATE)["hidden"].any()


def test_few_who_were_late_are_not_the_difference_of_two_shown_sides() -> None:
    """30 + 3 events of 2022 are seen beside 30 + 2 reports of that year and those of 2021."""
    table = shown_of(FEW_LATE)
    assert table["hidden"].any()
    hidden = table[table["hidden"]]
    assert hidden[["counted", "expected_finally", "lower", "upper"]].isna().all(axis=None)
    assert (table["share_counted"] == 0.99).all(), "how fast reports come is no number of cases"


@pytest.mark.parametrize("late", [(2, 3), (1, 20), (4, 4), (20, 1)])
def test_the_attacker_does_not_find_them(late) -> None:
    crossed = STRAIGHT | {("2021", "2022"): late[0], ("2022", "2023"): late[1]}
    table = shown_of(crossed)
    cells = list(crossed)
    rows, right = [], []
    for year in YEARS:
        rows.append([float(reported == year) for _, reported in cells])
        right.append(sum(n for (_, reported), n in crossed.items() if reported == year))
        if not table.loc[year, "hidden"]:
            rows.append([float(event == year) for event, _ in cells])
            right.append(table.loc[year, "counted"])
    for place, n in enumerate(cells):
        if crossed[n] < THRESHOLD:
            objective = [float(place == other) for other in range(len(cells))]
            low, high = (
                sign * linprog([sign * o for o in objective], A_eq=rows, b_eq=right).fun for sign in (1, -1)
            )
            assert high - low >= THRESHOLD - 1e-6, n


def test_the_office_sees_all() -> None:
    table = shown_of(FEW_LATE, threshold=0)
    assert not table["hidden"].any()
    assert table["counted"].tolist() == [32, 33, 30]


def test_a_study_without_late_reports_has_no_frame() -> None:
    ledger = Ledger(pd.Series({"x": 9.0}), [], (), set(), threshold=THRESHOLD)
    assert late_reports(SimpleNamespace(late_reports=None), ledger) is None
    assert events_cell("s", "2023") not in ledger.counts


@pytest.mark.parametrize(("share", "said"), [(0.99, True), (0.997, False), (1.0, False)])
def test_where_next_to_nothing_is_still_to_come_no_limits_say_that_nothing_ever_did(share, said):
    results = study(STRAIGHT, share)
    counts = pd.Series({count_cell(WHOLE, "s", year): 30.0 for year in YEARS})
    rows = late_reports(results, Ledger(counts, [], (), set(), threshold=THRESHOLD))
    assert not rows["hidden"].any()
    assert rows[["lower", "upper"]].notna().all(axis=None) == said
    assert (rows["expected_finally"] == (0 if said else rows["counted"])).all()
