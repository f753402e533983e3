"""All statements of a cube that were fitted to several localities together."""

from __future__ import annotations

from collections.abc import Iterator

from diaban.release.audit.replay import Replayed
from diaban.release.audit.replay_comparisons import replayed_comparisons
from diaban.release.audit.replay_rates import replayed_rates
from diaban.release.audit.replay_shares import replayed_shares
from diaban.release.audit.replay_steps import replayed_steps
from diaban.release.cube import Cube


def replays(cube: Cube) -> Iterator[Replayed]:
    """Shrunk rates, z and funnels; shrunk shares; q-values; figures of models."""
    for replay in (replayed_rates, replayed_shares, replayed_comparisons, replayed_steps):
        yield from replay(cube)
