"""Files and folders that are either the old ones or the new ones, never half of each."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from diaban.errors import DiabanError

_NOT_WRITTEN = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}

_REDIRECT = """<!doctype html>
<meta charset="utf-8">
<title>diaban</title>
<meta http-equiv="refresh" content="0; url={address}">
<a href="{address}">{address}</a>
"""


@contextmanager
def writing_in_words(folder: Path) -> Iterator[None]:
    """What the system says when nothing more can be written into `folder`, as DiabanError `run_not_written`.

    A write names no file when the disk is full, and no library does it for us.
    """
    try:
        yield
    except Exception as error:
        refused = _refused(error)
        if refused is None or isinstance(error, DiabanError):
            raise
        detail = os.strerror(refused.errno or 0)
        raise DiabanError("run_not_written", folder=refused.filename or folder, detail=detail) from error


def _refused(error: BaseException | None) -> OSError | None:
    """What the system said, which a library may have put into words of its own."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NOT_WRITTEN:
            return error
        error = error.__cause__ or error.__context__
    return None


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, creating its folder. A reader sees the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with writing_in_words(path.parent):
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
