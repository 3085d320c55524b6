"""How an analysis shows itself and its pieces in a notebook: sentences, cards, charts.

Imports the report only when something is to be shown. Must not hold any text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from papertrends.report import Summary
    from papertrends.report.notebook import ThemeCards, ThemeCardView


class _Summarised(Protocol):
    @property
    def summary(self) -> Summary: ...


class ShownInline:
    """What whoever has a ``summary`` can show of it."""

    @property
    def cards(self: _Summarised) -> ThemeCards:
        """What the report says of each theme; in a notebook a grid of cards."""
        from papertrends.report.notebook import theme_cards

        return theme_cards(self.summary)

    def card(self: _Summarised, name: str) -> ThemeCardView:
        """Return what the report says of one theme; in a notebook its card.

        Parameters
        ----------
        name : str
            The theme's name or its ``theme_id``; capitals do not matter.

        Returns
        -------
        ThemeCardView

        Raises
        ------
        InputError
            If there is no such theme, or several are called like that.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_papers
        >>> pt.analyse(some_papers()).card("robot").card.n_papers
        7
        """
        from papertrends.report.notebook import theme_card

        return theme_card(self.summary, name)

    def figure(
        self: _Summarised, chart: str, *, unit: str = "share", date: str | None = None
    ) -> go.Figure:
        """Return a chart of the report as a Plotly figure.

        Parameters
        ----------
        chart : str
            Such as "shares", "multiples", "changes", "heatmap", "map" or "volume"; which
            of them there are depends on the data.
        unit : {"share", "count"}
            Whether it shows shares or numbers of papers.
        date : {"digest", "published"}, optional
            The date that papers count by; without one that of the analysis.

        Returns
        -------
        plotly.graph_objects.Figure

        Raises
        ------
        InputError
            If there is no such chart, or not in that unit or by that date.

        Examples
        --------
        >>> import papertrends as pt
        >>> from papertrends.examples import some_papers
        >>> type(pt.analyse(some_papers()).figure("shares")).__name__
        'Figure'
        """
        from papertrends.report.notebook import figure

        return figure(self.summary, chart, unit=unit, date=date)

    def _repr_html_(self: _Summarised) -> str:
        from papertrends.report.notebook import analysis_html

        return analysis_html(self.summary)
