"""Whatever goes wrong is told in two languages and by the exit code, never by a traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from diaban.cli import main
from diaban.errors import DiabanError


def _both(result, *parts: str) -> None:
    """One Vietnamese and one English line on standard error, each with all `parts`."""
    lines = result.stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Lỗi", "Error"], result.stderr
    for line in lines:
        for part in parts:
            assert part in line
    assert "Traceback" not in result.output


def test_unknown_command_gives_the_nearest(typed):
    result = typed("rum")
    assert result.exit_code == 2
    _both(result, "rum", "run", "diaban --help")


def test_unknown_option_gives_the_nearest(typed):
    result = typed("run", "--districts", "A")
    assert result.exit_code == 2
    _both(result, "--districts", "--district", "diaban run --help")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["new"], ["NAME", "diaban new --help"]),
        (["run", "--jobs", "0"], ["--jobs", "1, 2, 3"]),
        (["run", "--language", "fr"], ["--language", "vi, en, all"]),
        (["check", "--zzz"], ["--zzz", "--help"]),
        (["check", "a", "b"], ["b", "diaban check --help"]),
    ],
)
def test_wrong_usage(typed, words, parts):
    result = typed(*words)
    assert result.exit_code == 2
    _both(result, *parts)


def test_no_study_in_sight(typed, desk):
    result = typed("check")
    assert result.exit_code == 2
    _both(result, str(desk), "data/", "diaban new")


def test_an_unknown_study_gives_the_nearest(typed):
    typed("new", "my_province")
    result = typed("run", "my_provinse")
    assert result.exit_code == 2
    _both(result, "my_provinse", "my_province")


def test_several_studies_and_no_default(typed):
    typed("new", "one")
    typed("new", "two")
    result = typed("check")
    assert result.exit_code == 2
    _both(result, "default = true", "one, two")


def test_the_default_study_is_meant_where_none_is_named(typed, desk):
    typed("new", "one")
    typed("new", "two")
    declared = desk / "data" / "two" / "study.toml"
    text = declared.read_text(encoding="utf-8").replace(
        "simulated = false", "simulated = false\ndefault = true"
    )
    declared.write_text(text, encoding="utf-8")
    assert typed("check").output.startswith(str(Path("data/two")))


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """Let `diaban open` fail with an error of our choice."""

    def fail(error: BaseException) -> None:
        def raising(*_: object) -> None:
            raise error

        monkeypatch.setattr("diaban.cli.running.study_folder", raising)

    return fail


def test_ctrl_c_is_130_and_no_traceback(typed, failing):
    failing(KeyboardInterrupt())
    result = typed("open")
    assert result.exit_code == 130
    assert "Stopped" in result.stderr
    assert "Đã dừng" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_written_is_named(typed, failing):
    failing(PermissionError(13, "Permission denied", "outputs/a.html"))
    result = typed("open")
    assert result.exit_code == 2
    _both(result, "outputs/a.html", "Permission denied")


def test_a_bug_is_called_one_and_its_traceback_kept_for_whoever_mends_it(typed, failing, desk, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(desk))
    failing(ZeroDivisionError("division by zero"))
    result = typed("open")
    assert result.exit_code == 3
    _both(result, "ZeroDivisionError")
    log = Path(re.search(r"(\S+\.log)", result.stderr)[1])
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_a_fault_keeps_its_two_lines(typed, failing):
    failing(DiabanError("spec_file_missing", file="x/study.toml"))
    result = typed("open")
    assert result.exit_code == 2
    _both(result, "x/study.toml")


def test_a_terminal_without_vietnamese_letters_still_gets_its_english(desk):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "diaban", "check"], capture_output=True, env=environment, cwd=desk, check=False
    )
    assert done.returncode == 2
    assert b"Error: No study found" in done.stderr
    assert b"Traceback" not in done.stderr


def test_every_command_is_named_as_it_is_typed():
    assert sorted(main.commands) == ["check", "new", "open", "release", "review", "run", "simulate"]
