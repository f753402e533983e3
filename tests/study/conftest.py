"""Both studies, opened once a worker."""

from pathlib import Path

import pytest

import diaban
from diaban.study import Study

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def province():
    return diaban.open_study(DATA / "binh_phuoc", language="en")


@pytest.fixture(scope="session")
def country():
    return diaban.open_study(DATA / "germany_districts", language="en")


@pytest.fixture
def fresh(province):
    """The province opened again, with what was found so far; `found` says otherwise of some results."""

    def opened(language="en", **found):
        study = Study(province.spec, province.folder, province._intake, language)
        study.results.__dict__.update(province.results.__dict__ | found)
        return study

    return opened
