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
from papertrends.report.headline import (
    brief_text,
    change_text,
    empty_change,
    headline,
    is_significant,
)
from papertrends.report.levels import levels, parts_of, tree
from papertrends.report.method import charts, method, stability_text
from papertrends.report.model import (
    Appearance,
    Belonging,
    Change,
    Fact,
    PaperRow,
    Period,
    Point,
    Summary,
    ThemeCard,
    UnassignedPaper,
)
from papertrends.report.words import capital, count, interval, listing, percent
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
        ``themes`` (the names asked for).
    versions : mapping of str to str
        Packages and their versions.
    notes : sequence of str
        What else the reader should know, such as methods done without.
    offline_labels : mapping of theme id to str, optional
        The label found offline of each theme that somebody else named.

    Returns
    -------
    Summary
        Frozen; the same input gives the same summary.
    """
    by = str(settings.get("by", "digest"))
    periods = _periods(tables.trends, by)
    cards = _cards(tables, periods, by)
    papers = _papers(tables.papers, periods)
    sentences = tuple(str(sentence) for sentence in load_report.sentences())
    lost = _unassigned_text(tables, len(papers))
    return Summary(
        title=_title(periods, by),
        standfirst=_standfirst(tables.papers),
        by=by,
        facts=_facts(tables, cards, len(papers), len(periods), by),
        headline=headline(cards, periods, by=by),
        notices=tuple(capital(text) for text in sentences if "assum" in text.lower()),
        periods=periods,
        themes=cards,
        charts=charts(cards, periods, by=by),
        papers=papers,
        unassigned=_unassigned(tables),
        unassigned_text=lost,
        load_sentences=sentences,
        load_report=dict(load_report.as_dict()),
        method=method(
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
    points = _points(tables.trends, periods)
    changes = {str(row["theme_id"]): row for row in tables.changes.to_dict("records")}
    names = dict(zip(tables.themes["theme_id"], tables.themes["name"], strict=True))
    sizes = dict(zip(tables.themes["theme_id"], tables.themes["n_papers"], strict=True))
    told = levels(tables.themes)
    parts = parts_of(told, sizes)
    belongings = _belongings(tables.memberships)
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
            change=_change(changes[theme_id], by) if theme_id in changes else empty_change(),
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


def _points(trends: pd.DataFrame, periods: Sequence[Period]) -> dict[str, tuple[Point, ...]]:
    labels = {period.key: period.label for period in periods}
    grouped: dict[str, list[Point]] = {}
    for row in trends.sort_values(["theme_id", "period"]).to_dict("records"):
        key = iso_day(row["period"])
        share, low, high = (float(row[name]) for name in ("share", "share_low", "share_high"))
        told = f"{percent(share)} ({row['n_theme']} of {row['n_papers']:,})"
        if row["n_papers"]:
            told += f", 95 % interval {interval(low, high)}"
        point = Point(
            key, labels[key], int(row["n_theme"]), int(row["n_papers"]), share, low, high,
            bool(row["partial"]), told,
        )  # fmt: skip
        grouped.setdefault(str(row["theme_id"]), []).append(point)
    return {theme_id: tuple(points) for theme_id, points in grouped.items()}


def _change(row: Mapping[Hashable, Any], by: str) -> Change:
    effect, low, high, q = (
        float(row[name]) for name in ("effect", "effect_low", "effect_high", "q_value")
    )
    verdict, emerged = str(row["verdict"]), row["emerged"]
    return Change(
        verdict=verdict,
        basis=str(row["basis"]),
        effect=effect,
        effect_low=low,
        effect_high=high,
        q_value=q,
        significant=is_significant(verdict, q),
        emerged="" if pd.isna(emerged) else period_label(emerged, by),
        text="",
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


def _papers(papers: pd.DataFrame, periods: Sequence[Period]) -> tuple[PaperRow, ...]:
    """Fold the appearances of a paper into one row, in the order they first appear."""
    starts = sorted(period.key for period in periods)
    seen: dict[str, list[Mapping[Hashable, Any]]] = {}
    for row in papers.to_dict("records"):
        seen.setdefault(str(row["paper_id"]), []).append(row)
    return tuple(_paper(paper_id, rows, starts) for paper_id, rows in seen.items())


def _paper(
    paper_id: str, rows: Sequence[Mapping[Hashable, Any]], starts: Sequence[str]
) -> PaperRow:
    first = rows[0]
    appearances = []
    for row in rows:
        day = iso_day(row["digest_date"])
        before = [start for start in starts if start <= day]
        appearances.append(
            Appearance(day, before[-1] if before else "", int(row["position"]), str(row["source"]))
        )
    published, votes = first["published_date"], first["upvotes"]
    return PaperRow(
        paper_id=paper_id,
        title=str(first["title"]),
        abstract=str(first["abstract"]),
        published="" if pd.isna(published) else iso_day(published),
        url=next((str(row["url"]) for row in rows if row["url"]), ""),
        upvotes=None if pd.isna(votes) else int(votes),
        appearances=tuple(sorted(appearances, key=lambda a: (a.digest, a.position))),
    )


def _unassigned(tables: Tables) -> tuple[UnassignedPaper, ...]:
    names = dict(zip(tables.themes["theme_id"], tables.themes["name"], strict=True))
    return tuple(
        UnassignedPaper(
            str(row["paper_id"]),
            str(names.get(row["nearest_theme"], row["nearest_theme"])),
            float(row["score"]),
            str(row["reason"]),
        )
        for row in tables.unassigned.to_dict("records")
    )


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
