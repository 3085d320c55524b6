"""Counts, shares and tests of themes over time.

Statistics of plain tables only: any papers and memberships will do, whatever
made them. Nothing here may know how themes are found, draw, or keep state.
"""

from papertrends.trends.changes import theme_changes
from papertrends.trends.comparison import curve_moves, what_changed
from papertrends.trends.counts import theme_trends
from papertrends.trends.events import theme_events
from papertrends.trends.periods import PERIODS, check_options, resolve_period, undated
from papertrends.trends.sensitivity import theme_sensitivity
from papertrends.trends.smoothing import theme_curves
from papertrends.trends.volume import digest_volume, volume_jumps

__all__ = [
    "PERIODS",
    "check_options",
    "curve_moves",
    "digest_volume",
    "resolve_period",
    "theme_changes",
    "theme_curves",
    "theme_events",
    "theme_sensitivity",
    "theme_trends",
    "undated",
    "volume_jumps",
    "what_changed",
]
