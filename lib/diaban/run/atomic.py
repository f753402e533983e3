"""Files and folders that are either the old ones or the new ones, never half of each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

_REDIRECT = """<!doctype html>
<meta charset="utf-8">
<title>diaban</title>
<meta http-equiv="refresh" content="0; url={address}">
<a href="{address}">{address}</a>
"""


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, creating its folder. A reader sees the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_text(path: Path, content: str) -> None:
    """Like `write_bytes`, in UTF-8 with line ends as they are."""
    write_bytes(path, content.encode("utf-8"))


def swap_directory(new: Path, target: Path) -> None:
    """Put the finished folder `new` in the place of `target` (which need not exist).

    An interrupt or an error leaves the old folder or the new one under the name `target`. A process killed
    between the two renames leaves the old one beside it, and the next call puts it back first.
    """
    old = target.with_name(f".{target.name}.old")
    _recover(old, target)
    try:
        if target.exists():
            target.replace(old)
        new.replace(target)
    finally:
        _recover(old, target)


def _recover(old: Path, target: Path) -> None:
    """Give `old` its name back if nothing took its place, else remove it."""
    if old.exists() and not target.exists():
        old.replace(target)
    elif old.exists():
        shutil.rmtree(old)


def point_latest(
    link: Path,
    target: Path,
    *,
    page: str = "index.html",
    symlink: Callable[..., None] = os.symlink,
) -> None:
    """Let `link` lead to the folder `target`, by a relative symbolic link.

    Where links are not allowed (Windows without the privilege, a USB stick) `link` becomes a folder whose
    `page` sends the browser on to `page` in `target`: the address a reader keeps is the same either way.
    """
    link.parent.mkdir(parents=True, exist_ok=True)
    unfinished = link.with_name(f".{link.name}.tmp")
    _remove(unfinished)
    try:
        symlink(os.path.relpath(target, link.parent), unfinished, target_is_directory=True)
    except (OSError, NotImplementedError):
        _write_redirect(unfinished, target, page)
    if link.is_symlink() and unfinished.is_symlink():
        unfinished.replace(link)
        return
    _remove(link)
    unfinished.replace(link)


def _write_redirect(folder: Path, target: Path, page: str) -> None:
    redirect = folder / page
    address = os.path.relpath(target / page, redirect.parent).replace(os.sep, "/")
    write_text(redirect, _REDIRECT.format(address=quote(address)))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
