"""Which themes a chart shows, and in what order.

Must not draw.
"""

from __future__ import annotations

import pandas as pd

from papertrends.drawing.looks import natural_order, top_level

MOST_ROWS = 40


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
