"""A page in the browser, with all that went wrong on it; and what is missing to open one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MARK = "Dữ liệu mô phỏng / Simulated data"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


def missing(what: str) -> None:
    """In CI what is missing is a failure; for a user it is a skip that says what to install."""
    if os.environ.get("CI"):
        pytest.fail(f"browser tests need {what}")
    pytest.skip(f"browser tests need {what}")


class Watched:
    """A page of the browser, with all that went wrong on it."""

    def __init__(self, page) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("console", lambda message: self._heard(message))
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("requestfailed", lambda request: self.troubles.append(f"failed: {request.url}"))

    def _heard(self, message) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"{message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith(("file:", "data:")):
            self.troubles.append(f"network: {url}")

    def open(self, path: Path) -> None:
        self.page.goto(path.as_uri())


@contextmanager
def opened(browser, *, size=DESK, javascript: bool = True) -> Iterator[Watched]:
    context = browser.new_context(viewport=size, java_script_enabled=javascript)
    try:
        yield Watched(context.new_page())
    finally:
        context.close()


def files(made_run) -> list[tuple[str, Path]]:
    """Every page of a run with its language."""
    return [(language, path) for language, path, _ in made_run.html()]
