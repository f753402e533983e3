"""The files of a release are read again before they leave."""

from __future__ import annotations

import re
import socket
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from diaban.release.pages.fragment import texts
from diaban.release.reread.compare import differences
from diaban.release.reread.contents import Contents, Fault, Piece
from diaban.release.reread.identifiers import identifiers
from diaban.release.reread.internal_values import InternalValues, internal_values
from diaban.release.reread.leftovers import leftovers
from diaban.release.reread.problem import Problem
from diaban.release.reread.readers import read

_OWN_FILES = (".zip",)
"""Files whose inner files are views of their own: each carries its mark."""
_SHORTEST = 3
"""A name of a machine or path that is not longer could be any word."""


class _Rules(NamedTuple):
    mark: str
    values: InternalValues
    names: Collection[str]
    points: Collection[tuple[float, float]]
    machine: tuple[str, ...]
    judged: dict[Piece, list[Fault]]


def reread(
    built: Path,
    again: Path,
    *,
    simulated: bool,
    internal_folder: Path | None = None,
    names: Collection[str] = (),
    points: Collection[tuple[float, float]] = (),
    alone: Collection[str] = (),
) -> list[Problem]:
    """All that stops the release of the files below `built`; empty if nothing does.

    again: the same files, made a second time from the audited cube alone. simulated: every view carries the
    mark. internal_folder: tables of cases whose keys and free text must not be found. names, points: of the
    declared localities, which may stand in a release. alone: files (paths inside `built`) that no second copy
    has, such as the certificate: they are read by all rules but not compared.
    """
    machine = (socket.gethostname(), str(Path.home()), str(Path.cwd()), str(built.resolve()))
    mark = texts("en")["simulated"] if simulated else ""
    rules = _Rules(mark, internal_values(internal_folder), names, points, machine, {})
    ours, theirs = _files(built), _files(again)
    problems = [
        Problem(name, "", "lost_file", "") for name in sorted(theirs.keys() - ours.keys() - set(alone))
    ]
    for name, path in sorted(ours.items()):
        problems += _file(name, path, None if name in alone else theirs.get(name, Path()), rules)
    return list(dict.fromkeys(problems))


def _files(folder: Path) -> dict[str, Path]:
    """Path inside the folder -> file or link, wherever a link leads."""
    found = (p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())
    return {path.relative_to(folder).as_posix(): path for path in found}


def _file(name: str, path: Path, copy: Path | None, rules: _Rules) -> Iterator[Problem]:
    """The problems of one file. copy: its second copy; an empty path where there is none, None if not due."""
    if path.is_symlink() or not path.is_file():
        yield Problem(name, "", "not_a_file", "")
        return
    data = path.read_bytes()
    contents = read(name, data)
    named = Contents(pieces=[Piece("file name", name)])
    yield from (Problem(name, *fault) for fault in _faults(named, rules))
    yield from _contents(name, contents, rules, marked=True)
    if copy is None:
        return
    if not copy.is_file():
        yield Problem(name, "", "foreign_file", "")
    elif (second := copy.read_bytes()) != data:
        yield from (Problem(name, *fault) for fault in differences(contents, read(name, second)))


def _contents(name: str, contents: Contents, rules: _Rules, *, marked: bool) -> Iterator[Problem]:
    """The problems of what a reader found, and of the files inside."""
    yield from (Problem(name, *fault) for fault in _faults(contents, rules))
    for part in contents.parts if marked and rules.mark else []:
        if "".join(rules.mark.split()) not in "".join(part.text.split()):
            yield Problem(name, part.where, "unmarked", "")
    for inner, data in contents.inner.items():
        path = f"{name}!{inner}"
        yield from (Problem(path, *f) for f in _faults(Contents(pieces=[Piece("file name", inner)]), rules))
        yield from _contents(path, read(inner, data), rules, marked=name.lower().endswith(_OWN_FILES))


def _faults(contents: Contents, rules: _Rules) -> Iterator[Fault]:
    yield from contents.faults
    for piece in contents.pieces:
        key = piece._replace(where="style" if piece.where == "style" else "")
        if key not in rules.judged:
            rules.judged[key] = list(_judged(key, rules))
        yield from (fault._replace(where=piece.where) for fault in rules.judged[key])


def _judged(piece: Piece, rules: _Rules) -> Iterator[Fault]:
    """What stops the release in a piece, wherever it stands."""
    yield from identifiers(piece, names=rules.names, points=rules.points)
    yield from leftovers(piece)
    yield from rules.values.found_in(piece)
    for known in rules.machine:
        if len(known) > _SHORTEST and re.search(rf"(?<![\w-]){re.escape(known)}(?![\w-])", piece.text):
            yield Fault(piece.where, "path", known)
