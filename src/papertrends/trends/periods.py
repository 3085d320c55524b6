"""Which papers count in which period: listings in digests, folded into the calendar.

Whatever is counted over time goes through here, so that all of it means the
same by a date, a period and a paper that was listed twice. Must not know
themes, and asks no clock: what is running is judged by the newest digest.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from papertrends.errors import InputError, did_you_mean
from papertrends.tables import PAPERS, require_columns

PERIODS = ("auto", "digest", "week", "month", "quarter", "year")
"""What `by` can be."""
DATES = ("digest", "published")
"""What `date` can be: whose date a paper counts by."""
OTHER_DATE = MappingProxyType({"digest": "published", "published": "digest"})
"""The date that a run does not go by."""
COUNTS = ("every", "first")
"""What `count` can be: in which of the periods that list it a paper counts."""

FEW_DIGESTS = 12
"""Up to so many digests, `auto` shows each by itself."""
MOST_PERIODS = 36
"""`auto` takes at most so many periods: what a reader can tell apart on an axis."""
ENOUGH_PAPERS = 50
"""`auto` wants so many papers in the median period: one paper is then 2 % at most."""
ZONE_DAYS = 1
"""So many days before its publication a paper can be listed: it is dated in another time zone."""

# From the finest to the coarsest.
_CALENDAR = ("week", "month", "quarter", "year")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}

# Days that every table can hold, the first days of their periods included.
_FIRST_DAY = int(np.datetime64("1678-01-01", "D").astype(np.int64))
_LAST_DAY = int(np.datetime64("2261-12-31", "D").astype(np.int64))
_NO_DAY = int(np.iinfo(np.int64).min)
"""How numpy writes a missing date as a number."""
UNDATED = int(np.iinfo(np.int64).max)
"""The publication day of a paper that has none: after all others."""

Ints = npt.NDArray[np.int64]
Names = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Listings:
    """Every row of a papers table as numbers, checked.

    Attributes
    ----------
    ids : numpy.ndarray of str, shape (papers,)
        The distinct papers, as they come.
    paper, day : numpy.ndarray of int, shape (rows,)
        The place in `ids` and the digest's date in days since 1970.
    """

    ids: Names
    paper: Ints
    day: Ints

    @property
    def newest(self) -> int:
        """The day of the newest digest."""
        return int(self.day.max())

    @property
    def first_day(self) -> Ints:
        """The day on which each paper was first listed."""
        first = np.full(len(self.ids), UNDATED)
        np.minimum.at(first, self.paper, self.day)
        return first


@dataclass(frozen=True)
class Counted:
    """Which paper counts in which period: each pair once, by paper and then by period.

    Attributes
    ----------
    numbers : numpy.ndarray of int, shape (periods,)
        The periods that any paper counts in, as `number_of` numbers them, rising.
    paper, period, day : numpy.ndarray of int, shape (pairs,)
        The place in `Listings.ids`, the place in `numbers`, and the day the
        paper was listed: first in that period, or at all if its publication counts.
    """

    numbers: Ints
    paper: Ints
    period: Ints
    day: Ints

    @property
    def n_papers(self) -> Ints:
        """Distinct papers of each period."""
        return np.bincount(self.period, minlength=len(self.numbers))


def resolve_period(
    papers: pd.DataFrame, by: str = "auto", *, date: str = "digest", count: str = "every"
) -> str:
    """Say which period `by` means for these papers.

    Parameters
    ----------
    papers : pandas.DataFrame
        The papers table; ``paper_id`` and ``digest_date`` are used, and
        ``published_date`` to count by it.
    by : {"digest", "week", "month", "quarter", "year", "auto"}
        Anything but ``"auto"`` stands for itself.
    date : {"digest", "published"}
        Whose date counts, as for `theme_trends`.
    count : {"every", "first"}
        Which listings of a paper count, as for `theme_trends`.

    Returns
    -------
    str
        One of "digest", "week", "month", "quarter", "year". For ``"auto"``:
        "digest" up to 12 digests; else the finest period of which there are at
        most 36 with a median of at least 50 papers; where there is none, the
        coarsest of which there are at least two. By publication date "digest"
        is never taken, and "week" where all papers fall into one of each.

    Raises
    ------
    InputError
        If `by`, `date` or `count` is not known, the papers have no dates to go
        by, or ``by="digest"`` is asked for by publication date.
    """
    check_options(by, date, count)
    if by != "auto":
        return by
    listings = read_listings(papers)
    return pick_period(listings, days_to_count(papers, listings, date), by, count)


def other_period(papers: pd.DataFrame, by: str, *, date: str) -> str:
    """Return the period in which papers are counted by the date that a run does not go by.

    Parameters
    ----------
    papers : pandas.DataFrame
        The papers table, with at least one publication date.
    by : str
        The period of the run; the other date has the same, but for "digest", which no
        publication date has: there it is what ``"auto"`` takes.
    date : {"digest", "published"}
        The date that the run goes by.
    """
    if by != "digest" or date == "published":
        return by
    return resolve_period(papers, "auto", date="published")


def undated(papers: pd.DataFrame) -> int:
    """Tell how many papers have no publication date to count by.

    Parameters
    ----------
    papers : pandas.DataFrame
        The papers table; ``paper_id``, ``digest_date`` and, where it is there,
        ``published_date`` are used.

    Returns
    -------
    int
        The number of distinct papers with no date of publication that can be
        right: none is given, or only one that lies more than a day after the
        first digest that lists the paper (by a day, time zones can differ), or
        after the newest digest in the data.

    Raises
    ------
    InputError
        If there are no papers, a paper has no digest date, or a column holds
        something else than dates.
    """
    return int((publication_days(papers, read_listings(papers)) == UNDATED).sum())


def check_options(by: str, date: str, count: str) -> None:
    """Raise an `InputError` for a value that is not known, or a pair that means nothing."""
    if by not in PERIODS:
        raise InputError(f"{by!r} is no period to count by", did_you_mean(str(by), PERIODS))
    if date not in DATES:
        raise InputError(f"{date!r} is no date to count by", did_you_mean(str(date), DATES))
    if count not in COUNTS:
        raise InputError(
            f"{count!r} is no way to count a paper that is listed twice",
            did_you_mean(str(count), COUNTS),
        )
    if by == "digest" and date == "published":
        raise InputError(
            "papers counted by publication date belong to no digest",
            f"count by one of these periods: {', '.join(_CALENDAR)}, auto",
        )


def read_listings(papers: pd.DataFrame) -> Listings:
    """Read and check the papers and the digests that list them."""
    require_columns(papers, PAPERS, "papers", "paper_id", "digest_date")
    if papers.empty:
        raise InputError("the papers table is empty", "load a dump that holds papers")
    day = _days(papers, "digest_date")
    missing = int((day == _NO_DAY).sum())
    if missing:
        raise InputError(
            f"{missing} of {len(day)} rows of the papers table have no digest_date",
            "give them the date of their digest, or drop them: papers.dropna(subset='digest_date')",
        )
    beyond = (day < _FIRST_DAY) | (day > _LAST_DAY)
    if beyond.any():
        raise InputError(
            f"{beyond.sum()} of {len(day)} rows of the papers table have a digest_date"
            " that is not between the years 1678 and 2261",
            "correct these dates, or drop the rows",
        )
    paper, ids = codes_of(papers, "paper_id", "papers")
    return Listings(ids, paper, day)


def publication_days(papers: pd.DataFrame, listings: Listings) -> Ints:
    """Return the earliest day of publication that can be right of each paper, or `UNDATED`."""
    published = np.full(len(listings.ids), UNDATED)
    if "published_date" in papers:
        day = _days(papers, "published_date")
        latest = np.minimum(listings.first_day[listings.paper] + ZONE_DAYS, listings.newest)
        right = (day >= _FIRST_DAY) & (day <= latest)
        np.minimum.at(published, listings.paper[right], day[right])
    return published


def days_to_count(papers: pd.DataFrame, listings: Listings, date: str) -> Ints | None:
    """Return the day each paper counts by, or None where the days of its listings do."""
    if date == "digest":
        return None
    published = publication_days(papers, listings)
    if (published == UNDATED).all():
        if "published_date" in papers and papers["published_date"].notna().any():
            raise InputError(
                "every published_date of the papers table lies after the listing of its paper",
                "check the year of the digests, or count by digest date",
            )
        raise InputError(
            f"none of the {len(published)} papers has a publication date",
            "count by digest date, or load dumps that have publication dates, or --papers-known"
            " with a table that has them",
        )
    return published


def warn_of_undated(published: Ints | None) -> None:
    """Warn the caller's caller of papers that are left out for want of a publication date."""
    left_out = 0 if published is None else int((published == UNDATED).sum())
    if published is not None and left_out:
        warnings.warn(
            f"{left_out} of {len(published)} papers are left out: they have no publication date,"
            " or one after their listing",
            UserWarning,
            stacklevel=3,
        )


def pick_period(listings: Listings, published: Ints | None, by: str, count: str) -> str:
    """Return `by`, or what "auto" takes."""
    if by != "auto":
        return by
    if published is None and len(np.unique(listings.day)) <= FEW_DIGESTS:
        return "digest"
    names = _CALENDAR if published is not None else ("digest", *_CALENDAR)
    coarsest = names[0]
    for name in names:
        n_papers = fold(listings, published, name, count).n_papers
        if len(n_papers) <= MOST_PERIODS and np.median(n_papers) >= ENOUGH_PAPERS:
            return name
        if len(n_papers) > 1:
            coarsest = name
    return coarsest


def fold(listings: Listings, published: Ints | None, by: str, count: str) -> Counted:
    """Fold listings, or publications where they are given, into periods; `by` is resolved."""
    if published is None:
        order = np.lexsort((listings.day, listings.paper))
        paper, day = listings.paper[order], listings.day[order]
        number = number_of(day, by)
        kept = np.diff(paper, prepend=-1) != 0
        if count == "every":
            kept |= np.diff(number, prepend=0) != 0
        paper, day, number = paper[kept], day[kept], number[kept]
    else:
        paper = np.flatnonzero(published != UNDATED)
        day, number = listings.first_day[paper], number_of(published[paper], by)
    numbers, period = np.unique(number, return_inverse=True)
    return Counted(numbers, paper, period, day)


def number_of(day: Ints, by: str) -> Ints:
    """Return the number of the period of each day since 1970; the next period has the next one."""
    if by == "digest":
        return day
    if by == "week":
        # 1970 began on a Thursday, and weeks begin on Monday.
        return (day + 3) // 7
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(months // _MONTHS[by])


def starts_of(numbers: Ints, by: str) -> pd.DatetimeIndex:
    """Return the first day of numbered periods."""
    return pd.DatetimeIndex(_first_days(numbers, by).astype("datetime64[D]")).as_unit("ns")


def are_partial(numbers: Ints, by: str, newest: int) -> npt.NDArray[np.bool_]:
    """Say which periods reach beyond the day of the newest digest."""
    if by == "digest":
        return np.zeros(len(numbers), dtype=bool)
    return np.asarray(_first_days(numbers + 1, by) - 1 > newest)


def codes_of(frame: pd.DataFrame, column: str, table: str) -> tuple[Ints, Names]:
    """Return a column of identifiers as places in the array of the distinct ones."""
    code, found = pd.factorize(frame[column])
    names: Names = np.asarray(found, dtype=object)
    if pd.api.types.infer_dtype(names) != "string":
        # Told apart as strings: in a column of mixed types 1 and "1" are one identifier.
        again, names = pd.factorize(np.array([str(name) for name in names], dtype=object))
        code = np.append(again, -1)[code]
    # A missing identifier has the code -1, which is the last place.
    blank = np.array([not name.strip() for name in names] + [True])
    empty = int(blank[code].sum())
    if empty:
        raise InputError(
            f"{empty} rows of the {table} table have no {column}", "fill it in or drop these rows"
        )
    return code, names


def _days(papers: pd.DataFrame, column: str) -> Ints:
    """Return the dates of a column in days since 1970, without their hours."""
    dates = papers[column]
    if dates.isna().all():
        # Read back from a file, an empty column has any type.
        return np.full(len(dates), _NO_DAY)
    if not pd.api.types.is_datetime64_dtype(dates.dtype):
        raise InputError(
            f"{column} of the papers table holds {dates.dtype}, not dates without a time zone",
            "turn it into dates with pandas.to_datetime",
        )
    return dates.to_numpy().astype("datetime64[D]").astype(np.int64)


def _first_days(numbers: Ints, by: str) -> Ints:
    if by == "digest":
        return numbers
    if by == "week":
        return numbers * 7 - 3
    months = (numbers * _MONTHS[by]).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)
