"""Base of every declared thing: unknown keys are errors, texts come in both languages."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from diaban.spec.plain import LONGEST_KEY, LONGEST_TEXT, clipped, flaw_of_text, is_key


def _printable(text: str) -> str:
    flaw = flaw_of_text(text)
    if flaw is not None:
        raise PydanticCustomError(
            "spec_text_long" if flaw == "long" else "spec_text_unseen",
            "{shown} has {length} characters; at most {longest}, all of them seen",
            {"shown": clipped(text), "length": len(text), "longest": LONGEST_TEXT},
        )
    return text


def _key(text: str) -> str:
    if not is_key(text):
        raise PydanticCustomError(
            "spec_bad_key",
            "{shown} is no key of {longest} characters at most",
            {"shown": clipped(text), "longest": LONGEST_KEY},
        )
    return text


Words = Annotated[str, AfterValidator(_printable)]
"""A text that a page prints: no control characters, nothing that turns the writing, no book."""

Key = Annotated[str, AfterValidator(_key)]
"""A name that other parts of the declaration, file names and addresses use."""


class Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Declared):
    """A text in Vietnamese and English."""

    vi: Words
    en: Words

    def __getitem__(self, language: str) -> str:
        return getattr(self, language)
