"""What one theme's line over time is made of: band, line, points, marks of events.

Shared by the chart of all lines and by the small multiples. Must not compute
statistics: it draws the trends, curves and events tables as they are.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

from papertrends.drawing.gaps import runs
from papertrends.drawing.looks import (
    ThemeStyle,
    hover_text,
    iso_day,
    percent,
    period_label,
    rgba,
    short_name,
)
from papertrends.drawing.shares import share_hover
from papertrends.drawing.sheet import Values, note
from papertrends.drawing.units import Unit, heights
from papertrends.trends.changes import SIGNIFICANT

_T = TypeVar("_T")
#: More points than these would hide the line.
MANY_PERIODS = 60
#: From so many points on the axis ends so many times higher than the lines do.
MANY_POINTS = 200
MOST_ABOVE = 1.3
#: Symbols of events; their white filling tells them from those of themes.
EVENT_SYMBOLS = {"emergence": "circle", "burst": "hourglass"}
_CURVE = ("smooth", "smooth_low", "smooth_high")


@dataclass(frozen=True)
class Stroke:
    """One theme's rows, and what is drawn of each of them, in per cent or in papers.

    `middle` is the line, `low` and `high` its interval, empty where it has none; `axes`
    names the axes it is drawn on.
    """

    theme: str
    name: str
    style: ThemeStyle
    by: str
    axes: tuple[str, str]
    smoothed: bool
    days: list[str]
    points: list[float | None]
    middle: list[float | None]
    low: list[float | None]
    high: list[float | None]
    symbols: list[str]
    hovers: list[str]

    @property
    def end(self) -> tuple[str, float] | None:
        """The day and the height at which the line ends; None where there is no line."""
        pairs = reversed(list(zip(self.days, self.middle, strict=True)))
        return next(((day, height) for day, height in pairs if height is not None), None)

    @property
    def on(self) -> dict[str, str]:
        """The axes, as a trace takes them."""
        return {"xaxis": self.axes[0], "yaxis": self.axes[1]}

    def trace(self, drawn: Values) -> Values:
        """Return what is drawn of the theme as a trace that bears its name."""
        own = {"name": short_name(self.name), "legendgroup": self.theme}
        return {"type": "scatter", **drawn, **own, **self.on}


def with_curves(rows: pd.DataFrame, curves: pd.DataFrame, unit: Unit) -> pd.DataFrame:
    """Put the smoothed line beside the rows of the trends table; counts have none."""
    if unit == "count":
        curves = curves.iloc[:0]
    return rows.merge(curves[["theme_id", "period", *_CURVE]], "left", ["theme_id", "period"])


def stroke(
    own: pd.DataFrame,
    name: str,
    style: ThemeStyle,
    by: str,
    unit: Unit = "share",
    axes: tuple[str, str] = ("x", "y"),
) -> Stroke:
    """Return the line of one theme, from its rows with their curve beside them."""
    smoothed = bool(own["smooth"].notna().any())
    points = heights(own, unit)
    middle, low, high = (
        points,
        *(
            [percent(value) for value in own[column]] if unit == "share" else []
            for column in ("share_low", "share_high")
        ),
    )
    if smoothed:
        middle, low, high = ([percent(value) for value in own[column]] for column in _CURVE)
    return Stroke(
        theme=str(own["theme_id"].iloc[0]),
        name=name,
        style=style,
        by=by,
        axes=axes,
        smoothed=smoothed,
        days=[iso_day(period) for period in own["period"]],
        points=points,
        middle=middle,
        low=low,
        high=high,
        symbols=[style.symbol + ("-open" if part else "") for part in own["partial"]],
        hovers=[_hover(row, name, by) for row in own.to_dict("records")],
    )


def band(line: Stroke) -> list[Values]:
    """Return the trace of the interval, one closed shape a run."""
    if not line.low:
        return []
    x: list[str | None] = []
    y: list[float | None] = []
    for run in runs(line.days, line.low, line.by):
        x += [*(line.days[place] for place in run + run[::-1]), None]
        y += [*(line.high[place] for place in run), *(line.low[place] for place in run[::-1]), None]
    return [{
        "type": "scatter", "x": x[:-1], "y": y[:-1], "fill": "toself", "mode": "lines",
        "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False, "meta": "band",
        "fillcolor": rgba(line.style.color, 0.13 if line.smoothed else 0.1),
        "legendgroup": line.theme, **line.on,
    }]  # fmt: skip


def loud(line: Stroke, *, width: float = 2.6, size: float = 7) -> list[Values]:
    """Return the traces of a theme that stands out: points and smoothed line, or points joined."""
    many = len(line.days) > MANY_PERIODS
    if not line.smoothed:
        size = size / 2 if many else size
        return [joined(line, mode="lines+markers", width=0.85 * width, size=size, opacity=1)]
    places = _broken(line)
    smooth = {
        "x": _at(line.days, places), "y": _at(line.middle, places), "mode": "lines",
        "line": {"color": line.style.color, "width": width, "dash": line.style.dash},
        "hoverinfo": "skip", "meta": "curve",
    }  # fmt: skip
    points = {
        "x": line.days, "y": line.points, "mode": "markers", "opacity": 1,
        "marker": {
            "size": size * (0.5 if many else 0.8), "symbol": line.symbols,
            "color": rgba(line.style.color, 0.3 if many else 0.55), "line": {"width": 0},
        },
        "hovertext": line.hovers, "hoverinfo": "text",
        "customdata": [[line.theme, day] for day in line.days], "showlegend": False,
    }  # fmt: skip
    return [line.trace(smooth), line.trace(points)]


def faint(line: Stroke, opacity: float) -> Values:
    """Return the trace of a theme of the background: its smoothed line, or points joined."""
    mode = "lines" if line.smoothed else "lines+markers"
    return joined(line, mode=mode, width=1.2, size=4, opacity=opacity)


def joined(line: Stroke, *, mode: str, width: float, size: float, opacity: float) -> Values:
    """Return the trace of the line itself, which tells of each of its points."""
    places = _broken(line)
    return line.trace({
        "x": _at(line.days, places), "y": _at(line.middle, places), "mode": mode,
        "opacity": opacity,
        "line": {"color": line.style.color, "width": width, "dash": line.style.dash},
        # A gap is no point, but Plotly wants a symbol for it.
        "marker": {"size": size, "symbol": [line.symbols[place or 0] for place in places]},
        "hovertext": _at(line.hovers, places), "hoverinfo": "text",
        "customdata": _at([[line.theme, day] for day in line.days], places),
    })  # fmt: skip


def mark(line: Stroke, events: pd.DataFrame, *, size: float = 11) -> list[Values]:
    """Return the trace of a symbol on the line where each event began that its q-value carries."""
    at = dict(zip(line.days, line.middle, strict=True))
    shown = [
        event
        for event in events.sort_values(["start", "event"]).to_dict("records")
        if event["event"] in EVENT_SYMBOLS
        and event["q_value"] < SIGNIFICANT
        and at.get(iso_day(event["start"])) is not None
    ]
    if not shown:
        return []
    days = [iso_day(event["start"]) for event in shown]
    return [line.trace({
        "x": days, "y": [at[day] for day in days], "mode": "markers", "meta": "event",
        "marker": {
            "size": size, "symbol": [EVENT_SYMBOLS[event["event"]] for event in shown],
            "color": "#ffffff", "line": {"color": line.style.color, "width": 0.22 * size},
        },
        "hovertext": [event_hover(event, line.name, line.by) for event in shown],
        "hoverinfo": "text", "customdata": [[line.theme, day] for day in days],
        "showlegend": False,
    })]  # fmt: skip


def peak(traces: Sequence[Values]) -> tuple[float, list[Values]]:
    """Return the top of the axis, and words where it is cut.

    It is cut where a few of very many points would flatten all lines; the words say how
    many lie higher.
    """
    heights = [y for trace in traces for y in trace["y"] if y is not None]
    highest = max(heights, default=0.0)
    points = [y for trace in traces if trace["mode"] == "markers" for y in trace["y"]]
    lines = [y for one in traces if one["mode"] == "lines" for y in one["y"] if y is not None]
    most = MOST_ABOVE * max(lines, default=highest)
    if len(points) <= MANY_POINTS or highest <= most:
        return highest, []
    above = sum(y is not None and y > most for y in points)
    told = note(
        f"↑ {above} point{' lies' if above == 1 else 's lie'} higher",
        x=0, xref="paper", xanchor="left", xshift=4, y=1, yref="paper", yanchor="bottom",
        font={"size": 11}, name="above",
    )  # fmt: skip
    return most, [told]


def _broken(line: Stroke) -> list[int | None]:
    """Return the places of the line's points in order, None for each gap between them."""
    places: list[int | None] = []
    for run in runs(line.days, line.middle, line.by):
        places += [*run, None]
    return places[:-1] or [*range(len(line.days))]


def _at(values: Sequence[_T], places: Sequence[int | None]) -> list[_T | None]:
    return [None if place is None else values[place] for place in places]


def _hover(row: Mapping[Hashable, Any], name: str, by: str) -> str:
    text = share_hover(row, name, by)
    if math.isnan(row["smooth"]):
        return text
    middle, low, high = (100 * row[column] for column in _CURVE)
    return f"{text}<br>smoothed: {middle:.1f} %, 95 % band {low:.1f} to {high:.1f} %"


def event_hover(event: Mapping[Hashable, Any], name: str, by: str) -> str:
    """Say what stands in one row of the events table, for a hover box."""
    start = period_label(event["start"], by)
    lines = [f"<b>{hover_text(name)}</b>"]
    before, during = (f"{100 * event[key]:.1f} %" for key in ("share_before", "share_during"))
    if event["event"] == "emergence":
        lines += [f"emerged: {start}", f"from {before} to {during} of the papers"]
    else:
        end = "" if pd.isna(event["end"]) else f" to {period_label(event['end'], by)}"
        lines += [f"burst: {start}{end}", f"{during} of the papers, {before} before"]
    if not (pd.isna(event["start_low"]) or pd.isna(event["start_high"])):
        ends = [period_label(event[key], by) for key in ("start_low", "start_high")]
        told = ends[0] if ends[0] == ends[1] else f"between {ends[0]} and {ends[1]}"
        lines.append(f"began {told} (95 %)")
    if not math.isnan(event["q_value"]):
        q = event["q_value"]
        lines.append(f"q = {q:.2g}" if q >= 0.001 else "q &lt; 0.001")
    return "<br>".join(lines)
