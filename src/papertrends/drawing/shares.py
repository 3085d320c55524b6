"""Shares over time: rows of dots for a few periods, lines for many, cells of a heat map.

Must not compute statistics: it draws the trends table as it is.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from papertrends.drawing.looks import (
    GREY,
    ROW_HEIGHT,
    SYMBOLS,
    ThemeStyle,
    finish,
    hover_text,
    iso_day,
    name_rows,
    natural_order,
    percent,
    period_label,
    rgba,
    short_name,
    text_lines,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_LONG_NAMES = 8
FEW_FAINT = 12
#: The symbols of the lines as signs of text, where two lines share a colour.
SIGNS = dict(zip(SYMBOLS, "●■◆▲✚★▼⬢", strict=True))
_INDENT = "\u2003"  # as wide as a sign, and kept at the start of a line


def draw_dots(
    rows: pd.DataFrame, themes: pd.DataFrame, styles: dict[str, ThemeStyle], by: str
) -> go.Figure:
    """One row a theme: its periods below each other, joined by a thin line."""
    import plotly.graph_objects as go

    names = dict(zip(themes["theme_id"], themes["name"], strict=True))
    periods = sorted(rows["period"].unique())
    fills = [index / max(1, len(periods) - 1) for index in range(len(periods))]
    offsets = [0.1 + 0.22 * (index - (len(periods) - 1) / 2) for index in range(len(periods))]
    if len(periods) == 1:
        fills = [1.0]
    shares = rows.pivot(index="theme_id", columns="period", values="share").fillna(0.0)
    moved = {
        theme: (shares[periods[-1]][theme] - (shares[periods[0]][theme] if offsets[1:] else 0))
        for theme in shares.index
    }
    order = sorted(moved, key=lambda theme: (moved[theme], natural_order(theme)))
    figure = go.Figure()
    _period_legend(figure, rows, dict(zip(periods, fills, strict=True)), by)
    for level, theme in enumerate(order):
        style = styles[theme]
        own = rows[rows["theme_id"] == theme]
        places = [periods.index(period) for period in own["period"]]
        figure.add_scatter(
            x=[percent(share) for share in own["share"]],
            y=[round(level - offsets[place], 4) for place in places],
            error_x=_error(own, rgba(style.color, 0.5)),
            mode="lines+markers",
            line={"color": rgba(style.color, 0.5), "width": 1},
            marker={
                "size": 10,
                "symbol": style.symbol,
                "color": [rgba(style.color, fills[place]) for place in places],
                "line": {"color": style.color, "width": 1.6},
            },
            hovertext=[share_hover(row, names[theme], by) for row in own.to_dict("records")],
            hoverinfo="text",
            customdata=[[theme, iso_day(period)] for period in own["period"]],
            name=short_name(names[theme]),
            showlegend=False,
            cliponaxis=False,
        )
    finish(figure, height=96 + (ROW_HEIGHT + 8 * (len(periods) - 2)) * len(order))
    name_rows(figure, [names[theme] for theme in order])
    figure.update_xaxes(title="share of the papers, with 95 % interval", ticksuffix=" %")
    top = max([*rows["share_high"].dropna(), *rows["share"].dropna(), 0.01])
    figure.update_xaxes(range=[0, round(102 * float(top), 2)])
    return figure


def _period_legend(
    figure: go.Figure, rows: pd.DataFrame, fills: Mapping[pd.Timestamp, float], by: str
) -> None:
    """Say in grey how full the symbol of each period is."""
    for period, fill in fills.items():
        sample = rows[rows["period"] == period].iloc[0]
        label = f"{period_label(pd.Timestamp(period), by)} ({sample['n_papers']} papers)"
        figure.add_scatter(
            x=[None], y=[None], mode="markers", name=label, hoverinfo="skip",
            marker={"size": 9, "color": rgba(GREY, fill), "line": {"color": GREY, "width": 1.6}},
        )  # fmt: skip


def draw_lines(
    rows: pd.DataFrame,
    themes: pd.DataFrame,
    styles: dict[str, ThemeStyle],
    by: str,
    highlight: set[str],
) -> go.Figure:
    """Lines over time; the themes of `highlight` stand out and carry their interval."""
    import plotly.graph_objects as go

    names = dict(zip(themes["theme_id"], themes["name"], strict=True))
    figure = go.Figure()
    ends: list[tuple[float, str]] = []
    faint = 0.35 if len(names) - len(highlight) <= FEW_FAINT else 0.2
    for theme in sorted(names, key=lambda theme: (theme in highlight, natural_order(theme))):
        own, style = rows[rows["theme_id"] == theme], styles[theme]
        if own.empty:
            continue
        loud = theme in highlight
        dates = [iso_day(period) for period in own["period"]]
        if loud:
            low = [percent(share) for share in own["share_low"]]
            high = [percent(share) for share in own["share_high"]]
            figure.add_scatter(
                x=dates + dates[::-1], y=high + low[::-1], fill="toself", mode="lines",
                fillcolor=rgba(style.color, 0.1), line={"width": 0}, hoverinfo="skip",
                showlegend=False, meta="band",
            )  # fmt: skip
            ends.append((percent(own["share"].iloc[-1]) or 0.0, theme))
        figure.add_scatter(
            x=dates,
            y=[percent(share) for share in own["share"]],
            mode="lines+markers",
            opacity=1 if loud else faint,
            line={"color": style.color, "width": 2.2 if loud else 1.2, "dash": style.dash},
            marker={
                "size": 7 if loud else 4,
                "symbol": [style.symbol + ("-open" if part else "") for part in own["partial"]],
            },
            hovertext=[share_hover(row, names[theme], by) for row in own.to_dict("records")],
            hoverinfo="text",
            customdata=[[theme, date] for date in dates],
            name=short_name(names[theme]),
        )
    finish(figure, height=460)
    figure.update_layout(margin={"r": 190}, legend={"y": -0.16, "yanchor": "top"})
    figure.update_xaxes(title=None, type="date")
    figure.update_yaxes(title="share of the papers", ticksuffix=" %", rangemode="tozero")
    top = max((value for value, _ in ends), default=0.0)
    peak = max((percent(high) or 0.0 for high in rows["share_high"].dropna()), default=top)
    _end_names(figure, ends, names, styles, peak=peak)
    return figure


def _end_names(
    figure: go.Figure,
    ends: Sequence[tuple[float, str]],
    names: dict[str, str],
    styles: dict[str, ThemeStyle],
    *,
    peak: float,
) -> None:
    """Write the names beside the ends of their lines, moved apart where they would meet."""
    ordered = sorted(ends)
    most = 2 if len(ordered) <= MOST_LONG_NAMES else 1
    lines = [text_lines(names[theme], 22, most) for _, theme in ordered]
    heights = [value for value, _ in ordered]
    for lower, upper in pairwise(range(len(heights))):
        # Room for half of each of the two names.
        gap = 0.025 * (len(lines[lower]) + len(lines[upper])) * peak
        heights[upper] = max(heights[upper], heights[lower] + gap)
    for height, (_, theme), parts in zip(heights, ordered, lines, strict=True):
        name = f"<br>{_INDENT}".join(parts)
        sign = SIGNS[styles[theme].symbol]
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=10, y=height, yref="y", showarrow=False,
            text=f'<span style="color:{styles[theme].color}">{sign}</span> {name}', align="left",
            font={"size": 12}, name="end",
        )  # fmt: skip


def _error(rows: pd.DataFrame, color: str) -> dict[str, Any]:
    def length(values: Iterable[float]) -> list[float]:
        return [0.0 if math.isnan(value) else max(0.0, round(100 * value, 4)) for value in values]

    return {
        "type": "data",
        "symmetric": False,
        "array": length(rows["share_high"] - rows["share"]),
        "arrayminus": length(rows["share"] - rows["share_low"]),
        "color": color,
        "thickness": 2,
        "width": 0,
    }


def share_hover(row: Mapping[Hashable, Any], name: str, by: str) -> str:
    """Say what stands in one row of the trends table, for a hover box."""
    late = " (not over yet)" if row["partial"] else ""
    lines = [
        f"<b>{hover_text(name)}</b>",
        period_label(row["period"], by) + late,
        f"{row['n_theme']} of {row['n_papers']} papers",
    ]
    if not math.isnan(row["share"]):
        low, high = 100 * row["share_low"], 100 * row["share_high"]
        lines.append(f"{100 * row['share']:.1f} %, 95 % interval {low:.1f} to {high:.1f} %")
    return "<br>".join(lines)
