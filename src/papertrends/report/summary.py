"""From the tables to the summary that the report is rendered from.

Exists so that every number and sentence of the page is made in one place, where
it can be tested, and none in a template. Must not hold HTML and must not know
how themes are found or statistics computed.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import pandas as pd

from papertrends.drawing.looks import iso_day, period_label
from papertrends.report.changed import changed
from papertrends.report.digest import counted_text, digest_sentences
from papertrends.report.events import doubts, remarks
from papertrends.report.headline import (
    brief_text,
    change_text,
    empty_change,
    headline,
    is_significant,
)
from papertrends.report.history import Since
from papertrends.report.levels import levels, parts_of, tree
from papertrends.report.listed import paper_rows, unassigned_papers
from papertrends.report.method import charts, method, stability_text
from papertrends.report.model import (
    Belonging,
    Change,
    Fact,
    Period,
    Point,
    Summary,
    ThemeCard,
)
from papertrends.report.words import capital, count, interval, listing, percent
from papertrends.tables import Tables, names_of

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
        ``themes`` (the names asked for); ``date`` ("digest" or "published") and ``count``
        ("every" or "first") where they are not the first of these.
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
    periods = _periods(tables.trends, by)
    cards = _cards(tables, periods, by)
    papers = paper_rows(tables.papers, periods, date=date, count_in=count_in)
    sentences = tuple(str(sentence) for sentence in load_report.sentences())
    lost = _unassigned_text(tables, len(papers))
    return Summary(
        title=_title(periods, by),
        standfirst=_standfirst(tables.papers),
        counted=counted_text(tables.volume, len(papers), by=by, date=date, count_in=count_in),
        date=date,
        by=by,
        facts=_facts(tables, cards, len(papers), len(periods), by),
        headline=headline(cards, periods, by=by),
        changed=changed(tables, cards, since or Since()),
        notices=tuple(capital(text) for text in sentences if "assum" in text.lower()),
        periods=periods,
        themes=cards,
        charts=charts(tables, cards, periods, by=by),
        other=None,
        digest=digest_sentences(tables.volume, tables.jumps, by=by, date=date),
        papers=papers,
        unassigned=unassigned_papers(tables),
        unassigned_text=lost,
        load_sentences=sentences,
        load_report=dict(load_report.as_dict()),
        loaded=(),
        caveats=(),
        downloads=(),
        method=method(
            tables,
            cards,
            settings,
            by=by,
            trend=bool(cards) and cards[0].change.basis == "trend",
            offline_labels=offline_labels or {},
        ),
        settings=tuple((str(key), _setting(value)) for key, value in settings.items()),
        versions=tuple((str(name), str(number)) for name, number in versions.items()),
        notes=tuple(notes),
        tables=tables,
    )


def _periods(trends: pd.DataFrame, by: str) -> tuple[Period, ...]:
    rows = trends.drop_duplicates("period").sort_values("period").to_dict("records")
    return tuple(
        Period(
            iso_day(row["period"]),
            period_label(row["period"], by),
            period_label(row["period"], by, short=True),
            int(row["n_papers"]),
            bool(row["partial"]),
        )
        for row in rows
    )


def _cards(tables: Tables, periods: Sequence[Period], by: str) -> tuple[ThemeCard, ...]:
    """Make a card a theme: the named ones first, then by size, finer ones behind theirs."""
    points = _points(tables, periods)
    changes = {str(row["theme_id"]): row for row in tables.changes.to_dict("records")}
    names = names_of(tables.themes)
    sizes = dict(zip(tables.themes["theme_id"], tables.themes["n_papers"], strict=True))
    told = levels(tables.themes)
    parts = parts_of(told, sizes)
    belongings = _belongings(tables.memberships)
    beside, doubted = remarks(tables, periods, by), doubts(tables.sensitivity)
    cards = []
    for row in tables.themes.to_dict("records"):
        theme_id = str(row["theme_id"])
        days = [row["first_digest"], row["last_digest"]]
        seen = [period_label(day, "digest") for day in days if not pd.isna(day)]
        bare = ThemeCard(
            theme_id=theme_id,
            name=str(row["name"]),
            kind=str(row["kind"]),
            level=told[theme_id][0],
            keywords=_keywords(str(row["keywords"])),
            parent=str(names.get(told[theme_id][1], "")),
            parent_id=told[theme_id][1],
            parts=tuple(parts.get(theme_id, ())),
            n_papers=int(row["n_papers"]),
            brief="",
            when=" to ".join(dict.fromkeys(seen)),
            points=points.get(theme_id, ()),
            change=_change(changes.get(theme_id), doubted.get(theme_id, "")),
            remarks=beside.get(theme_id, ()),
            stability=float(row["stability"]),
            stability_text=stability_text(float(row["stability"])),
            papers=belongings.get(theme_id, ()),
        )
        cards.append(_worded(bare, periods, by))
    return tree(cards)


def _keywords(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _worded(card: ThemeCard, periods: Sequence[Period], by: str) -> ThemeCard:
    text = change_text(card, periods, by=by)
    brief = brief_text(card, periods)
    return replace(card, change=replace(card.change, text=text), brief=brief)


def _points(tables: Tables, periods: Sequence[Period]) -> dict[str, tuple[Point, ...]]:
    labels = {period.key: period.label for period in periods}
    grouped: dict[str, list[Point]] = {}
    rows = tables.trends.merge(tables.curves, "left", ["theme_id", "period"])
    for row in rows.sort_values(["theme_id", "period"]).to_dict("records"):
        key = iso_day(row["period"])
        share, low, high = (float(row[name]) for name in ("share", "share_low", "share_high"))
        told = f"{percent(share)} ({row['n_theme']} of {row['n_papers']:,})"
        if row["n_papers"]:
            told += f", 95 % interval {interval(low, high)}"
        point = Point(
            key, labels[key], int(row["n_theme"]), int(row["n_papers"]), share, low, high,
            bool(row["partial"]), told,
            *(float(row[name]) for name in ("smooth", "smooth_low", "smooth_high")),
        )  # fmt: skip
        grouped.setdefault(str(row["theme_id"]), []).append(point)
    return {theme_id: tuple(points) for theme_id, points in grouped.items()}


def _change(row: Mapping[Hashable, Any] | None, doubt: str) -> Change:
    if row is None:
        return empty_change()
    effect, low, high, q = (
        float(row[name]) for name in ("effect", "effect_low", "effect_high", "q_value")
    )
    verdict = str(row["verdict"])
    return Change(
        verdict=verdict,
        basis=str(row["basis"]),
        effect=effect,
        effect_low=low,
        effect_high=high,
        q_value=q,
        significant=is_significant(verdict, q),
        text="",
        doubt=doubt,
    )


def _belongings(memberships: pd.DataFrame) -> dict[str, tuple[Belonging, ...]]:
    rows = memberships.sort_values(
        ["theme_id", "score", "paper_id"], ascending=[True, False, True], kind="stable"
    )
    grouped: dict[str, list[Belonging]] = {}
    for theme, paper, score, primary in zip(
        rows["theme_id"], rows["paper_id"], rows["score"], rows["primary"], strict=True
    ):
        grouped.setdefault(str(theme), []).append(
            Belonging(str(paper), float(score), bool(primary))
        )
    return {theme: tuple(papers) for theme, papers in grouped.items()}


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
        return f"What changed between {periods[0].label} and {periods[1].label}"
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
        both = f"; {count(twice, 'paper')} in more than one" if twice else ""
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
