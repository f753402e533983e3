"""Keep a snapshot beside a run, and find it again. Internal files: no release may hold them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd

from diaban.editions.snapshot import Snapshot
from diaban.errors import DiabanError

_FRAMES = ("cases", "exposed", "places")
_ABOUT = "edition.json"


def write_snapshot(snapshot: Snapshot, folder: str | Path) -> Path:
    """Write the snapshot into `folder`, which is made: a Parquet file a frame, and `edition.json` last."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    (path / _ABOUT).unlink(missing_ok=True)
    held = {name: getattr(snapshot, name) for name in _FRAMES}
    for name, frame in held.items():
        file = path / f"{name}.parquet"
        if frame is None:
            file.unlink(missing_ok=True)
        else:
            frame.to_parquet(file, index=False)
    about = {
        "edition": snapshot.edition,
        "cutoff": snapshot.cutoff.isoformat(),
        "rules": snapshot.rules,
        "code": snapshot.code,
        "frames": [name for name, frame in held.items() if frame is not None],
    }
    (path / _ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return path


def read_snapshot(folder: str | Path) -> Snapshot:
    """The snapshot that `write_snapshot` wrote into `folder`. Raises DiabanError where there is none."""
    path = Path(folder)
    if not (path / _ABOUT).is_file():
        raise DiabanError("edition_not_kept", folder=path)
    about = json.loads((path / _ABOUT).read_text("utf-8"))
    frames = {name: pd.read_parquet(path / f"{name}.parquet") for name in about["frames"]}
    return Snapshot(
        edition=about["edition"],
        cutoff=date.fromisoformat(about["cutoff"]),
        rules=about["rules"],
        code=about["code"],
        cases=frames.get("cases"),
        exposed=frames["exposed"],
        places=frames["places"],
    )
