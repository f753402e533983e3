"""Cases, suspects and victims kept apart, and what follows from one person being on several files."""

from diaban.analysis.counting_units.identities import IDENTITIES, identities
from diaban.analysis.counting_units.reconciliation import reconciliation
from diaban.analysis.counting_units.repeats import repeat_adjusted, repeat_shares, widened_interval

__all__ = [
    "IDENTITIES",
    "identities",
    "reconciliation",
    "repeat_adjusted",
    "repeat_shares",
    "widened_interval",
]
