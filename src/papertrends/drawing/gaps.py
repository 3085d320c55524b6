"""Where a line over time has to break, because nothing is known in between.

Exists so that charts, cards and sentences agree on what a gap is. Must not draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from statistics import median

#: No two neighbours among such periods begin further apart, in days.
LONGEST = {"week": 7, "month": 31, "quarter": 92, "year": 366}
#: Digests come as they come: only what is far beyond their usual distance is a gap.
USUAL_DISTANCES = 4
LEAST_DAYS = 14


def gaps_before(periods: Sequence[str], by: str) -> list[bool]:
    """Tell before which periods others are missing.

    Parameters
    ----------
    periods : sequence of str
        First days as ``YYYY-MM-DD``, sorted.
    by : {"digest", "week", "month", "quarter", "year", ""}
        Between calendar periods any missing one is a gap; between digests, or dates of
        no known kind, more than two weeks that are also more than four times the
        median distance.

    Returns
    -------
    list of bool, as long as `periods`
        The first is never one.

    Examples
    --------
    >>> gaps_before(["2025-01-01", "2025-02-01", "2025-04-01"], "month")
    [False, False, True]
    """
    days = [date.fromisoformat(period).toordinal() for period in periods]
    steps = [late - early for early, late in pairwise(days)]
    if not steps:
        return [False] * len(days)
    longest = LONGEST.get(by, max(LEAST_DAYS, USUAL_DISTANCES * median(steps)))
    return [False, *(step > longest for step in steps)]


def runs(periods: Sequence[str], values: Sequence[float | None], by: str) -> list[list[int]]:
    """Return the places of `values` that stand on one line, run by run.

    A run ends before a gap and at a value that is unknown (NaN or None).

    Examples
    --------
    >>> runs(["2025-01-01", "2025-02-01", "2025-04-01"], [0.1, 0.2, 0.3], "month")
    [[0, 1], [2]]
    """
    found: list[list[int]] = []
    open_run = False
    for place, (value, gap) in enumerate(zip(values, gaps_before(periods, by), strict=True)):
        if value is None or math.isnan(value):
            open_run = False
            continue
        if gap or not open_run:
            found.append([])
        found[-1].append(place)
        open_run = True
    return found
