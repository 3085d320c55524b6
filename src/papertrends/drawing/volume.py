"""How many papers a period has, and how late they were listed: what lies under every share.

Must not compute statistics: it draws the volume and jumps tables as they are.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from papertrends.drawing.gaps import runs
from papertrends.drawing.looks import iso_day, period_label, rgba
from papertrends.drawing.sheet import Values, figure, layout, note

if TYPE_CHECKING:
    import plotly.graph_objects as go

# No theme's colours: these are of the digest as a whole.
_BAR, _AGAIN, _JUMP, _LAG = "#7f8998", "#4f6fae", "#c2410c", "#6b7686"
#: Plotly's lengths of periods, for bars as wide as their period.
_LENGTHS = {"week": 7 * 86_400_000, "month": "M1", "quarter": "M3", "year": "M12"}
_JUMP_LINE = 17
_JUMP_STROKE = {"color": _JUMP, "width": 1.5, "dash": "dot"}
#: The axes of the bars, and of the days below them, with what of the height is each one's.
_ABOVE, _BELOW = {"xaxis": "x", "yaxis": "y"}, {"xaxis": "x2", "yaxis": "y2"}
_BARS_DOMAIN, _DAYS_DOMAIN = [0.4358, 1], [0, 0.3458]


def draw_volume(volume: pd.DataFrame, jumps: pd.DataFrame, by: str) -> go.Figure:
    """Papers a period as bars, and below them the lag, where any is known."""
    with_lag = bool(volume["lag_median"].notna().any())
    days = [iso_day(period) for period in volume["period"]]
    hovers = [volume_hover(row, by) for row in volume.to_dict("records")]
    # The period itself, not its first day, is where its bar and its point stand.
    place: dict[str, Any] = {"x": days, "customdata": [[day] for day in days], "hovertext": hovers}
    if by in _LENGTHS:
        place |= {"xperiod": _LENGTHS[by], "xperiodalignment": "middle", "xperiod0": days[0]}
    changes = jumps.sort_values("start").to_dict("records")
    notes, levels = _jump_words(changes, days)
    around = layout(
        height=(430 if with_lag else 290) + _JUMP_LINE * levels,
        barmode="overlay",
        bargap=0.12,
        legend={"y": -0.1 if with_lag else -0.16, "yanchor": "top"},
        margin={"t": 22 + _JUMP_LINE * levels, "r": 16, "b": 64},
        **_axes(f"papers a {by}" if by else "papers", with_lag=with_lag),
    )
    traces = _bars(volume, place) + (_lags(volume, place, by) if with_lag else [])
    if len(changes) > 1:
        traces.append({
            "type": "scatter", "x": [None], "y": [None], "mode": "lines", "line": _JUMP_STROKE,
            "hoverinfo": "skip", "name": "papers a digest, before → after", **_ABOVE,
        })  # fmt: skip
    return figure(traces, around, notes=notes, shapes=_jump_lines(changes))


def _axes(title: str, *, with_lag: bool) -> Values:
    """Return the axes of the bars, and below them those of the days, over the same dates."""
    days: Values = {"type": "date", "fixedrange": True, "domain": [0, 1]}
    values: Values = {"rangemode": "tozero", "fixedrange": True, "title": {"text": title}}
    bars, lags = {"anchor": "x", "domain": [0, 1]}, {"anchor": "x2", "domain": _DAYS_DOMAIN}
    if not with_lag:
        return {"xaxis": days | {"anchor": "y"}, "yaxis": values | bars}
    return {
        "xaxis": days | {"anchor": "y", "matches": "x2", "showticklabels": False},
        "yaxis": values | bars | {"domain": _BARS_DOMAIN},
        "xaxis2": days | {"anchor": "y2"},
        "yaxis2": values | lags | {"title": {"text": "days to listing"}},
    }


def _bars(volume: pd.DataFrame, place: Mapping[str, Any]) -> list[Values]:
    hatched = {"shape": ["/" if part else "" for part in volume["partial"]], "size": 5}
    bar = {"type": "bar", **place, "hoverinfo": "text", **_ABOVE}
    plain = {"color": _BAR, "line": {"width": 0}}
    counts = {"y": [int(n) for n in volume["n_papers"]], "name": "papers"}
    bars = [bar | counts | {"marker": plain | {"pattern": {**hatched, "fillmode": "replace"}}}]
    if (volume["n_again"] > 0).any():
        again = {"y": [int(n) for n in volume["n_again"]], "name": "of these, listed before"}
        bars.append(bar | again | {"marker": {"color": _AGAIN, "line": {"width": 0}}})
    return bars


def _lags(volume: pd.DataFrame, place: Mapping[str, Any], by: str) -> list[Values]:
    days = place["x"]
    middle, low, high = (
        [None if math.isnan(value) else round(float(value), 2) for value in volume[name]]
        for name in ("lag_median", "lag_low", "lag_high")
    )
    x: list[str | None] = []
    y: list[float | None] = []
    places: list[int | None] = []
    for run in runs(days, middle, by):
        x += [*(days[at] for at in run + run[::-1]), None]
        y += [*(high[at] for at in run), *(low[at] for at in run[::-1]), None]
        places += [*run, None]
    shift = {key: value for key, value in place.items() if key.startswith("xperiod")}
    band = {
        "type": "scatter", "x": x[:-1], "y": y[:-1], **shift, "fill": "toself", "mode": "lines",
        "line": {"width": 0}, "meta": "band", "fillcolor": rgba(_LAG, 0.25), "hoverinfo": "skip",
        "name": "days to listing: middle 80 %", **_BELOW,
    }  # fmt: skip
    at = places[:-1]
    median = {
        "type": "scatter", "x": [None if i is None else days[i] for i in at], **shift,
        "y": [None if i is None else middle[i] for i in at], "mode": "lines+markers",
        "name": "their median", "line": {"color": _LAG, "width": 2},
        "marker": {"size": 4 if len(days) < 80 else 2}, "hoverinfo": "text",
        "hovertext": [None if i is None else place["hovertext"][i] for i in at],
        "customdata": [None if i is None else [days[i]] for i in at], **_BELOW,
    }  # fmt: skip
    return [band, median]


def _jump_lines(rows: Sequence[Mapping[Hashable, Any]]) -> list[Values]:
    days = [iso_day(row["start"]) for row in rows]
    across = {"type": "line", "y0": 0, "y1": 1, "xref": "x", "yref": "paper", "line": _JUMP_STROKE}
    return [across | {"x0": day, "x1": day} for day in days]


def _jump_words(
    rows: Sequence[Mapping[Hashable, Any]], days: list[str]
) -> tuple[list[Values], int]:
    """Return the words at each change of level, and how many lines of them are above the bars."""
    first, last = pd.Timestamp(days[0]), pd.Timestamp(days[-1])
    # Where the last label of each line of text stands, as a part of the width.
    taken: list[float] = []
    room, unit = (0.6, " papers a digest") if len(rows) == 1 else (0.26, "")
    notes = []
    for row in rows:
        day = iso_day(row["start"])
        along = (row["start"] - first) / max(last - first, pd.Timedelta(days=1))
        side = "left" if along < room / 2 else "right" if along > 1 - room / 2 else "center"
        middle = along + {"left": room / 2, "right": -room / 2, "center": 0.0}[side]
        level = next((i for i, at in enumerate(taken) if middle - at >= room), len(taken))
        taken[level : level + 1] = [middle]
        text = f"{level_text(row['papers_before'])} → {level_text(row['papers_after'])}{unit}"
        words = note(
            text, x=day, xref="x", xanchor=side, y=1, yref="paper", yanchor="bottom",
            yshift=_JUMP_LINE * level, font={"size": 12, "color": _JUMP},
        )  # fmt: skip
        notes.append(words)
    return notes, len(taken)


def level_text(papers: float) -> str:
    """Write how many papers a digest has, which need not be a whole number.

    Examples
    --------
    >>> level_text(13.4), level_text(3.5), level_text(4.0)
    ('13', '3.5', '4')
    """
    return f"{papers:,.0f}" if papers >= 10 else f"{papers:.1f}".removesuffix(".0")


def volume_hover(row: Mapping[Hashable, Any], by: str) -> str:
    """Say what stands in one row of the volume table, for a hover box."""
    late = " (not over yet)" if row["partial"] else ""
    papers = f"{row['n_papers']:,} paper{'' if row['n_papers'] == 1 else 's'}"
    if by != "digest":
        papers += f" in {row['n_digests']} digest{'' if row['n_digests'] == 1 else 's'}"
    lines = [f"<b>{period_label(row['period'], by)}</b>{late}", papers]
    if row["n_again"]:
        lines.append(f"{row['n_again']:,} of them listed before")
    if not math.isnan(row["lag_median"]):
        low, middle, high = (f"{row[f'lag_{name}']:.3g}" for name in ("low", "median", "high"))
        lines.append(f"listed {middle} days after publication (median; 80 %: {low} to {high})")
    if row["n_dated"] < row["n_papers"]:
        lines.append(f"{row['n_dated']:,} with a publication date")
    if row["n_late"]:
        lines.append(f"{row['n_late']:,} listed more than 90 days after publication")
    return "<br>".join(lines)
