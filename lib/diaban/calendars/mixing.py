"""Figures of two calendars are not put side by side."""

from __future__ import annotations

import pandas as pd

from diaban.errors import DiabanError


def same_calendar(**frames: pd.DataFrame) -> str | None:
    """The one calendar that all `frames` are counted by; call it before joining them by period.

    frames: by the name that a reader knows them by, each with the column `calendar`. None where no frame
    has a row. Raises DiabanError, which names each frame with its calendar, where they differ.
    """
    used = {name: sorted(frame["calendar"].dropna().unique()) for name, frame in frames.items()}
    every = {key for calendars in used.values() for key in calendars}
    if len(every) > 1:
        named = "; ".join(f"{name}: {', '.join(calendars)}" for name, calendars in used.items() if calendars)
        raise DiabanError("calendar_mixed_frames", tables=named)
    return next(iter(every), None)
