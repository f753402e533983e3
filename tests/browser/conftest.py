"""The browser that all tests of pages share."""

from __future__ import annotations

import pytest
from watched import missing

from diaban.errors import DiabanError
from diaban.run.pdf import find_browser


@pytest.fixture(scope="module")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright: pip install -e '.[dev]'")
    try:
        path = find_browser()
    except DiabanError as error:
        missing(str(error))
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()
