"""Figures from protected or result frames: drawn once, readable on a phone, on paper and by ear."""

from diaban.charts.aligned_bars import aligned_bars
from diaban.charts.chains import chain
from diaban.charts.chart import Chart
from diaban.charts.choropleths import choropleth, simplified
from diaban.charts.code_pairs import pairs
from diaban.charts.control_charts import control_chart
from diaban.charts.decompositions import decomposition
from diaban.charts.funnels import funnel
from diaban.charts.intervals import dot_interval
from diaban.charts.ranks import rank_intervals, rank_list
from diaban.charts.runs import run_chart
from diaban.charts.schematics import MOST_NAMED, locator, schematic_map
from diaban.charts.specification_curves import specification_curve
from diaban.charts.spines import spine
from diaban.charts.stages import stage_bars
from diaban.charts.step_curves import step_curve
from diaban.charts.tables import matrix, strip
from diaban.charts.waterfalls import waterfall

__all__ = [
    "MOST_NAMED",
    "Chart",
    "aligned_bars",
    "chain",
    "choropleth",
    "control_chart",
    "decomposition",
    "dot_interval",
    "funnel",
    "locator",
    "matrix",
    "pairs",
    "rank_intervals",
    "rank_list",
    "run_chart",
    "schematic_map",
    "simplified",
    "specification_curve",
    "spine",
    "stage_bars",
    "step_curve",
    "strip",
    "waterfall",
]
