"""q-values: each follows from the p-values that are shown, or it ranks hidden comparisons among them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.release.audit.replay import Replayed, all_agree, numbers
from diaban.release.cube import Cube

FALSE_DISCOVERY = 0.05
FRAMES = {"case_factors": "over", "theme_counts": "differs"}
"""Frame -> the flag that its q decides on."""

CELLS = {
    "case_factors": "files|{locality}|{stream}|{code}",
    "theme_counts": "theme|{locality}|{theme}|{period}",
}


def replayed_comparisons(cube: Cube) -> Iterator[Replayed]:
    """q, the number of comparisons and the flags of frames with hidden rows.

    Every hidden row counts as a comparison with p = 1, as `shown_comparisons` has it. A q that ranks hidden
    ones cannot be tried way by way: each hidden count has a p of its own, and they are hundreds.
    """
    for name, flag in FRAMES.items():
        frame = cube.frames.get(name)
        if frame is None or not len(frame) or not frame["hidden"].any():
            continue
        p, q = numbers(frame["p"]), numbers(frame["q"])
        again = _stepped_up(p, int(frame["hidden"].sum()))
        same = bool(all_agree(again[None], q)[0]) and bool((np.isfinite(q) == np.isfinite(again)).all())
        same &= set(frame["comparisons"].unique()) == {int(np.isfinite(p).sum() + frame["hidden"].sum())}
        same &= bool((_flagged(frame[flag]) == (again < FALSE_DISCOVERY)).all())
        cells = tuple(CELLS[name].format_map(row) for row in frame[frame["hidden"]].to_dict("records"))
        yield Replayed(f"{name}.q", "proved" if same else "not_audited", cells)


def _stepped_up(p: np.ndarray, hidden: int) -> np.ndarray:
    """Benjamini & Hochberg (1995): the smallest p m / rank of this rank and all above, m with the hidden."""
    q = np.full(p.shape, np.nan)
    shown = np.flatnonzero(np.isfinite(p))
    order = shown[np.argsort(p[shown])]
    ratios = p[order] * (len(shown) + hidden) / np.arange(1, len(shown) + 1)
    last = 1.0 if hidden else np.inf
    q[order] = np.minimum.accumulate(np.append(ratios, last)[::-1])[::-1][: len(shown)]
    return np.minimum(q, 1.0)


def _flagged(flags: pd.Series) -> np.ndarray:
    """Where a flag says that a comparison came out."""
    if flags.dtype == "boolean":
        return flags.fillna(False).to_numpy(dtype=bool)
    return flags.notna().to_numpy()
