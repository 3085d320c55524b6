"""Papers of themes in periods, counted in parts and added up.

A paper's rows are in one part, so that the parts' numbers of distinct papers add up to
those of all. That holds by the date of the digest; whether a publication date can be right
depends on the newest digest of all, so by that date papers are counted together. Must not
test anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from papertrends.tables import TRENDS, conform
from papertrends.trends import theme_trends
from papertrends.trends.counts import wilson
from papertrends.trends.periods import are_partial, number_of


@dataclass(frozen=True)
class Counting:
    """What is counted, as `theme_trends` takes it.

    Attributes
    ----------
    by : str
        The period, resolved.
    count : {"every", "first"}
    theme_ids : tuple of str
    """

    by: str
    count: str
    theme_ids: tuple[str, ...]


@dataclass(frozen=True)
class Counts:
    """Distinct papers of some part of a corpus.

    Attributes
    ----------
    in_themes : pandas.DataFrame
        ``theme_id, period, n``, without zeros.
    in_all : pandas.DataFrame
        ``period, n``.
    """

    in_themes: pd.DataFrame
    in_all: pd.DataFrame


def count(listings: pd.DataFrame, memberships: pd.DataFrame, asked: Counting) -> Counts:
    """Count the papers of a part.

    Parameters
    ----------
    listings : pandas.DataFrame
        ``paper_id, digest_date``, all appearances of the part's papers.
    memberships : pandas.DataFrame
        ``paper_id, theme_id`` of these papers.
    asked : Counting
    """
    # A period's papers are told by the rows of any theme; without themes by those of this one.
    themes = pd.DataFrame({"theme_id": asked.theme_ids or ("none",)})
    trends = theme_trends(listings, memberships, asked.by, count=asked.count, themes=themes)
    whole = trends.drop_duplicates("period")[["period", "n_papers"]]
    inside = trends.loc[trends["n_theme"] > 0, ["theme_id", "period", "n_theme"]]
    return Counts(
        inside.rename(columns={"n_theme": "n"}).reset_index(drop=True),
        whole.rename(columns={"n_papers": "n"}).reset_index(drop=True),
    )


def added_up(parts: Sequence[Counts], asked: Counting, newest: pd.Timestamp) -> pd.DataFrame:
    """Return the trends table of all parts together.

    Parameters
    ----------
    parts : sequence of Counts
        At least one, of parts without a paper in common.
    asked : Counting
    newest : pandas.Timestamp
        The newest digest of all.
    """
    whole = pd.concat([part.in_all for part in parts]).groupby("period")["n"].sum().sort_index()
    inside = pd.concat([part.in_themes for part in parts])
    theme_ids = sorted(set(asked.theme_ids))
    cells = pd.MultiIndex.from_product([theme_ids, whole.index], names=["theme_id", "period"])
    summed = inside.groupby(["theme_id", "period"])["n"].sum()
    n_theme = summed.reindex(cells, fill_value=0).to_numpy(dtype=np.int64)
    totals = np.tile(whole.to_numpy(dtype=np.int64), len(theme_ids))
    low, high = wilson(n_theme, totals)
    days = whole.index.to_numpy().astype("datetime64[D]").astype(np.int64)
    last = int(np.datetime64(newest, "D").astype(np.int64))
    partial = are_partial(number_of(days, asked.by), asked.by, last)
    table = {
        "theme_id": cells.get_level_values(0),
        "period": cells.get_level_values(1),
        "n_theme": n_theme,
        "n_papers": totals,
        "share": n_theme / totals,
        "share_low": low,
        "share_high": high,
        "partial": np.tile(partial, len(theme_ids)),
    }
    return conform(pd.DataFrame(table), TRENDS)
