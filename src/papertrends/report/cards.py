"""A card for each theme: its numbers, its verdict, its words, and papers to see it by.

Must not know how a card looks, and must not choose which themes a chart shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from papertrends.drawing.looks import period_label
from papertrends.report.counted import changes_of, points_of
from papertrends.report.events import doubts, remarks
from papertrends.report.examples import newest, terms_of, typical, words_of
from papertrends.report.headline import brief_text, change_text, empty_change
from papertrends.report.levels import levels, parts_of, tree
from papertrends.report.model import Belonging, PaperRow, Period, ThemeCard
from papertrends.tables import Tables, names_of


def theme_cards(
    tables: Tables,
    periods: Sequence[Period],
    papers: Sequence[PaperRow],
    *,
    by: str,
    asked: Sequence[object],
) -> tuple[ThemeCard, ...]:
    """Make a card a theme: the named ones first, then by size, finer ones behind theirs.

    Parameters
    ----------
    tables : Tables
        All tables of one analysis.
    periods : sequence of Period
        The oldest first.
    papers : sequence of PaperRow
        All papers.
    by : str
        What a period is.
    asked : sequence of mapping or str
        The themes asked for, as the settings have them.
    """
    points = points_of(tables.trends, tables.curves, periods)
    changes = changes_of(tables.changes, doubts(tables.sensitivity))
    names = names_of(tables.themes)
    told = levels(tables.themes)
    parts = parts_of(
        told, dict(zip(tables.themes["theme_id"], tables.themes["n_papers"], strict=True))
    )
    belongings = _belongings(tables.memberships)
    beside = remarks(tables, periods, by)
    terms = terms_of(tables.themes, asked)
    rows = {paper.paper_id: paper for paper in papers}
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
            keywords=words_of(str(row["keywords"])),
            parent=str(names.get(told[theme_id][1], "")),
            parent_id=told[theme_id][1],
            parts=tuple(parts.get(theme_id, ())),
            n_papers=int(row["n_papers"]),
            brief="",
            when=" to ".join(dict.fromkeys(seen)),
            points=points.get(theme_id, ()),
            change=changes.get(theme_id, empty_change()),
            remarks=beside.get(theme_id, ()),
            stability=float(row["stability"]),
            stability_text=stability_text(float(row["stability"])),
            papers=belongings.get(theme_id, ()),
            terms=terms[theme_id],
        )
        cards.append(_exampled(worded(bare, periods, by), rows))
    return tree(cards)


def worded(card: ThemeCard, periods: Sequence[Period], by: str) -> ThemeCard:
    """Return a card with its verdict in words."""
    text = change_text(card, periods, by=by)
    brief = brief_text(card, periods)
    return replace(card, change=replace(card.change, text=text), brief=brief)


def _exampled(card: ThemeCard, rows: Mapping[str, PaperRow]) -> ThemeCard:
    return replace(card, typical=typical(card, rows), newest=newest(card, rows))


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
