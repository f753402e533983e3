"""What the bench asks, in the order of its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from diaban.bench.truth import (
    associations,
    coders,
    configurations,
    control_charts,
    decomposition,
    delays,
    events,
    findings,
    importance,
    misreading,
    pairs,
    robustness,
    shares,
    small_areas,
    spatial,
    targets,
    what_if,
    worlds,
)
from diaban.bench.truth.worlds import World


@dataclass(frozen=True)
class Question:
    """judge: what a method says of a world, as `judged`. light: it needs a truth that only the light
    province has."""

    judge: Callable[[World], pd.DataFrame]
    light: bool = False


QUESTIONS: Mapping[str, Question] = {
    "associations": Question(associations.judge),
    "robustness": Question(robustness.judge),
    "importance": Question(importance.judge),
    "decomposition": Question(decomposition.judge),
    "what_if": Question(what_if.judge),
    "spatial": Question(spatial.judge, light=True),
    "small_areas": Question(small_areas.judge, light=True),
    "shares": Question(shares.judge),
    "pairs": Question(pairs.judge),
    "configurations": Question(configurations.judge, light=True),
    "coders": Question(coders.judge, light=True),
    "misreading": Question(misreading.judge, light=True),
    "events": Question(events.judge, light=True),
    "findings": Question(findings.judge, light=True),
    "targets": Question(targets.judge, light=True),
    "delays": Question(delays.judge),
    "control_charts": Question(control_charts.judge, light=True),
}

REPLICATES = (
    f"bootstraps: importance {importance.BOOTSTRAPS}, agreement {coders.BOOTSTRAPS}; "
    f"draws: decomposition {decomposition.DRAWS}, priorities {findings.BOOTSTRAPS}, moments {events.DRAWS}; "
    f"permutations: residuals {spatial.PERMUTATIONS}, robustness {worlds.PERMUTATIONS}, configurations "
    f"{configurations.PERMUTATIONS}"
)
