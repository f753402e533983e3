"""The archive of a release: the same files give the same bytes."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from diaban.release.exports import FILES, FOLDERS
from diaban.release.exports.packed import packed
from diaban.run.atomic import write_bytes

SUMS = "SHA256SUMS"
SHARED = ("site", *FILES, *FOLDERS)
"""What of a run's folder is released: nothing else ever is."""


def copy_shared(run: Path, target: Path) -> None:
    """Copy what is released from the folder of a run; what the run does not make is left out."""
    target.mkdir(parents=True, exist_ok=True)
    for name in SHARED:
        if (run / name).is_dir():
            shutil.copytree(run / name, target / name, symlinks=True)
        elif (run / name).exists():
            shutil.copyfile(run / name, target / name, follow_symlinks=False)


def changed_files(one: Path, other: Path) -> list[str]:
    """Paths of files that are not byte for byte the same in both folders, or stand in one of them only."""
    ours, theirs = contents(one), contents(other)
    return sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))


def contents(folder: Path) -> dict[str, bytes]:
    """Path inside the folder -> bytes of every file."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def write_archive(folder: Path, path: Path) -> None:
    """Everything in `folder`, with a list of checksums, as a zip file below a folder of the archive's name.

    Order, dates and permissions are fixed. A reader sees no archive or the whole of it.
    """
    files = contents(folder)
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    files[SUMS] = sums.encode("utf-8")
    write_bytes(path, packed({f"{path.stem}/{name}": files[name] for name in sorted(files)}))
