"""The light function that a forked child is handed."""

from __future__ import annotations

from diaban.run.page_task import PageTask

PRELOAD = ("diaban.run.page_worker",)
"""What the fork server loads, so that a child need not."""


def make_page(task: PageTask) -> str:
    """Run the notebook, take the code out, write the page; returns the page's path."""
    # Imported here: the fork server has it loaded, and the conductor need not load it at all.
    from diaban.run.page_worker import work

    return work(task)
