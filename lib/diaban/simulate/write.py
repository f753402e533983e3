"""From the truth of a study folder to the tables in it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from diaban.simulate.check import check_truth
from diaban.simulate.edition import earlier_register
from diaban.simulate.ground import read_places
from diaban.simulate.province import simulate
from diaban.simulate.read import TRUTH_NAME, read_truth


def run_simulation(study_folder: str | Path, seed: int | None = None) -> list[Path]:
    """Simulate the study in `study_folder` from its truth.toml and write its tables and its editions.

    seed: another seed gives another study; the declared one where it is None. Returns the files, one a
    table, then those of each edition that differ from them. Raises DiabanError where the truth or the given
    tables are at fault, before anything is written.
    """
    folder = Path(study_folder)
    truth = read_truth(folder)
    places = read_places(folder, truth.files)
    check_truth(truth, places, folder / TRUTH_NAME)
    seed = truth.seed if seed is None else seed
    tables = simulate(truth, places, seed)
    editions = {
        edition.folder: earlier_register(truth, edition, places, tables, seed).tables
        for edition in truth.editions
    }
    written = write_study(tables, folder / truth.files.tables)
    for name, earlier in editions.items():
        written += write_study(earlier, folder / name)
    return written


def write_study(tables: dict[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each table as UTF-8 CSV, days as YYYY-MM-DD, missing as an empty cell. Equal tables give equal
    bytes. A file is replaced only when its successor is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        unfinished = path.with_suffix(".csv.part")
        table.to_csv(unfinished, index=False, encoding="utf-8", lineterminator="\n", date_format="%Y-%m-%d")
        unfinished.replace(path)
        written.append(path)
    return written
