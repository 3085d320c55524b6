"""What the numbers of this report cannot say, in plain words.

Must not explain how they came about, which is the method's task, and must not warn of
what is not there.
"""

from __future__ import annotations

from papertrends.report.counted import Counted
from papertrends.report.model import ThemeCard
from papertrends.report.words import capital, count, percent
from papertrends.tables import Tables

MOST = 8
#: With more than this share of the papers listed late, a digest looks back.
MANY_LATE = 0.2
UNSTABLE = 0.5
FALSE_RATE = 0.05


def caveats(tables: Tables, counted: Counted) -> tuple[str, ...]:
    """Say what this very report cannot tell, the most important first.

    Parameters
    ----------
    tables : Tables
        All tables of one analysis.
    counted : Counted
        Themes and periods by the run's own date.

    Returns
    -------
    tuple of str
        Four to eight sentences or pairs of them; none without papers.
    """
    if not counted.periods:
        return ()
    said = [
        "A digest is what people chose or voted for, and no sample of all research: a theme can "
        "rise because more was written about it, or because it was chosen more often.",
        _time_text(counted),
        _late_text(tables, counted),
        _undated_text(tables, counted),
        _called_text(counted),
        _unknown_text(counted),
        "Themes are found by a program that reads titles and abstracts, and it puts some papers in "
        "the wrong place: each theme lists its papers with their scores, so that you can check.",
        _names_text(counted),
        _doubt_text(counted),
    ]
    return tuple([text for text in said if text][:MOST])


def _time_text(counted: Counted) -> str:
    """Say what so many periods cannot show, and what the last of them is worth."""
    by, n = counted.by, len(counted.periods)
    basis = counted.cards[0].change.basis if counted.cards else ""
    complete = sum(not period.partial for period in counted.periods)
    if n == 1:
        text = f"One {by} shows how large themes are, and nothing of how they change."
    elif basis == "trend":
        every = f"{n:,}" if complete == n else f"{complete:,} complete"
        text = (
            f"A trend is about all {every} {by}s together: a theme that rose and fell again can "
            f"look still, and no trend says what the next {by} brings."
        )
    else:
        which = "Two" if n == 2 else "The last two"
        text = (
            f"{which} {by}s are compared: whether what moved goes on moving, only later {by}s can "
            "tell."
        )
    late = [period.label for period in counted.periods if period.partial]
    if late:
        apart = ", and trends leave it out" if basis == "trend" else ""
        text += f" {capital(late[-1])} is not over yet: its numbers are small{apart}."
    return text


def _late_text(tables: Tables, counted: Counted) -> str:
    """Say that a digest which looks back dates papers by its own interest."""
    if counted.date == "published":
        return (
            f"The newest {counted.by}s lack the papers that no digest has listed yet: their shares "
            "can still change."
        )
    volume = tables.volume
    dated, late = int(volume["n_dated"].sum()), int(volume["n_late"].sum())
    if not dated or late / dated < MANY_LATE:
        return ""
    return (
        f"{percent(late / dated)} of the papers with a publication date were listed more than 90 "
        "days after it: such a curve shows when a digest turned to a theme, not when the work was "
        "done. See the charts by publication date."
    )


def _undated_text(tables: Tables, counted: Counted) -> str:
    """Say that papers can be older than their digest, where nothing tells how old."""
    if counted.date == "published" or int(tables.volume["n_dated"].sum()):
        return ""
    return (
        "The dumps do not say when papers were published: what is new in a digest may be years old."
    )


def _called_text(counted: Counted) -> str:
    """Say how many of the changes that are called can be none."""
    called = sum(card.change.significant for card in counted.cards)
    if not called:
        return ""
    wrong = round(FALSE_RATE * called)
    if called == 1:
        return (
            "One theme is called rising or falling. One in twenty such calls is expected to be "
            "wrong, and this may be it."
        )
    which = f"about {wrong:,} of these are" if wrong > 1 else "one of these may be"
    return (
        f"{called:,} themes are called rising or falling. One in twenty such calls is expected to "
        f"be wrong: {which}."
    )


def _unknown_text(counted: Counted) -> str:
    """Say that no verdict is not the same as no change."""
    unknown = sum(_is_unknown(card) for card in counted.cards)
    if not unknown or len(counted.periods) < 2:
        return ""
    them = "it" if unknown == 1 else "them"
    they = "it" if unknown == 1 else "they"
    return (
        f"For {unknown:,} of {count(len(counted.cards), 'theme')} there is too little data to "
        f"call {them} rising, falling or steady: {they} may have changed all the same."
    )


def _is_unknown(card: ThemeCard) -> bool:
    return not card.change.sure and card.n_papers > 0


def _names_text(counted: Counted) -> str:
    """Say what a discovered theme's name and borders are worth."""
    found = [card for card in counted.cards if card.kind != "named"]
    if not found:
        return ""
    text = (
        "A discovered theme's name is made of words that are frequent in its papers, and can be "
        "narrower or wider than what they are about."
    )
    loose = sum(card.stability < UNSTABLE for card in found)
    if loose:
        text += (
            f" {loose:,} of {len(found):,} such themes {'comes' if loose == 1 else 'come'} out "
            "differently when they are found again."
        )
    return text


def _doubt_text(counted: Counted) -> str:
    """Say how many verdicts hang on papers near the threshold."""
    doubted = sum(bool(card.change.doubt) for card in counted.cards)
    if not doubted:
        return ""
    verdicts = f"{count(doubted, 'verdict')} would be another"
    return (
        f"{verdicts} if papers that only just belong, or only just do not, were counted the other "
        "way: it is said beside each."
    )
