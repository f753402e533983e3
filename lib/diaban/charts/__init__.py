"""Figures from protected or result frames: drawn once, readable on a phone, on paper and by ear."""

from diaban.charts.chart import Chart
from diaban.charts.choropleths import choropleth, simplified
from diaban.charts.funnels import funnel
from diaban.charts.intervals import dot_interval, rank_intervals
from diaban.charts.runs import run_chart
from diaban.charts.schematics import locator, schematic_map
from diaban.charts.spines import spine
from diaban.charts.tables import matrix, strip

__all__ = [
    "Chart",
    "choropleth",
    "dot_interval",
    "funnel",
    "locator",
    "matrix",
    "rank_intervals",
    "run_chart",
    "schematic_map",
    "simplified",
    "spine",
    "strip",
]
