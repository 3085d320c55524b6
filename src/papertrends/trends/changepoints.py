"""Where the level of a series of counts changes, and how surely it does.

Change points of shares need what change-point libraries lack: totals that differ
from period to period, and papers of one period that are alike. Both are put into
the cost that `ruptures` minimises, and into the tests of what it finds. Must not
know tables or themes, nor what a change means.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from papertrends.trends.grid import Bools, Floats
from papertrends.trends.scatter import Series

Places = npt.NDArray[np.intp]

_CUT = 0.05
"""So seldom is a series without any change cut."""
_SET_BOUND = -2.0 * float(np.log1p(-np.sqrt(0.95)))
"""95 % quantile of twice the log likelihood that the true date of a change falls short."""
_BINOMIAL = 1e-7
"""Below this correlation, the beta-binomial likelihood is as good as the binomial."""


def segments(series: Series) -> list[int]:
    """Cut a series where its level changes.

    Parameters
    ----------
    series : Series
        Of two periods or more.

    Returns
    -------
    list of int
        Where the segments begin, from 0, and at last the number of periods.

    Notes
    -----
    The segmentation of least cost, penalised for each cut, by PELT (Killick,
    Fearnhead & Eckley 2012, Journal of the American Statistical Association
    107:1590) as ruptures has it (Truong, Oudre & Vayatis 2020, Signal Processing
    167:107299). The cost of a segment is -2 times the beta-binomial log likelihood
    of its sum at its own share, against that at the share of the whole series.
    The penalty is such that a series without a change is cut in two in 5 % of cases.
    """
    from ruptures import Pelt
    from scipy.optimize import brentq

    size = len(series.totals)
    first, last = np.triu_indices(size)
    cost = np.zeros((size, size + 1))
    cost[first, last + 1] = -_gains(series, first, last + 1)
    level = brentq(lambda z: _step_p_value(z, series) - _CUT / 2, 1.0, 10.0, xtol=1e-3)
    pelt = Pelt(custom_cost=_tabled_cost()(cost.tolist()), min_size=1, jump=1)
    return [0, *pelt.fit(np.zeros((size, 1))).predict(pen=level**2)]


@cache
def _tabled_cost() -> Any:
    """Return the class by which ruptures looks up costs computed beforehand."""
    from ruptures.base import BaseCost

    class TabledCost(BaseCost):  # type: ignore[misc]  # it has no types
        model = "tabled"
        min_size = 1

        def __init__(self, cost: list[list[float]]) -> None:
            self.cost = cost

        def fit(self, signal: Floats) -> TabledCost:
            self.signal = signal
            return self

        def error(self, start: int, end: int) -> float:
            return self.cost[start][end]

    return TabledCost


def step_date(series: Series, start: int, end: int, *, upward: bool) -> tuple[int, int, int]:
    """Date the one change of level between `start` and `end`.

    Parameters
    ----------
    series : Series
    start, end : int
        First period of the old level, and the one after the last of the new.
    upward : bool
        Which way the level changes.

    Returns
    -------
    date, low, high : int
        The most likely first period of the new level, and the first and the last
        of its 95 % confidence set.

    Notes
    -----
    The set holds the dates that fall short of the most likely one by no more
    than 7.35 in twice the log likelihood: the 95 % quantile of that shortfall at
    the true date of a small change (Hansen 2000, Econometrica 68:575; Eo & Morley
    2015, Quantitative Economics 6:463). It holds more often where the change is
    great, as dates are whole.
    """
    cuts = np.arange(start + 1, end)
    before, after = np.full(len(cuts), start), np.full(len(cuts), end)
    gains = _gains(series, before, cuts) + _gains(series, cuts, after)
    rises = _shares(series, cuts, after) > _shares(series, before, cuts)
    if (rises == upward).any():
        cuts, gains = cuts[rises == upward], gains[rises == upward]
    near = cuts[gains >= gains.max() - _SET_BOUND]
    return int(cuts[gains.argmax()]), int(near[0]), int(near[-1])


def contrast(series: Series, here: Bools, there: Bools) -> float:
    """Return by how many standard errors the share `here` is above that `there`.

    Notes
    -----
    The signed root of the beta-binomial likelihood ratio, which is close to the
    normal distribution far into its tails even where counts are few (unlike the
    binomial one divided by a dispersion).
    """
    y = np.array([series.successes[here].sum(), series.successes[there].sum()])
    n = np.array([series.totals[here].sum(), series.totals[there].sum()])
    spread = series.totals * series.factors
    factor = np.array([spread[here].sum(), spread[there].sum()]) / n
    common = (y / factor).sum() / (n / factor).sum()
    ratio = float(_gain(y, n, factor, common).sum())
    # Compared without division, so that equal shares are equal.
    return float(np.sign(y[0] * n[1] - y[1] * n[0]) * np.sqrt(ratio))


def step_p_value(level: float, series: Series) -> float:
    """Bound the chance that any cut of an unchanging series shows such a rise.

    Parameters
    ----------
    level : float
        Estimated standard errors by which the later part is above the earlier.
    series : Series

    Returns
    -------
    float
        One-sided; 1 where `level` is no rise.

    Notes
    -----
    The bound of Hunter (1976, Journal of Applied Probability 13:597) and Worsley
    (1982, Biometrika 69:297) on the union of neighbouring events. The contrasts of
    neighbouring cuts go together like the values of a Brownian bridge (Hinkley &
    Hinkley 1970, Biometrika 57:477; Miller & Siegmund 1982, Biometrics 38:1011).
    """
    return _step_p_value(_normal(level, series.df), series) if level > 0 else 1.0


def stretch_p_value(level: float, series: Series) -> float:
    """Estimate the chance that any inner stretch of an unchanging series is so high.

    Parameters
    ----------
    level : float
        Estimated standard errors by which the stretch is above the rest.
    series : Series
        Of three periods or more.

    Returns
    -------
    float
        One-sided; 1 where `level` is no rise.

    Notes
    -----
    The expected number of stretches that are as high but no longer are with one
    more period at their end, nor with one more at their start: the two factors of
    the approximation for scans with two free ends (Siegmund 1988, Annals of
    Probability 16:487; Olshen et al. 2004, Biostatistics 5:557), each reckoned
    as in `step_p_value`.
    """
    from scipy.special import ndtr

    if level <= 0:
        return 1.0
    level = _normal(level, series.df)
    size = len(series.totals)
    edges = np.concatenate([[0.0], series.information.cumsum()])
    start, end = np.triu_indices(size, 1)
    start, end = start[start > 0], end[start > 0]
    inside = edges[end] - edges[start]
    tail = float(ndtr(-level))
    longer = _leaving(level, inside, edges[end + 1] - edges[start]) / tail
    longer[end == size - 1] = 1.0
    earlier = _leaving(level, inside, edges[end] - edges[start - 1]) / tail
    earlier[start == 1] = 1.0
    return float(min(1.0, tail * (longer * earlier).sum()))


def _normal(level: float, df: float) -> float:
    """Turn standard errors that were estimated into such that are known."""
    from scipy.special import ndtri, stdtr

    # No infinite degrees of freedom are known there; and beyond the smallest numbers
    # a chance would be 0 and its logarithm infinite.
    return -float(ndtri(max(stdtr(min(df, 1e9), -level), 1e-300)))


def _step_p_value(level: float, series: Series) -> float:
    from scipy.special import ndtr

    before = series.information.cumsum()[:-1]
    return float(min(1.0, ndtr(-level) + _leaving(level, before[:-1], before[1:]).sum()))


def _leaving(level: float, part: Floats, larger: Floats) -> Floats:
    """Return the chance that a part is so high, and the larger one it lies in is not."""
    from scipy.special import owens_t

    together = np.minimum(np.sqrt(part * (1 - larger) / (larger * (1 - part))), 1.0)
    return np.asarray(2 * owens_t(level, np.sqrt((1 - together) / (1 + together))))


def _gains(series: Series, start: Places, end: Places) -> Floats:
    """Return the gain in likelihood by letting each stretch have its own share."""
    y, n = _sums(series.successes, start, end), _sums(series.totals, start, end)
    spread = _sums(series.totals * series.factors, start, end)
    return _gain(y, n, spread / n, series.successes.sum() / series.totals.sum())


def _shares(series: Series, start: Places, end: Places) -> Floats:
    return _sums(series.successes, start, end) / _sums(series.totals, start, end)


def _sums(counts: Floats, start: Places, end: Places) -> Floats:
    sums = np.concatenate([[0.0], counts.cumsum()])
    return np.asarray(sums[end] - sums[start])


def _gain(y: Floats, n: Floats, factors: Floats, share: float) -> Floats:
    """Return twice the log likelihood ratio of each count's own share to `share`."""
    alike = np.clip((factors - 1) / np.maximum(n - 1, 1.0), 0.0, 0.999)
    own = _log_likelihood(y, n, alike, y / n)
    return np.maximum(2 * (own - _log_likelihood(y, n, alike, np.full(len(y), share))), 0.0)


def _log_likelihood(y: Floats, n: Floats, alike: Floats, share: Floats) -> Floats:
    """Return the beta-binomial log likelihood, without what does not depend on the share."""
    from scipy.special import gammaln, xlog1py, xlogy

    value = np.asarray(xlogy(y, share) + xlog1py(n - y, -share))
    beta = alike > _BINOMIAL
    if beta.any():
        y, n, share = y[beta], n[beta], share[beta]
        size = 1 / alike[beta] - 1
        # The smallest number stands for 0, at which both terms are infinite.
        a, b = np.maximum(size * share, 1e-12), np.maximum(size * (1 - share), 1e-12)
        value[beta] = gammaln(y + a) - gammaln(a) + gammaln(n - y + b) - gammaln(b)
    return value
