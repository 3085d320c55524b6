"""The pieces of the report that a notebook shows inline: an analysis, theme cards, charts.

Every piece is an HTML fragment without script, without ids and without a background,
so that it reads on light and dark pages and beside others of its kind. Must not
compute what is said: that is the summary's.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from papertrends.drawing.looks import theme_styles
from papertrends.drawing.units import UNITS
from papertrends.errors import InputError, did_you_mean, one_line, shortened
from papertrends.report.curves import Bar, Curve, curve, symbol_path, widest
from papertrends.report.levels import charted
from papertrends.report.model import Summary, ThemeCard
from papertrends.report.templating import environment
from papertrends.report.words import count

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: More rows or cards than these are looked up, not read.
MOST_ROWS = 25
MOST_CARDS = 24
#: More names than these do not fit a message.
_MOST_NAMES = 20
_NAME_WIDTH = 60
_BAR, _ROW = 8, 12


@dataclass(frozen=True)
class ThemeCardView:
    """A theme's card: what the report says of it, shown where a notebook shows HTML.

    Attributes
    ----------
    card : ThemeCard
        Its numbers and sentences.
    summary : Summary
        The summary that the card is from.
    """

    card: ThemeCard
    summary: Summary = field(repr=False, compare=False)

    def __repr__(self) -> str:
        return (
            f"Theme '{shortened(self.card.name)}' ({self.card.brief}): its numbers and "
            f"sentences are in .card, its papers in .memberships as "
            f"'{shortened(self.card.theme_id)}'"
        )

    def _repr_html_(self) -> str:
        return _rendered("notebook_card.html.j2", self.summary, [self.card], card=self.card)


@dataclass(frozen=True)
class ThemeCards:
    """The cards of all themes, in the order of the report; they show as a grid.

    Attributes
    ----------
    views : tuple of ThemeCardView
    summary : Summary
        The summary that the cards are from.
    """

    views: tuple[ThemeCardView, ...]
    summary: Summary = field(repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.views)

    def __iter__(self) -> Iterator[ThemeCardView]:
        return iter(self.views)

    def __getitem__(self, place: int) -> ThemeCardView:
        return self.views[place]

    def __repr__(self) -> str:
        return (
            f"Cards of {count(len(self), 'theme')}: loop over them, or take one by its name "
            "with .card(name) of the analysis"
        )

    def _repr_html_(self) -> str:
        cards = tuple(view.card for view in self.views)
        shown = charted(cards, MOST_CARDS)
        chosen = [card for card in cards if card.theme_id in set(shown)]
        more = _more_text(cards, shown)
        return _rendered("notebook_cards.html.j2", self.summary, chosen, shown=chosen, more=more)


def analysis_html(summary: Summary) -> str:
    """Return what a notebook shows of an analysis: its sentences and a table of its themes.

    Parameters
    ----------
    summary : Summary
        What it says. Of many themes the table has those asked for by name, those that
        changed and the largest.

    Returns
    -------
    str
        An HTML fragment; the same summary gives the same text.
    """
    ids = charted(summary.themes, MOST_ROWS)
    changed = summary.changed.sentences if summary.changed else ()
    told = {sentence.theme_id for sentence in (*summary.headline, *changed)}
    drawn = [card for card in summary.themes if card.theme_id in told.union(ids)]
    shown = [card for card in summary.themes if card.theme_id in set(ids)]
    more = _more_text(summary.themes, ids)
    return _rendered("notebook.html.j2", summary, drawn, shown=shown, more=more)


def theme_cards(summary: Summary) -> ThemeCards:
    """Return a card of each theme."""
    return ThemeCards(tuple(ThemeCardView(card, summary) for card in summary.themes), summary)


def theme_card(summary: Summary, name: str) -> ThemeCardView:
    """Return the card of one theme.

    Parameters
    ----------
    summary : Summary
    name : str
        The theme's id or name; neither capitals nor white space matter.

    Raises
    ------
    InputError
        If there is no such theme, or several are called like that.
    """
    asked = _key(name)
    by_id = [card for card in summary.themes if card.theme_id == name]
    by_id = by_id or [card for card in summary.themes if _key(card.theme_id) == asked]
    found = by_id or [card for card in summary.themes if _key(card.name) == asked]
    if len(found) == 1:
        return ThemeCardView(found[0], summary)
    given = f"'{shortened(str(name))}'"
    if found:
        ids = ", ".join(card.theme_id for card in found)
        raise InputError(f"{len(found)} themes are called {given}", f"ask by theme_id: {ids}")
    raise InputError(f"there is no theme {given}", _near(str(name), summary.themes))


def figure(
    summary: Summary, chart: str, *, unit: str = "share", date: str | None = None
) -> go.Figure:
    """Return a chart of the report as a Plotly figure, in ink that shows on light and dark.

    Parameters
    ----------
    summary : Summary
    chart : str
        The chart's id, such as "shares"; which there are depends on the data.
    unit : {"share", "count"}
        Whether it shows shares or numbers of papers.
    date : {"digest", "published"}, optional
        The date that papers count by; without one that of the run.

    Raises
    ------
    InputError
        If there is no such chart, or not in that unit or by that date.
    """
    from papertrends.report.charted import COUNT, OTHER, figures

    if unit not in UNITS:
        raise InputError(f"there is no unit '{shortened(str(unit))}'", did_you_mean(unit, UNITS))
    own = date is None or date == summary.date
    view = summary if own else summary.other
    if view is None or (date is not None and date != view.date):
        dates = [summary.date, *([summary.other.date] if summary.other else [])]
        raise InputError(
            f"the charts are not counted by the date '{shortened(str(date))}'",
            did_you_mean(str(date), dates),
        )
    charts = {one.chart_id: one for one in view.charts if unit == "share" or one.count_caption}
    if chart not in charts:
        what = "of numbers of papers " if unit == "count" else ""
        raise InputError(
            f"there is no chart {what}'{shortened(str(chart))}'",
            did_you_mean(str(chart), charts) if charts else "there are none of this kind",
        )
    # No chart is drawn but this.
    alone = (replace(charts[chart], count_caption="") if unit == "share" else charts[chart],)
    other = None if summary.other is None or own else replace(summary.other, charts=alone)
    drawn = figures(replace(summary, charts=alone if own else (), other=other))
    key = f"{'' if own else OTHER}{chart}{COUNT if unit == 'count' else ''}"
    return drawn[key]


def _near(given: str, cards: Iterable[ThemeCard]) -> str:
    """Say which themes one may have meant, and of few themes all."""
    names = {_key(card.name): shortened(card.name, _NAME_WIDTH) for card in cards}
    if not names:
        return "the analysis has no themes"
    near = difflib.get_close_matches(_key(given), names, n=3)
    near = near or [name for name in names if len(given) > 2 and _key(given) in name][:3]
    if len(names) <= _MOST_NAMES:
        return did_you_mean(names[near[0]] if near else given, names.values())
    hint = f"did you mean {' or '.join(repr(names[name]) for name in near)}? " if near else ""
    return f"{hint}The names of all {len(names)} are in .themes"


def _more_text(cards: Sequence[ThemeCard], shown: Sequence[str]) -> str:
    """Say how many themes are not shown; nothing if all are."""
    finer = sum(card.level == "finer" for card in cards)
    others = len(cards) - finer - len(shown)
    told = [count(others, "more theme")] if others else []
    told += [count(finer, "finer one" if others else "finer theme")] if finer else []
    if not told:
        return ""
    return f"{' and '.join(told)} {'is' if others + finer == 1 else 'are'} in .themes."


def _key(name: str) -> str:
    return one_line(str(name)).casefold()


@dataclass(frozen=True)
class _Place:
    """Where a bar stands among others."""

    top: int

    @property
    def height(self) -> int:
        return _BAR

    @property
    def middle(self) -> float:
        return self.top + _BAR / 2


@dataclass(frozen=True)
class _Look:
    """How a theme is drawn: its colour, its symbol, its curve, and its bars in their places.

    `bar` is the place of a bar that stands alone; `alt` is the drawing in words.
    """

    color: str
    path: str
    curve: Curve
    bars: tuple[tuple[_Place, Bar], ...]
    bar: _Place
    height: int
    alt: str


def _looks(summary: Summary, cards: Iterable[ThemeCard]) -> dict[str, _Look]:
    styles = theme_styles(summary.tables.themes, summary.tables.looks)
    top = widest(summary.themes)
    looks = {}
    for card in cards:
        style = styles[card.theme_id]
        drawn = curve(card.points, top, summary.by)
        ends = card.points if drawn.bars else card.points[:: max(1, len(card.points) - 1)]
        looks[card.theme_id] = _Look(
            color=style.color,
            path=symbol_path(style.symbol),
            curve=drawn,
            bars=tuple((_Place(row * _ROW + 2), bar) for row, bar in enumerate(drawn.bars)),
            bar=_Place(0),
            height=len(drawn.bars) * _ROW,
            alt="; ".join(f"{point.label}: {point.text}" for point in ends),
        )
    return looks


def _rendered(template: str, summary: Summary, cards: Iterable[ThemeCard], **given: object) -> str:
    every = {card.theme_id: card for card in summary.themes}
    drawn = list(cards)
    parts = [every[part] for card in drawn for part in card.parts if part in every]
    text = (
        environment()
        .get_template(template)
        .render(s=summary, every=every, looks=_looks(summary, [*drawn, *parts]), **given)
    )
    return text.encode("utf-8", "replace").decode("utf-8")
