"""Read `truth.toml`; every mistake is named by file and key."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from diaban.errors import DiabanError
from diaban.simulate.truth import Truth

TRUTH_NAME = "truth.toml"


def read_truth(folder: str | Path) -> Truth:
    """The declared truth of the study in `folder`.

    Raises DiabanError for a file that is missing or not TOML, and for the first key that is missing,
    unknown or has a wrong value (with its path, `streams[1].reporting.median`, counted from 1).
    """
    path = Path(folder) / TRUTH_NAME
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise DiabanError("simulate_file_missing", file=path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DiabanError("simulate_broken_toml", file=path, detail=error) from None
    try:
        return Truth.model_validate(declared)
    except ValidationError as error:
        raise _first_fault(path, error) from None


def _first_fault(path: Path, error: ValidationError) -> DiabanError:
    """The first fault; unknown keys come first, because a misspelt key also counts as a missing one."""
    fault = min(error.errors(), key=lambda f: f["type"] != "extra_forbidden")
    key = key_path(fault["loc"])
    if fault["type"] == "missing":
        return DiabanError("simulate_missing_key", file=path, where=key)
    if fault["type"] == "extra_forbidden":
        return DiabanError("simulate_unknown_key", file=path, where=key)
    expected = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return DiabanError(
        "simulate_wrong_value", file=path, where=key, value=repr(fault["input"])[:60], expected=expected
    )


def key_path(where: tuple[int | str, ...]) -> str:
    """("streams", 1, "key") -> `streams[2].key`, numbered from 1 as people count."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")
