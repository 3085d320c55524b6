"""From the tables to the summary that the report is rendered from.

Exists so that every number and sentence of the page is made in one place, where
it can be tested, and none in a template. Must not hold HTML and must not know
how themes are found or statistics computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd

from papertrends.drawing.looks import iso_day, period_label
from papertrends.report.captions import charts
from papertrends.report.cards import theme_cards
from papertrends.report.caveats import caveats
from papertrends.report.changed import changed
from papertrends.report.counted import Counted, periods_of
from papertrends.report.digest import counted_text, digest_sentences
from papertrends.report.downloads import downloads
from papertrends.report.headline import headline
from papertrends.report.history import Since
from papertrends.report.listed import paper_rows, unassigned_papers
from papertrends.report.loaded import loaded_tables, notices
from papertrends.report.method import method
from papertrends.report.model import Fact, Period, Summary, ThemeCard
from papertrends.report.views import other_view, periods_by_other_date
from papertrends.report.words import count, listing, percent, span
from papertrends.tables import Tables

__all__ = ["LoadReport", "Summary", "summarise"]
LEVELS = ("named", "broad", "finer")


class LoadReport(Protocol):
    """What the summary wants to know of loading: the facts, and sentences about them."""

    def as_dict(self) -> Mapping[str, object]:
        """Return the facts as plain values."""

    def sentences(self) -> Sequence[str]:
        """Return what a reader should know, one sentence a fact."""


def summarise(
    tables: Tables,
    load_report: LoadReport,
    *,
    settings: Mapping[str, object],
    versions: Mapping[str, str],
    notes: Sequence[str] = (),
    offline_labels: Mapping[str, str] | None = None,
    since: Since | None = None,
) -> Summary:
    """Write down every number and sentence of the report.

    Parameters
    ----------
    tables : Tables
        All tables of one analysis.
    load_report : LoadReport
        Anything with ``as_dict()`` and ``sentences()``.
    settings : mapping
        With at least ``by`` (what a period is), ``by_asked``, ``seed``, ``encoder`` and
        ``themes`` (those asked for, as names or as `Theme.as_dict` has them); ``date``
        ("digest" or "published") and ``count`` ("every" or "first") where they are not
        the first of these.
    versions : mapping of str to str
        Packages and their versions.
    notes : sequence of str
        What else the reader should know, such as methods done without.
    offline_labels : mapping of theme id to str, optional
        The label found offline of each theme that somebody else named.
    since : Since, optional
        What the last run on a store was, where the tables say what it changed.

    Returns
    -------
    Summary
        Frozen; the same input gives the same summary.
    """
    by = str(settings.get("by", "digest"))
    date, count_in = str(settings.get("date", "digest")), str(settings.get("count", "every"))
    periods = periods_of(tables.trends, by)
    others = periods_by_other_date(tables, by, date)
    papers = paper_rows(tables.papers, periods, others, date=date, count_in=count_in)
    cards = theme_cards(tables, periods, papers, by=by, asked=_asked(settings))
    counted = Counted(date, by, periods, cards)
    facts, labels = dict(load_report.as_dict()), offline_labels or {}
    return Summary(
        title=_title(periods, by),
        standfirst=_standfirst(tables.papers),
        counted=counted_text(tables.volume, len(papers), by=by, date=date, count_in=count_in),
        date=date,
        by=by,
        facts=_facts(tables, cards, len(papers), len(periods), by),
        headline=headline(cards, periods, by=by, date=date),
        changed=changed(tables, cards, since or Since()),
        notices=notices(facts),
        periods=periods,
        themes=cards,
        charts=charts(tables, counted),
        other=other_view(tables, counted, count_in=count_in),
        digest=digest_sentences(tables.volume, tables.jumps, by=by, date=date),
        papers=papers,
        unassigned=unassigned_papers(tables),
        unassigned_text=_unassigned_text(tables, len(papers)),
        load_sentences=tuple(str(sentence) for sentence in load_report.sentences()),
        load_report=facts,
        loaded=loaded_tables(facts),
        caveats=caveats(tables, counted),
        downloads=downloads(tables),
        method=method(
            tables, cards, settings, by=by, trend=_goes_by_trend(cards), offline_labels=labels
        ),
        settings=tuple((str(key), _setting(value)) for key, value in settings.items()),
        versions=tuple((str(name), str(number)) for name, number in versions.items()),
        notes=tuple(notes),
        tables=tables,
    )


def _goes_by_trend(cards: Sequence[ThemeCard]) -> bool:
    """Return whether verdicts are of the trend over all periods, not of the last change."""
    return bool(cards) and cards[0].change.basis == "trend"


def _asked(settings: Mapping[str, object]) -> Sequence[object]:
    themes = settings.get("themes")
    return themes if isinstance(themes, Sequence) and not isinstance(themes, str) else ()


def _unassigned_text(tables: Tables, n_papers: int) -> str:
    left = len(tables.unassigned)
    if not n_papers:
        return "There are no papers."
    if not left:
        return "Every paper belongs to at least one theme."
    verb = "belongs" if left == 1 else "belong"
    return (
        f"{left:,} of {count(n_papers, 'paper')} ({percent(left / n_papers)}) {verb} to no theme."
    )


def _title(periods: Sequence[Period], by: str) -> str:
    if not periods:
        return "No papers yet"
    if len(periods) == 1:
        return f"What the field is working on, {periods[0].label}"
    if len(periods) == 2 and by == "digest":
        first, last = (pd.Timestamp(period.key) for period in periods)
        return f"What changed between {span(first, last, by).replace(' to ', ' and ')}"
    return f"What the field works on, {periods[0].label} to {periods[-1].label}"


def _standfirst(papers: pd.DataFrame) -> str:
    days = sorted({iso_day(day) for day in papers["digest_date"]})
    if not days:
        return ""
    total = count(papers["paper_id"].nunique(), "paper")
    if len(days) == 1:
        return f"{total} from the digest of {period_label(pd.Timestamp(days[0]), 'digest')}."
    if len(days) <= 3:
        told = [
            f"{int((papers['digest_date'] == day).sum())} on "
            f"{period_label(pd.Timestamp(day), 'digest')}"
            for day in days
        ]
        twice = len(papers) - papers["paper_id"].nunique()
        both = f"; {twice:,} of them in {'both' if len(days) == 2 else 'more than one'}"
        both = both if twice else ""
        return f"{total} from {count(len(days), 'digest')}: {listing(told)}{both}."
    span = " to ".join(period_label(pd.Timestamp(day), "digest") for day in (days[0], days[-1]))
    return f"{total} from {count(len(days), 'digest')}, {span}."


def _facts(
    tables: Tables, cards: Sequence[ThemeCard], n_papers: int, n_periods: int, by: str
) -> tuple[Fact, ...]:
    left = len(tables.unassigned)
    facts = [
        Fact(f"{n_papers:,}", "paper" if n_papers == 1 else "papers"),
        Fact(f"{n_periods:,}", by if n_periods == 1 else f"{by}s"),
        Fact(f"{len(cards):,}", _themes_text(cards)),
    ]
    if n_papers:
        facts.append(Fact(percent(left / n_papers), f"in no theme ({count(left, 'paper')})"))
    return tuple(facts)


def _themes_text(cards: Sequence[ThemeCard]) -> str:
    sizes = [(level, sum(card.level == level for card in cards)) for level in LEVELS]
    told = ", ".join(f"{n:,} {level}" for level, n in sizes if n)
    return ("theme" if len(cards) == 1 else "themes") + (f" ({told})" if told else "")


def _setting(value: object) -> str:
    if value is None:
        return "not given"
    if isinstance(value, Mapping):
        return str(value.get("name", dict(value)))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_setting(item) for item in value)
    return str(value)
