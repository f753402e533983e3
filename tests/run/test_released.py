"""What was given out: what a stage is protected with, what is kept of the register, what is broken."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from diaban.errors import DiabanError
from diaban.new_study import create_study
from diaban.release.audit import audit
from diaban.release.published import Published
from diaban.run.choice import Choice
from diaban.run.given_out import given_out, keep_given_out
from diaban.run.plan import plan_stage
from diaban.run.released import FOLDER, RECORD, Released, all_released, to_judge_by
from diaban.run.stage import Stage, open_stage


def one(number: int, key: str, *together: str) -> Released:
    return Released(
        Path(f"r{number}-{key}"), f"r{number}", number, key, date(2023, 12, 31), frozenset(together)
    )


def keys_beside(base: str):
    """A stage's key is its own and those of the releases beside it."""
    return lambda some: "+".join([base, *sorted(release.key for release in some)])


def test_a_release_of_this_stage_adds_nothing():
    assert to_judge_by([], keys_beside("a")) == []
    assert to_judge_by([one(1, "a")], keys_beside("a")) == []
    assert to_judge_by([one(1, "a"), one(2, "a")], keys_beside("a")) == []


def test_another_one_counts_and_the_stage_that_was_released_beside_it_stays():
    first, second = one(1, "a"), one(2, "b+a", "a")
    assert to_judge_by([first], keys_beside("b")) == [first]
    assert to_judge_by([first, second], keys_beside("b")) == [first]
    assert to_judge_by([first, second], keys_beside("c")) == [first, second]


def test_data_that_are_as_they_were_once_know_what_was_told_in_between():
    """The second one was told with the first one, so both hold beside a stage as the first one was."""
    told_alone, told_with = one(2, "b"), one(2, "b+a", "a")
    assert to_judge_by([one(1, "a"), told_with], keys_beside("a")) == []
    assert to_judge_by([one(1, "a"), told_alone], keys_beside("a")) == [one(1, "a"), told_alone]


def test_a_declared_edition_that_was_released_is_in_the_chain_anyway():
    assert to_judge_by([one(1, "e")], keys_beside("a"), {"e"}) == []
    assert to_judge_by([one(1, "e"), one(2, "x")], keys_beside("a"), {"e"}) == [one(2, "x")]


def test_two_releases_of_one_stage_are_one():
    assert len(to_judge_by([one(1, "a"), one(2, "a")], keys_beside("b"))) == 1


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Stage]:
    """The example study, its outputs, and the stage of which a release is kept."""
    root = tmp_path_factory.mktemp("told")
    study = create_study("trial", root / "data", example=True)
    stage = open_stage(study, outputs=root / "outputs")
    keep_given_out(stage, "r")
    return study, root / "outputs", stage


@pytest.fixture
def office(told, tmp_path) -> tuple[Path, Path, Stage]:
    """A copy in which one case of 2022 has been struck out since."""
    study, outputs, stage = told
    shutil.copytree(study.parent, tmp_path / "data")
    shutil.copytree(outputs, tmp_path / "outputs")
    counts = tmp_path / "data" / "trial" / "tables" / "counts.csv"
    text = counts.read_text("utf-8")
    assert text.count("103,2022,offences,64") == 1
    counts.write_text(text.replace("103,2022,offences,64", "103,2022,offences,63"), "utf-8")
    return tmp_path / "data" / "trial", tmp_path / "outputs", stage


def test_a_corrected_case_is_not_told_while_the_cutoff_is_the_same(office):
    study, outputs, first = office
    second = open_stage(study, outputs=outputs)
    assert second.path.name != first.path.name
    for name, frame in first.cube.frames.items():
        pd.testing.assert_frame_equal(second.cube[name], frame, obj=name)
    assert second.ledger.counts.equals(first.ledger.counts), "no cell twice"
    assert second.cube.facts["released_until"] == "2023-12-31"
    internal = open_stage(study, outputs=outputs, internal=True).cube["run_chart"]
    assert internal.set_index(["locality", "period"]).loc[("103", "2022"), "cases"] == 63
    assert plan_stage(study, Choice(internal=True), outputs=outputs).releases == ()


def test_a_release_without_its_register_is_protected_by_its_cells(office):
    """As earlier versions kept it: the change is in the tables, and nobody can tell it."""
    study, outputs, first = office
    kept = next((outputs / "trial" / FOLDER).iterdir())
    shutil.rmtree(kept / "tables")
    (kept / RECORD).unlink()
    second = open_stage(study, outputs=outputs)
    now = Published("", second.cube, second.ledger)
    told = given_out(second, [now])
    assert len(told) == 1
    assert audit(now, told).leaks == []
    shown = [stage.cube["rates"].set_index(["locality", "period"])["hidden"] for stage in (first, second)]
    assert not shown[0].any()
    assert shown[1]["103", "2021-2023"]
    shutil.rmtree(kept)
    alone = open_stage(study, outputs=outputs)
    assert not audit(Published("", alone.cube, alone.ledger), told).ok, "or there is nothing to protect"


def broken(kept: Path, how: str) -> None:
    if how == "no cube":
        shutil.rmtree(kept / "cube")
    elif how == "no ledger":
        shutil.rmtree(kept / "ledger")
    elif how == "no json":
        (kept / RECORD).write_text("{", "utf-8")
    else:
        told = json.loads((kept / RECORD).read_text("utf-8"))
        (kept / RECORD).write_text(json.dumps(told | {"cutoff": "soon"}), "utf-8")


@pytest.mark.parametrize("how", ["no cube", "no ledger", "no json", "no day"])
def test_what_cannot_be_read_stops_the_stage_and_names_the_way_out(office, how):
    study, outputs, _ = office
    kept = next((outputs / "trial" / FOLDER).iterdir())
    broken(kept, how)
    with pytest.raises(DiabanError) as caught:
        open_stage(study, outputs=outputs)
    assert caught.value.key == "release_memory"
    for language in ("vi", "en"):
        assert str(kept) in caught.value.message(language)
        assert f"--forget {kept.name}" in caught.value.message(language)


def test_releases_are_numbered_in_the_order_in_which_they_left(office):
    study, outputs, _ = office
    second = open_stage(study, outputs=outputs)
    keep_given_out(second, "q")
    keep_given_out(second, "q")
    found = all_released(outputs / "trial")
    assert [(release.name, release.number) for release in found] == [("r", 1), ("q", 2)]
    assert found[1].together == {found[0].key}
    assert open_stage(study, outputs=outputs).path == second.path
