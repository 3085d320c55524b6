"""What changed, in sentences a person would write, from the tables alone.

Must not claim what the tests do not carry: a change whose q-value is 0.05 or
more is told with its numbers and as something chance alone could give.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from papertrends.report.model import Change, Period, Point, Sentence, ThemeCard
from papertrends.report.words import (
    capital,
    count,
    interval,
    percent,
    percents,
    q_text,
    ratio,
    when,
    whole,
    whole_when,
)
from papertrends.trends.changes import SIGNIFICANT, STEADY_ODDS

MOST_SENTENCES = 6
CAVEAT = "Two digests can show a change, never a trend."
CHANCE = "a difference that chance alone could give"


def headline(
    cards: Sequence[ThemeCard], periods: Sequence[Period], *, by: str, date: str = "digest"
) -> tuple[Sentence, ...]:
    """Choose and write the sentences of the first screen.

    Themes with a significant change come first, those asked for by name before the
    others; then the named ones without. The last sentence says what the numbers of
    periods allow, or how many themes changed where not all are told. Where a theme and
    a part of it moved the same way, the broader one is told.

    Parameters
    ----------
    cards : sequence of ThemeCard
        All themes.
    periods : sequence of Period
        The oldest first.
    by : str
        What a period is.
    date : {"digest", "published"}
        The date that papers count by.

    Returns
    -------
    tuple of Sentence
        At most six.
    """
    if not cards:
        return (Sentence("There are no themes: that takes more papers than there are."),)
    told = _Told(by, date, len(periods))
    if len(periods) < 2:
        return _shares_only(cards, periods, told)
    moved = [card for card in cards if card.change.significant]
    moved.sort(key=lambda c: (c.kind != "named", c.change.q_value, -abs(_log(c.change.effect))))
    moved = _once(moved)
    closing = _closing(cards, len(moved), told)
    room = MOST_SENTENCES - len(closing)
    still = [card for card in cards if card.kind == "named" and not card.change.significant]
    still.sort(key=lambda card: card.change.q_value if card.change.q_value >= 0 else 2.0)
    said = [
        _doubted(_moved(card, told, again=place > 0), card)
        for place, card in enumerate(moved[:room])
    ]
    if not moved and any(not math.isnan(card.change.q_value) for card in cards):
        said.append(_none_moved(cards))
    left = still[: max(0, room - len(said))]
    said += [_doubted(_still(card, told), card) for card in left]
    if len(said) + len(closing) < 3:
        known = {sentence.theme_id for sentence in said} - {""}
        others = [c for c in _by_size(cards) if not {c.theme_id, c.parent_id} & known]
        said += [_largest(card, told) for card in others[: 3 - len(said) - len(closing)]]
    return (*said[:room], *closing)


@dataclass(frozen=True)
class _Told:
    """What is told of: periods of one kind, counted by one date, and how many."""

    by: str
    date: str
    n_periods: int

    @property
    def whole(self) -> str:
        return whole(self.by, self.date)

    def whole_when(self, point: Point) -> str:
        return whole_when(pd.Timestamp(point.period), self.by, self.date)

    def when(self, point: Point) -> str:
        return when(pd.Timestamp(point.period), self.by)

    @property
    def two_digests(self) -> bool:
        return self.by == "digest" and self.n_periods == 2


def _closing(cards: Sequence[ThemeCard], n_moved: int, told: _Told) -> list[Sentence]:
    """Say what so few periods allow, or of how many changes the surest are told."""
    by = told.by
    if told.n_periods == 2:
        return [Sentence(CAVEAT if by == "digest" else CAVEAT.replace("digests", by + "s"))]
    if cards[0].change.basis == "last change":
        return [Sentence(f"Fewer than five complete {by}s can show a change, never a trend.")]
    if n_moved <= MOST_SENTENCES:
        return []
    ways = [card.change.verdict for card in cards if card.change.significant]
    rose, fell = (ways.count(way) for way in ("rising", "falling"))
    return [Sentence(f"In all, {rose:,} of {count(len(cards), 'theme')} rose and {fell:,} fell.")]


def change_text(card: ThemeCard, periods: Sequence[Period], *, by: str) -> str:
    """Put a theme's verdict in words, with its effect, interval and q-value."""
    change = card.change
    if len(periods) < 2:
        return f"One {by or 'digest'} shows shares and no change."
    if not sum(point.n_theme for point in card.points):
        return "No paper belongs to it."
    if math.isnan(change.effect):
        return "Too little data to say how it changed."
    per = f" per {by}" if change.basis == "trend" else ""
    numbers = (
        f"odds ratio{per} {ratio(change.effect)}, 95 % interval "
        f"{ratio(change.effect_low)} to {ratio(change.effect_high)}, {q_text(change.q_value)}"
    )
    if change.significant:
        return f"{capital(change.verdict)}: {numbers}."
    if change.verdict == "steady":
        return f"Steady, and sure of it: {_narrow(change)} ({numbers})."
    if math.isnan(change.q_value):
        return f"Too few papers for a test ({numbers})."
    return f"Too little data to tell a change from chance ({numbers})."


def brief_text(card: ThemeCard, periods: Sequence[Period]) -> str:
    """Say a theme's size and verdict in a few words, where there is no room for more."""
    size = count(card.n_papers, "paper")
    change = card.change
    if len(periods) < 2 or not card.n_papers:
        return size
    return f"{size}, {change.verdict if change.sure else 'too little data'}"


def is_significant(verdict: str, q_value: float) -> bool:
    """Tell whether the tables carry a claim that the theme rose or fell."""
    return verdict in ("rising", "falling") and q_value < SIGNIFICANT


def compared(points: Sequence[Point], basis: str) -> tuple[Point, Point]:
    """Return the two points a change is told by: the last two complete ones, or the ends."""
    complete = [point for point in points if not point.partial]
    usable = complete if len(complete) >= 2 else list(points)
    return (usable[0], usable[-1]) if basis == "trend" else (usable[-2], usable[-1])


def _ends(old: Point, new: Point, basis: str) -> tuple[str, str]:
    """Write the two shares a change is told by: of a trend the smoothed ones, where known.

    What the first and the last period happened to hold says little of a trend.
    """
    if basis == "trend" and old.smooth == old.smooth and new.smooth == new.smooth:
        first, last = percents(old.smooth, new.smooth)
        return f"about {first}", last
    return percents(old.share, new.share)


def _once(moved: Sequence[ThemeCard]) -> list[ThemeCard]:
    """Put in the place of a part the broadest theme over it that moved the same way."""
    known = {card.theme_id: card for card in moved}
    told: dict[str, ThemeCard] = {}
    for card in moved:
        first, above = card, known.get(card.parent_id)
        while above is not None and above.change.verdict == card.change.verdict:
            first, above = above, known.get(above.parent_id)
        told.setdefault(first.theme_id, first)
    return list(told.values())


def _none_moved(cards: Sequence[ThemeCard]) -> Sentence:
    """Say that no theme changed, and of how many that is known rather than not known."""
    tested = sum(not math.isnan(card.change.q_value) for card in cards)
    steady = sum(card.change.verdict == "steady" for card in cards)
    sure = f", {steady} of them steady for certain" if steady else ""
    return Sentence(
        f"No theme changed by more than chance alone could give ({tested} tested{sure})."
    )


def _narrow(change: Change) -> str:
    """Say what is known of a theme that is steady."""
    over = "over the whole time " if change.basis == "trend" else ""
    return f"{over}its odds changed by less than a factor of {STEADY_ODDS:g}, up or down"


def _doubted(sentence: Sentence, card: ThemeCard) -> Sentence:
    """End a theme's sentence with what papers near the threshold would make of it."""
    if not card.change.doubt:
        return sentence
    after = f"{sentence.after.removesuffix('.')}; {card.change.doubt}."
    return Sentence(sentence.before, sentence.subject, after, sentence.theme_id)


def _inside(card: ThemeCard) -> str:
    """Name the broad theme of a finer one, which alone would say too little."""
    return f", part of {card.parent}" if card.level == "finer" else ""


def _moved(card: ThemeCard, told: _Told, *, again: bool) -> Sentence:
    """Tell of a change; where `again`, the sentence before has told when a trend was."""
    change = card.change
    old, new = compared(card.points, change.basis)
    first, last = _ends(old, new, change.basis)
    q = q_text(change.q_value)
    inside = _inside(card)
    closed = f"{inside}," if inside else ""
    verb = "rose" if change.verdict == "rising" else "fell"
    if change.basis == "trend":
        way = f"from {first} of {told.whole_when(old)} to {last} {told.when(new)}"
        if again:
            way = f"from {first} to {last} over the same time"
        text = (
            f"{closed} {verb} {way} (odds ratio {ratio(change.effect)} a {told.by}, 95 % interval "
            f"{ratio(change.effect_low)} to {ratio(change.effect_high)}; {q})."
        )
        return Sentence("", capital(card.name), text, card.theme_id)
    if new.n_theme == 0:
        return _gone(card, old, new, told, q)
    if old.n_theme == 0:
        published = " published" if told.date == "published" else ""
        text = (
            f"{closed} appeared in {new.n_theme} of {count(new.n_papers, 'paper')}{published} "
            f"{told.when(new)}, after none of {old.n_papers:,} {told.when(old)} ({q})."
        )
        return Sentence("", capital(card.name), text, card.theme_id)
    way = f"{first} to {last} of {told.whole}"
    if told.n_periods > 2:
        way = f"{first} of {told.whole_when(old)} to {last} {told.when(new)}"
    text = f"{closed} {verb} from {way} ({_counts(old, new)}, {q})."
    return Sentence("", capital(card.name), text, card.theme_id)


def _counts(old: Point, new: Point) -> str:
    papers = f"{old.n_theme} of {count(old.n_papers, 'paper')}"
    return f"{papers} to {new.n_theme} of {new.n_papers:,}"


def _gone(card: ThemeCard, old: Point, new: Point, told: _Told, q: str) -> Sentence:
    """Say that the newer period has no paper of a theme that the older one had."""
    inside = f"{_inside(card)}," if _inside(card) else ""
    if not told.two_digests:
        text = (
            f"{inside} fell from {percent(old.share)} of {told.whole_when(old)} to none "
            f"{told.when(new)} ({_counts(old, new)}, {q})."
        )
        return Sentence("", capital(card.name), text, card.theme_id)
    before = "The only paper on " if old.n_theme == 1 else f"All {old.n_theme} papers on "
    verb = "is" if old.n_theme == 1 else "are"
    text = (
        f"{inside} {verb} in the digest of {old.label}; that of {_later(old, new)} has none ({q})."
    )
    return Sentence(before, card.name, text, card.theme_id)


def _still(card: ThemeCard, told: _Told) -> Sentence:
    change = card.change
    if not sum(point.n_theme for point in card.points):
        return Sentence("No paper belongs to ", card.name, ".", card.theme_id)
    old, new = compared(card.points, change.basis)
    first, last = _ends(old, new, change.basis)
    counts = (
        f"{old.n_theme} of {old.n_papers:,} and {new.n_theme} of {count(new.n_papers, 'paper')}"
    )
    q = q_text(change.q_value)
    both = f"{first} {told.when(old)}, {last} {told.when(new)}"
    if change.verdict == "steady":
        text = f" is steady: {both}, and {_narrow(change)}."
        return Sentence("The share of ", card.name, text, card.theme_id)
    if change.basis == "trend":
        text = f" is not clearly rising or falling: {both} ({q})."
        return Sentence("The share of ", card.name, text, card.theme_id)
    if math.isnan(change.q_value):
        text = f": {counts}, too few to compare."
        return Sentence("", capital(card.name), text, card.theme_id)
    if new.n_theme == 0 and told.two_digests:
        gone = _gone(card, old, new, told, q)
        after = gone.after.replace(" has none (", f" has none, {CHANCE} (")
        return Sentence(gone.before, gone.subject, after, card.theme_id)
    if told.n_periods > 2:
        text = (
            f" was {first} of {told.whole_when(old)} and {last} {told.when(new)} ({counts}), "
            f"{CHANCE} ({q})."
        )
    elif first == last:
        text = f" was {first} of {told.whole} both times ({counts}; {q})."
    else:
        text = f" was {first} of {told.whole} and is {last} ({counts}), {CHANCE} ({q})."
    return Sentence("The share of ", card.name, text, card.theme_id)


def _shares_only(
    cards: Sequence[ThemeCard], periods: Sequence[Period], told: _Told
) -> tuple[Sentence, ...]:
    noun = told.by or "digest"
    opening = Sentence(f"There is one {noun}, so this report shows shares and no change.")
    if not periods:
        return (Sentence("There are no papers, so there is nothing to show."),)
    named = [card for card in _by_size(cards) if card.kind == "named"]
    others = [card for card in _by_size(cards) if card.level == "broad" and card.n_papers]
    chosen = (named[:3] + others)[: MOST_SENTENCES - 1]
    return (*(_largest(card, told) for card in chosen), opening)


def _largest(card: ThemeCard, told: _Told) -> Sentence:
    """Tell how large a theme is in the newest period."""
    point = card.points[-1] if card.points else None
    if point is None or not point.n_theme:
        return Sentence("No paper belongs to ", card.name, ".", card.theme_id)
    if point.n_papers == 1 and told.n_periods == 1:
        return Sentence("The only paper is on ", card.name, ".", card.theme_id)
    many = told.n_periods > 1
    opening = f"{capital(told.when(point))}, " if many else ""
    verb = "was" if many else "is"
    if point.n_theme > 1:
        verb = "were" if many else "are"
    before = f"{opening}{point.n_theme:,} of {count(point.n_papers, 'paper')} {verb} on "
    text = (
        f", {percent(point.share)} of {told.whole} "
        f"(95 % interval {interval(point.share_low, point.share_high)})."
    )
    return Sentence(before, card.name, text, card.theme_id)


def _by_size(cards: Sequence[ThemeCard]) -> list[ThemeCard]:
    top = [card for card in cards if card.level != "finer"]
    return sorted(top, key=lambda card: (-card.n_papers, card.theme_id))


def _later(old: Point, new: Point) -> str:
    """Name the newer day without its year where that is the older one's."""
    same = old.period[:4] == new.period[:4]
    return new.label.rsplit(" ", 1)[0] if same else new.label


def _log(effect: float) -> float:
    if math.isnan(effect):
        return 0.0
    return math.inf if effect == 0 or math.isinf(effect) else math.log(effect)


def empty_change() -> Change:
    """Stand for a theme that the changes table has no row for."""
    nan = float("nan")
    return Change("too little data", "last change", nan, nan, nan, nan, False, "")
