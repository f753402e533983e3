"""Pages as PDF, printed by the Chromium that is on this machine: the same pages, laid out for A4.

Chromium is what the pages' layout is tested with; it keeps headings, links and alternative texts in the PDF,
and runs here with an empty profile and without a network. A PDF carries the time at which
it was made, so it stands beside the site and is no part of a release.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from diaban.errors import DiabanError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
LONGEST = 120.0
"""Seconds that one page may take."""
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)


def find_browser() -> Path:
    """The first Chromium or Chrome here. Raises DiabanError `pdf_no_browser` with the way to one."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    found = found or next((path for path in MAC if Path(path).is_file()), None)
    if found is None:
        raise DiabanError("pdf_no_browser", known=", ".join(BROWSERS[:4]))
    return Path(found)


def print_page(page: Path, target: Path, *, browser: Path | None = None) -> Path:
    """Print one HTML file to `target`. Raises DiabanError `pdf_failed` with what the browser said."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="diaban-print-") as scratch:
        made = Path(scratch) / "page.pdf"
        command = [
            str(browser or find_browser()),
            *_OPTIONS,
            *_as_root(),
            f"--user-data-dir={scratch}/profile",
            f"--print-to-pdf={made}",
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
            said = (done.stderr.strip().splitlines() or [str(done.returncode)])[-1]
        except subprocess.TimeoutExpired:
            said = f"> {LONGEST:.0f} s"
        if not made.is_file() or not made.read_bytes().startswith(b"%PDF"):
            raise DiabanError("pdf_failed", page=page.name, detail=said)
        shutil.move(made, target)
    return target


def print_site(
    site: Path,
    folder: Path,
    *,
    pages: Sequence[str] = (),
    jobs: int = 1,
    on_page: Callable[[Path], None] | None = None,
) -> list[Path]:
    """Print the pages of a site into `folder`, languages in folders as in the site; returns the files.

    pages: names of files without their ending; none means all. on_page: told of each one as it is done.
    """
    browser = find_browser()
    chosen = [path for path in sorted(site.rglob("*.html")) if not pages or path.stem in pages]

    def printed(path: Path) -> Path:
        target = print_page(path, folder / path.relative_to(site).with_suffix(".pdf"), browser=browser)
        if on_page is not None:
            on_page(target)
        return target

    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        return list(pool.map(printed, chosen))


def _as_root() -> list[str]:
    """Chromium will not start its sandbox for root, as in a container; our pages bring no code of others."""
    root = sys.platform.startswith("linux") and os.geteuid() == 0
    return ["--no-sandbox"] if root else []
