"""The words around each chart, and the table of numbers behind it.

Must not draw, and must not describe anything that the tables at hand do not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from papertrends.report.counted import Counted
from papertrends.report.digest import volume_chart
from papertrends.report.levels import MOST_BOLD, MOST_ROWS, at_top, bold, charted, rest_text
from papertrends.report.model import Chart, DataTable, ThemeCard
from papertrends.report.words import (
    capital,
    count,
    dated,
    interval,
    listing,
    percent,
    q_text,
    ratio,
    whole,
)
from papertrends.tables import Tables

#: A row of a heat map takes little room, and so does a panel.
MOST_HEAT_ROWS = 40
#: Fewer periods are no lines.
LEAST_LINES = 5
#: How the symbols of events in charts are called.
EVENT_SIGNS = {
    "emergence": "a ring marks where a theme emerged",
    "burst": "an hourglass marks where a burst began",
}


def charts(tables: Tables, counted: Counted) -> tuple[Chart, ...]:
    """Write title, caption, description and data table of each chart there is.

    The charts are overviews of the themes at the top; the tables hold all themes.
    """
    said = (*charts_over_time(counted), _map_chart(counted.cards))
    volume = volume_chart(tables.volume, tables.jumps, by=counted.by)
    return (*said, volume) if volume else said


def charts_over_time(counted: Counted, like: Sequence[ThemeCard] = ()) -> tuple[Chart, ...]:
    """Write the words of the charts of shares and changes.

    Parameters
    ----------
    counted : Counted
        What they show.
    like : sequence of ThemeCard, optional
        The cards by which another date chose the themes to draw; its choice is kept, so
        that a switch from one date to the other leaves the same themes in the chart.
    """
    ranked, long = like or counted.cards, len(counted.periods) >= LEAST_LINES

    def rest(shown: Sequence[str], *, why: bool = True) -> str:
        return rest_text(ranked, shown, why=why and not like)

    said = [_shares_chart(counted, ranked, rest)]
    if long and len(at_top(ranked)) > MOST_BOLD:
        said.append(_multiples_chart(counted, ranked, rest))
    if len(counted.periods) >= 2:
        said.append(_changes_chart(counted, ranked, rest))
    if long:
        said.append(_heat_chart(counted, ranked, rest))
    return tuple(said)


def _shares_chart(counted: Counted, ranked: Sequence[ThemeCard], rest: Callable[..., str]) -> Chart:
    few = len(counted.periods) < LEAST_LINES
    shown = charted(ranked, MOST_ROWS)
    stand_out = () if few else bold(ranked)
    left = rest(shown, why=few)
    of = _of(counted)
    drawn = _bold_text(counted.cards, shown, stand_out, why=ranked is counted.cards)
    caption = (
        f"Each row is a theme, each point its share of {of}. The bars are 95 % "
        "intervals: where they overlap widely, the difference may be chance."
        if few
        else f"Share of {of} over time. {drawn}"
    )
    return Chart(
        "shares",
        "How much of it each theme is",
        caption + left,
        f"Share of {_size_text(shown, counted)}",
        _shares_table(counted, counted.cards),
        shown,
        stand_out,
        _count_caption(counted) + left,
    )


def _multiples_chart(
    counted: Counted, ranked: Sequence[ThemeCard], rest: Callable[..., str]
) -> Chart:
    shown = charted(ranked, MOST_HEAT_ROWS)
    drawn = [card for card in counted.cards if card.theme_id in shown]
    left = rest(shown)
    smoothed = any(point.smooth == point.smooth for card in drawn for point in card.points)
    line = "the line is smoothed, with its 95 % band" if smoothed else "with its 95 % interval"
    return Chart(
        "multiples",
        "Every theme by itself",
        f"Each theme's share of {_of(counted)}, all on one scale, the largest "
        f"theme first; {line}.{left}",
        f"A small chart for each of {_size_text(shown, counted)}",
        _shares_table(counted, drawn),
        shown,
        count_caption=_count_caption(counted) + left,
    )


def _changes_chart(
    counted: Counted, ranked: Sequence[ThemeCard], rest: Callable[..., str]
) -> Chart:
    cards, by = counted.cards, counted.by
    trend = bool(cards) and cards[0].change.basis == "trend"
    per = f"per {by}" if trend else "newest against the one before"
    table = DataTable(
        f"Odds ratio of each theme, {per}, counted {dated(counted.date)}",
        ("Theme", "Verdict", "Odds ratio", "95 % interval", "q"),
        tuple(_change_cells(card) for card in cards),
        tuple(card.theme_id for card in cards),
        (),
    )
    shown = charted(ranked, MOST_ROWS)
    caption = (
        f"Odds ratio {per}: right of 1 a theme became more frequent, left of it less. Only "
        f"where a theme is called rising or falling is chance an unlikely explanation.{rest(shown)}"
    )
    alt = f"Odds ratios of {count(len(shown), 'theme')}, sorted. The numbers are in the table."
    return Chart("changes", "How sure each change is", caption, alt, table, shown)


def _change_cells(card: ThemeCard) -> tuple[str, ...]:
    change = card.change
    if change.effect != change.effect:
        return (card.name, change.verdict, "", "", q_text(change.q_value))
    ends = f"{ratio(change.effect_low)} to {ratio(change.effect_high)}"
    return (card.name, change.verdict, ratio(change.effect), ends, q_text(change.q_value))


def _heat_chart(counted: Counted, ranked: Sequence[ThemeCard], rest: Callable[..., str]) -> Chart:
    by = counted.by
    rows = tuple(
        (
            card.name,
            *(
                f"{percent(p.share)} ({interval(p.share_low, p.share_high)})" if p.n_papers else ""
                for p in card.points
            ),
        )
        for card in counted.cards
    )
    table = DataTable(
        f"Share of each theme in each {by}, with its 95 % interval, counted {dated(counted.date)}",
        ("Theme", *(period.label for period in counted.periods)),
        rows,
        tuple(card.theme_id for card in counted.cards),
        tuple(period.key for period in counted.periods),
    )
    shown = charted(ranked, MOST_HEAT_ROWS)
    left = rest(shown)
    of = _of(counted)
    return Chart(
        "heatmap",
        "The themes in every period",
        f"The stronger the colour, the larger the theme's share of {of}.{left}",
        f"Heat map of {_size_text(shown, counted)}",
        table,
        shown,
        count_caption=f"The stronger the colour, the more papers. {_size_caveat(counted)}{left}",
    )


def _map_chart(cards: Sequence[ThemeCard]) -> Chart:
    top = at_top(cards)
    table = DataTable(
        "Papers whose main theme this is",
        ("Theme", "Papers it is the main theme of", "Papers in all"),
        tuple(
            (card.name, f"{sum(paper.primary for paper in card.papers):,}", f"{card.n_papers:,}")
            for card in top
        ),
        tuple(card.theme_id for card in top),
        (),
    )
    caption = (
        "Each point is a paper, in the colour of its main theme; grey ones are in no theme. "
        "Papers close to each other read alike. The axes have no meaning of their own."
    )
    alt = "Map of the papers. Every paper is in the table of papers."
    shown = tuple(card.theme_id for card in top)
    return Chart("map", "The papers, near what reads alike", caption, alt, table, shown)


def _shares_table(counted: Counted, cards: Sequence[ThemeCard]) -> DataTable:
    """Write counts and shares of themes in every period."""
    return DataTable(
        f"Papers of each theme in each {counted.by}, and their share, counted "
        f"{dated(counted.date)}",
        ("Theme", *(f"{p.label} ({count(p.n_papers, 'paper')})" for p in counted.periods)),
        tuple(
            (card.name, *(f"{point.n_theme:,} ({percent(point.share)})" for point in card.points))
            for card in cards
        ),
        tuple(card.theme_id for card in cards),
        tuple(period.key for period in counted.periods),
    )


def _of(counted: Counted) -> str:
    """Name what the shares of many periods are shares of."""
    if counted.date == "published":
        return f"the papers published in each {counted.by}"
    return whole(counted.by)


def _size_text(shown: Sequence[str], counted: Counted) -> str:
    """Say how much is drawn, for who does not see it."""
    return (
        f"{count(len(shown), 'theme')} in {count(len(counted.periods), counted.by)}, counted "
        f"{dated(counted.date)}. The numbers are in the table."
    )


def _count_caption(counted: Counted) -> str:
    return f"Papers of each theme in each {counted.by}. {_size_caveat(counted)}"


def _size_caveat(counted: Counted) -> str:
    """Say what numbers of papers are worth."""
    size = "the digest"
    if counted.date == "published":
        size = f"what the digests list of each {counted.by}"
    return f"Numbers rise and fall with the size of {size}: compare shares."


def _bold_text(
    cards: Sequence[ThemeCard], shown: Sequence[str], stand_out: Sequence[str], *, why: bool
) -> str:
    """Say what is drawn of the themes that stand out, and which they are."""
    loud = [card for card in cards if card.theme_id in stand_out]
    smoothed = any(point.smooth == point.smooth for card in loud for point in card.points)
    drawn = "points for the counted shares, a smoothed line and its 95 % band"
    if not smoothed:
        drawn = "a 95 % interval"
    text = f"Each theme has {drawn}."
    if len(stand_out) < len(shown):
        which = ": those that changed, were asked for by name or are largest" if why else ""
        text = f"{len(stand_out)} stand out, with {drawn}{which}. The others are faint."
    kinds = {remark.kind for card in loud for remark in card.remarks}
    told = [sign for kind, sign in EVENT_SIGNS.items() if kind in kinds]
    return f"{text} {capital(listing(told))}." if told else text
