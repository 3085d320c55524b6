"""Shares over time as lines: smoothed where there is a curve, broken where data are missing.

Must not compute statistics: it draws the trends, curves and events tables as they are.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from papertrends.drawing.gaps import runs
from papertrends.drawing.looks import (
    SYMBOLS,
    ThemeStyle,
    finish,
    hover_text,
    iso_day,
    natural_order,
    percent,
    period_label,
    rgba,
    short_name,
    text_lines,
)
from papertrends.drawing.shares import share_hover
from papertrends.tables import names_of
from papertrends.trends.changes import SIGNIFICANT

if TYPE_CHECKING:
    import plotly.graph_objects as go

_T = TypeVar("_T")
MOST_LONG_NAMES = 8
FEW_FAINT = 12
#: More points than these would hide the line.
MANY_PERIODS = 60
#: From so many points on the axis ends so many times higher than the lines do.
MANY_POINTS = 200
MOST_ABOVE = 1.3
#: The symbols of the lines as signs of text, where two lines share a colour.
SIGNS = dict(zip(SYMBOLS, "●■◆▲✚★▼⬢", strict=True))
#: Symbols of events; their white filling tells them from those of themes.
EVENT_SYMBOLS = {"emergence": "circle", "burst": "hourglass"}
_INDENT = "\u2003"  # as wide as a sign, and kept at the start of a line
_CURVE = ("smooth", "smooth_low", "smooth_high")
_SHARE = ("share", "share_low", "share_high")


def draw_lines(
    rows: pd.DataFrame,
    themes: pd.DataFrame,
    styles: dict[str, ThemeStyle],
    by: str,
    highlight: set[str],
    *,
    curves: pd.DataFrame,
    events: pd.DataFrame,
) -> go.Figure:
    """Lines over time; the themes of `highlight` stand out with points, band and events.

    A theme with a curve is drawn by it: its shares are points beside the smoothed line.
    One without is drawn by its shares, joined.
    """
    import plotly.graph_objects as go

    names = names_of(themes)
    rows = rows.merge(curves[["theme_id", "period", *_CURVE]], "left", ["theme_id", "period"])
    figure = go.Figure()
    ends: list[tuple[float, str]] = []
    faint = 0.35 if len(names) - len(highlight) <= FEW_FAINT else 0.2
    for theme in sorted(names, key=lambda theme: (theme in highlight, natural_order(theme))):
        own, style = rows[rows["theme_id"] == theme], styles[theme]
        if own.empty:
            continue
        line = _line(own, names[theme], style, by)
        if theme not in highlight:
            _faint(figure, line, faint)
            continue
        _band(figure, line)
        _loud(figure, line)
        _mark(figure, line, events[events["theme_id"] == theme])
        ends.append((line.end, theme))
    finish(figure, height=460)
    figure.update_layout(margin={"r": 190}, legend={"y": -0.16, "yanchor": "top"})
    figure.update_xaxes(title=None, type="date")
    figure.update_yaxes(title="share of the papers", ticksuffix=" %", rangemode="tozero")
    _end_names(figure, ends, names, styles, peak=_peak(figure))
    return figure


def _peak(figure: go.Figure) -> float:
    """Return the top of the axis, cut where a few of very many points would flatten all lines."""
    heights = [y for trace in figure.data for y in trace.y if y is not None]
    peak = max(heights, default=0.0)
    points = [y for trace in figure.data if trace.mode == "markers" for y in trace.y]
    lines = [y for trace in figure.data if trace.mode == "lines" for y in trace.y if y is not None]
    most = MOST_ABOVE * max(lines, default=peak)
    if len(points) <= MANY_POINTS or peak <= most:
        return peak
    above = sum(y is not None and y > most for y in points)
    figure.update_yaxes(range=[0, most])
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", xshift=4, y=1, yref="paper", yanchor="bottom",
        text=f"↑ {above} point{' lies' if above == 1 else 's lie'} higher", showarrow=False,
        font={"size": 11}, name="above",
    )  # fmt: skip
    return most


@dataclass(frozen=True)
class _Line:
    """One theme's rows, and what is drawn of each of them; heights in per cent."""

    theme: str
    name: str
    style: ThemeStyle
    by: str
    smoothed: bool
    days: list[str]
    points: list[float | None]
    middle: list[float | None]
    low: list[float | None]
    high: list[float | None]
    symbols: list[str]
    hovers: list[str]

    @property
    def end(self) -> float:
        """The height at which the line ends."""
        return next((height for height in reversed(self.middle) if height is not None), 0.0)


def _line(own: pd.DataFrame, name: str, style: ThemeStyle, by: str) -> _Line:
    smoothed = bool(own["smooth"].notna().any())
    middle, low, high = (
        [percent(value) for value in own[column]] for column in (_CURVE if smoothed else _SHARE)
    )
    return _Line(
        theme=str(own["theme_id"].iloc[0]),
        name=name,
        style=style,
        by=by,
        smoothed=smoothed,
        days=[iso_day(period) for period in own["period"]],
        points=[percent(share) for share in own["share"]],
        middle=middle,
        low=low,
        high=high,
        symbols=[style.symbol + ("-open" if part else "") for part in own["partial"]],
        hovers=[_hover(row, name, by) for row in own.to_dict("records")],
    )


def _band(figure: go.Figure, line: _Line) -> None:
    """Draw the interval, one closed shape a run."""
    x: list[str | None] = []
    y: list[float | None] = []
    for run in runs(line.days, line.low, line.by):
        x += [*(line.days[place] for place in run + run[::-1]), None]
        y += [*(line.high[place] for place in run), *(line.low[place] for place in run[::-1]), None]
    figure.add_scatter(
        x=x[:-1], y=y[:-1], fill="toself", mode="lines", line={"width": 0}, hoverinfo="skip",
        fillcolor=rgba(line.style.color, 0.13 if line.smoothed else 0.1), showlegend=False,
        meta="band", legendgroup=line.theme,
    )  # fmt: skip


def _loud(figure: go.Figure, line: _Line) -> None:
    """Draw a theme that stands out: points and smoothed line, or points joined."""
    if not line.smoothed:
        _joined(figure, line, mode="lines+markers", width=2.2, size=7, opacity=1)
        return
    places = _broken(line)
    figure.add_scatter(
        x=_at(line.days, places), y=_at(line.middle, places), mode="lines", hoverinfo="skip",
        line={"color": line.style.color, "width": 2.6, "dash": line.style.dash}, meta="curve",
        name=short_name(line.name), legendgroup=line.theme,
    )  # fmt: skip
    figure.add_scatter(
        x=line.days, y=line.points, mode="markers", opacity=1,
        marker={
            "size": 5.5 if len(line.days) <= MANY_PERIODS else 3.5, "symbol": line.symbols,
            "color": rgba(line.style.color, 0.55 if len(line.days) <= MANY_PERIODS else 0.3),
            "line": {"width": 0},
        },
        hovertext=line.hovers, hoverinfo="text", customdata=[[line.theme, d] for d in line.days],
        name=short_name(line.name), legendgroup=line.theme, showlegend=False,
    )  # fmt: skip


def _faint(figure: go.Figure, line: _Line, opacity: float) -> None:
    """Draw a theme of the background: its smoothed line, or points joined."""
    mode = "lines" if line.smoothed else "lines+markers"
    _joined(figure, line, mode=mode, width=1.2, size=4, opacity=opacity)


def _joined(
    figure: go.Figure, line: _Line, *, mode: str, width: float, size: float, opacity: float
) -> None:
    places = _broken(line)
    figure.add_scatter(
        x=_at(line.days, places), y=_at(line.middle, places), mode=mode, opacity=opacity,
        line={"color": line.style.color, "width": width, "dash": line.style.dash},
        # A gap is no point, but Plotly wants a symbol for it.
        marker={"size": size, "symbol": [line.symbols[place or 0] for place in places]},
        hovertext=_at(line.hovers, places), hoverinfo="text",
        customdata=_at([[line.theme, day] for day in line.days], places),
        name=short_name(line.name), legendgroup=line.theme,
    )  # fmt: skip


def _broken(line: _Line) -> list[int | None]:
    """Return the places of the line's points in order, None for each gap between them."""
    places: list[int | None] = []
    for run in runs(line.days, line.middle, line.by):
        places += [*run, None]
    return places[:-1] or [*range(len(line.days))]


def _at(values: Sequence[_T], places: Sequence[int | None]) -> list[_T | None]:
    return [None if place is None else values[place] for place in places]


def _mark(figure: go.Figure, line: _Line, events: pd.DataFrame) -> None:
    """Put a symbol on the line where each event began that its q-value carries."""
    heights = dict(zip(line.days, line.middle, strict=True))
    shown = [
        event
        for event in events.sort_values(["start", "event"]).to_dict("records")
        if event["event"] in EVENT_SYMBOLS
        and event["q_value"] < SIGNIFICANT
        and heights.get(iso_day(event["start"])) is not None
    ]
    if not shown:
        return
    days = [iso_day(event["start"]) for event in shown]
    figure.add_scatter(
        x=days, y=[heights[day] for day in days], mode="markers", meta="event",
        marker={
            "size": 11, "symbol": [EVENT_SYMBOLS[event["event"]] for event in shown],
            "color": "#ffffff", "line": {"color": line.style.color, "width": 2.4},
        },
        hovertext=[event_hover(event, line.name, line.by) for event in shown],
        hoverinfo="text", customdata=[[line.theme, day] for day in days],
        name=short_name(line.name), legendgroup=line.theme, showlegend=False,
    )  # fmt: skip


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
