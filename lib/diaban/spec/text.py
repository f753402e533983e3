"""Base of every declared thing: unknown keys are errors, texts come in both languages."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Declared):
    """A text in Vietnamese and English."""

    vi: str
    en: str

    def __getitem__(self, language: str) -> str:
        return getattr(self, language)
