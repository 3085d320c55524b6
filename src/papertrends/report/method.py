"""How the numbers came about, in plain words.

Must not describe anything that the tables at hand do not hold, and must not warn:
what the numbers cannot say stands with the caveats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from papertrends.report.levels import at_top
from papertrends.report.model import Passage, ThemeCard
from papertrends.report.passages import change_passage, statistics_passages
from papertrends.tables import Tables


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
        Passage("Themes", _themes_text(cards, settings)),
    ]
    if settings.get("labels_from"):
        passages.append(_names_passage(cards, str(settings["labels_from"]), offline_labels))
    return tuple(passages)


def _themes_text(cards: Sequence[ThemeCard], settings: Mapping[str, object]) -> str:
    if settings.get("memberships") == "given":
        return (
            "The themes, and which paper belongs to which, were given: they were not found in "
            f"the papers here.{_finer_text(cards)} A score between 0 and 1 says how well a paper "
            "fits, where it was given with them. Papers in none of them are listed as such."
        )
    encoder, seed = (settings.get(key, "unknown") for key in ("encoder", "seed"))
    return (
        "Named themes are those that were asked for; discovered ones were found in the papers "
        f"and labelled with their words.{_finer_text(cards)} A score between 0 and 1 says how "
        "well a paper fits. Papers that fit no theme are listed as such. Texts were read by "
        f"the encoder {encoder}, random choices start from the seed {seed}: the same files "
        "give the same report."
    )


def _counted_passage(settings: Mapping[str, object], by: str) -> Passage:
    chosen = settings.get("by_asked", by) == "auto"
    how = " It was chosen by the span and number of the papers." if chosen else ""
    text = (
        f"A period here is one {by}.{how} A share is the number of papers of a period that "
        "belong to a theme, divided by all papers of that period. A paper may belong to "
        "several themes, so shares do not add up to 100 %. "
    )
    if settings.get("date", "digest") == "published":
        text += "Counted is when a paper was published, once, whenever a digest listed it."
    else:
        first = settings.get("count", "every") == "first"
        text += (
            f"One that stands in two digests counts in {'the first only' if first else 'both'}. "
            "Counted is when a paper was in a digest, which may be long after it was published."
        )
    return Passage("What is counted", text)


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


def _finer_text(cards: Sequence[ThemeCard]) -> str:
    finer = len(cards) - len(at_top(cards))
    if not finer:
        return ""
    return (
        " Where the papers of a broad theme fall into groups of their own, these are finer "
        f"themes ({finer:,} here), shown under it and tested as every other theme is. Where "
        "both moved the same way, the first screen tells of the broad one."
    )
