"""The papers of the report: each once, with the digests and periods it counts in.

Must not know themes beyond the name of the nearest one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from papertrends.drawing.looks import iso_day
from papertrends.report.model import Appearance, PaperRow, Period, UnassignedPaper
from papertrends.tables import Tables, names_of
from papertrends.trends.periods import OTHER_DATE, UNDATED, publication_days, read_listings


def paper_rows(
    papers: pd.DataFrame,
    periods: Sequence[Period],
    others: Sequence[Period] = (),
    *,
    date: str,
    count_in: str,
) -> tuple[PaperRow, ...]:
    """Fold the appearances of a paper into one row, in the order they first appear.

    Parameters
    ----------
    papers : DataFrame
        The papers table.
    periods : sequence of Period
        Those that have papers.
    others : sequence of Period, optional
        Those that have papers by the other date.
    date : {"digest", "published"}
        The date that a paper counts by.
    count_in : {"every", "first"}
        In which of the digests that list it a paper counts.

    Returns
    -------
    tuple of PaperRow
        An appearance that counts in no period has an empty one.
    """
    published = _publication_days(papers) if date == "published" or others else {}
    own = _Count(tuple(sorted(one.key for one in periods)), date, count_in)
    other = _Count(tuple(sorted(one.key for one in others)), OTHER_DATE[date], count_in)
    seen: dict[str, list[Mapping[Hashable, Any]]] = {}
    for row in papers.to_dict("records"):
        seen.setdefault(str(row["paper_id"]), []).append(row)
    told = []
    for paper_id, rows in seen.items():
        days = [iso_day(row["digest_date"]) for row in rows]
        day = published.get(paper_id, "")
        by_other = sorted(set(other.periods_of(days, day)) - {""})
        told.append(_paper(paper_id, rows, own.periods_of(days, day), by_other))
    return tuple(told)


@dataclass(frozen=True)
class _Count:
    """How papers are counted, in periods that begin at `starts`."""

    starts: tuple[str, ...]
    date: str
    count_in: str

    def periods_of(self, days: Sequence[str], published: str) -> list[str]:
        """Return the period each listing of a paper counts in; empty for none."""
        if self.date == "published":
            return [self._period(published)] * len(days)
        own = [self._period(day) for day in days]
        return own if self.count_in == "every" else [one if one == min(own) else "" for one in own]

    def _period(self, day: str) -> str:
        place = bisect_right(self.starts, day)
        return self.starts[place - 1] if place else ""


def unassigned_papers(tables: Tables) -> tuple[UnassignedPaper, ...]:
    """Return the papers in no theme, with the name of the theme they come nearest to."""
    names = names_of(tables.themes)
    return tuple(
        UnassignedPaper(
            str(row["paper_id"]),
            str(names.get(row["nearest_theme"], row["nearest_theme"])),
            float(row["score"]),
            str(row["reason"]),
        )
        for row in tables.unassigned.to_dict("records")
    )


def _publication_days(papers: pd.DataFrame) -> dict[str, str]:
    """Return the day each paper is counted by; those without one that can be right are left out."""
    if papers.empty:
        return {}
    listings = read_listings(papers)
    days = publication_days(papers, listings)
    return {
        str(paper_id): str(day.astype("datetime64[D]"))
        for paper_id, day in zip(listings.ids, days, strict=True)
        if day != UNDATED
    }


def _paper(
    paper_id: str,
    rows: Sequence[Mapping[Hashable, Any]],
    periods: Sequence[str],
    others: Sequence[str],
) -> PaperRow:
    first = rows[0]
    appearances = [
        Appearance(iso_day(row["digest_date"]), period, int(row["position"]), str(row["source"]))
        for row, period in zip(rows, periods, strict=True)
    ]
    published, votes = first["published_date"], first["upvotes"]
    return PaperRow(
        paper_id=paper_id,
        title=str(first["title"]),
        abstract=str(first["abstract"]),
        published="" if pd.isna(published) else iso_day(published),
        url=next((str(row["url"]) for row in rows if row["url"]), ""),
        upvotes=None if pd.isna(votes) else int(votes),
        appearances=tuple(sorted(appearances, key=lambda a: (a.digest, a.position))),
        other_periods=tuple(others),
    )
