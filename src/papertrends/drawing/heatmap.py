"""Themes and periods as a grid of cells, each as deep in colour as its share is high.

Must not compute statistics: it draws the trends table as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from papertrends.drawing.looks import ThemeStyle, iso_day, period_label, sign, text_lines
from papertrends.drawing.shares import share_hover
from papertrends.drawing.sheet import DEEPER, figure, layout
from papertrends.drawing.units import Unit, heights
from papertrends.tables import names_of

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw_cells(
    rows: pd.DataFrame,
    themes: pd.DataFrame,
    styles: dict[str, ThemeStyle],
    by: str,
    unit: Unit = "share",
) -> go.Figure:
    """One row of cells a theme, the first of `themes` at the top."""
    there = set(rows["theme_id"])
    order = [theme for theme in reversed(list(themes["theme_id"])) if theme in there]
    names = names_of(themes)
    periods = sorted(rows["period"].unique())
    keys = zip(rows["theme_id"], rows["period"], strict=True)
    told = [share_hover(row, names[row["theme_id"]], by) for row in rows.to_dict("records")]
    cells = dict(zip(keys, zip(heights(rows, unit), told, strict=True), strict=True))
    grid = [[cells.get((theme, period), (None, "")) for period in periods] for theme in order]
    days = [iso_day(period) for period in periods]
    trace = {
        "type": "heatmap",
        "x": [period_label(pd.Timestamp(period), by, short=True) for period in periods],
        "y": list(range(len(order))),
        "z": [[height for height, _ in line] for line in grid],
        "hovertext": [[hover for _, hover in line] for line in grid],
        "customdata": [[[theme, day] for day in days] for theme in order],
        "hoverinfo": "text",
        "xgap": 1,
        "ygap": 2,
        "zmin": 0,
        "colorscale": DEEPER,
        "colorbar": {
            "ticksuffix": " %" if unit == "share" else "",
            "title": {"text": "" if unit == "share" else "papers", "font": {"size": 12}},
            "thickness": 10,
            "outlinewidth": 0,
            "len": 1,
        },
    }
    # The sign stands last, beside the cells, so that all signs are below each other.
    labels = [
        f"{'<br>'.join(text_lines(names[theme], 24, 2))} {sign(styles[theme])}" for theme in order
    ]
    around = layout(
        height=110 + 34 * len(order),
        xaxis={"type": "category", "showgrid": False, "fixedrange": True},
        yaxis={
            "tickvals": list(range(len(order))), "ticktext": labels, "ticksuffix": "  ",
            "showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True,
        },
    )  # fmt: skip
    return figure([trace], around)
