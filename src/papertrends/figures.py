"""Tables drawn as plain Plotly figures, for notebooks and for the report alike.

Exists so that every chart has one look and every theme one colour. The look is the
template ``papertrends`` among ``plotly.io.templates``, put there when this module is
imported; figures of one's own can have it, and these another. It must not
compute statistics: each number drawn stands in a table. Text from dumps is shown
as text, also in hover boxes, where Plotly would otherwise take HTML tags.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import pandas as pd

from papertrends.drawing.changes import draw_effects
from papertrends.drawing.chosen import NAMED, by_size, check_themes, over_time, shown_of
from papertrends.drawing.heatmap import draw_cells
from papertrends.drawing.lines import draw_lines
from papertrends.drawing.looks import theme_styles
from papertrends.drawing.map import draw_papers
from papertrends.drawing.multiples import draw_multiples
from papertrends.drawing.shares import draw_dots
from papertrends.drawing.sheet import blank, register
from papertrends.drawing.units import Unit, check_period
from papertrends.drawing.volume import draw_volume
from papertrends.frames import check_frame
from papertrends.tables import (
    CHANGES,
    JUMPS,
    MAP,
    MEMBERSHIPS,
    PAPERS,
    THEMES,
    VOLUME,
    conform,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = [
    "plot_changes",
    "plot_heatmap",
    "plot_map",
    "plot_multiples",
    "plot_shares",
    "plot_volume",
    "theme_styles",
]
register()
FEW_PERIODS = 4


def plot_shares(
    trends: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    curves: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    by: str = "",
    highlight: Collection[str] | None = None,
    unit: Unit = "share",
    looks: pd.DataFrame | None = None,
) -> go.Figure:
    """Draw the share of each theme over time, with 95 % intervals, or its number of papers.

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
    unit : {"share", "count"}
        What is drawn; numbers of papers are joined points, without interval or smoothed
        line.
    looks : DataFrame, optional
        The looks table: colours given in earlier runs, which themes keep.

    Returns
    -------
    plotly.graph_objects.Figure
        The ``customdata`` of a point is ``[theme_id, period]``, the period as an ISO date.

    Raises
    ------
    InputError
        If a table lacks columns, or `unit` is not known.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_papers
    >>> analysis = pt.analyse(some_papers())
    >>> type(pt.plot_shares(analysis.trends, analysis.themes)).__name__
    'Figure'
    """
    given = (trends, themes, curves, events, unit, by)
    shown, rows, curves, events = over_time("plot_shares", *given)
    check_frame("plot_shares", "themes", themes, THEMES, "kind")
    if rows.empty:
        return blank("There are no papers to show.")
    styles = theme_styles(themes, looks)
    if rows["period"].nunique() <= FEW_PERIODS:
        return draw_dots(rows, shown, styles, by, unit)
    if highlight is None:
        named = shown[shown["kind"] == "named"]
        highlight = set((named if len(named) else shown.head(5))["theme_id"])
    check_themes("plot_shares", "highlight", highlight, themes)
    return draw_lines(
        rows, shown, styles, by, set(highlight), curves=curves, events=events, unit=unit
    )


def plot_multiples(
    trends: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    curves: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    by: str = "",
    unit: Unit = "share",
    looks: pd.DataFrame | None = None,
) -> go.Figure:
    """Draw a little panel for each theme, all on one scale, the largest theme first.

    In each stands what `plot_shares` draws of a theme that stands out, with the value at
    the line's end. A finer theme is left out where its broad theme is drawn; leave the
    broad one out of `trends` to see it.

    Parameters
    ----------
    trends, themes : DataFrame
        As described in the README.
    curves, events : DataFrame, optional
        The curves and events tables, as for `plot_shares`.
    by : {"", "digest", "week", "month", "quarter", "year"}
        What a period is, for its name; empty for plain dates.
    unit : {"share", "count"}
        What is drawn; numbers of papers have no interval and no smoothed line.
    looks : DataFrame, optional
        The looks table: colours given in earlier runs, which themes keep.

    Returns
    -------
    plotly.graph_objects.Figure
        The ``customdata`` of a point is ``[theme_id, period]``, the period as an ISO date.
        Its panels can be laid out anew: ``layout.meta`` has their number and height, and
        `papertrends.drawing.multiples` the rule.

    Raises
    ------
    InputError
        If a table lacks columns, or `unit` is not known.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_papers
    >>> analysis = pt.analyse(some_papers())
    >>> type(pt.plot_multiples(analysis.trends, analysis.themes)).__name__
    'Figure'
    """
    given = (trends, themes, curves, events, unit, by)
    shown, rows, curves, events = over_time("plot_multiples", *given)
    if rows.empty:
        return blank("There are no papers to show.")
    styles = theme_styles(themes, looks)
    return draw_multiples(rows, shown, styles, by, curves=curves, events=events, unit=unit)


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

    Raises
    ------
    InputError
        If a table lacks columns.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_papers
    >>> analysis = pt.analyse(some_papers())
    >>> type(pt.plot_changes(analysis.changes, analysis.themes)).__name__
    'Figure'
    """
    check_frame("plot_changes", "changes", changes, CHANGES)
    check_frame("plot_changes", "themes", themes, THEMES, *NAMED)
    shown = shown_of(themes, changes)
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
    looks: pd.DataFrame | None = None,
) -> go.Figure:
    """Draw the papers as points, coloured by primary theme, with the themes' names.

    Of more than 10,000 papers so many are drawn, as large a part of each theme as of the
    others, and a line says so; always the same ones for the same papers.

    Parameters
    ----------
    map, memberships, themes : DataFrame
        As described in the README.
    papers : DataFrame, optional
        The papers table; with it the hover box shows titles.
    looks : DataFrame, optional
        The looks table: colours given in earlier runs, which themes keep.

    Returns
    -------
    plotly.graph_objects.Figure
        The ``customdata`` of a point is ``[paper_id]``; the ``meta`` of a trace has under
        ``label`` the text that the hover boxes of its points end with.

    Raises
    ------
    InputError
        If a table lacks columns.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_papers
    >>> analysis = pt.analyse(some_papers())
    >>> type(pt.plot_map(analysis.map, analysis.memberships, analysis.themes)).__name__
    'Figure'
    """
    check_frame("plot_map", "map", map, MAP)
    check_frame("plot_map", "memberships", memberships, MEMBERSHIPS)
    check_frame("plot_map", "themes", themes, THEMES, *NAMED)
    if papers is not None:
        check_frame("plot_map", "papers", papers, PAPERS, "paper_id", "title")
    first = memberships[memberships["primary"]].drop_duplicates("paper_id")
    points = map.dropna(subset=["x", "y"]).drop_duplicates("paper_id")
    points = points.sort_values("paper_id", ignore_index=True)
    homes = dict(zip(first["paper_id"], first["theme_id"], strict=True))
    points = points.assign(theme_id=[homes.get(key, "") for key in points["paper_id"]])
    if points.empty:
        return blank("There is no map: it takes more papers than there are.")
    titles: dict[str, str] | None = None
    if papers is not None:
        titles = dict(zip(papers["paper_id"], papers["title"], strict=True))
    return draw_papers(points, by_size(themes), theme_styles(themes, looks), titles)


def plot_heatmap(
    trends: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    by: str = "",
    unit: Unit = "share",
    looks: pd.DataFrame | None = None,
) -> go.Figure:
    """Draw the share of each theme in each period as the colour of a cell.

    A finer theme is left out where its broad theme is drawn.

    Parameters
    ----------
    trends, themes : DataFrame
        As described in the README.
    by : {"", "digest", "week", "month", "quarter", "year"}
        What a period is, for its name; empty for plain dates.
    unit : {"share", "count"}
        What the colour shows: the share, or the number of papers.
    looks : DataFrame, optional
        The looks table: colours given in earlier runs, which the theme's sign keeps.

    Returns
    -------
    plotly.graph_objects.Figure
        The ``customdata`` of a cell is ``[theme_id, period]``.

    Raises
    ------
    InputError
        If a table lacks columns, or `unit` is not known.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_papers
    >>> analysis = pt.analyse(some_papers())
    >>> type(pt.plot_heatmap(analysis.trends, analysis.themes)).__name__
    'Figure'
    """
    shown, rows, *_ = over_time("plot_heatmap", trends, themes, None, None, unit, by)
    if rows.empty:
        return blank("There are no papers to show.")
    return draw_cells(rows, shown, theme_styles(themes, looks), by, unit)


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

    Raises
    ------
    InputError
        If a table lacks columns.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_papers
    >>> analysis = pt.analyse(some_papers())
    >>> type(pt.plot_volume(analysis.volume)).__name__
    'Figure'
    """
    jumps = conform(pd.DataFrame(), JUMPS) if jumps is None else jumps
    check_period(by)
    check_frame("plot_volume", "volume", volume, VOLUME)
    check_frame("plot_volume", "jumps", jumps, JUMPS)
    if volume.empty:
        return blank("There are no papers to show.")
    return draw_volume(volume.sort_values("period").reset_index(drop=True), jumps, by)
