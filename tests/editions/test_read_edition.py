"""The shipped study and its earlier edition: what was planted between the two is found, case by case."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from diaban.editions import (
    Snapshot,
    edition_changes,
    edition_of,
    rate_changes,
    read_edition,
    read_snapshot,
    snapshot,
    write_snapshot,
)
from diaban.editions.changes import STEPS
from diaban.editions.read import edition_files
from diaban.editions.steps import case_steps
from diaban.errors import DiabanError
from diaban.intake.read import read_tables
from diaban.intake.tables import Intake
from diaban.simulate import read_places, read_truth, run_simulation, simulate
from diaban.simulate.edition import earlier_register
from diaban.spec import StudySpec, read_spec

DATA = Path(__file__).parents[2] / "data"
FOLDER = DATA / "binh_phuoc"
KEY = "2023-end"


@dataclass(frozen=True)
class Both:
    spec: StudySpec
    spec_then: StudySpec
    now: Intake
    then: Intake

    @property
    def snapshots(self) -> tuple[Snapshot, Snapshot]:
        return (
            snapshot(self.then.tables, self.spec_then, edition=KEY),
            snapshot(self.now.tables, self.spec, edition="2024-mid"),
        )


def both_of(folder: Path) -> Both:
    spec = read_spec(folder)
    spec_then, then = read_edition(spec, folder, edition_of(spec, KEY))
    return Both(spec, spec_then, read_tables(spec, folder), then)


@pytest.fixture(scope="module")
def both() -> Both:
    return both_of(FOLDER)


def planted_in(seed: int | None) -> pd.DataFrame:
    truth = read_truth(FOLDER)
    places = read_places(FOLDER, truth.files)
    seed = truth.seed if seed is None else seed
    return earlier_register(truth, truth.editions[0], places, simulate(truth, places, seed), seed).planted


def found_in(before: Snapshot, after: Snapshot) -> dict[str, set[str]]:
    """Step -> the cases that take it."""
    steps = case_steps(before, after)
    groups = steps[~steps["step"].isin(["before", "after"])].groupby("step")["case_key"]
    return {step: set(keys) for step, keys in groups}


def expected_from(planted: pd.DataFrame, now: Intake, cutoff: object) -> dict[str, set[str]]:
    """By what was planted; besides, reports that had come but were accepted after the cut-off are late."""
    of = {kind: set(rows["case_key"]) for kind, rows in planted.groupby("kind")}
    cases = now.tables.cases
    fresh = set(cases.loc[cases["reported_on"] > pd.Timestamp(cutoff), "case_key"])
    waiting = set(cases.loc[cases["accepted_on"] > pd.Timestamp(cutoff), "case_key"]) - fresh
    return {
        "late_reports": of["late"] | waiting,
        "removed": of["removed"],
        "moved": of["moved"],
        "recoded": of["recoded"] | of["redated"],
        "new_cases": fresh,
    }


def test_the_earlier_edition_is_sound(both: Both) -> None:
    assert both.then.quarantine.empty
    assert both.then.card.reasons.empty
    assert both.spec_then.periods.last == "2023"
    assert both.then.tables.periods["complete"].all()


def test_nothing_of_after_the_cutoff_is_in_it(both: Both) -> None:
    tables, cutoff = both.then.tables, pd.Timestamp("2023-12-14")
    for frame, column in (
        (tables.cases, "reported_on"),
        (tables.cases, "accepted_on"),
        (tables.process_events, "date"),
        (tables.outreach, "date"),
        (tables.programmes, "started_on"),
        (tables.programmes, "ended_on"),
    ):
        assert frame[column].dropna().max() <= cutoff, column
    for frame in (tables.population, tables.counts, tables.indicators, tables.support_coverage):
        assert frame["period"].max() == "2023"
    for frame in (tables.persons, tables.cause_codes, tables.process_events, tables.case_streams):
        assert set(frame["case_key"]) == set(tables.cases["case_key"])


def test_its_counts_are_those_of_its_cases(both: Both) -> None:
    tables = both.then.tables
    members = tables.case_streams.merge(tables.cases[["case_key", "period"]], on="case_key")
    counted = tables.counts.groupby(["stream", "period"])["cases"].sum()
    assert counted.equals(members.groupby(["stream", "period"]).size().rename("cases"))


def test_every_planted_case_is_found_by_its_own_step_and_no_other(both: Both) -> None:
    before, after = both.snapshots
    assert found_in(before, after) == expected_from(planted_in(None), both.now, before.cutoff)


@pytest.mark.parametrize("seed", [3, 8])
def test_other_provinces_too(seed: int, tmp_path: Path) -> None:
    shutil.copytree(DATA / "reference", tmp_path / "reference")
    folder = tmp_path / "binh_phuoc"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("tables", "editions"))
    run_simulation(folder, seed)
    both = both_of(folder)
    before, after = both.snapshots
    assert found_in(before, after) == expected_from(planted_in(seed), both.now, before.cutoff)


def test_the_declared_numbers_stand_in_the_waterfall_of_the_whole(both: Both) -> None:
    truth = read_truth(FOLDER).editions[0]
    changes = edition_changes(*both.snapshots)
    assert (changes["before"] + changes[STEPS].sum(axis=1) == changes["after"]).all()
    local = changes[changes["locality"] != "*"]
    whole = changes[changes["locality"] == "*"]
    assert local["moved_in"].sum() == -local["moved_out"].sum() == truth.moved
    assert whole["late_reports"].sum() == truth.late.count
    assert whole["removed"].sum() == -truth.removed
    taken = sum(change.count for change in truth.recoded if change.now != "both")
    assert whole["recoded_out"].sum() == -(taken + truth.redated)
    assert whole["recoded_in"].sum() == sum(change.count for change in truth.recoded) + truth.redated
    after = both.now.tables.counts.groupby("stream")["cases"].sum()
    assert whole.groupby("stream")["after"].sum().to_dict() == after.to_dict()


def test_the_planted_revision_of_population_is_the_denominator(both: Both) -> None:
    revision = read_truth(FOLDER).editions[0].population[0]
    rates = rate_changes(*both.snapshots, per=100_000)
    rates = rates[rates["period"].isin(["2020", "2021", "2022", "2023"]) & (rates["locality"] != "*")]
    ratio = rates["person_years_before"] / rates["person_years_after"]
    revised = rates["locality"].isin(revision.localities) & rates["period"].isin(revision.periods)
    assert ratio[revised].to_numpy() == pytest.approx(revision.factor, rel=1e-3)
    assert (ratio[~revised] == 1).all()
    assert (rates.loc[~revised, "by_denominator"] == 0).all()
    assert (rates["by_time"] == 0).all()


def test_an_edition_without_a_folder_is_the_register_as_of_then(both: Both) -> None:
    plain = edition_of(both.spec, KEY).model_copy(update={"folder": None})
    spec_then, then = read_edition(both.spec, FOLDER, plain)
    before, after = snapshot(then.tables, spec_then, edition="plain"), both.snapshots[1]
    assert set(found_in(before, after)) == {"new_cases"}
    half = plain.model_copy(update={"cutoff": pd.Timestamp("2022-06-14").date()})
    spec_half, at_half = read_edition(both.spec, FOLDER, half)
    found = snapshot(at_half.tables, spec_half, edition="half").exposed
    assert found["period"].max() == "2022"
    running = found[found["period"] == "2022"]
    assert (running["person_years"] / running["persons"]).to_numpy() == pytest.approx(182 / 365)


def test_before_a_boundary_change_the_former_localities_stand(both: Both) -> None:
    """25426-1 and 25426-2 became 25426 on 15/12/2018, within one district."""
    plain = edition_of(both.spec, KEY).model_copy(
        update={"folder": None, "cutoff": pd.Timestamp("2018-06-14").date()}
    )
    spec_then, then = read_edition(both.spec, FOLDER, plain)
    here = set(then.tables.localities["locality"])
    assert {"25426-1", "25426-2"} <= here
    assert "25426" not in here
    assert {"25426-1", "25426-2"} <= set(then.tables.counts["locality"])
    before, after = snapshot(then.tables, spec_then, edition="2018"), both.snapshots[1]
    assert "25426-1" in set(before.cases["locality"])
    assert set(found_in(before, after)) == {"new_cases"}


def test_a_snapshot_is_read_as_it_was_written(both: Both, tmp_path: Path) -> None:
    before, after = both.snapshots
    kept = read_snapshot(write_snapshot(before, tmp_path / "kept"))
    assert (kept.edition, kept.cutoff, kept.rules, kept.code) == (KEY, before.cutoff, before.rules, "")
    for name in ("cases", "exposed", "places"):
        pd.testing.assert_frame_equal(getattr(kept, name), getattr(before, name))
    pd.testing.assert_frame_equal(edition_changes(kept, after), edition_changes(before, after))
    with pytest.raises(DiabanError, match="elsewhere"):
        read_snapshot(tmp_path / "elsewhere")


def test_a_folder_that_is_missing_or_holds_nothing_of_the_study_is_named(both: Both, tmp_path: Path) -> None:
    declared = edition_of(both.spec, KEY).model_copy(update={"folder": "old"})
    with pytest.raises(DiabanError, match="old"):
        edition_files(both.spec, tmp_path, declared)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(DiabanError, match=r"notes\.txt"):
        edition_files(both.spec, tmp_path, declared)
