"""Errors that teach: what is wrong, where, and what would be right, in Vietnamese and English."""

from __future__ import annotations

from diaban.language.catalogue import error_messages


class DiabanError(Exception):
    """A failure that a user can mend.

    `key` names a message of the error catalogues; `fields` fill its placeholders. The text is one
    Vietnamese line and one English line, so that whoever reads the screen can pass it on.
    """

    def __init__(self, key: str, **fields: object) -> None:
        self.key = key
        self.fields = fields
        super().__init__(key)

    def message(self, language: str) -> str:
        return error_messages()[self.key][language].format(**self.fields)

    def __str__(self) -> str:
        return f"{self.message('vi')}\n{self.message('en')}"

    def __reduce__(self) -> tuple:
        """Survive the way back from a worker process, fields and all."""
        return _rebuild, (type(self), self.key, self.fields)


def _rebuild(cls: type[DiabanError], key: str, fields: dict[str, object]) -> DiabanError:
    return cls(key, **fields)
