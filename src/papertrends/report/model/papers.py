"""The papers of the report.

Must not compute.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Appearance:
    """A paper in a digest: its date as ``YYYY-MM-DD`` and the period that it counts in."""

    digest: str
    period: str
    position: int
    source: str


@dataclass(frozen=True)
class PaperRow:
    """A paper, once, with the digests it stood in, the oldest first.

    `other_periods` are those that it counts in by the other date, the oldest first.
    """

    paper_id: str
    title: str
    abstract: str
    published: str
    url: str
    upvotes: int | None
    appearances: tuple[Appearance, ...]
    other_periods: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnassignedPaper:
    """A paper in no theme, with the theme it came nearest to and why it is in none."""

    paper_id: str
    nearest_theme: str
    score: float
    reason: str
