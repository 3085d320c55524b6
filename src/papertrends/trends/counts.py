"""How many papers of each period are in each theme, and what share that is.

Counting stands apart from testing so that a reader can look at, edit and
replace the counts before anything is concluded from them. Must not test
anything, and asks no clock: what is running is judged by the newest digest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from papertrends.errors import InputError, did_you_mean
from papertrends.tables import MEMBERSHIPS, PAPERS, THEMES, TRENDS, conform, require_columns

PERIODS = ("auto", "digest", "week", "month", "quarter", "year")
"""What `by` can be."""

FEW_DIGESTS = 12
"""Up to so many digests, `auto` shows each by itself."""
MOST_PERIODS = 36
"""`auto` takes at most so many periods: what a reader can tell apart on an axis."""
ENOUGH_PAPERS = 50
"""`auto` wants so many papers in the median period: one paper is then 2 % at most."""

# From the finest to the coarsest; pandas names a week by its last day.
#: Standard normal quantile of a two-sided 95 % interval.
_Z = 1.959963984540054

_CALENDAR = {"week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Listings:
    """Which paper was listed in which period: each pair once, as codes."""

    ids: pd.Index
    periods: pd.DatetimeIndex
    partial: npt.NDArray[np.bool_]
    pairs: pd.DataFrame

    @property
    def n_papers(self) -> _Ints:
        """Distinct papers of each period."""
        return np.bincount(self.pairs["period"], minlength=len(self.periods))


def theme_trends(
    papers: pd.DataFrame,
    memberships: pd.DataFrame,
    by: str = "digest",
    *,
    themes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count the papers of every theme in every period, with their share and its interval.

    Parameters
    ----------
    papers : pandas.DataFrame
        The papers table; ``paper_id`` and ``digest_date`` are used. A paper
        counts in every period it was listed in, once in each.
    memberships : pandas.DataFrame
        The memberships table; ``paper_id`` and ``theme_id`` are used, primary
        or not. A row that stands there twice counts once.
    by : {"digest", "week", "month", "quarter", "year", "auto"}
        The length of a period. Weeks begin on Monday. ``"auto"`` takes what
        `resolve_period` says.
    themes : pandas.DataFrame, optional
        The themes table, or any frame with ``theme_id``: its themes get rows
        even where no paper is in them. Themes that only `memberships` knows
        get theirs all the same.

    Returns
    -------
    pandas.DataFrame
        The trends table: a row for every theme and every period that has any
        paper, zeros included, in the order of theme and period. ``share`` is
        ``n_theme / n_papers`` (0 to 1), ``share_low`` and ``share_high`` its
        95 % interval, ``partial`` whether the period reaches beyond the newest
        digest.

    Raises
    ------
    InputError
        If there are no papers, a paper has no date, a membership is of a paper
        that is not there, a column is missing, or `by` is not known.

    Notes
    -----
    The interval is Wilson's (1927) score interval, which keeps close to its
    95 % for small shares and few papers, where the textbook interval does not
    (Brown, Cai & DasGupta 2001, Statistical Science 16:101). It takes the papers
    of a period for independent draws.
    """
    listings = _listings(papers, resolve_period(papers, by))
    theme_ids = _theme_ids(memberships, themes)
    counts = _count(listings, memberships, theme_ids)
    n_themes, n_periods = counts.shape
    totals = np.tile(listings.n_papers, n_themes)
    low, high = _wilson(counts.ravel(), totals)
    return conform(
        pd.DataFrame(
            {
                "theme_id": np.repeat(np.array(theme_ids, dtype=object), n_periods),
                "period": np.tile(listings.periods.to_numpy(), n_themes),
                "n_theme": counts.ravel(),
                "n_papers": totals,
                "share": counts.ravel() / totals,
                "share_low": low,
                "share_high": high,
                "partial": np.tile(listings.partial, n_themes),
            }
        ),
        TRENDS,
    )


def resolve_period(papers: pd.DataFrame, by: str = "auto") -> str:
    """Say which period `by` means for these papers.

    Parameters
    ----------
    papers : pandas.DataFrame
        The papers table; ``paper_id`` and ``digest_date`` are used.
    by : {"digest", "week", "month", "quarter", "year", "auto"}
        Anything but ``"auto"`` stands for itself.

    Returns
    -------
    str
        One of "digest", "week", "month", "quarter", "year". For ``"auto"``:
        "digest" up to 12 digests; else the finest period of which there are at
        most 36 with a median of at least 50 papers; where there is none, the
        coarsest of which there are at least two.

    Raises
    ------
    InputError
        If `by` is not known, or the papers have no dates to go by.
    """
    if by not in PERIODS:
        raise InputError(f"{by!r} is no period to count by", did_you_mean(str(by), PERIODS))
    if by != "auto":
        return by
    finest = _listings(papers, "digest")
    if len(finest.periods) <= FEW_DIGESTS:
        return "digest"
    coarsest = "digest"
    for name in ("digest", *_CALENDAR):
        listings = _listings(papers, name)
        n_papers = listings.n_papers
        if len(n_papers) <= MOST_PERIODS and np.median(n_papers) >= ENOUGH_PAPERS:
            return name
        if len(n_papers) > 1:
            coarsest = name
    return coarsest


def _listings(papers: pd.DataFrame, by: str) -> _Listings:
    """Fold the digests into periods; `by` is resolved already."""
    dates = _digest_dates(papers)
    codes, ids = pd.factorize(_names(papers, "paper_id", "papers"), sort=True)
    day_codes, days = pd.factorize(dates, sort=True)
    days = pd.DatetimeIndex(days)
    if by == "digest":
        starts, partial = days, np.zeros(len(days), dtype=bool)
        period_of_day = np.arange(len(days))
    else:
        spans = days.to_period(_CALENDAR[by])
        period_of_day, unique = pd.factorize(spans, sort=True)
        unique = pd.PeriodIndex(unique)
        starts = unique.start_time
        partial = np.asarray(unique.end_time.normalize() > days[-1])
    pairs = pd.DataFrame({"paper": codes, "period": period_of_day[day_codes]})
    return _Listings(pd.Index(ids), starts, partial, pairs.drop_duplicates())


def _digest_dates(papers: pd.DataFrame) -> pd.Series:
    require_columns(papers, PAPERS, "papers", "paper_id", "digest_date")
    if papers.empty:
        raise InputError("the papers table is empty", "load a dump that holds papers")
    dates = papers["digest_date"]
    if not pd.api.types.is_datetime64_dtype(dates.dtype):
        raise InputError(
            f"digest_date of the papers table holds {dates.dtype}, not dates without a time zone",
            "turn it into dates with pandas.to_datetime",
        )
    undated = int(dates.isna().sum())
    if undated:
        raise InputError(
            f"{undated} of {len(dates)} rows of the papers table have no digest_date",
            "give them the date of their digest, or drop them: papers.dropna(subset='digest_date')",
        )
    return pd.Series(dates.dt.normalize())


def _names(frame: pd.DataFrame, column: str, table: str) -> npt.NDArray[np.object_]:
    """Return the identifiers of a column as Python strings."""
    values = frame[column]
    empty = int(values.isna().sum())
    if empty:
        raise InputError(
            f"{empty} rows of the {table} table have no {column}", "fill it in or drop these rows"
        )
    return values.astype(str).to_numpy(dtype=object)


def _theme_ids(memberships: pd.DataFrame, themes: pd.DataFrame | None) -> list[str]:
    require_columns(memberships, MEMBERSHIPS, "memberships", "paper_id", "theme_id")
    known = set(_names(memberships, "theme_id", "memberships"))
    if themes is not None:
        require_columns(themes, THEMES, "themes", "theme_id")
        known |= set(_names(themes, "theme_id", "themes"))
    return sorted(known)


def _count(listings: _Listings, memberships: pd.DataFrame, theme_ids: list[str]) -> _Ints:
    """Count distinct papers, as an array of themes by periods."""
    names = _names(memberships, "paper_id", "memberships")
    paper = listings.ids.get_indexer(pd.Index(names, dtype=object))
    strangers = sorted(set(names[paper < 0]))
    if strangers:
        few = ", ".join(strangers[:3]) + (", ..." if len(strangers) > 3 else "")
        raise InputError(
            f"memberships has {len(strangers)} papers that are not in papers ({few})",
            "give the papers that the memberships were made from, or drop these memberships",
        )
    theme = pd.Index(theme_ids, dtype=object).get_indexer(
        pd.Index(_names(memberships, "theme_id", "memberships"), dtype=object)
    )
    links = pd.DataFrame({"paper": paper, "theme": theme}).drop_duplicates()
    both = listings.pairs.merge(links, on="paper")
    shape = (len(theme_ids), len(listings.periods))
    cell = both["theme"].to_numpy() * shape[1] + both["period"].to_numpy()
    return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)


def _wilson(counts: _Ints, totals: _Ints) -> tuple[_Floats, _Floats]:
    """Return Wilson's 95 % interval; scipy has it for one share at a time only."""
    share, weight = counts / totals, _Z**2 / totals
    middle = (share + weight / 2) / (1 + weight)
    reach = _Z / (1 + weight) * np.sqrt(share * (1 - share) / totals + weight / (4 * totals))
    # The formula gives 0 and 1 here but for the last bits.
    low = np.where(counts == 0, 0.0, np.clip(middle - reach, 0.0, 1.0))
    high = np.where(counts == totals, 1.0, np.clip(middle + reach, 0.0, 1.0))
    return low, high
