"""Shares over time as lines: smoothed where there is a curve, broken where data are missing.

Must not compute statistics: it draws the trends, curves and events tables as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from papertrends.drawing.looks import ThemeStyle, natural_order, sign, text_lines
from papertrends.drawing.sheet import Values, figure, layout, note
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
    names = names_of(themes)
    rows = with_curves(rows, curves, unit)
    traces: list[Values] = []
    ends: list[tuple[float, str]] = []
    n_faint = len(set(rows["theme_id"]) - highlight)
    opacity = 0.35 if n_faint <= FEW_FAINT else 0.2
    for theme in sorted(names, key=lambda theme: (theme in highlight, natural_order(theme))):
        own = rows[rows["theme_id"] == theme]
        if own.empty:
            continue
        line = stroke(own, names[theme], styles[theme], by, unit)
        if theme not in highlight:
            traces.append(faint(line, opacity))
            continue
        traces += [*band(line), *loud(line), *mark(line, events[events["theme_id"] == theme])]
        ends.append((line.end[1] if line.end else 0.0, theme))
    top, above = peak(traces)
    cut = {"range": [0, top]} if above else {}
    # A legend of so many would take the room of the lines; those that stand out have names.
    crowded = n_faint > FEW_FAINT
    around = layout(
        height=460,
        margin={"r": 190} | ({"b": 64} if crowded else {}),
        legend={"y": -0.16, "yanchor": "top"},
        xaxis={"type": "date"},
        yaxis={**axis_words(unit), "rangemode": "tozero", **cut},
        **({"showlegend": False} if crowded else {}),
    )
    told = [_faint_words(n_faint)] if crowded else []
    told += [*above, *_end_names(ends, names, styles, top=top)]
    return figure(traces, around, notes=told)


def _faint_words(n_faint: int) -> Values:
    return note(
        f"The faint lines are {n_faint} other themes.",
        x=0, xref="paper", xanchor="left", y=0, yref="paper", yanchor="top", yshift=-30,
        font={"size": 12}, name="faint", captureevents=False,
    )  # fmt: skip


def _end_names(
    ends: Sequence[tuple[float, str]],
    names: dict[str, str],
    styles: dict[str, ThemeStyle],
    *,
    top: float,
) -> list[Values]:
    """Return the names beside the ends of their lines, moved apart where they would meet."""
    ordered = sorted(ends)
    most = 2 if len(ordered) <= MOST_LONG_NAMES else 1
    lines = [text_lines(names[theme], 22, most) for _, theme in ordered]
    heights = [value for value, _ in ordered]
    for lower, upper in pairwise(range(len(heights))):
        # Room for half of each of the two names.
        gap = 0.025 * (len(lines[lower]) + len(lines[upper])) * top
        heights[upper] = max(heights[upper], heights[lower] + gap)
    return [
        note(
            f"{sign(styles[theme])} {f'<br>{_INDENT}'.join(parts)}",
            x=1, xref="paper", xanchor="left", xshift=10, y=height, yref="y", align="left",
            font={"size": 12}, name="end",
        )
        for height, (_, theme), parts in zip(heights, ordered, lines, strict=True)
    ]  # fmt: skip
