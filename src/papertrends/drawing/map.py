"""Papers as points on a plane, with the themes' names where their papers are.

Must not compute statistics: it draws the map table as it is, or an even part of it
where all of it would be too much to draw.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

import pandas as pd

from papertrends.drawing.looks import GREY, ThemeStyle, hover_text, short_name, text_lines
from papertrends.drawing.sheet import Values, figure, layout, note
from papertrends.tables import names_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: More points than these nobody tells apart, and no phone draws them in time.
MOST_POINTS = 10_000
#: From so many papers on, points are of these sizes, in a theme and in none.
_SIZES = ((3_000, 4.5, 3.5), (600, 6, 4.5), (0, 9, 6))
#: A plot in a notebook, and the letters of a name on it, in pixels.
_PLOT = {"x": 900, "y": 440}
_LETTER, _LINE = 6.6, 16
#: Steps of the coordinates along the longer side: finer ones are not to be seen.
_STEPS = 10_000


def draw_papers(
    points: pd.DataFrame,
    themes: pd.DataFrame,
    styles: dict[str, ThemeStyle],
    titles: dict[str, str] | None,
) -> go.Figure:
    """Papers as points, the unassigned first and so beneath the others.

    `points` has the columns of the map, and in ``theme_id`` the theme that colours the
    paper. Without `titles` there is one hover text a trace.
    """
    names = names_of(themes)
    drawn = sample(points, MOST_POINTS)
    digits = _digits(points)
    traces: list[Values] = []
    for theme in ["", *names]:
        own = drawn[drawn["theme_id"] == theme]
        if own.empty:
            continue
        label = short_name(names[theme]) if theme else "in no theme"
        style = styles[theme] if theme else ThemeStyle(GREY, "circle", "solid")
        size, small = next(sizes for least, *sizes in _SIZES if len(drawn) >= least)
        traces.append(
            {
                "type": "scatter",
                "x": [round(float(x), digits) for x in own["x"]],
                "y": [round(float(y), digits) for y in own["y"]],
                "mode": "markers",
                "name": label,
                "meta": {"label": label},
                "marker": {
                    "size": size if theme else small,
                    "symbol": style.symbol,
                    "color": style.color,
                    "opacity": 0.85 if theme else 0.45,
                    "line": {"width": 0},
                },
                "hovertext": label if titles is None else _hovers(own["paper_id"], titles, label),
                "hoverinfo": "text",
                "customdata": [[paper] for paper in own["paper_id"]],
            }
        )
    part = len(drawn) < len(points)
    around = layout(
        # Below the points stands the legend, about three names a line.
        height=500 + 20 * math.ceil(len(traces) / 3),
        legend={"y": -0.02, "yanchor": "top"},
        margin={"l": 8, "r": 8, "t": 30 if part else 16, "b": 16},
        xaxis={"visible": False},
        yaxis={"visible": False, "fixedrange": False},
    )
    told = [_sample_words(len(drawn), len(points))] if part else []
    return figure(traces, around, notes=_names(points, names, digits) + told)


def sample(points: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return at most `most` of the points, as large a part of each theme as of the others.

    Which ones follows from the papers' ids alone, not from their order; each theme
    keeps at least one point as long as there are no more themes than points.
    """
    if len(points) <= most:
        return points
    marks = [hashlib.sha256(str(paper).encode()).hexdigest() for paper in points["paper_id"]]
    ranked = points[["theme_id"]].assign(mark=marks).sort_values("mark")
    groups = ranked.groupby("theme_id")["mark"]
    # How far along its theme a point stands: 0 for the first, then in equal steps to 1.
    ranked["along"] = groups.cumcount() / groups.transform("size")
    kept = ranked.sort_values(["along", "mark"]).index[:most]
    return points[points.index.isin(kept)]


def _digits(points: pd.DataFrame) -> int:
    """Return to how many decimals coordinates are written."""
    span = max(float(points[axis].max() - points[axis].min()) for axis in ("x", "y"))
    return max(0, math.ceil(math.log10(_STEPS / span))) if span > 0 else 3


def _hovers(papers: pd.Series, titles: dict[str, str], label: str) -> list[str]:
    heads = [hover_text(titles.get(paper, "")) for paper in papers]
    return [f"<b>{head}</b><br>{label}" if head else label for head in heads]


def _names(points: pd.DataFrame, names: dict[str, str], digits: int) -> list[Values]:
    """Return each theme's name in the middle of its papers, the largest theme first.

    One that would meet that of a larger theme is transparent, until a page that knows its
    width shows it.
    """
    middles = points.groupby("theme_id")[["x", "y"]].median().round(digits)
    places = dict(zip(middles.index, zip(middles["x"], middles["y"], strict=True), strict=True))
    scale = [_PLOT[axis] / (float(points[axis].max() - points[axis].min()) or 1.0) for axis in "xy"]
    boxes: list[tuple[float, float, float, float]] = []
    notes: list[Values] = []
    for theme, name in names.items():
        if theme not in places:
            continue
        x, y = (float(value) for value in places[theme])
        lines = text_lines(name, 20, 2)
        wide, high = _LETTER * max(map(len, lines)) / 2, _LINE * len(lines) / 2
        across, up = x * scale[0], y * scale[1]
        free = all(
            abs(across - other[0]) > wide + other[2] or abs(up - other[1]) > high + other[3]
            for other in boxes
        )
        if free:
            boxes.append((across, up, wide, high))
        words = note(
            "<br>".join(lines), x=x, y=y, opacity=1 if free else 0,
            font={"size": 12, "shadow": "auto"}, name=theme, captureevents=False,
        )  # fmt: skip
        notes.append(words)
    return notes


def _sample_words(drawn: int, all_papers: int) -> Values:
    return note(
        f"{drawn:,} of {all_papers:,} papers are drawn, the same part of every theme",
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom",
        font={"size": 11}, name="sample", captureevents=False,
    )  # fmt: skip
