"""Which themes stand at the top, which under them, and which of them a chart shows.

Exists so that thirty broad themes with finer ones under each stay readable: charts
show an overview, cards and tables the rest. Must not draw and must not write
sentences about changes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from papertrends.drawing.looks import natural_order, top_level
from papertrends.report.model import ThemeCard
from papertrends.report.words import count

#: More rows or lines than these on the first screen, or beside the map, and nobody
#: compares them.
MOST_ROWS = 16
#: More lines than these cannot be told apart, nor their names kept apart.
MOST_BOLD = 6


def levels(themes: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Tell the level of each theme, and the id of the theme it is shown as part of.

    Returns
    -------
    dict of str to (str, str)
        ``named``, ``broad`` or ``finer``; the second is empty where there is none.
    """
    tops = top_level(themes)
    told = {}
    for row in themes.to_dict("records"):
        theme_id, parent = str(row["theme_id"]), str(row["parent"])
        if row["kind"] == "named":
            told[theme_id] = ("named", "")
        elif tops[theme_id] != theme_id:
            told[theme_id] = ("finer", tops[theme_id])
        else:
            # A parent that is at the top and discovered only stands there by its own circle.
            named = ((themes["theme_id"] == parent) & (themes["kind"] == "named")).any()
            told[theme_id] = ("broad", parent if named else "")
    return told


def tree(cards: Sequence[ThemeCard]) -> tuple[ThemeCard, ...]:
    """Order themes as they are read: named, then broad, each with its finer ones behind it.

    The largest stand first at each level.
    """
    sized = sorted(
        cards, key=lambda c: (c.level != "named", -c.n_papers, natural_order(c.theme_id))
    )
    ordered = []
    for card in sized:
        if card.level != "finer":
            below = [c for c in sized if c.level == "finer" and c.parent_id == card.theme_id]
            ordered += [card, *below]
    return tuple(ordered)


def at_top(cards: Sequence[ThemeCard]) -> list[ThemeCard]:
    """Return the named and the broad themes."""
    return [card for card in cards if card.level != "finer"]


def charted(cards: Sequence[ThemeCard], most: int) -> tuple[str, ...]:
    """Choose the themes at the top that a chart shows, in their own order.

    Named ones come first, then those that changed, the most certain first, then the
    largest.
    """
    top = at_top(cards)
    return _in_order(top, sorted(top, key=_weight)[:most])


def bold(cards: Sequence[ThemeCard]) -> tuple[str, ...]:
    """Choose the themes whose lines stand out, by the same order; none without papers."""
    top = [card for card in at_top(cards) if card.n_papers]
    moved = [card for card in top if card.change.significant]
    others = [card for card in top if not card.change.significant]
    chosen = sorted(moved, key=_weight) + sorted(others, key=_weight)
    return _in_order(top, chosen[:MOST_BOLD])


def rest_text(cards: Sequence[ThemeCard], shown: Sequence[str], *, why: bool = True) -> str:
    """Say which themes a chart leaves to its table, or nothing if it shows all."""
    n_top = len(at_top(cards))
    finer = len(cards) - n_top
    text = ""
    if len(shown) < n_top:
        chosen = ": those asked for by name, those that changed and the largest" if why else ""
        text += f" Shown are {len(shown)} of {n_top} themes{chosen}."
    if finer:
        verb = "is" if finer == 1 else "are"
        text += f" {count(finer, 'finer theme')} {verb} in the numbers behind it."
    return text


def parts_of(told: Mapping[str, tuple[str, str]], sizes: Mapping[str, int]) -> dict[str, list[str]]:
    """Return the ids of the parts of each theme, the largest first."""
    parts: dict[str, list[str]] = {}
    for theme_id in sorted(told, key=lambda one: (-sizes[one], natural_order(one))):
        if told[theme_id][1]:
            parts.setdefault(told[theme_id][1], []).append(theme_id)
    return parts


def _in_order(cards: Sequence[ThemeCard], chosen: Sequence[ThemeCard]) -> tuple[str, ...]:
    kept = {card.theme_id for card in chosen}
    return tuple(card.theme_id for card in cards if card.theme_id in kept)


def _weight(card: ThemeCard) -> tuple[bool, bool, float, int, list[tuple[int, int, str]]]:
    change = card.change
    q = change.q_value if change.significant and not math.isnan(change.q_value) else 2.0
    order = natural_order(card.theme_id)
    return (card.level != "named", not change.significant, q, -card.n_papers, order)
