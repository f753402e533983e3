"""As much of `Results` as the frames of the whole ask for; what is not given is not asked by the study."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from diaban.release.frames.whole import FRAMES, protected_whole
from diaban.release.ledger.ledger import Ledger

THRESHOLD = 5


def whole_results(*, targets=(), themes=(), blocks=("b",), **frames) -> SimpleNamespace:
    spec = SimpleNamespace(
        targets=list(targets),
        themes=list(themes),
        periods=SimpleNamespace(blocks=[SimpleNamespace(key=key) for key in blocks]),
        block_of=lambda: dict.fromkeys(frames.get("years", ()), blocks[0]),
        handling=None,
        disclosure=SimpleNamespace(of_victims=10, threshold=THRESHOLD),
    )
    asked = {frame.name: None for frame in FRAMES} | {"event_moments": None, "book": pd.DataFrame()}
    return SimpleNamespace(**{**asked, "spec": spec, **frames})


def ledger_of(shown=None, hidden=None, equations=(), small=None) -> Ledger:
    """shown, hidden: cell -> count; hidden ones below the threshold are protected, or those of `small`."""
    shown, hidden = {"nothing": 99.0, **(shown or {})}, hidden or {}
    few = {cell for cell, n in hidden.items() if n < THRESHOLD} if small is None else set(small)
    counts = pd.Series({**shown, **hidden}, dtype=float)
    return Ledger(counts, list(equations), set(hidden), few, threshold=THRESHOLD)


def told(ledger: Ledger | None = None, **options) -> dict[str, pd.DataFrame]:
    return protected_whole(whole_results(**options), ledger or ledger_of())
