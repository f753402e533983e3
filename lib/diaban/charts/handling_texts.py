"""The words in the figures on handling."""

from __future__ import annotations

from diaban.language.catalogue import catalogue


def words(key: str, language: str, **fields: object) -> str:
    return catalogue("charts_handling")[key][language].format(**fields)
