"""The charts over time counted by the other date, to switch to.

Exists so that who doubts that the digest's date tells the same as that of publication
can see. Must not have words of its own for what the run's own date is told by, too.
"""

from __future__ import annotations

from dataclasses import replace

from papertrends.report.captions import charts_over_time
from papertrends.report.cards import worded
from papertrends.report.counted import Counted, changes_of, periods_of, points_of
from papertrends.report.headline import empty_change
from papertrends.report.model import Period, View
from papertrends.report.words import count, dated
from papertrends.tables import Tables
from papertrends.trends.periods import OTHER_DATE, other_period, undated


def other_view(tables: Tables, own: Counted, *, count_in: str) -> View | None:
    """Write the words of the charts counted by the date that the run does not go by.

    Parameters
    ----------
    tables : Tables
        Of these, ``other_trends``, ``other_curves`` and ``other_changes``.
    own : Counted
        The run's own date; which themes are drawn is as there.
    count_in : {"every", "first"}
        In which of the digests that list it a paper counts.

    Returns
    -------
    View or None
        None where the dumps tell nothing of the other date.
    """
    if tables.other_trends.empty:
        return None
    by = other_period(tables.papers, own.by, date=own.date)
    periods = periods_of(tables.other_trends, by)
    points = points_of(tables.other_trends, tables.other_curves, periods)
    changes = changes_of(tables.other_changes, {})
    # Events and papers in doubt are known of the run's own date alone.
    cards = tuple(
        worded(
            replace(
                card,
                points=points.get(card.theme_id, ()),
                change=changes.get(card.theme_id, empty_change()),
                remarks=(),
            ),
            periods,
            by,
        )
        for card in own.cards
    )
    other = Counted(OTHER_DATE[own.date], by, periods, cards)
    return View(
        date=other.date,
        by=by,
        note=_note(tables, own, other, count_in),
        periods=periods,
        charts=charts_over_time(other, like=own.cards),
    )


def periods_by_other_date(tables: Tables, by: str, date: str) -> tuple[Period, ...]:
    """Return the periods of the date that the run does not go by; none where it is unknown."""
    if tables.other_trends.empty:
        return ()
    return periods_of(tables.other_trends, other_period(tables.papers, by, date=date))


def _note(tables: Tables, own: Counted, other: Counted, count_in: str) -> str:
    total = int(tables.papers["paper_id"].nunique())
    if other.date == "digest":
        which = "the first" if count_in == "first" else "each"
        text = f"Counted by digest: a paper counts in {which} {other.by} that lists it."
    else:
        missing = undated(tables.papers)
        text = "Counted by publication date, each paper once"
        if missing:
            text = (
                f"Counted by publication date: {total - missing:,} of {count(total, 'paper')} "
                f"{'has' if total - missing == 1 else 'have'} one"
            )
        text += f". The newest {other.by}s lack the papers that no digest has listed yet."
    return f"{text} The sentences and the themes' cards count {dated(own.date)}."
