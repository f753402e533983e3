"""The bench itself: its rows, its file, a part that fails stays alone. Its numbers are not tested."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from diaban.bench.__main__ import PARTS, main, run_parts
from diaban.bench.measurement import Measurement, Options, write_measurements
from diaban.bench.truth import truth_bench
from diaban.bench.truth_rows import truth_rows
from diaban.bench.watched import watch
from diaban.new_study import create_study


@pytest.fixture
def example(tmp_path):
    """An invented study of six localities that can be run at once."""
    data = tmp_path / "data"
    data.mkdir()
    return create_study("trial", data, example=True)


def quick(tmp_path, *arguments):
    output = tmp_path / "bench.json"
    code = main(["--quick", "--output", str(output), *map(str, arguments)])
    rows = json.loads(output.read_text(encoding="utf-8"))
    assert all(set(row) == {"name", "value", "unit", "against"} for row in rows)
    return code, {row["name"]: row for row in rows}


def value(rows, name):
    return next(row["value"] for told, row in rows.items() if told.startswith(name))


def test_speed_is_measured_on_both_sides(tmp_path, example, capsys):
    code, rows = quick(tmp_path, "--only", "speed", "--study", example)
    assert code == 0, capsys.readouterr().out
    plain, ours = value(rows, "speed: plain loop, a page"), value(rows, "speed: a page with its part")
    assert value(rows, "speed: steady state, times faster, stage") == pytest.approx(plain / ours, rel=0.01)
    assert "extrapolated" in rows["speed: plain loop, cold, 6 pages"]["against"]
    assert value(rows, "speed: cold, times faster") > 0
    assert value(rows, "memory: a plain kernel") > 50
    assert "plain loop, a page at steady state" in capsys.readouterr().out
    assert not (tmp_path / "outputs").exists()


def test_stage_and_scale_give_times_and_memory(tmp_path, example, capsys):
    code, rows = quick(tmp_path, "--only", "stage,scale", "--study", example)
    assert code == 0, capsys.readouterr().out
    parts = [value(rows, f"stage: trial, {p}") for p in ("intake", "analysis", "cube", "write")]
    assert value(rows, "stage: trial, whole") == pytest.approx(sum(parts), rel=0.05)
    assert value(rows, "scale: case rows") == pytest.approx(5000, rel=0.1)
    assert value(rows, "scale: intake and cube, peak") >= value(rows, "scale: intake, peak") > 50


def test_the_attack_is_measured_on_provinces_and_on_the_study(tmp_path, example, capsys):
    code, rows = quick(tmp_path, "--only", "attack", "--study", example)
    assert code == 0, capsys.readouterr().out
    assert value(rows, "attack: 6 districts, cells told") == 0
    assert value(rows, "attack: 6 districts, narrowest range") >= 5
    assert value(rows, "attack: trial whole, audit") > 0
    assert "; 0 leaks" in rows["attack: trial whole, cells hidden"]["against"]


def test_truth_comes_as_rows():
    table = truth_bench([1], questions=["associations"])
    rows = {row.name: row for row in truth_rows("light", table)}
    coverage = rows["truth: light, area_factors, between, all, coverage"]
    assert coverage.against.startswith("nominal 0.95, n 24 in 1 provinces")
    assert coverage.quiet  # the table is printed instead
    assert 0 <= rows["truth: light, area_factors, within, all, false discovery"].value <= 1
    assert "truth: light, area_factors, within, strong, found" in rows
    assert "truth: light, area_factors, within, none, false alarms" in rows


def test_a_quiet_row_is_written_and_not_printed(capsys):
    parts = {"one": lambda _: iter([Measurement("loud", 1, "s"), Measurement("still", 2, "s", quiet=True)])}
    rows, _ = run_parts(parts, Options(Path(), Path()))
    assert [row.name for row in rows] == ["loud", "still"]
    assert "still" not in capsys.readouterr().out


def test_a_part_that_fails_does_not_stop_the_others(tmp_path, capsys):
    def broken(_):
        yield Measurement("broken: first", 1, "s")
        raise ValueError("out of order")

    def sound(_):
        yield Measurement("sound: only", 2, "s", "beside 3")

    rows, failed = run_parts({"broken": broken, "sound": sound}, Options(tmp_path, tmp_path))
    assert [row.name for row in rows] == ["broken: first", "sound: only"]
    assert failed == ["broken"]
    told = capsys.readouterr()
    assert "broken: lỗi / failed" in told.out
    assert "out of order" in told.err


def test_the_exit_code_tells_of_a_failed_part(tmp_path, monkeypatch):
    def broken(_):
        raise ValueError("out of order")

    monkeypatch.setitem(PARTS, "stage", broken)
    assert quick(tmp_path, "--only", "stage") == (1, {})


def test_an_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit) as refused:
        main(["--only", "speed,sped"])
    assert refused.value.code == 2
    assert "sped" in capsys.readouterr().err


def test_values_are_written_to_four_digits(tmp_path):
    rows = [Measurement("a", 0.123456, "s"), Measurement("b", 1234567.0, "rows", "tất cả")]
    write_measurements(tmp_path / "new" / "bench.json", rows)
    text = (tmp_path / "new" / "bench.json").read_text(encoding="utf-8")
    assert [row["value"] for row in json.loads(text)] == [0.1235, 1234567]
    assert "tất cả" in text


def test_a_command_is_watched_to_its_end():
    held = watch([sys.executable, "-c", "import time; a = bytearray(10**8); time.sleep(0.8); print(len(a))"])
    assert held.output.strip() == "100000000"
    assert held.seconds > 0.8
    assert held.memory > 100
    assert held.kernel == 0


def test_a_command_that_fails_says_why():
    with pytest.raises(RuntimeError, match="no such thing"):
        watch([sys.executable, "-c", "raise SystemExit('no such thing')"])
