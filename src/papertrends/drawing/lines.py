"""Shares over time as lines: smoothed where there is a curve, broken where data are missing.

Must not compute statistics: it draws the trends, curves and events tables as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from papertrends.drawing.looks import ThemeStyle, finish, natural_order, sign, text_lines
from papertrends.drawing.strokes import band, faint, loud, mark, peak, stroke, with_curves
from papertrends.drawing.units import Unit, axis_words
from papertrends.tables import names_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_LONG_NAMES = 8
#: More faint lines than these are named where one points at them, not in a legend.
FEW_FAINT = 12
_INDENT = "\u2003"  # as wide as a sign, and kept at the start of a line


def draw_lines(
    rows: pd.DataFrame,
    themes: pd.DataFrame,
    styles: dict[str, ThemeStyle],
    by: str,
    highlight: set[str],
    *,
    curves: pd.DataFrame,
    events: pd.DataFrame,
    unit: Unit = "share",
) -> go.Figure:
    """Lines over time; the themes of `highlight` stand out with points, band and events.

    A theme with a curve is drawn by it: its shares are points beside the smoothed line.
    One without is drawn by its shares, joined, and so are numbers of papers.
    """
    import plotly.graph_objects as go

    names = names_of(themes)
    rows = with_curves(rows, curves, unit)
    figure = go.Figure()
    ends: list[tuple[float, str]] = []
    n_faint = len(set(rows["theme_id"]) - highlight)
    opacity = 0.35 if n_faint <= FEW_FAINT else 0.2
    for theme in sorted(names, key=lambda theme: (theme in highlight, natural_order(theme))):
        own = rows[rows["theme_id"] == theme]
        if own.empty:
            continue
        line = stroke(own, names[theme], styles[theme], by, unit)
        if theme not in highlight:
            faint(figure, line, opacity)
            continue
        band(figure, line)
        loud(figure, line)
        mark(figure, line, events[events["theme_id"] == theme])
        ends.append((line.end[1] if line.end else 0.0, theme))
    finish(figure, height=460)
    figure.update_layout(margin={"r": 190}, legend={"y": -0.16, "yanchor": "top"})
    if n_faint > FEW_FAINT:
        _without_legend(figure, n_faint)
    figure.update_xaxes(title=None, type="date")
    figure.update_yaxes(**axis_words(unit), rangemode="tozero")
    _end_names(figure, ends, names, styles, top=peak(figure))
    return figure


def _without_legend(figure: go.Figure, n_faint: int) -> None:
    """Leave out a legend that would take the room of the lines; those that stand out have names."""
    figure.update_layout(showlegend=False, margin={"b": 64})
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", y=0, yref="paper", yanchor="top", yshift=-30,
        text=f"The faint lines are {n_faint} other themes.", showarrow=False,
        font={"size": 12}, name="faint", captureevents=False,
    )  # fmt: skip


def _end_names(
    figure: go.Figure,
    ends: Sequence[tuple[float, str]],
    names: dict[str, str],
    styles: dict[str, ThemeStyle],
    *,
    top: float,
) -> None:
    """Write the names beside the ends of their lines, moved apart where they would meet."""
    ordered = sorted(ends)
    most = 2 if len(ordered) <= MOST_LONG_NAMES else 1
    lines = [text_lines(names[theme], 22, most) for _, theme in ordered]
    heights = [value for value, _ in ordered]
    for lower, upper in pairwise(range(len(heights))):
        # Room for half of each of the two names.
        gap = 0.025 * (len(lines[lower]) + len(lines[upper])) * top
        heights[upper] = max(heights[upper], heights[lower] + gap)
    for height, (_, theme), parts in zip(heights, ordered, lines, strict=True):
        name = f"<br>{_INDENT}".join(parts)
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=10, y=height, yref="y", showarrow=False,
            text=f"{sign(styles[theme])} {name}", align="left",
            font={"size": 12}, name="end",
        )  # fmt: skip
