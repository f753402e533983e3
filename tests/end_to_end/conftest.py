"""A part of the simulated province on disk, to spoil one thing at a time and to run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from study_folder import StudyFolder

DATA = Path(__file__).parents[2] / "data"
DISTRICTS = ("694", "696", "698")


@pytest.fixture(scope="session")
def three_districts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three districts of binh_phuoc and the reference data."""
    data = tmp_path_factory.mktemp("province") / "data"
    shutil.copytree(DATA / "reference", data / "reference")
    shutil.copytree(DATA / "binh_phuoc", data / "binh_phuoc")
    folder = data / "binh_phuoc"
    localities = pd.read_csv(folder / "places" / "localities.csv", dtype="str")
    inside = localities["locality"].isin(["70", *DISTRICTS]) | localities["parent"].isin(DISTRICTS)
    known = set(localities.loc[inside, "locality"])
    cases = pd.read_csv(folder / "tables" / "cases.csv", dtype="str")
    keys = set(cases.loc[cases["locality"].isin(known), "case_key"])
    for path in sorted(folder.glob("*/*.csv")):
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        for column, values in (("locality", known), ("case_key", keys), ("a", known), ("b", known)):
            table = table[table[column].isin(values)] if column in table else table
        table.to_csv(path, index=False, lineterminator="\n")
    return data


@pytest.fixture
def province(three_districts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyFolder:
    """A fresh copy of it, found by its name from the current folder."""
    shutil.copytree(three_districts, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIABAN_DATA", raising=False)
    return StudyFolder(tmp_path / "data" / "binh_phuoc")
