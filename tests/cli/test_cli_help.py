"""Help that teaches, at once."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from diaban.cli import main

HEAVY = ("numpy", "pandas", "pydantic", "papermill", "matplotlib")


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_says_what_it_is_for_with_examples_and_what_comes_next(typed, name):
    said = typed(name, "--help").output
    assert main.commands[name].short_help.count(" / ") == 1
    assert f"diaban {name}" in said
    assert "Ví dụ / Examples:" in said
    assert name == "open" or "Sau đó" in said


def test_alone_it_shows_where_to_start(typed):
    result = typed()
    assert result.exit_code == 0
    for start in ("diaban run", "diaban new", "diaban check"):
        assert start in result.output


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from diaban.cli import main\n"
        "try: main(['--help'])\n"
        f"except SystemExit: print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_comes_at_once():
    def seconds(*words: str) -> float:
        begin = time.perf_counter()
        subprocess.run([sys.executable, *words], capture_output=True, check=True)
        return time.perf_counter() - begin

    bare = min(seconds("-c", "pass") for _ in range(4))
    helped = min(seconds("-m", "diaban", "--help") for _ in range(4))
    assert helped - bare < 0.3
