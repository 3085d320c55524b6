"""How the numbers came about, in plain words, and the words around each chart.

Must not describe anything that the tables at hand do not hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from papertrends.report.digest import volume_chart
from papertrends.report.levels import MOST_ROWS, at_top, bold, charted, rest_text
from papertrends.report.model import Chart, DataTable, Passage, Period, ThemeCard
from papertrends.report.passages import change_passage, statistics_passages
from papertrends.report.words import (
    capital,
    count,
    interval,
    listing,
    percent,
    q_text,
    ratio,
    whole,
)
from papertrends.tables import Tables

#: A row of a heat map takes little room.
MOST_HEAT_ROWS = 40
#: How the symbols of events in charts are called.
EVENT_SIGNS = {
    "emergence": "a ring marks where a theme emerged",
    "burst": "an hourglass marks where a burst began",
}


def charts(
    tables: Tables, cards: Sequence[ThemeCard], periods: Sequence[Period], *, by: str
) -> tuple[Chart, ...]:
    """Write title, caption, description and data table of each chart there is.

    The charts are overviews of the themes at the top; the tables hold all themes.
    """
    said = [_shares_chart(cards, periods, by)]
    if len(periods) >= 2:
        said.append(_changes_chart(cards, by))
    if len(periods) >= 5:
        said.append(_heat_chart(cards, periods, by))
    said.append(_map_chart(cards))
    volume = volume_chart(tables.volume, tables.jumps, by=by)
    return (*said, volume) if volume else tuple(said)


def method(
    tables: Tables,
    cards: Sequence[ThemeCard],
    settings: Mapping[str, object],
    *,
    by: str,
    trend: bool,
    offline_labels: Mapping[str, str],
) -> tuple[Passage, ...]:
    """Explain in plain words what the numbers of this report mean."""
    tested = sum(card.change.q_value >= 0 for card in cards)
    encoder, seed = (settings.get(key, "unknown") for key in ("encoder", "seed"))
    passages = [
        _counted_passage(settings, by),
        Passage(
            "Intervals",
            "Each share has a 95 % interval (Wilson's): if the papers of the period are seen as "
            "drawn at random from what could have been in it, shares within it agree with the "
            "count. Few papers make it wide.",
        ),
        change_passage(tested, by=by, trend=trend),
        *statistics_passages(tables, by),
        Passage(
            "Themes",
            "Named themes are those that were asked for; discovered ones were found in the papers "
            f"and labelled with their words.{_finer_text(cards)} A score between 0 and 1 says how "
            "well a paper fits. Papers that fit no theme are listed as such. Both kinds are found "
            "by a program from titles and abstracts, and a paper can be misplaced: the papers are "
            f"listed so that you can check. Texts were read by the encoder {encoder}, random "
            f"choices start from the seed {seed}: the same files give the same report.",
        ),
    ]
    if settings.get("labels_from"):
        passages.append(_names_passage(cards, str(settings["labels_from"]), offline_labels))
    return tuple(passages)


def _counted_passage(settings: Mapping[str, object], by: str) -> Passage:
    chosen = settings.get("by_asked", by) == "auto"
    how = " It was chosen by the span and number of the papers." if chosen else ""
    text = (
        f"A period here is one {by}.{how} A share is the number of papers of a period that "
        "belong to a theme, divided by all papers of that period. A paper may belong to "
        "several themes, so shares do not add up to 100 %. "
    )
    if settings.get("date", "digest") == "published":
        text += (
            "Counted is when a paper was published, once, whenever a digest listed it. The newest "
            "periods lack the papers that no digest has listed yet."
        )
    else:
        first = settings.get("count", "every") == "first"
        text += (
            f"One that stands in two digests counts in {'the first only' if first else 'both'}. "
            "Counted is when a paper was in a digest, which may be long after it was published."
        )
    return Passage("What is counted", text)


def stability_text(stability: float) -> str:
    """Put a theme's stability, 0 to 1, in words."""
    if stability != stability:
        return "Stability was not measured."
    if stability >= 0.8:
        told = "it comes out nearly the same"
    elif stability >= 0.5:
        told = "most of it comes out the same"
    else:
        told = "it comes out differently: read its borders with care"
    return f"Stability {stability:.2f} of 1: when the themes are found again, {told}."


def _names_passage(
    cards: Sequence[ThemeCard], source: str, offline_labels: Mapping[str, str]
) -> Passage:
    given = [
        f"“{card.name}” for “{offline_labels[card.theme_id]}”"
        for card in cards
        if card.theme_id in offline_labels
    ]
    told = "; ".join(given) if given else "it gave none that is used here"
    return Passage(
        "Names by a language model",
        f"Discovered themes have labels found in their papers' own words. Better names were asked "
        f"of a language model, {source}: {told}. Only names are from there. A name can say more "
        "or less than the papers do: check it against them. The answers are kept, so that the "
        "same files give the same report; what was sent is told in the notes.",
    )


def _shares_chart(cards: Sequence[ThemeCard], periods: Sequence[Period], by: str) -> Chart:
    table = DataTable(
        f"Papers of each theme in each {by}, and their share",
        ("Theme", *(f"{p.label} ({count(p.n_papers, 'paper')})" for p in periods)),
        tuple(
            (card.name, *(f"{point.n_theme} ({percent(point.share)})" for point in card.points))
            for card in cards
        ),
        tuple(card.theme_id for card in cards),
        tuple(period.key for period in periods),
    )
    few = len(periods) < 5
    shown = charted(cards, MOST_ROWS)
    stand_out = () if few else bold(cards)
    caption = (
        f"Each row is a theme, each point its share of {whole(by)}. The bars are 95 % "
        "intervals: where they overlap widely, the difference may be chance."
        if few
        else f"Share of {whole(by)} over time. {_bold_text(cards, shown, stand_out)}"
    )
    alt = f"Share of {len(shown)} themes in {len(periods)} periods. The numbers are in the table."
    caption += rest_text(cards, shown, why=few)
    title = "How much of it each theme is"
    return Chart("shares", title, caption, alt, table, shown, stand_out)


def _changes_chart(cards: Sequence[ThemeCard], by: str) -> Chart:
    def cells(card: ThemeCard) -> tuple[str, ...]:
        change = card.change
        if change.effect != change.effect:
            return (card.name, change.verdict, "", "", q_text(change.q_value))
        ends = f"{ratio(change.effect_low)} to {ratio(change.effect_high)}"
        return (card.name, change.verdict, ratio(change.effect), ends, q_text(change.q_value))

    trend = bool(cards) and cards[0].change.basis == "trend"
    per = f"per {by}" if trend else "newest against the one before"
    table = DataTable(
        f"Odds ratio of each theme, {per}",
        ("Theme", "Verdict", "Odds ratio", "95 % interval", "q"),
        tuple(cells(card) for card in cards),
        tuple(card.theme_id for card in cards),
        (),
    )
    caption = (
        f"Odds ratio {per}: right of 1 a theme became more frequent, left of it less. Only "
        "where a theme is called rising or falling is chance an unlikely explanation."
    )
    shown = charted(cards, MOST_ROWS)
    caption += rest_text(cards, shown)
    alt = f"Odds ratios of {len(shown)} themes, sorted. The numbers are in the table."
    return Chart("changes", "How sure each change is", caption, alt, table, shown)


def _heat_chart(cards: Sequence[ThemeCard], periods: Sequence[Period], by: str) -> Chart:
    rows = tuple(
        (
            card.name,
            *(
                f"{percent(p.share)} ({interval(p.share_low, p.share_high)})" if p.n_papers else ""
                for p in card.points
            ),
        )
        for card in cards
    )
    table = DataTable(
        f"Share of each theme in each {by}, with its 95 % interval",
        ("Theme", *(period.label for period in periods)),
        rows,
        tuple(card.theme_id for card in cards),
        tuple(period.key for period in periods),
    )
    shown = charted(cards, MOST_HEAT_ROWS)
    caption = f"The stronger the colour, the larger the theme's share of {whole(by)}."
    caption += rest_text(cards, shown)
    alt = f"Heat map of {len(shown)} themes by {len(periods)} periods."
    return Chart("heatmap", "The themes in every period", caption, alt, table, shown)


def _map_chart(cards: Sequence[ThemeCard]) -> Chart:
    top = at_top(cards)
    table = DataTable(
        "Papers whose main theme this is",
        ("Theme", "Papers it is the main theme of", "Papers in all"),
        tuple(
            (card.name, str(sum(paper.primary for paper in card.papers)), str(card.n_papers))
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


def _bold_text(cards: Sequence[ThemeCard], shown: Sequence[str], stand_out: Sequence[str]) -> str:
    """Say what is drawn of the themes that stand out, and which they are."""
    loud = [card for card in cards if card.theme_id in stand_out]
    smoothed = any(point.smooth == point.smooth for card in loud for point in card.points)
    drawn = "points for the counted shares, a smoothed line and its 95 % band"
    if not smoothed:
        drawn = "a 95 % interval"
    text = f"Each theme has {drawn}."
    if len(stand_out) < len(shown):
        text = (
            f"{len(stand_out)} stand out, with {drawn}: those that changed, were asked for by "
            "name or are largest. The others are faint."
        )
    kinds = {remark.kind for card in loud for remark in card.remarks}
    told = [sign for kind, sign in EVENT_SIGNS.items() if kind in kinds]
    return f"{text} {capital(listing(told))}." if told else text


def _finer_text(cards: Sequence[ThemeCard]) -> str:
    finer = len(cards) - len(at_top(cards))
    if not finer:
        return ""
    return (
        " Where the papers of a broad theme fall into groups of their own, these are finer "
        f"themes ({finer:,} here), shown under it and tested as every other theme is. Where "
        "both moved the same way, the first screen tells of the broad one."
    )
