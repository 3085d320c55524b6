"""All that is counted and tested of papers in themes, in a row.

The stage between themes and figures, the same for a first run and for every later
one. Must not hold any statistic of its own.
"""

from __future__ import annotations

import warnings
from typing import Protocol

import pandas as pd

from papertrends.drawing.looks import theme_looks
from papertrends.tables import TRENDS, Tables, blank
from papertrends.trends import (
    digest_volume,
    theme_changes,
    theme_curves,
    theme_events,
    theme_sensitivity,
    theme_trends,
    undated,
    volume_jumps,
)
from papertrends.trends.periods import OTHER_DATE, other_period


class PaperRows(Protocol):
    """What became of each paper, as a fitted model has it, or whoever else put it in themes."""

    @property
    def memberships(self) -> pd.DataFrame:
        """The memberships table."""

    @property
    def unassigned(self) -> pd.DataFrame:
        """Papers in no theme."""

    @property
    def near_misses(self) -> pd.DataFrame:
        """Papers that narrowly do not belong to a theme."""

    @property
    def map(self) -> pd.DataFrame:
        """A place for each paper."""


def put_together(
    papers: pd.DataFrame,
    rows: PaperRows,
    themes: pd.DataFrame,
    *,
    by: str,
    date: str,
    count: str,
    looks: pd.DataFrame | None = None,
) -> Tables:
    """Count and test, and put all tables of one analysis together.

    Parameters
    ----------
    papers : pandas.DataFrame
        All appearances of papers in digests.
    rows : PaperRows
        Their rows in the tables, such as a `Fitted` has them.
    themes : pandas.DataFrame
        Its themes, with the names in use.
    by, date, count : str
        As for `theme_trends`.
    looks : pandas.DataFrame, optional
        The looks that themes were given in earlier runs.
    """
    with warnings.catch_warnings():
        # How many papers have no publication date is said in a remark.
        warnings.filterwarnings("ignore", message=".* are left out", category=UserWarning)
        trends = theme_trends(
            papers, rows.memberships, by=by, date=date, count=count, themes=themes
        )
        sensitivity = theme_sensitivity(
            papers,
            rows.memberships,
            by=by,
            near_misses=rows.near_misses,
            themes=themes,
            date=date,
            count=count,
        )
        volume = digest_volume(papers, by=by, date=date, count=count)
        other = _other_trends(papers, rows.memberships, themes, by=by, date=date, count=count)
    events = theme_events(trends)
    return Tables(
        papers=papers,
        themes=themes,
        memberships=rows.memberships,
        unassigned=rows.unassigned,
        near_misses=rows.near_misses,
        map=rows.map,
        volume=volume,
        jumps=volume_jumps(papers),
        trends=trends,
        curves=theme_curves(trends),
        changes=theme_changes(trends, events=events),
        events=events,
        sensitivity=sensitivity,
        other_trends=other,
        other_curves=theme_curves(other),
        other_changes=theme_changes(other),
        looks=theme_looks(themes, looks),
    )


def _other_trends(
    papers: pd.DataFrame,
    memberships: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    by: str,
    date: str,
    count: str,
) -> pd.DataFrame:
    """Count by the date that the run does not go by, where the dumps tell it of any paper."""
    if papers.empty or undated(papers) == papers["paper_id"].nunique():
        return blank(TRENDS)
    return theme_trends(
        papers,
        memberships,
        by=other_period(papers, by, date=date),
        date=OTHER_DATE[date],
        count=count,
        themes=themes,
    )


def undated_remark(papers: pd.DataFrame) -> tuple[str, ...]:
    """Say how many papers are not counted for want of a publication date."""
    left = undated(papers)
    if not left:
        return ()
    total = papers["paper_id"].nunique()
    verb = "has" if left == 1 else "have"
    return (
        f"{left:,} of {total:,} papers {verb} no publication date that can be right, and "
        "no part in the counts by publication date.",
    )
