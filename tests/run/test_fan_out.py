import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial
from pathlib import Path

import fan_out_workers as workers
import numpy as np
import pytest

from diaban.errors import DiabanError
from diaban.run.fan_out import fan_out
from diaban.run.fork_server import cool_down, warm_up
from diaban.run.methods import default_method, engine_for
from diaban.run.outcomes import Done, Failed, Started

pytestmark = pytest.mark.skipif(default_method() != "forkserver", reason="this system cannot fork")


def test_a_preload_that_breaks_is_said_and_the_next_one_works(tmp_path, monkeypatch):
    (tmp_path / "breaks_on_import.py").write_text("raise RuntimeError('broken')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    cool_down()
    with pytest.raises(DiabanError) as raised:
        fan_out({"a": 1}, workers.double, jobs=1, preload=["breaks_on_import"])
    assert raised.value.key == "fork_server_failed"
    assert fan_out({"a": 1}, workers.double, jobs=1, preload=["pandas"])["a"].value == 2


def test_a_preload_that_does_not_exist_is_named():
    with pytest.raises(DiabanError, match="no_such_module"):
        warm_up(["no_such_module"])


def test_results_come_in_the_order_of_the_tasks():
    outcomes = fan_out({name: number for number, name in enumerate("dcab")}, workers.double, jobs=2)
    assert list(outcomes) == list("dcab")
    assert [outcome.value for outcome in outcomes.values()] == [0, 2, 4, 6]
    assert all(isinstance(outcome, Done) and outcome.seconds > 0 for outcome in outcomes.values())


def test_no_tasks_are_no_outcomes():
    assert fan_out({}, workers.double, jobs=2) == {}


def test_nothing_of_a_run_is_seen_by_the_next(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACE", "the caller's")
    outcomes = fan_out({name: name for name in "abc"}, workers.leave_traces, jobs=1)
    seeded = random.Random("a").random(), np.random.RandomState(len("a")).random()
    for outcome in outcomes.values():
        *found, drawn = outcome.value
        assert found == [[], tmp_path.name, "the caller's"]
        assert drawn[0] != seeded[0]
        assert drawn[1] != seeded[1]
    assert workers.seen == []


def test_children_keep_to_one_thread_and_one_hash_seed():
    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED"]
    before = workers.environment(names)
    assert fan_out({"a": names}, workers.environment, jobs=1)["a"].value == {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }
    assert workers.environment(names) == before


def test_each_way_to_fail_is_told_apart_and_stops_nobody_else():
    ways = ["signal", "exit", "teaches", "unpicklable", "stubborn error?", "fine"]
    outcomes = fan_out({way: way for way in ways}, workers.fail, jobs=2)
    assert [type(outcome) for outcome in outcomes.values()] == [Failed] * 4 + [Done] * 2
    assert (outcomes["signal"].kind, outcomes["exit"].kind) == ("died", "died")
    assert "SIGKILL" in outcomes["signal"].message
    assert "exit code 7" in outcomes["exit"].message
    assert outcomes["teaches"].kind == "error"
    assert outcomes["teaches"].error.key == "notebook_missing"
    assert "Không tìm thấy" in outcomes["teaches"].message
    assert "pickle" in outcomes["unpicklable"].message


def test_an_error_that_cannot_travel_comes_in_words():
    outcome = fan_out({"a": "stubborn error"}, workers.fail, jobs=1)["a"]
    assert outcome.error is None
    assert outcome.message == "ab"
    assert "StubbornError" in outcome.traceback


def test_a_task_that_takes_too_long_is_ended():
    started = time.monotonic()
    outcomes = fan_out({"slow": "sleeps", "quick": "q"}, workers.fail, jobs=2, timeout=1.0)
    assert time.monotonic() - started < 20
    assert outcomes["slow"].kind == "timed_out"
    assert outcomes["quick"].value == "q"


def test_events_tell_who_works_and_never_more_than_the_jobs():
    events = []
    fan_out({str(n): n for n in range(5)}, workers.double, jobs=2, on_event=events.append)
    at_work = most = 0
    for event in events:
        at_work += 1 if isinstance(event, Started) else -1
        most = max(most, at_work)
    assert (len(events), at_work, most) == (10, 0, 2)


def test_an_interrupt_ends_the_children_and_what_they_started(tmp_path):
    record = tmp_path / "pids"

    def interrupt(_):
        while not (record.exists() and record.read_text()):
            time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fan_out({"a": record}, workers.sleep_with_a_child, jobs=1, on_event=interrupt)
    for pid in map(int, record.read_text().split()):
        assert _ends(pid)


def test_notebooks_run_and_render_in_children_and_a_broken_one_is_kept(make_notebook, tmp_path):
    source = make_notebook("from IPython.display import HTML\n12 // years\nHTML(f'<b>{district}</b>')")
    tasks = {
        name: (
            source,
            tmp_path / f"{name}.ipynb",
            {"district": name, "years": years},
            engine_for("forkserver"),
        )
        for name, years in [("Bù Đăng", 3), ("Lộc Ninh", 0)]
    }
    outcomes = fan_out(tasks, workers.run_and_render, jobs=2)
    assert "<b>Bù Đăng</b>" in outcomes["Bù Đăng"].value
    assert outcomes["Lộc Ninh"].error.fields["error"] == "ZeroDivisionError"
    assert (tmp_path / "Lộc Ninh.failed.ipynb").exists()


def test_where_nothing_forks_papermills_kernels_do_the_same(make_notebook, tmp_path):
    source = make_notebook("from IPython.display import HTML\nHTML(f'<b>{district}</b>')")
    pages = {}
    for method in ("kernels", "forkserver"):
        task = (source, tmp_path / method / "a.ipynb", {"district": "Bù Đăng"}, engine_for(method))
        outcome = fan_out({"a": task}, workers.run_and_render, jobs=1, method=method)["a"]
        assert isinstance(outcome, Done), outcome
        pages[method] = outcome.value, (tmp_path / method / "a.ipynb").read_bytes()
    assert pages["kernels"] == pages["forkserver"]


def test_a_bound_worker_works():
    assert fan_out({"a": 10}, partial(pow, 2), jobs=1)["a"].value == 1024


SCRIPT = """
    import sys, time
    print("main runs")
    import fan_out_workers
    from diaban.run.fan_out import fan_out
    started = time.monotonic()
    outcomes = fan_out({str(n): n for n in range(10)}, fan_out_workers.double, jobs=2)
    print(sum(outcome.value for outcome in outcomes.values()))
    if "wait" in sys.argv:
        fan_out({"a": sys.argv[2]}, fan_out_workers.sleep_with_a_child, jobs=1)
"""


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(workers.__file__).parent))
    path = tmp_path / "no_main_guard.py"
    path.write_text(textwrap.dedent(SCRIPT))
    return path


def test_a_script_without_a_main_guard_runs_once(script):
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["main", "runs", "90"]


def test_children_end_with_a_parent_who_is_killed(script, tmp_path):
    record = tmp_path / "pids"
    parent = subprocess.Popen([sys.executable, script, "wait", record], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not (record.exists() and record.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    for pid in map(int, record.read_text().split()):
        assert _ends(pid)


INTERRUPTED = """
    import fan_out_workers
    from diaban.run.fan_out import fan_out
    from diaban.run.fork_server import warm_up
    warm_up()
    print("loading", flush=True)
    try:
        fan_out({"a": "sleeps", "b": "sleeps"}, fan_out_workers.fail, jobs=2)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def test_ctrl_c_while_the_server_still_loads_is_quick_and_quiet(script, tmp_path):
    script.write_text(textwrap.dedent(INTERRUPTED))
    said = tmp_path / "said"
    with said.open("w") as stream:
        parent = subprocess.Popen(
            [sys.executable, script], stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
        )
    while not said.read_text():
        time.sleep(0.02)
    os.killpg(parent.pid, signal.SIGINT)
    assert parent.wait(10) == 0
    assert said.read_text().split() == ["loading", "interrupted"]


def _ends(pid):
    """Whether the process is gone, or dead and waiting to be noticed, within some seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return False
