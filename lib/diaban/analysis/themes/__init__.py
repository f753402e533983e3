"""Themes that cut across streams: which cases belong, how many there are where, and what they look like."""

from diaban.analysis.themes.counts import theme_counts
from diaban.analysis.themes.members import theme_members, theme_support, theme_undetermined
from diaban.analysis.themes.panels import PANELS, SEASON, theme_panels
from diaban.analysis.themes.picks import Pick, Theme

__all__ = [
    "PANELS",
    "SEASON",
    "Pick",
    "Theme",
    "theme_counts",
    "theme_members",
    "theme_panels",
    "theme_support",
    "theme_undetermined",
]
