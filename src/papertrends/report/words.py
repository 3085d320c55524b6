"""Numbers, dates and counts in words, the same way in every sentence and table.

Must not choose what is said: it only writes what it is given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from papertrends.drawing.looks import period_label

NOUNS = ("week", "month", "quarter", "year")


def percent(share: float, *, decimals: int | None = None) -> str:
    """Write a share in per cent, with as many decimals as a reader needs.

    Examples
    --------
    >>> percent(0.0814), percent(0.004), percent(0.0), percent(float("nan"))
    ('8 %', '0.4 %', '0 %', 'unknown')
    """
    if math.isnan(share):
        return "unknown"
    if decimals is None:
        decimals = 1 if 0 < share < 0.0095 else 0
    return f"{100 * share:.{decimals}f} %"


def percents(one: float, other: float) -> tuple[str, str]:
    """Write two shares that stand beside each other so that a difference shows."""
    pair = percent(one), percent(other)
    if pair[0] == pair[1] and one != other:
        return percent(one, decimals=1), percent(other, decimals=1)
    return pair


def points(difference: float) -> str:
    """Write the difference of two shares.

    Examples
    --------
    >>> points(0.031), points(0.01), points(0.004), points(0.0001)
    ('3 points', '1 point', '0.4 points', 'less than 0.1 points')
    """
    if difference < 0.0005:
        return "less than 0.1 points"
    number = f"{100 * difference:.{1 if difference < 0.0095 else 0}f}"
    return f"{number} point{'' if number == '1' else 's'}"


def signed_points(difference: float) -> str:
    """Write by how many percentage points a share moved, with its sign.

    Examples
    --------
    >>> signed_points(0.0214), signed_points(-0.003), signed_points(0.00004)
    ('+2.1', '−0.3', '0.0')
    """
    number = f"{abs(100 * difference):.1f}"
    if float(number) == 0:
        return number
    return ("+" if difference > 0 else "−") + number


def interval(low: float, high: float) -> str:
    """Write the interval of a share.

    Examples
    --------
    >>> interval(0.0397, 0.157)
    '4.0 to 15.7 %'
    """
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def ratio(value: float) -> str:
    """Write an odds ratio with no more digits than mean something.

    Examples
    --------
    >>> ratio(4.56), ratio(1.126), ratio(0.043), ratio(float("inf")), ratio(0.0)
    ('4.6', '1.13', '0.043', 'infinite', '0')

    Close to 1, where an effect is for one of many periods, it is told from 1.

    >>> ratio(1.0023), ratio(0.99918), ratio(1.0)
    ('1.002', '0.9992', '1.00')
    """
    if math.isinf(value):
        return "infinite"
    if value == 0:
        return "0"
    if value < 0.1:
        return f"{value:.2g}"
    if 0.99 < value < 1.01 and value != 1:
        # One digit of the distance from 1.
        return f"{value:.{min(6, -math.floor(math.log10(abs(value - 1))))}f}"
    return f"{value:.2f}" if value < 2 else f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def q_text(q: float) -> str:
    """Write a q-value so that it never seems to be on the other side of 0.05.

    Examples
    --------
    >>> q_text(0.0213), q_text(0.31), q_text(0.04996), q_text(0.0001), q_text(float("nan"))
    ('q = 0.021', 'q = 0.31', 'q = 0.04996', 'q < 0.001', 'not tested')
    """
    if math.isnan(q):
        return "not tested"
    if q < 0.001:
        return "q < 0.001"
    for digits in range(2, 17):
        text = f"{q:.{digits}g}" if q < 0.1 else f"{q:.2f}"
        if (float(text) < 0.05) == (q < 0.05):
            return f"q = {text}" if q < 0.995 else "q = 1"
    return f"q = {q}"


def count(n: int, noun: str) -> str:
    """Write a number of things.

    Examples
    --------
    >>> count(1, "paper"), count(12345, "paper")
    ('1 paper', '12,345 papers')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def when(period: pd.Timestamp, by: str) -> str:
    """Say when, with its preposition.

    Examples
    --------
    >>> when(pd.Timestamp("2025-07-31"), "digest"), when(pd.Timestamp("2025-07-01"), "month")
    ('on 31 July 2025', 'in July 2025')
    """
    if by in ("month", "quarter", "year"):
        return f"in {period_label(period, by)}"
    return (
        f"in the {period_label(period, by)}" if by == "week" else f"on {period_label(period, by)}"
    )


def span(first: pd.Timestamp, last: pd.Timestamp, by: str) -> str:
    """Name what lies from one period to another.

    Examples
    --------
    >>> span(pd.Timestamp("2025-03-01"), pd.Timestamp("2025-05-01"), "month")
    'March to May 2025'
    >>> span(pd.Timestamp("2024-10-01"), pd.Timestamp("2025-01-01"), "quarter")
    'Q4 2024 to Q1 2025'
    """
    start, end = period_label(first, by), period_label(last, by)
    if start == end:
        return start
    if first.year == last.year and by != "year":
        start = start.rsplit(" ", 1)[0]
    return f"{start} to {end}"


def lasted(first: pd.Timestamp, last: pd.Timestamp, by: str) -> str:
    """Say from when to when, with prepositions.

    Examples
    --------
    >>> lasted(pd.Timestamp("2025-03-01"), pd.Timestamp("2025-05-01"), "month")
    'from March to May 2025'
    >>> lasted(pd.Timestamp("2025-03-01"), pd.Timestamp("2025-03-01"), "month")
    'in March 2025'
    """
    if first == last:
        return when(first, by)
    return f"from {'the ' if by == 'week' else ''}{span(first, last, by)}"


def whole(by: str, date: str = "digest") -> str:
    """Name what a share is a share of.

    Examples
    --------
    >>> whole("digest"), whole("month"), whole("month", "published")
    ('the digest', "the month's papers", 'the papers published in the month')
    """
    if by not in NOUNS:
        return "the digest"
    return f"the papers published in the {by}" if date == "published" else f"the {by}'s papers"


def whole_when(period: pd.Timestamp, by: str, date: str = "digest") -> str:
    """Name the papers of a period.

    Examples
    --------
    >>> july = pd.Timestamp("2025-07-01")
    >>> whole_when(july, "digest"), whole_when(july, "month", "published")
    ('the digest of 1 July 2025', 'the papers published in July 2025')
    """
    if by not in NOUNS:
        return f"the digest of {period_label(period, by)}"
    published = "published " if date == "published" else ""
    return f"the papers {published}{when(period, by)}"


def dated(date: str) -> str:
    """Say by which date papers are counted."""
    return f"by {'publication date' if date == 'published' else 'digest'}"


def capital(text: str) -> str:
    """Begin a sentence with `text`."""
    return text[:1].upper() + text[1:]


def listing(parts: Sequence[str]) -> str:
    """Join words with commas and a last "and".

    Examples
    --------
    >>> listing(["a", "b", "c"])
    'a, b and c'
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
