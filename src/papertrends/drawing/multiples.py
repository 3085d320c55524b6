"""Many themes as little panels beside each other, all on one scale.

Exists for more themes than anybody can tell apart in one chart. A page lays the panels
out anew for its width: `panel_axes` and `panel_place` are the rule that it follows.
Must not compute statistics: it draws the trends, curves and events tables as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from papertrends.drawing.looks import (
    ThemeStyle,
    period_label,
    rgba,
    sign,
    text_lines,
)
from papertrends.drawing.sheet import Values, figure, layout, note
from papertrends.drawing.strokes import (
    Stroke,
    band,
    joined,
    loud,
    mark,
    peak,
    stroke,
    with_curves,
)
from papertrends.drawing.units import Unit, axis_words
from papertrends.tables import names_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

COLUMNS = 4
#: Heights in pixels: of a panel with its name, and of the part above its axes.
ROW_HEIGHT = 156
TITLE_HEIGHT = 42
#: Room beside each panel as a part of its column, for the value at the line's end.
GAP = 0.2
#: So few points are drawn larger.
FEW_PERIODS = 4
#: More points than these in all are left out beside the smoothed lines.
MOST_POINTS = 3_000
#: What fits above a panel of a phone, two panels wide.
_TITLE_WIDTH = 23
_MARGIN = {"l": 44, "r": 4, "t": 6, "b": 40}
#: For a line of words above all panels.
_ROOM_ABOVE = 18


@dataclass(frozen=True)
class Place:
    """Where a panel stands, all in parts of the plot's width and height from below left.

    `x` and `y` are the domains of its axes, (`name_x`, `name_y`) the lower left corner of
    its name; `first` panels of a row have labels at their y axis, `lowest` ones of a
    column at their x axis.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    name_x: float
    name_y: float
    first: bool
    lowest: bool


def panel_axes(panel: int) -> tuple[str, str]:
    """Name the axes of a panel, counted from 0; its name is the annotation of that number.

    In the layout they are ``xaxis{panel + 1}`` and ``yaxis{panel + 1}``, the first
    without its number.

    Examples
    --------
    >>> panel_axes(0), panel_axes(1)
    (('x', 'y'), ('x2', 'y2'))
    """
    number = "" if panel == 0 else str(panel + 1)
    return f"x{number}", f"y{number}"


def panel_place(panel: int, panels: int, columns: int) -> Place:
    """Return where a panel stands when so many panels are laid out in so many columns.

    Row by row from the top left. The plot without its margins is `ROW_HEIGHT` pixels high
    for each row.

    Examples
    --------
    >>> place = panel_place(5, 6, 4)
    >>> place.x, place.first, place.lowest
    ((0.25, 0.45), False, True)
    """
    rows = math.ceil(panels / columns)
    row, column = divmod(panel, columns)
    top, name = 1 - row / rows, TITLE_HEIGHT / (ROW_HEIGHT * rows)
    left = column / columns
    return Place(
        x=(round(left, 6), round(left + (1 - GAP) / columns, 6)),
        y=(round(1 - (row + 1) / rows + name / 4, 6), round(top - name, 6)),
        name_x=round(left, 6),
        name_y=round(top - name, 6),
        first=column == 0,
        lowest=panel + columns >= panels,
    )


def draw_multiples(
    rows: pd.DataFrame,
    themes: pd.DataFrame,
    styles: dict[str, ThemeStyle],
    by: str,
    *,
    curves: pd.DataFrame,
    events: pd.DataFrame,
    unit: Unit = "share",
) -> go.Figure:
    """One panel a theme, in the order of `themes`."""
    names = names_of(themes)
    rows = with_curves(rows, curves, unit)
    there = [theme for theme in names if (rows["theme_id"] == theme).any()]
    traces: list[Values] = []
    lines = []
    for panel, theme in enumerate(there):
        own = rows[rows["theme_id"] == theme]
        line = stroke(own, names[theme], styles[theme], by, unit, panel_axes(panel))
        traces += _panel(line, few=len(rows) <= MOST_POINTS)
        traces += mark(line, events[events["theme_id"] == theme], size=8)
        lines.append(line)
    top, above = peak(traces)
    # A little below nought too, where points would be cut in half.
    scale = {"range": [round(-0.05 * (top or 1.0), 4), round(1.06 * (top or 1.0), 4)]}
    values = axis_words(unit) | {"title": None, "nticks": 4, "zeroline": True} | scale
    columns = min(COLUMNS, len(lines))
    places = [panel_place(panel, len(lines), columns) for panel in range(len(lines))]
    names_above = [_panel_name(*each) for each in zip(lines, places, strict=True)]
    return figure(
        [*traces, *_ends(lines, unit)],
        _layout(lines, places, _time_axis(rows, by), values, room=_ROOM_ABOVE if above else 0),
        notes=names_above + above,
    )


def _panel(line: Stroke, *, few: bool) -> list[Values]:
    """Return a theme's line and band, and the shares beside it while they are few."""
    if few or not line.smoothed:
        size = 5 if len(line.days) > FEW_PERIODS else 7
        traces = [*band(line), *loud(line, width=2, size=size)]
    else:
        traces = [*band(line), joined(line, mode="lines", width=2, size=4, opacity=1)]
    if len(line.days) == 1 and line.low and line.middle[0] is not None:
        middle, low, high = line.middle[0], line.low[0] or 0.0, line.high[0] or 0.0
        traces[-1]["error_y"] = {
            "type": "data", "symmetric": False, "array": [round(high - middle, 4)],
            "arrayminus": [round(middle - low, 4)], "color": rgba(line.style.color, 0.5),
            "thickness": 2, "width": 0,
        }  # fmt: skip
    return traces


def _panel_name(line: Stroke, place: Place) -> Values:
    name = "<br>".join(text_lines(line.name, _TITLE_WIDTH, 2))
    return note(
        f"{sign(line.style)} {name}", x=place.name_x, xref="paper", xanchor="left",
        y=place.name_y, yref="paper", yanchor="bottom", yshift=3, align="left",
        font={"size": 12}, name="panel", captureevents=False,
    )  # fmt: skip


def _layout(
    lines: Sequence[Stroke], places: Sequence[Place], times: Values, values: Values, *, room: int
) -> Values:
    """Return the axes of all panels, which share one scale; `room` pixels stay above them."""
    small = {"tickfont": {"size": 11}, "fixedrange": True}
    axes: Values = {}
    for panel, (line, place) in enumerate(zip(lines, places, strict=True)):
        x, y = line.axes
        matched = panel > 0
        axes[f"xaxis{x[1:]}"] = small | times | {
            "domain": place.x, "anchor": y, "showticklabels": place.lowest,
            **({"matches": "x"} if matched else {}),
        }  # fmt: skip
        axes[f"yaxis{y[1:]}"] = small | values | {
            "domain": place.y, "anchor": x, "showticklabels": place.first,
            **({"matches": "y"} if matched else {}),
        }  # fmt: skip
    columns = min(COLUMNS, len(lines))
    margin = _MARGIN | {"t": _MARGIN["t"] + room}
    return layout(
        height=ROW_HEIGHT * math.ceil(len(lines) / columns) + margin["t"] + margin["b"],
        **axes,
        showlegend=False,
        margin=margin,
        meta={
            "panels": len(lines), "row_height": ROW_HEIGHT, "title_height": TITLE_HEIGHT,
            "gap": GAP, "columns": columns,
        },
    )  # fmt: skip


def _time_axis(rows: pd.DataFrame, by: str) -> dict[str, Any]:
    """Return the axis of all panels: years where there are several, else first and last."""
    periods = sorted(pd.Timestamp(period) for period in rows["period"].unique())
    first, last = periods[0], periods[-1]
    room = max((last - first) * 0.06, pd.Timedelta(days=1))
    years = [year for year in range(first.year, last.year + 1) if pd.Timestamp(year, 1, 1) >= first]
    if len(years) >= 2 and by != "year":
        step = math.ceil(len(years) / 4)
        ticks = {str(pd.Timestamp(year, 1, 1).date()): str(year) for year in years[::step]}
    else:
        ends = dict.fromkeys([first, last])
        ticks = {
            str(day.date()): period_label(day, by, short=True).replace(
                f" {day.year}", f"<br>{day.year}"
            )
            for day in ends
        }
    return {
        "type": "date",
        "range": [str((first - room).date()), str((last + room).date())],
        "tickvals": list(ticks),
        "ticktext": list(ticks.values()),
        "tickangle": 0,
        "showgrid": len(years) >= 2,
        "zeroline": False,
        "title": None,
    }


def _ends(lines: Sequence[Stroke], unit: Unit) -> list[Values]:
    """Return the traces of the last value beside the end of each line."""
    traces: list[Values] = []
    for line in lines:
        if line.end is None:
            continue
        day, height = line.end
        text = f"{height:,.0f}" if unit == "count" else f"{height:.1f} %"
        # Set off from the line by blanks, which SVG keeps.
        traces.append({
            "type": "scatter", "x": [day], "y": [height], "mode": "text", "text": [f"  {text}"],
            "textposition": "middle right", "textfont": {"size": 11}, "hoverinfo": "skip",
            "cliponaxis": False, "showlegend": False, "meta": "end", "legendgroup": line.theme,
            **line.on,
        })  # fmt: skip
    return traces
