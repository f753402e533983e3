"""One page to make, and the light function that a forked child is handed."""

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
    engine: str


def make_page(task: PageTask) -> str:
    """Run the notebook, take the code out, write the page; returns the page's path."""
    # Imported here: the fork server has it loaded, and the conductor need not load it at all.
    from diaban.run.page_worker import work

    return work(task)
