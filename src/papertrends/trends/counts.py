"""How many papers of each period are in each theme, and what share that is.

Counting stands apart from testing so that a reader can look at, edit and
replace the counts before anything is concluded from them. Must not test
anything, and leaves to `papertrends.trends.periods` what a period is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from papertrends.errors import InputError
from papertrends.tables import MEMBERSHIPS, PAPERS, THEMES, TRENDS, conform, require_columns
from papertrends.trends.periods import (
    Counted,
    Ints,
    Names,
    are_partial,
    check_options,
    codes_of,
    days_to_count,
    fold,
    pick_period,
    read_listings,
    starts_of,
    warn_of_undated,
)

Floats = npt.NDArray[np.float64]

_Z = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""


def theme_trends(
    papers: pd.DataFrame,
    memberships: pd.DataFrame,
    by: str = "digest",
    *,
    date: str = "digest",
    count: str = "every",
    themes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count the papers of every theme in every period, with their share and its interval.

    Parameters
    ----------
    papers : pandas.DataFrame
        The papers table; ``paper_id`` and ``digest_date`` are used, and
        ``published_date`` to count by it.
    memberships : pandas.DataFrame
        The memberships table; ``paper_id`` and ``theme_id`` are used, primary
        or not. A row that stands there twice counts once.
    by : {"digest", "week", "month", "quarter", "year", "auto"}
        The length of a period. Weeks begin on Monday. ``"auto"`` takes what
        `resolve_period` says.
    date : {"digest", "published"}
        Whether a paper counts when a digest listed it, or when it was
        published: then once, in the period of its earliest publication date.
        Papers without one that can be right are left out with a warning;
        `undated` counts them, and says which those are.
    count : {"every", "first"}
        Whether a paper that stands in several digests counts in every period
        that lists it (once in each), or only in the first. By publication date
        every paper counts once anyway.
    themes : pandas.DataFrame, optional
        The themes table, or any frame with ``theme_id``: its themes get rows
        even where no paper is in them. Themes that only `memberships` knows
        get theirs all the same.

    Returns
    -------
    pandas.DataFrame
        The trends table: a row for every theme and every period that any paper
        counts in, zeros included, in the order of theme and period. ``share``
        is ``n_theme / n_papers`` (0 to 1), ``share_low`` and ``share_high`` its
        95 % interval, ``partial`` whether the period reaches beyond the newest
        digest.

    Raises
    ------
    InputError
        If there are no papers, a paper has no digest date, no paper has a
        publication date to count by, a membership is of a paper that is not
        there, an identifier is empty, a column is missing, `by`, `date` or
        `count` is not known, or ``by="digest"`` is asked for by publication
        date.

    Warns
    -----
    UserWarning
        If papers are left out for want of a publication date.

    See Also
    --------
    theme_changes : Whether a theme rises or falls.
    theme_curves : The share smoothed over time.

    Notes
    -----
    The interval is Wilson's (1927) score interval, which keeps close to its
    95 % for small shares and few papers, where the textbook interval does not
    (Brown, Cai & DasGupta 2001, Statistical Science 16:101). It takes the papers
    of a period for independent draws.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_papers
    >>> memberships = pd.DataFrame({"paper_id": ["p01", "p02", "p09"], "theme_id": "prompts"})
    >>> trends = pt.theme_trends(some_papers(), memberships)
    >>> trends[["period", "n_theme", "n_papers", "share"]].round({"share": 3})
          period  n_theme  n_papers  share
    0 2025-07-31        2         8  0.250
    1 2025-08-05        1         6  0.167
    """
    check_options(by, date, count)
    require_columns(papers, PAPERS, "papers", "paper_id", "digest_date", function="theme_trends")
    listings = read_listings(papers)
    published = days_to_count(papers, listings, date)
    warn_of_undated(published)
    by = pick_period(listings, published, by, count)
    counted = fold(listings, published, by, count)
    theme_ids, n_theme = _count(counted, listings.ids, memberships, themes)
    n_periods = len(counted.numbers)
    totals = np.tile(counted.n_papers, len(theme_ids))
    low, high = wilson(n_theme, totals)
    return conform(
        pd.DataFrame(
            {
                "theme_id": np.repeat(theme_ids, n_periods),
                "period": np.tile(starts_of(counted.numbers, by).to_numpy(), len(theme_ids)),
                "n_theme": n_theme,
                "n_papers": totals,
                "share": n_theme / totals,
                "share_low": low,
                "share_high": high,
                "partial": np.tile(
                    are_partial(counted.numbers, by, listings.newest), len(theme_ids)
                ),
            }
        ),
        TRENDS,
    )


def _count(
    counted: Counted, paper_ids: Names, memberships: pd.DataFrame, themes: pd.DataFrame | None
) -> tuple[Names, Ints]:
    """Return the themes, sorted, and their distinct papers in each period, a theme at a time."""
    needed = ("paper_id", "theme_id")
    require_columns(memberships, MEMBERSHIPS, "memberships", *needed, function="theme_trends")
    theme, known = codes_of(memberships, "theme_id", "memberships")
    paper = _papers_of(memberships, paper_ids)
    theme_ids = set(known)
    if themes is not None:
        require_columns(themes, THEMES, "themes", "theme_id", function="theme_trends")
        theme_ids |= set(codes_of(themes, "theme_id", "themes")[1])
    sorted_ids = np.array(sorted(theme_ids), dtype=object)
    place = {theme_id: i for i, theme_id in enumerate(sorted_ids)}
    theme = np.array([place[theme_id] for theme_id in known], dtype=np.int64)[theme]
    n_themes, n_periods = len(sorted_ids), len(counted.numbers)
    # Each membership once, whatever the table repeats.
    link = np.unique(paper * n_themes + theme)
    paper, theme = np.divmod(link, max(n_themes, 1))
    # The pairs are in the order of papers: those of a membership are a slice of them.
    begin = np.searchsorted(counted.paper, paper, side="left")
    length = np.searchsorted(counted.paper, paper, side="right") - begin
    within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    period = counted.period[np.repeat(begin, length) + within]
    cell = np.repeat(theme, length) * n_periods + period
    return sorted_ids, np.bincount(cell, minlength=n_themes * n_periods)


def _papers_of(memberships: pd.DataFrame, paper_ids: Names) -> Ints:
    """Return the place in `paper_ids` of the paper of each membership."""
    code, names = codes_of(memberships, "paper_id", "memberships")
    place = pd.Index(paper_ids, dtype=object).get_indexer(pd.Index(names, dtype=object))
    strangers = sorted(names[place < 0])
    if strangers:
        few = ", ".join(strangers[:3]) + (", ..." if len(strangers) > 3 else "")
        raise InputError(
            f"memberships has {len(strangers)} papers that are not in papers ({few})",
            "give the papers that the memberships were made from, or drop these memberships",
        )
    return np.asarray(place[code], dtype=np.int64)


def wilson(counts: Ints, totals: Ints) -> tuple[Floats, Floats]:
    """Return Wilson's 95 % interval; scipy has it for one share at a time only."""
    share, weight = counts / totals, _Z**2 / totals
    middle = (share + weight / 2) / (1 + weight)
    reach = _Z / (1 + weight) * np.sqrt(share * (1 - share) / totals + weight / (4 * totals))
    # The formula gives 0 and 1 here but for the last bits.
    low = np.where(counts == 0, 0.0, np.clip(middle - reach, 0.0, 1.0))
    high = np.where(counts == totals, 1.0, np.clip(middle + reach, 0.0, 1.0))
    return low, high
