"""The edition before is begun beside this one; what goes wrong there is said by whoever opens it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from two_editions import write_trial

from diaban.errors import DiabanError
from diaban.run import earlier_stage, stage_process
from diaban.run.choice import Choice
from diaban.run.stage import open_stage
from diaban.run.stage_process import start_stage


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


@pytest.mark.usefixtures("two_cores")
def test_a_failure_is_silent_until_the_stage_is_opened(tmp_path: Path, capfd) -> None:
    nowhere = tmp_path / "nowhere"
    wait = start_stage(nowhere, tmp_path / "outputs", Choice())
    assert wait() != 0, "it did begin, and failed"
    assert capfd.readouterr() == ("", "")
    assert not (tmp_path / "outputs").exists()
    with pytest.raises(DiabanError) as caught:
        open_stage(nowhere, outputs=tmp_path / "outputs")
    assert caught.value.key == "spec_file_missing"


@pytest.mark.usefixtures("two_cores")
def test_it_is_asked_for_all_that_was_chosen(tmp_path: Path, monkeypatch) -> None:
    asked: list[tuple] = []
    monkeypatch.setattr(
        earlier_stage, "plan_stage", lambda folder, choice, *, outputs: (folder, choice, outputs)
    )
    monkeypatch.setattr(earlier_stage, "keep_edition", asked.append)

    class Here:
        """The process, in this one."""

        def __init__(self, command: list[str], **_: object) -> None:
            assert command[1:3] == ["-m", "diaban.run.earlier_stage"]
            earlier_stage.main(command[-1])

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(stage_process.subprocess, "Popen", Here)
    chosen = Choice("70", "2023-end", True)
    start_stage(tmp_path / "s", tmp_path / "o", chosen)()
    start_stage(tmp_path / "s", None, Choice())()
    assert asked == [(tmp_path / "s", chosen, tmp_path / "o"), (tmp_path / "s", Choice(), None)]


@pytest.mark.usefixtures("two_cores")
def test_nobody_goes_on_with_what_is_not_wanted_any_more(tmp_path: Path, monkeypatch) -> None:
    """A study that cannot be read fails at once, and leaves no process behind."""
    slow = [sys.executable, "-c", "import time; time.sleep(600)"]
    begun = subprocess.Popen
    monkeypatch.setattr(stage_process.subprocess, "Popen", lambda _, **options: begun(slow, **options))
    waiting = start_stage(tmp_path, None, Choice())
    waiting.stop()
    assert waiting() == -signal.SIGTERM
    stopped: list[bool] = []
    monkeypatch.setattr(
        stage_process.Begun, "stop", lambda self: stopped.append(True) or self._process.kill()
    )
    folder = write_trial(tmp_path)
    (folder / "tables" / "counts.csv").unlink()
    with pytest.raises(DiabanError):
        open_stage(folder, outputs=tmp_path / "outputs")
    assert stopped == [True]


@pytest.mark.parametrize("cores", [1, None])
def test_on_one_core_nothing_is_begun(cores: int | None, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)

    def begun(*_: object, **__: object) -> None:
        pytest.fail("a process was begun")

    monkeypatch.setattr(stage_process.subprocess, "Popen", begun)
    assert start_stage(tmp_path, None, Choice())() is None
