"""From a study folder to tables, and what is said when the truth is wrong."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from diaban.errors import DiabanError
from diaban.simulate import run_simulation

DATA = Path(__file__).parents[2] / "data"
LIMIT = 5_000_000


@pytest.fixture
def study(tmp_path):
    """A copy of the simulated study without its tables."""
    shutil.copytree(DATA / "reference", tmp_path / "reference")
    shutil.copytree(DATA / "binh_phuoc", tmp_path / "binh_phuoc", ignore=shutil.ignore_patterns("tables"))
    return tmp_path / "binh_phuoc"


def rewrite(study, old, new):
    path = study / "truth.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_tables_in_the_study_are_those_of_its_truth(study):
    for path in run_simulation(study):
        shipped = DATA / "binh_phuoc" / path.relative_to(study)
        assert path.read_bytes() == shipped.read_bytes(), shipped


def test_another_seed_writes_other_bytes(study):
    for path in run_simulation(study, seed=7):
        same = path.read_bytes() == (DATA / "binh_phuoc" / path.relative_to(study)).read_bytes()
        assert same == (path.name == "campaigns.csv"), path.name


def test_the_tables_are_small_and_plain(study):
    written = run_simulation(study)
    assert sum(p.stat().st_size for p in written) < LIMIT
    folders = [study / "tables", study / "editions" / "2023-end"]
    assert sorted(path for folder in folders for path in folder.iterdir()) == sorted(written)
    cases = pd.read_csv(study / "tables" / "cases.csv", dtype="str")
    assert cases["reported_on"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("seed = 20240614", "seed = -1", "seed"),
        ("growth = 1.012\n", "", "population.growth"),
        ("growth = 1.012", "growht = 1.012", "population.growht"),
        (
            'stream = "child_abuse"\nindicator = "dv_reports"',
            'stream = "x"\nindicator = "dv_reports"',
            "effects[2].stream",
        ),
        ('indicator = "dv_reports"', 'indicator = "dv"', "effects[2].indicator"),
        ("share = 0.3183", "share = 0.4183", "streams[1].offences"),
        ("GD2 = 0.25", "GD99 = 0.25", "codes.prevalence.child_abuse"),
        ('locality = "696"', 'locality = "999"', "codes.pairs[1].locality"),
        ('codes = ["GD4", "GD1"]', 'codes = ["GD4", "GD99"]', "codes.together"),
        ('codes = ["GD4", "GD1"]', 'codes = ["GD4", "GD4"]', "codes.together"),
        ('codes = ["GD4", "GD1"]', 'codes = ["GD4", "GD2"]', "codes.together"),
        ('codes = ["CD3", "BB1"]', 'codes = ["CN1", "CN3"]', "codes.together"),
        ('stream = "child_abuse"\ncodes', 'stream = "abuse"\ncodes', "codes.together"),
        ('unit = "commune"', 'unit = "village"', "levels.unit"),
        ('after = ["classified"]', 'after = ["clasified"]', "process[3].after"),
        ('after = "25426"', 'after = "1"', "boundary_changes[1].after"),
        ("value = 0.6", "value = 1.6", "correlations[1].value"),
        ('bands = ["14-15", "16-17"]', 'bands = ["14-17"]', "streams[2].bands"),
        ("cutoff = 2024-06-14", 'cutoff = "soon"', "periods.cutoff"),
        ('last = "2024"', 'last = "2010"', "periods.last"),
        (
            'column = "topic", now = "both"',
            'column = "topics", now = "both"',
            "editions[1].recoded[1].column",
        ),
        (
            'localities = ["694", "698"], periods',
            'localities = ["999"], periods',
            "editions[1].population[1]",
        ),
        (
            'periods = ["2021", "2022", "2023"], factor',
            'periods = ["2031"], factor',
            "editions[1].population[1]",
        ),
        ("late = { count = 4, days = 90 }", "late = { count = 4000, days = 90 }", "editions"),
    ],
)
def test_a_wrong_truth_is_named_by_key_and_nothing_is_written(study, old, new, key):
    rewrite(study, old, new)
    with pytest.raises(DiabanError) as caught:
        run_simulation(study)
    for language in ("vi", "en"):
        assert key in caught.value.message(language)
        assert "truth.toml" in caught.value.message(language)
    assert not (study / "tables").exists()


def test_correlations_that_cannot_hold_together(study):
    more = '[[correlations]]\na = "{}"\nb = "poor_households"\nvalue = {}\n\n'
    added = more.format("dv_reports", 0.9) + more.format("street_lighting", -0.9)
    rewrite(study, "[[correlations]]", added + "[[correlations]]")
    with pytest.raises(DiabanError, match="correlations"):
        run_simulation(study)


@pytest.mark.parametrize("broken", ["seed = = 1", ""])
def test_a_broken_or_empty_truth(study, broken):
    (study / "truth.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(DiabanError, match=r"truth\.toml"):
        run_simulation(study)


def test_a_missing_truth(tmp_path):
    with pytest.raises(DiabanError, match=r"truth\.toml"):
        run_simulation(tmp_path)


def test_given_tables_at_fault(study):
    path = study / "places" / "population_2010.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("84945", "0"), encoding="utf-8")
    with pytest.raises(DiabanError, match="689"):
        run_simulation(study)
    path.write_text("locality,people\n689,1\n", encoding="utf-8")
    with pytest.raises(DiabanError, match="persons"):
        run_simulation(study)
    path.unlink()
    with pytest.raises(DiabanError, match="population_2010"):
        run_simulation(study)
