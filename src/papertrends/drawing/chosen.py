"""What a chart is given, checked, and which themes it shows, in what order.

Must not draw.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from papertrends.drawing.looks import natural_order, top_level
from papertrends.drawing.units import check_period, check_unit
from papertrends.errors import InputError, did_you_mean
from papertrends.frames import check_frame
from papertrends.tables import CURVES, EVENTS, THEMES, TRENDS, conform

MOST_ROWS = 40
#: What every chart reads of the themes.
NAMED = ("theme_id", "name", "n_papers")


def by_size(themes: pd.DataFrame) -> pd.DataFrame:
    """Return themes, the largest first."""
    order = sorted(
        range(len(themes)),
        key=lambda i: (
            -int(themes["n_papers"].iloc[i]),
            natural_order(str(themes["theme_id"].iloc[i])),
        ),
    )
    return themes.iloc[order].reset_index(drop=True)


def shown_of(themes: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Keep of the themes in `rows` the largest at the top, and every named one.

    More rows than these nobody reads, and finer themes would say again what their
    broad theme says.
    """
    sized = by_size(themes[themes["theme_id"].isin(rows["theme_id"])])
    tops = top_level(sized)
    sized = sized[sized["theme_id"] == sized["theme_id"].map(tops)].reset_index(drop=True)
    if len(sized) <= MOST_ROWS or "kind" not in sized:
        return sized.head(MOST_ROWS)
    named = (sized["kind"] == "named").to_numpy()
    return pd.concat([sized[named], sized[~named]]).head(MOST_ROWS).reset_index(drop=True)


def over_time(
    function: str,
    trends: pd.DataFrame,
    themes: pd.DataFrame,
    curves: pd.DataFrame | None,
    events: pd.DataFrame | None,
    unit: str,
    by: str,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Check what a chart over time is given; return themes to show, their rows, curves, events."""
    check_unit(unit)
    check_period(by)
    curves = conform(pd.DataFrame(), CURVES) if curves is None else curves
    events = conform(pd.DataFrame(), EVENTS) if events is None else events
    check_frame(function, "trends", trends, TRENDS)
    check_frame(function, "curves", curves, CURVES)
    check_frame(function, "events", events, EVENTS)
    check_frame(function, "themes", themes, THEMES, *NAMED)
    shown = shown_of(themes, trends)
    rows = trends[trends["theme_id"].isin(shown["theme_id"])].sort_values(["theme_id", "period"])
    return shown, rows, curves, events


def check_themes(
    function: str, argument: str, given: Collection[str], themes: pd.DataFrame
) -> None:
    """Raise an `InputError` if what was given are not the ids of themes."""
    known = themes["theme_id"].tolist()
    for one in [given] if isinstance(given, str) else given:
        if one not in known:
            raise InputError(
                f"{function}: {argument} has {one!r}, which is no theme_id of themes",
                did_you_mean(str(one), known[:20]),
            )
