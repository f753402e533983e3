"""A folder to type commands in, as a stranger would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from diaban.cli import main

Type = Callable[..., Result]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, with no study in sight."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIABAN_DATA", raising=False)
    return tmp_path


@pytest.fixture
def typed(desk: Path) -> Type:  # noqa: ARG001
    """Run `diaban` with words in the current folder."""
    return lambda *words: CliRunner().invoke(main, list(words))
