"""Tables drawn as plain Plotly figures, for notebooks and for the report alike.

Exists so that every chart has one look and every theme one colour. It must not
compute statistics: each number drawn stands in a table. Text from dumps is shown
as text, also in hover boxes, where Plotly would otherwise take HTML tags.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import pandas as pd

from papertrends.drawing.changes import draw_effects
from papertrends.drawing.lines import draw_lines
from papertrends.drawing.looks import (
    GREY,
    ThemeStyle,
    blank,
    finish,
    hover_text,
    iso_day,
    natural_order,
    percent,
    period_label,
    short_name,
    text_lines,
    theme_styles,
    top_level,
)
from papertrends.drawing.shares import draw_dots, share_hover
from papertrends.drawing.volume import draw_volume
from papertrends.tables import (
    CHANGES,
    CURVES,
    EVENTS,
    JUMPS,
    MAP,
    MEMBERSHIPS,
    THEMES,
    TRENDS,
    VOLUME,
    conform,
    names_of,
    require_columns,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = [
    "plot_changes",
    "plot_heatmap",
    "plot_map",
    "plot_shares",
    "plot_volume",
    "theme_styles",
]
MOST_ROWS = 40
FEW_PERIODS = 4


def plot_shares(
    trends: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    curves: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    by: str = "",
    highlight: Collection[str] | None = None,
) -> go.Figure:
    """Draw the share of each theme over time, with 95 % intervals.

    Up to four periods are drawn as a change (one row a theme, its periods below each
    other, earliest open and newest filled); more as lines, which break where periods
    are missing. A finer theme is left out where its broad theme is drawn; leave the
    broad one out of `trends` to see it.

    Parameters
    ----------
    trends, themes : DataFrame
        As described in the README.
    curves : DataFrame, optional
        The curves table. Themes in it are drawn by their smoothed line; of those that
        stand out the shares are points beside it, and the band is the curve's.
    events : DataFrame, optional
        The events table: a symbol on the line marks where a theme that stands out
        emerged, and where a burst of it began, at q < 0.05.
    by : {"", "digest", "week", "month", "quarter", "year"}
        What a period is, for its name; empty for plain dates.
    highlight : collection of str, optional
        Ids of the themes that stand out among lines; the named ones if not given.

    Returns
    -------
    plotly.graph_objects.Figure
        The ``customdata`` of a point is ``[theme_id, period]``, the period as an ISO date.
    """
    curves = conform(pd.DataFrame(), CURVES) if curves is None else curves
    events = conform(pd.DataFrame(), EVENTS) if events is None else events
    require_columns(trends, TRENDS, "trends")
    require_columns(curves, CURVES, "curves")
    require_columns(events, EVENTS, "events")
    require_columns(themes, THEMES, "themes", "theme_id", "name", "kind", "n_papers")
    shown = _shown(themes, trends)
    rows = trends[trends["theme_id"].isin(shown["theme_id"])].sort_values(["theme_id", "period"])
    if rows.empty:
        return blank("There are no papers to show.")
    if rows["period"].nunique() <= FEW_PERIODS:
        return draw_dots(rows, shown, theme_styles(themes), by)
    if highlight is None:
        named = shown[shown["kind"] == "named"]
        highlight = set((named if len(named) else shown.head(5))["theme_id"])
    return draw_lines(
        rows, shown, theme_styles(themes), by, set(highlight), curves=curves, events=events
    )


def plot_changes(changes: pd.DataFrame, themes: pd.DataFrame) -> go.Figure:
    """Draw each theme's odds ratio with its interval on a logarithmic axis, sorted.

    An effect of 0 or infinity stands as an open symbol at the end of the axis, and a
    theme without an effect is listed as having too little data. A finer theme is left
    out where its broad theme is drawn.

    Parameters
    ----------
    changes, themes : DataFrame
        As described in the README.

    Returns
    -------
    plotly.graph_objects.Figure
        The ``customdata`` of a point is ``[theme_id]``.
    """
    require_columns(changes, CHANGES, "changes")
    require_columns(themes, THEMES, "themes", "theme_id", "name", "n_papers")
    shown = _shown(themes, changes)
    rows = changes[changes["theme_id"].isin(shown["theme_id"])].copy()
    if rows.empty:
        return blank("There is no change to show: that takes two periods.")
    rows["name"] = rows["theme_id"].map(shown.set_index("theme_id")["name"])
    rows = rows.sort_values(["effect", "theme_id"], ascending=[True, False], na_position="first")
    return draw_effects(rows.reset_index(drop=True))


def plot_map(
    map: pd.DataFrame,
    memberships: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    papers: pd.DataFrame | None = None,
) -> go.Figure:
    """Draw the papers as points, coloured by primary theme, with the themes' names.

    Parameters
    ----------
    map, memberships, themes : DataFrame
        As described in the README.
    papers : DataFrame, optional
        The papers table; with it the hover box shows titles.

    Returns
    -------
    plotly.graph_objects.Figure
        The ``customdata`` of a point is ``[paper_id]``.
    """
    require_columns(map, MAP, "map")
    require_columns(memberships, MEMBERSHIPS, "memberships")
    require_columns(themes, THEMES, "themes", "theme_id", "name", "n_papers")
    first = memberships[memberships["primary"]].drop_duplicates("paper_id")
    points = map.dropna(subset=["x", "y"]).drop_duplicates("paper_id").sort_values("paper_id")
    homes = dict(zip(first["paper_id"], first["theme_id"], strict=True))
    points = points.assign(theme_id=[homes.get(key, "") for key in points["paper_id"]])
    if points.empty:
        return blank("There is no map: it takes more papers than there are.")
    titles: dict[str, str] = {}
    if papers is not None:
        titles = dict(zip(papers["paper_id"], papers["title"], strict=True))
    return draw_papers(points, _by_size(themes), theme_styles(themes), titles)


def plot_heatmap(trends: pd.DataFrame, themes: pd.DataFrame, *, by: str = "") -> go.Figure:
    """Draw the share of each theme in each period as the colour of a cell.

    A finer theme is left out where its broad theme is drawn.

    Parameters
    ----------
    trends, themes : DataFrame
        As described in the README.
    by : {"", "digest", "week", "month", "quarter", "year"}
        What a period is, for its name; empty for plain dates.

    Returns
    -------
    plotly.graph_objects.Figure
        The ``customdata`` of a cell is ``[theme_id, period]``.
    """
    import plotly.graph_objects as go

    require_columns(trends, TRENDS, "trends")
    require_columns(themes, THEMES, "themes", "theme_id", "name", "n_papers")
    shown = _shown(themes, trends)
    rows = trends[trends["theme_id"].isin(shown["theme_id"])].sort_values("period")
    if rows.empty:
        return blank("There are no papers to show.")
    order = [theme for theme in reversed(list(shown["theme_id"])) if theme in set(rows["theme_id"])]
    names = names_of(shown)
    periods = sorted(rows["period"].unique())
    cells = {(row["theme_id"], row["period"]): row for row in rows.to_dict("records")}
    grid = [[(theme, cells.get((theme, period))) for period in periods] for theme in order]
    figure = go.Figure(
        go.Heatmap(
            x=[period_label(pd.Timestamp(period), by, short=True) for period in periods],
            y=list(range(len(order))),
            z=[[percent(cell["share"]) if cell else None for _, cell in line] for line in grid],
            hovertext=[
                [share_hover(cell, names[theme], by) if cell else "" for theme, cell in line]
                for line in grid
            ],
            customdata=[[[theme, iso_day(period)] for period in periods] for theme in order],
            hoverinfo="text",
            xgap=1,
            ygap=2,
            zmin=0,
            colorscale=[
                [0, "rgba(61,150,253,0.05)"],
                [0.5, "rgba(61,130,240,0.55)"],
                [1, "#2463c9"],
            ],
            colorbar={"ticksuffix": " %", "thickness": 10, "outlinewidth": 0, "len": 1},
        )
    )
    labels = ["<br>".join(text_lines(names[theme], 24, 2)) for theme in order]
    finish(figure, height=110 + 34 * len(order))
    figure.update_xaxes(type="category", title=None, showgrid=False)
    figure.update_yaxes(tickvals=list(range(len(order))), ticktext=labels, showgrid=False)
    figure.update_yaxes(automargin=True, fixedrange=True, zeroline=False, ticksuffix="  ")
    figure.update_xaxes(fixedrange=True)
    return figure


def plot_volume(
    volume: pd.DataFrame, *, jumps: pd.DataFrame | None = None, by: str = ""
) -> go.Figure:
    """Draw how many papers each period has, and how long after publication they were listed.

    A period that is not over yet is hatched. The days from publication to listing
    (median, and the band from the 10th to the 90th percentile) stand below, where any
    paper has a publication date.

    Parameters
    ----------
    volume : DataFrame
        As described in the README.
    jumps : DataFrame, optional
        Where the number of papers a digest changed its level: marked by a line with
        the numbers before and after.
    by : {"", "digest", "week", "month", "quarter", "year"}
        What a period is, for its name; empty for plain dates.

    Returns
    -------
    plotly.graph_objects.Figure
        The ``customdata`` of a bar or point is ``[period]``, the period as an ISO date.
    """
    jumps = conform(pd.DataFrame(), JUMPS) if jumps is None else jumps
    require_columns(volume, VOLUME, "volume")
    require_columns(jumps, JUMPS, "jumps")
    if volume.empty:
        return blank("There are no papers to show.")
    return draw_volume(volume.sort_values("period").reset_index(drop=True), jumps, by)


def _by_size(themes: pd.DataFrame) -> pd.DataFrame:
    order = sorted(
        range(len(themes)),
        key=lambda i: (
            -int(themes["n_papers"].iloc[i]),
            natural_order(str(themes["theme_id"].iloc[i])),
        ),
    )
    return themes.iloc[order].reset_index(drop=True)


def _shown(themes: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Keep of the themes in `rows` the largest at the top, and every named one.

    More rows than these nobody reads, and finer themes would say again what their
    broad theme says.
    """
    sized = _by_size(themes[themes["theme_id"].isin(rows["theme_id"])])
    tops = top_level(sized)
    sized = sized[sized["theme_id"] == sized["theme_id"].map(tops)].reset_index(drop=True)
    if len(sized) <= MOST_ROWS or "kind" not in sized:
        return sized.head(MOST_ROWS)
    named = (sized["kind"] == "named").to_numpy()
    return pd.concat([sized[named], sized[~named]]).head(MOST_ROWS).reset_index(drop=True)


def draw_papers(
    points: pd.DataFrame,
    themes: pd.DataFrame,
    styles: dict[str, ThemeStyle],
    titles: dict[str, str],
) -> go.Figure:
    """Papers as points, the unassigned first and so beneath the others."""
    import plotly.graph_objects as go

    names = names_of(themes)
    figure = go.Figure()
    for theme in ["", *names]:
        own = points[points["theme_id"] == theme]
        if own.empty:
            continue
        label = short_name(names[theme]) if theme else "in no theme"
        style = styles[theme] if theme else ThemeStyle(GREY, "circle", "solid")
        heads = [hover_text(titles.get(paper, "")) for paper in own["paper_id"]]
        figure.add_scatter(
            x=[round(float(x), 4) for x in own["x"]],
            y=[round(float(y), 4) for y in own["y"]],
            mode="markers",
            name=label,
            marker={
                "size": 9 if theme else 6,
                "symbol": style.symbol,
                "color": style.color,
                "opacity": 0.85 if theme else 0.45,
                "line": {"width": 0},
            },
            hovertext=[f"<b>{head}</b><br>{label}" if head else label for head in heads],
            hoverinfo="text",
            customdata=[[paper] for paper in own["paper_id"]],
        )
        if theme:
            figure.add_annotation(
                x=round(float(own["x"].median()), 4), y=round(float(own["y"].median()), 4),
                text="<br>".join(text_lines(names[theme], 20, 2)), showarrow=False,
                font={"size": 12}, name=theme, captureevents=False,
            )  # fmt: skip
    finish(figure, height=560)
    figure.update_layout(
        legend={"y": -0.02, "yanchor": "top"}, margin={"l": 8, "r": 8, "t": 16, "b": 16}
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, fixedrange=False)
    return figure
