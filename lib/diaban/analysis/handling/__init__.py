"""How reports and cases are handled: how far they come, how long it takes, where they stop, and for whom."""

from diaban.analysis.handling.median_days import decision_medians
from diaban.analysis.handling.procedure import Procedure, report_clock
from diaban.analysis.handling.relative_rates import DecisionPoint, Grouping, relative_rates
from diaban.analysis.handling.resolution import resolution
from diaban.analysis.handling.stages import stages
from diaban.analysis.handling.stopped import stopped
from diaban.analysis.handling.time_to_decision import decision_curves, time_to_decision

__all__ = [
    "DecisionPoint",
    "Grouping",
    "Procedure",
    "decision_curves",
    "decision_medians",
    "relative_rates",
    "report_clock",
    "resolution",
    "stages",
    "stopped",
    "time_to_decision",
]
