"""Counts over months or quarters, or days between cases: what is usual variation, and what is not."""

from diaban.analysis.control_charts.alerts import alert_budget, alerts
from diaban.analysis.control_charts.assurance import assurance, year_assurance
from diaban.analysis.control_charts.change_points import change_points
from diaban.analysis.control_charts.charts import control_charts, first_years
from diaban.analysis.control_charts.kinds import chart_kind
from diaban.analysis.control_charts.normal_change import normal_change_interval
from diaban.analysis.control_charts.season import season_weights
from diaban.analysis.control_charts.verdicts import chart_verdicts

__all__ = [
    "alert_budget",
    "alerts",
    "assurance",
    "change_points",
    "chart_kind",
    "chart_verdicts",
    "control_charts",
    "first_years",
    "normal_change_interval",
    "season_weights",
    "year_assurance",
]
