"""Find study folders: `data/*/study.toml` from here upwards, or where DIABAN_DATA points."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from diaban.errors import DiabanError
from diaban.spec.read import SPEC_NAME, nearest, read_spec

DATA_VARIABLE = "DIABAN_DATA"


def data_folder(start: str | Path | None = None) -> Path:
    """The folder that holds the studies.

    That is the one named by the environment variable DIABAN_DATA, else the first `data` folder
    with a study in it, going up from `start` (the current folder).
    """
    named = os.environ.get(DATA_VARIABLE)
    if named:
        if not Path(named).is_dir():
            raise DiabanError("spec_data_folder_missing", folder=named, variable=DATA_VARIABLE)
        return Path(named)
    here = Path(start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if any((folder / "data").glob(f"*/{SPEC_NAME}")):
            return folder / "data"
    raise DiabanError("spec_no_studies", folder=here, variable=DATA_VARIABLE)


def studies(start: str | Path | None = None) -> dict[str, Path]:
    """Name -> folder of every study that can be opened from `start`, in order of name."""
    return {path.parent.name: path.parent for path in sorted(data_folder(start).glob(f"*/{SPEC_NAME}"))}


def find_study(name: str | Path, start: str | Path | None = None) -> Path:
    """The folder of a study given by name, by path, or by its study.toml.

    An unknown name is answered with the nearest ones.
    """
    given = Path(name)
    if given.name == SPEC_NAME and given.is_file():
        return given.parent
    if (given / SPEC_NAME).is_file():
        return given
    if given.name != str(name):
        raise DiabanError("spec_file_missing", file=given / SPEC_NAME)
    known = studies(start)
    if str(name) in known:
        return known[str(name)]
    likely = nearest(str(name), list(known))
    raise DiabanError("spec_unknown_study", name=name, likely=likely, folder=data_folder(start))


def default_study(start: str | Path | None = None) -> Path:
    """The folder of the study that is meant where none is named: the first whose `study.default` is true.

    Where none says so, the only study there is. Raises DiabanError where several remain, and for a
    study.toml that is broken where no other one is the default.
    """
    known = studies(start)
    broken = []
    for folder in known.values():
        try:
            declared = tomllib.loads((folder / SPEC_NAME).read_text(encoding="utf-8-sig"))
        except ValueError:
            broken.append(folder)
            continue
        identity = declared.get("study")
        if isinstance(identity, dict) and identity.get("default") is True:
            return folder
    if len(known) == 1:
        return next(iter(known.values()))
    for folder in broken:
        read_spec(folder)
    raise DiabanError("spec_no_default", known=", ".join(known), folder=data_folder(start))
