"""What a chart over time counts: shares of the papers, or the papers themselves.

Exists so that all charts take the same units and name them alike. Must not draw.
"""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import pandas as pd

from papertrends.drawing.looks import percent
from papertrends.errors import InputError, did_you_mean
from papertrends.trends import PERIODS

Unit = Literal["share", "count"]
UNITS: tuple[str, ...] = get_args(Unit)


def check_unit(unit: str) -> None:
    """Raise an `InputError` if `unit` is not one to draw.

    Examples
    --------
    >>> check_unit("shares")
    Traceback (most recent call last):
    papertrends.errors.InputError: 'shares' is no unit; did you mean 'share'? Allowed: share, count
    """
    if unit not in UNITS:
        raise InputError(f"{unit!r} is no unit", did_you_mean(str(unit), UNITS))


def check_period(by: str) -> None:
    """Raise an `InputError` if `by` is no period; nothing said is allowed.

    Examples
    --------
    >>> check_period("monthly")
    Traceback (most recent call last):
    papertrends.errors.InputError: 'monthly' is no period; did you mean 'month'? Allowed: digest, \
week, month, quarter, year
    """
    allowed = [name for name in PERIODS if name != "auto"]
    if by and by not in allowed:
        raise InputError(f"{by!r} is no period", did_you_mean(str(by), allowed))


def heights(rows: pd.DataFrame, unit: Unit) -> list[float | None]:
    """Return how high each row of the trends table stands; None without any papers.

    Examples
    --------
    >>> rows = pd.DataFrame({"n_theme": [1, 0], "share": [0.25, float("nan")]})
    >>> heights(rows, "share"), heights(rows, "count")
    ([25.0, None], [1, None])
    """
    if unit == "share":
        return [percent(share) for share in rows["share"]]
    pairs = zip(rows["n_theme"], rows["share"], strict=True)
    # Where there is no share there were no papers to count: a gap, not a zero.
    return [None if math.isnan(share) else int(n) for n, share in pairs]


def axis_words(unit: Unit) -> dict[str, Any]:
    """Return the title of an axis of this unit, and what stands behind its numbers."""
    if unit == "share":
        return {"title": "share of the papers", "ticksuffix": " %"}
    return {"title": "number of papers", "ticksuffix": "", "tickformat": ",~r"}
