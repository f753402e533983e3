"""An edition that was given out, with what it told and what it hid."""

from __future__ import annotations

from typing import NamedTuple

from diaban.release.cube import Cube
from diaban.release.ledger.state import LedgerState


class Published(NamedTuple):
    """edition: its key ("" where the study declares none). cube: all numbers that it gave out. state: what it
    knows and hides (internal)."""

    edition: str
    cube: Cube
    state: LedgerState
