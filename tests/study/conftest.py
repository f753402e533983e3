"""Both studies, opened once a worker."""

from pathlib import Path

import pytest

import diaban

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def province():
    return diaban.open_study(DATA / "binh_phuoc", language="en")


@pytest.fixture(scope="session")
def country():
    return diaban.open_study(DATA / "germany_districts", language="en")
