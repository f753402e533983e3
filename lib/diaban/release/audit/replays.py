"""All statements of a cube that were fitted to several localities together."""

from __future__ import annotations

from collections.abc import Iterator

from diaban.release.audit.replay import Replayed
from diaban.release.audit.replay_comparisons import replayed_comparisons
from diaban.release.audit.replay_dispersion import replayed_dispersions
from diaban.release.audit.replay_groups import replayed_groups
from diaban.release.audit.replay_leaders import replayed_leaders
from diaban.release.audit.replay_rates import replayed_rates
from diaban.release.audit.replay_shares import replayed_shares
from diaban.release.audit.replay_steps import replayed_steps
from diaban.release.cube import Cube
from diaban.release.ledger.state import LedgerState


def replays(cube: Cube) -> Iterator[Replayed]:
    """Shrunk rates, z and funnels; shrunk shares; q-values; dispersions; figures of models."""
    for replay in (
        replayed_rates, replayed_shares, replayed_comparisons, replayed_dispersions, replayed_steps
    ):  # fmt: skip
        yield from replay(cube)


def replays_of_cells(cube: Cube, state: LedgerState, *, victims: int | None = None) -> Iterator[Replayed]:
    """Words of which the audit looks up the counts: comparisons of groups, codes that could lead. victims:
    threshold of counts of child victims."""
    yield from replayed_groups(cube, state, victims=victims)
    yield from replayed_leaders(cube, state)
