"""The charts of the report as Plotly figures: which are drawn, and of which tables.

Must not draw, which is the figures' task, and must not compute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from papertrends.report.model import Chart, Summary

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

#: What stands before the key of a chart that counts by the other date.
OTHER = "other/"
#: What stands behind the key of a chart of numbers of papers.
COUNT = "/count"


def figures(summary: Summary) -> dict[str, go.Figure]:
    """Draw the charts that the summary has words for.

    Parameters
    ----------
    summary : Summary
        The charts are drawn from ``summary.tables``.

    Returns
    -------
    dict of str to plotly.graph_objects.Figure
        By the chart's id (``shares``, ``multiples``, ``changes``, ``heatmap``, ``map``,
        ``volume``); ``other/shares`` counts by the other date, ``shares/count`` and
        ``other/shares/count`` show numbers of papers.
    """
    tables = summary.tables
    own = _Counted(summary.by, tables.trends, tables.curves, tables.changes, tables.events)
    drawn = _drawn(summary, summary.charts, own)
    if summary.other is None:
        return drawn
    # When themes emerged is told of the run's own date alone.
    other = _Counted(
        summary.other.by,
        tables.other_trends,
        tables.other_curves,
        tables.other_changes,
        tables.events.head(0),
    )
    others = _drawn(summary, summary.other.charts, other)
    return drawn | {OTHER + key: figure for key, figure in others.items()}


@dataclass(frozen=True)
class _Counted:
    """The tables over time, counted by one date."""

    by: str
    trends: pd.DataFrame
    curves: pd.DataFrame
    changes: pd.DataFrame
    events: pd.DataFrame


def _drawn(summary: Summary, charts: Sequence[Chart], counted: _Counted) -> dict[str, go.Figure]:
    figures: dict[str, go.Figure] = {}
    for chart in charts:
        draw = _painters(summary, chart, counted)[chart.chart_id]
        figures[chart.chart_id] = draw()
        if chart.count_caption:
            figures[chart.chart_id + COUNT] = draw(unit="count")
    return figures


def _painters(
    summary: Summary, chart: Chart, counted: _Counted
) -> Mapping[str, Callable[..., go.Figure]]:
    """Return what draws each chart, by its id; those that can draw counts take a `unit`."""
    from papertrends.figures import (
        plot_changes,
        plot_heatmap,
        plot_map,
        plot_multiples,
        plot_shares,
        plot_volume,
    )

    tables, by = summary.tables, counted.by
    trends, changes = (
        table[table["theme_id"].isin(chart.theme_ids)]
        for table in (counted.trends, counted.changes)
    )
    look: dict[str, Any] = {"looks": tables.looks}
    lines = look | {"curves": counted.curves, "events": counted.events, "by": by}
    loud: dict[str, Any] = {"highlight": chart.stands_out or None}
    return {
        "shares": partial(plot_shares, trends, tables.themes, **lines, **loud),
        "multiples": partial(plot_multiples, trends, tables.themes, **lines),
        "changes": partial(plot_changes, changes, tables.themes),
        "heatmap": partial(plot_heatmap, trends, tables.themes, by=by, **look),
        "map": partial(plot_map, tables.map, tables.memberships, tables.themes, **look),
        "volume": partial(plot_volume, tables.volume, jumps=tables.jumps, by=by),
    }
