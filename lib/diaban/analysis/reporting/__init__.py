"""Late reports: what is still to come, comparison at the same age, and how a change may be read."""

from diaban.analysis.reporting.chain_ladder import chain_ladder
from diaban.analysis.reporting.delay_triangle import delay_triangle
from diaban.analysis.reporting.late_months import late_months
from diaban.analysis.reporting.nowcast import expected_by_locality, nowcast
from diaban.analysis.reporting.reading import reading
from diaban.analysis.reporting.same_age import same_age

__all__ = [
    "chain_ladder",
    "delay_triangle",
    "expected_by_locality",
    "late_months",
    "nowcast",
    "reading",
    "same_age",
]
