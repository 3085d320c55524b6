"""The words around charts, and the numbers behind them as text.

Must not compute.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Period:
    """A period: its first day as ``YYYY-MM-DD``, its name, and its papers in all."""

    key: str
    label: str
    short: str
    n_papers: int
    partial: bool


@dataclass(frozen=True)
class DataTable:
    """The numbers behind a chart as text: a header and rows of as many cells.

    Where a row is a theme, `row_keys` has its id; where a row or a column is a period,
    `row_periods` or `column_keys` has its first day. All are empty where they do not
    apply.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_keys: tuple[str, ...]
    column_keys: tuple[str, ...]
    row_periods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A chart's words: its title, what to see in it, and the table behind it.

    `theme_ids` are the themes that are drawn, `stands_out` those among them that are
    drawn boldly where not all can be; the table may hold more. `count_caption` is what to
    see where numbers of papers are drawn in place of shares; empty where they cannot be.
    """

    chart_id: str
    title: str
    caption: str
    alt: str
    table: DataTable
    theme_ids: tuple[str, ...]
    stands_out: tuple[str, ...] = ()
    count_caption: str = ""


@dataclass(frozen=True)
class View:
    """The charts over time, counted by one date.

    Attributes
    ----------
    date : {"digest", "published"}
        The date that papers count by.
    by : str
        What a period is.
    note : str
        What a reader who switches to it has to know.
    periods : tuple of Period
        Those that have papers, the oldest first.
    charts : tuple of Chart
        Of shares, of changes, and the others there are.
    """

    date: str
    by: str
    note: str
    periods: tuple[Period, ...]
    charts: tuple[Chart, ...]

    def chart(self, chart_id: str) -> Chart | None:
        """Return the words of a chart, or None where the view does without it."""
        return next((chart for chart in self.charts if chart.chart_id == chart_id), None)


@dataclass(frozen=True)
class Download:
    """A table that can be had from inside the page.

    Attributes
    ----------
    name : str
        The table's name; the file is called like it.
    text : str
        What a row of it is.
    n_rows : int
    columns : tuple of str
    """

    name: str
    text: str
    n_rows: int
    columns: tuple[str, ...]

    @property
    def size_text(self) -> str:
        """How many rows it has."""
        return f"{self.n_rows:,}"
