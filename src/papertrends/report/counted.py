"""What themes were in each period, counted by one date: the numbers, ready to be told.

Exists so that both dates, that of the digest and that of publication, are told of by
the same functions. Must not choose what is said.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from papertrends.drawing.looks import iso_day, period_label
from papertrends.report.headline import is_significant
from papertrends.report.model import Change, Period, Point, ThemeCard
from papertrends.report.words import interval, percent


@dataclass(frozen=True)
class Counted:
    """Themes counted by one date.

    Attributes
    ----------
    date : {"digest", "published"}
        The date that papers count by.
    by : str
        What a period is.
    periods : tuple of Period
        Those that have papers, the oldest first.
    cards : tuple of ThemeCard
        All themes, with the points and changes of this date.
    """

    date: str
    by: str
    periods: tuple[Period, ...]
    cards: tuple[ThemeCard, ...]


def periods_of(trends: pd.DataFrame, by: str) -> tuple[Period, ...]:
    """Return the periods of a trends table, the oldest first."""
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


def points_of(
    trends: pd.DataFrame, curves: pd.DataFrame, periods: Sequence[Period]
) -> dict[str, tuple[Point, ...]]:
    """Return each theme in every period, by ``theme_id``, the oldest first."""
    labels = {period.key: period.label for period in periods}
    grouped: dict[str, list[Point]] = {}
    rows = trends.merge(curves, "left", ["theme_id", "period"])
    for row in rows.sort_values(["theme_id", "period"]).to_dict("records"):
        key = iso_day(row["period"])
        share, low, high = (float(row[name]) for name in ("share", "share_low", "share_high"))
        told = f"{percent(share)} ({row['n_theme']:,} of {row['n_papers']:,})"
        if row["n_papers"]:
            told += f", 95 % interval {interval(low, high)}"
        point = Point(
            key, labels[key], int(row["n_theme"]), int(row["n_papers"]), share, low, high,
            bool(row["partial"]), told,
            *(float(row[name]) for name in ("smooth", "smooth_low", "smooth_high")),
        )  # fmt: skip
        grouped.setdefault(str(row["theme_id"]), []).append(point)
    return {theme_id: tuple(points) for theme_id, points in grouped.items()}


def changes_of(changes: pd.DataFrame, doubted: Mapping[str, str]) -> dict[str, Change]:
    """Return how each theme changed, by ``theme_id``, without words yet.

    Parameters
    ----------
    changes : DataFrame
        The changes table.
    doubted : mapping of theme id to str
        What papers near the threshold would make of verdicts.
    """
    return {
        str(row["theme_id"]): _change(row, doubted.get(str(row["theme_id"]), ""))
        for row in changes.to_dict("records")
    }


def _change(row: Mapping[Hashable, Any], doubt: str) -> Change:
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
