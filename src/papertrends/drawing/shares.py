"""Shares or counts in a few periods: a row of dots a theme, and what every dot says of itself.

Must not compute statistics: it draws the trends table as it is.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from papertrends.drawing.looks import (
    GREY,
    ThemeStyle,
    hover_text,
    iso_day,
    natural_order,
    period_label,
    rgba,
    short_name,
)
from papertrends.drawing.sheet import ROW_HEIGHT, Values, rows_figure
from papertrends.drawing.units import Unit, axis_words, heights
from papertrends.tables import names_of

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw_dots(
    rows: pd.DataFrame,
    themes: pd.DataFrame,
    styles: dict[str, ThemeStyle],
    by: str,
    unit: Unit = "share",
) -> go.Figure:
    """One row a theme: its periods below each other, joined by a thin line."""
    names = names_of(themes)
    periods = sorted(rows["period"].unique())
    fills = [index / max(1, len(periods) - 1) for index in range(len(periods))]
    offsets = [0.1 + 0.22 * (index - (len(periods) - 1) / 2) for index in range(len(periods))]
    if len(periods) == 1:
        fills = [1.0]
    rows = rows.assign(value=pd.Series(heights(rows, unit), index=rows.index, dtype="float64"))
    order = _by_move(rows)
    traces = _period_legend(rows, dict(zip(periods, fills, strict=True)), by)
    for level, theme in enumerate(order):
        style = styles[theme]
        own = rows[rows["theme_id"] == theme]
        places = [periods.index(period) for period in own["period"]]
        traces.append(
            {
                "type": "scatter",
                "x": heights(own, unit),
                "y": [round(level - offsets[place], 4) for place in places],
                "error_x": _error(own, rgba(style.color, 0.5)) if unit == "share" else None,
                "mode": "lines+markers",
                "line": {"color": rgba(style.color, 0.5), "width": 1},
                "marker": {
                    "size": 10,
                    "symbol": style.symbol,
                    "color": [rgba(style.color, fills[place]) for place in places],
                    "line": {"color": style.color, "width": 1.6},
                },
                "hovertext": [share_hover(row, names[theme], by) for row in own.to_dict("records")],
                "hoverinfo": "text",
                "customdata": [[theme, iso_day(period)] for period in own["period"]],
                "name": short_name(names[theme]),
                "showlegend": False,
                "cliponaxis": False,
            }
        )
    height = 96 + (ROW_HEIGHT + 8 * (len(periods) - 2)) * len(order)
    called = [names[theme] for theme in order]
    return rows_figure(traces, called, height=height, xaxis=_along(rows, unit))


def _by_move(rows: pd.DataFrame) -> list[str]:
    """Return the themes by how far they moved from the first period to the last."""
    values = rows.pivot(index="theme_id", columns="period", values="value").fillna(0.0)
    first = values.iloc[:, 0] if len(values.columns) > 1 else 0.0
    # Rounded, so that equal moves of shares stand in the order of the ids.
    moved = (values.iloc[:, -1] - first).round(9)
    return sorted(moved.index, key=lambda theme: (moved[theme], natural_order(theme)))


def _along(rows: pd.DataFrame, unit: Unit) -> dict[str, Any]:
    """Return the axis of the values, from nought to a little beyond the highest."""
    if unit == "count":
        top = max([*rows["value"].dropna(), 1.0])
        whole = {"dtick": 1} if top <= 4 else {}
        return axis_words(unit) | whole | {"range": [0, round(1.02 * top, 2)]}
    top = max([*rows["share_high"].dropna(), *rows["share"].dropna(), 0.01])
    title = "share of the papers, with 95 % interval"
    return axis_words(unit) | {"title": title, "range": [0, round(102 * float(top), 2)]}


def _period_legend(
    rows: pd.DataFrame, fills: Mapping[pd.Timestamp, float], by: str
) -> list[Values]:
    """Say in grey how full the symbol of each period is."""
    traces: list[Values] = []
    for period, fill in fills.items():
        sample = rows[rows["period"] == period].iloc[0]
        label = f"{period_label(pd.Timestamp(period), by)} ({sample['n_papers']:,} papers)"
        marker = {"size": 9, "color": rgba(GREY, fill), "line": {"color": GREY, "width": 1.6}}
        traces.append({
            "type": "scatter", "x": [None], "y": [None], "mode": "markers", "name": label,
            "hoverinfo": "skip", "marker": marker,
        })  # fmt: skip
    return traces


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
        f"{row['n_theme']:,} of {row['n_papers']:,} papers",
    ]
    if not math.isnan(row["share"]):
        low, high = 100 * row["share_low"], 100 * row["share_high"]
        lines.append(f"{100 * row['share']:.1f} %, 95 % interval {low:.1f} to {high:.1f} %")
    return "<br>".join(lines)
