"""How much the counts of themes scatter about their levels.

The variance of a count decides how great a change has to be to be seen. It is
estimated from all themes together, as one theme's few periods say little about it.
Must not know tables or themes, nor look for changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from papertrends.trends.dispersion import factors, intraclass_correlation, moderate
from papertrends.trends.grid import Bools, Floats

_SEVERAL = 3
"""From so many themes on, something is common to them."""


@dataclass(frozen=True)
class Series:
    """The counts of one theme.

    Attributes
    ----------
    successes, totals : numpy.ndarray of shape (periods,)
        Papers in the theme and papers in all (above 0).
    factors : numpy.ndarray of shape (periods,)
        How many times the binomial's the variance of each count is, 1 or more.
    df : float
        Degrees of freedom they are known by.
    """

    successes: Floats
    totals: Floats
    factors: Floats
    df: float

    def share(self, where: Bools) -> float:
        """Return the share of the periods `where`."""
        return float(self.successes[where].sum() / self.totals[where].sum())

    @property
    def information(self) -> Floats:
        """How many independent papers each period is worth, as a part of all."""
        worth = self.totals / self.factors
        return np.asarray(worth / worth.sum())


def series_of(successes: Floats, totals: Floats) -> Series:
    """Take counts for binomial until more is known of them."""
    return Series(successes, totals, np.ones(len(totals)), np.inf)


def between(start: int, end: int, series: Series) -> Bools:
    """Mark the periods from `start` to before `end`."""
    place = np.arange(len(series.totals))
    return (start <= place) & (place < end)


def with_factors(
    themes: Sequence[Series], cuts: Sequence[Sequence[int]] | None = None
) -> list[Series]:
    """Estimate how much the counts scatter, by what is known of all themes.

    Parameters
    ----------
    themes : sequence of Series
        Of five periods or more each.
    cuts : sequence of sequence of int, optional
        The `segments` of each. Without them, the scatter from each period to
        the next is taken, which changes of level hardly touch; with them, the
        scatter about the share of each segment.

    Returns
    -------
    list of Series
        The same counts with `factors` and `df`.

    Notes
    -----
    How alike papers of one period are is estimated from all themes together, and
    what is left of each theme's own scatter is moderated by that of all (see
    `papertrends.trends.dispersion`). With three themes or more it only ever adds to
    what is common to all. A theme that scatters more than the moderated dispersion
    says gets the geometric mean of that and its own.
    """
    if cuts is None:
        scatters = [_successive(series) for series in themes]
    else:
        scatters = [_within(series, at) for series, at in zip(themes, cuts, strict=True)]
    usable = [i for i, scatter in enumerate(scatters) if scatter.df > 0]
    own_df = np.array([scatters[i].df for i in usable])
    # A theme cut at every period says nothing of its scatter, but the others do.
    dispersion, df = np.ones(len(themes)), np.full(len(themes), max(1.0, own_df.sum()))
    alike = 0.0
    if usable:
        squares = _padded([scatters[i].squares for i in usable])
        totals = _padded([scatters[i].totals for i in usable])
        alike = intraclass_correlation(squares, totals, own_df)
        own = (squares / factors(totals, alike)).sum(axis=1) / own_df
        moderated, df[usable] = moderate(own, own_df)
        # A few themes that scatter more are drawn down to the many that do not.
        dispersion[usable] = np.maximum(moderated, np.sqrt(moderated * own))
    if len(usable) >= _SEVERAL:
        dispersion = np.maximum(dispersion, 1.0)
    common = [factors(series.totals, alike) for series in themes]
    return [
        replace(series, factors=np.maximum(common[i] * dispersion[i], 1.0), df=float(df[i]))
        for i, series in enumerate(themes)
    ]


@dataclass(frozen=True)
class _Scatter:
    """Squared residuals over their binomial variance, and of how many papers they are."""

    squares: Floats
    totals: Floats
    df: float


def _successive(series: Series) -> _Scatter:
    """Compare each period with the next, leaving out the two greatest differences.

    These are what one stretch at another level makes, or two steps. What is left is
    set right by what it is where there is no change (found by simulation, to 1 % for
    up to 60 periods).
    """
    y, n = series.successes, series.totals
    inverse = 1 / n[:-1] + 1 / n[1:]
    share = (y[:-1] + y[1:]) / (n[:-1] + n[1:])
    squares = _over(np.diff(y / n) ** 2, share * (1 - share) * inverse)
    m = len(squares)
    left = np.sort(squares.argsort(kind="stable")[: m - 2])
    expected = m + 2.568 - 3.427 * np.log(m) - 4.875 / m
    df = 0.64 * (m - 2)
    return _Scatter(squares[left] * (df / expected), (2 / inverse)[left], df)


def _within(series: Series, cuts: Sequence[int]) -> _Scatter:
    y, n = series.successes, series.totals
    share = np.add.reduceat(y, cuts[:-1]) / np.add.reduceat(n, cuts[:-1])
    share = np.repeat(share, np.diff(cuts))
    squares = _over((y - n * share) ** 2, n * share * (1 - share))
    return _Scatter(squares, n, float(len(n) - len(cuts) + 1))


def _over(squares: Floats, variance: Floats) -> Floats:
    return np.divide(squares, variance, out=np.zeros(len(squares)), where=variance > 0)


def _padded(rows: list[Floats]) -> Floats:
    """Stack rows of different lengths, filled up with zeros."""
    table = np.zeros((len(rows), max(map(len, rows))))
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    return table
