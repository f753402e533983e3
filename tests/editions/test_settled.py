"""Closed periods stay as they were given out: no case that came later can be told by subtraction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from diaban.calendars import KNOWN_UNTIL
from diaban.editions import (
    edition_of,
    published_before,
    read_edition,
    settled,
    with_closed_periods,
)
from diaban.intake.read import read_tables
from diaban.intake.tables import Tables
from diaban.results import Results
from diaban.spec import StudySpec, read_spec

FOLDER = Path(__file__).parents[2] / "data" / "binh_phuoc"
KEY, CLOSED = "2023-end", date(2023, 12, 14)
CELL = ["locality", "period", "stream"]


@pytest.fixture(scope="module")
def spec() -> StudySpec:
    return read_spec(FOLDER)


@pytest.fixture(scope="module")
def now(spec) -> Tables:
    return read_tables(spec, FOLDER).tables


@pytest.fixture(scope="module")
def then(spec) -> Tables:
    return read_edition(spec, FOLDER, edition_of(spec, KEY))[1].tables


@pytest.fixture(scope="module")
def kept(now, then, spec) -> Tables:
    return settled(now, then, spec, CLOSED)


def counts(tables: Tables) -> pd.Series:
    return tables.counts.set_index(CELL)["cases"].sort_index()


def test_the_two_registers_do_differ_in_closed_periods(now, then) -> None:
    both = pd.concat({"now": counts(now), "then": counts(then)}, axis=1, join="inner")
    closed = both[both.index.get_level_values("period") <= "2023"]
    assert (closed["now"] - closed["then"]).abs().between(1, 4).sum() >= 10, "or this file tests nothing"


def test_counts_of_closed_periods_are_those_of_then(kept, then) -> None:
    closed = then.counts[then.counts["period"] <= "2023"]
    before = closed.set_index(CELL)["cases"].sort_index()
    pd.testing.assert_series_equal(counts(kept).loc[before.index], before, check_dtype=False)


def test_the_running_period_is_counted_anew(kept, now) -> None:
    for tables in (kept, now):
        assert (tables.cases["period"] == "2024").any()
    new = now.cases.loc[now.cases["period"] == "2024", "case_key"]
    assert set(kept.cases.loc[kept.cases["period"] == "2024", "case_key"]) <= set(new)
    assert counts(kept)[:, "2024"].sum() <= counts(now)[:, "2024"].sum()


def test_every_case_stands_once_with_its_own_persons_codes_and_steps(kept, now, then) -> None:
    assert kept.cases["case_key"].is_unique
    closed = kept.cases["period"] <= "2023"
    for name in ("persons", "cause_codes", "process_events", "case_streams"):
        own, was, is_now = (getattr(tables, name) for tables in (kept, then, now))
        assert list(own.columns) == list(is_now.columns)
        assert own.dtypes.equals(is_now.dtypes)
        assert set(own["case_key"]) <= set(kept.cases["case_key"])
        old = kept.cases.loc[closed, "case_key"]
        assert (own["case_key"].isin(old)).sum() == was["case_key"].isin(old).sum(), name
    old = kept.process_events["case_key"].isin(kept.cases.loc[closed, "case_key"])
    assert (kept.process_events.loc[old, "date"].dropna() <= pd.Timestamp(CLOSED)).all()


def test_a_closed_case_is_known_until_its_edition_and_a_new_one_until_the_cutoff(kept) -> None:
    closed = kept.cases["period"] <= "2023"
    assert (kept.cases.loc[closed, KNOWN_UNTIL] == pd.Timestamp(CLOSED)).all()
    assert kept.cases.loc[~closed, KNOWN_UNTIL].isna().all()
    periods = kept.periods.set_index("period")[KNOWN_UNTIL]
    assert (periods.loc[:"2023"] == pd.Timestamp(CLOSED)).all()
    assert pd.isna(periods["2024"])


def test_what_did_not_change_stays_as_it_is(now, spec) -> None:
    """The study settled on itself: its complete periods are what they are."""
    itself = settled(now, now, spec, spec.periods.cutoff)
    pd.testing.assert_series_equal(counts(itself), counts(now), check_dtype=False)
    assert set(itself.cases["case_key"]) == set(now.cases["case_key"])


def test_counts_without_records_are_settled_too(now, then, spec) -> None:
    bare = settled(replace(now, cases=None), replace(then, cases=None), spec, CLOSED)
    before = then.counts[then.counts["period"] <= "2023"].set_index(CELL)["cases"].sort_index()
    own = counts(bare)
    pd.testing.assert_series_equal(own.loc[before.index], before, check_dtype=False)
    assert own[:, "2024"].sum() == counts(now)[:, "2024"].sum()


def test_closed_by_the_newest_published_edition_before(spec, now, kept) -> None:
    assert [e.key for e in published_before(spec, spec.periods.cutoff)] == [KEY]
    assert published_before(spec, CLOSED) == []
    read = with_closed_periods(now, spec, spec, FOLDER)
    pd.testing.assert_series_equal(counts(read), counts(kept))
    editions = [e.model_copy(update={"published": False}) for e in spec.editions]
    unpublished = spec.model_copy(update={"editions": editions})
    assert with_closed_periods(now, unpublished, unpublished, FOLDER) is now


def test_a_report_of_a_closed_period_waits_until_that_was_closed_and_no_longer(kept, spec) -> None:
    """Else a report that was open at the closing would look as if nobody had decided on it since."""
    results = Results(spec, kept)
    open_then = results.stages
    assert open_then is not None
    same = Results(
        spec.model_copy(update={"periods": spec.periods.model_copy(update={"cutoff": CLOSED})}),
        replace(kept, periods=kept.periods.assign(**{KNOWN_UNTIL: pd.NaT})),
    )
    whole = (open_then["locality"] == "*") & (open_then["stream"] == "*") & (open_then["period"] == "*")
    then = same.stages
    match = (then["locality"] == "*") & (then["stream"] == "*") & (then["period"] == "*")
    columns = ["stage", "n", "n_reports", "n_in_time", "n_due"]
    pd.testing.assert_frame_equal(
        open_then.loc[whole, columns].reset_index(drop=True), then.loc[match, columns].reset_index(drop=True)
    )
