"""Counts, shares and tests of themes over time.

Statistics of plain tables only: any papers and memberships will do, whatever
made them. Nothing here may know how themes are found, draw, or keep state.
"""

from papertrends.trends.changes import theme_changes
from papertrends.trends.counts import PERIODS, resolve_period, theme_trends

__all__ = ["PERIODS", "resolve_period", "theme_changes", "theme_trends"]
