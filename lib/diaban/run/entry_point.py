"""What `papermill --engine diaban-inprocess` finds: the in-process engine, loaded when it is first used.

Papermill loads entry points while it is itself half imported, and our engine is built on papermill's classes.
"""

from __future__ import annotations

from typing import Any


class LazyEngine:
    """Papermill's three questions to an engine, passed on to `InProcessEngine`."""

    @classmethod
    def execute_notebook(cls, *args: Any, **options: Any) -> Any:
        return _engine().execute_notebook(*args, **options)

    @classmethod
    def nb_kernel_name(cls, *args: Any, **options: Any) -> str:
        return _engine().nb_kernel_name(*args, **options)

    @classmethod
    def nb_language(cls, *args: Any, **options: Any) -> str:
        return _engine().nb_language(*args, **options)


def _engine() -> Any:
    from diaban.run.engine import InProcessEngine

    return InProcessEngine
