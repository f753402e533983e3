import io

import pytest

from diaban.run.outcomes import Done, Failed, Started
from diaban.run.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def show(stream):
    with Progress(2, stream=stream) as progress:
        progress(Started("Bù Đăng"))
        progress(Started("Lộc Ninh"))
        progress(Done("Bù Đăng", None, 0.44))
        progress(Failed("Lộc Ninh", "error", "dòng một\nline two", 1.0))
    return stream.getvalue()


def test_without_a_terminal_one_line_a_finished_task():
    assert show(io.StringIO()).splitlines() == [
        "[1/2] Bù Đăng  0.4 s",
        "[2/2] Lộc Ninh  lỗi/failed: dòng một / line two",
    ]


def test_on_a_terminal_the_names_in_work_and_the_failure():
    shown = show(Terminal())
    assert "Bù Đăng, Lộc Ninh" in shown
    assert "còn/left" in shown
    assert "1/2" in shown
    assert "Lộc Ninh  lỗi/failed: dòng một / line two" in shown


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_nothing_to_do_shows_no_lines(stream):
    with Progress(0, stream=stream):
        pass
    assert "[" not in stream.getvalue().replace("\x1b[", "")
