"""One page to make."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PageTask:
    """One page to make. parameters: those of the notebook; stage: the folder of the run."""

    notebook: Path
    parameters: dict[str, str]
    stage: Path
    executed: Path
    target: Path
    title: str
    language: str
    simulated: bool
    internal: bool
    engine: str
