"""The declared study that the tests of findings read factors, periods and labels from."""

from pathlib import Path

import pytest

from diaban.spec import read_spec


@pytest.fixture(scope="session")
def binh_phuoc():
    return read_spec(Path(__file__).parents[2] / "data" / "binh_phuoc")
