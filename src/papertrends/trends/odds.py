"""The odds of a theme in some digests against those in others, for all themes at once.

Papers of one digest are alike, so that two sums of papers vary more than binomial
counts. What a regression gives is far off where the digests on one side are one or
two; this holds there as well. Must not know tables, names or verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from papertrends.trends.grid import Floats
from papertrends.trends.scatter import series_of, with_factors

_TAIL = 0.025
_FURTHEST = 40.0
"""Log odds ratios are looked for up to here; beyond, they are as good as infinite."""
_HALVINGS = 60
_MOST_ALIKE = 0.999


@dataclass(frozen=True)
class Odds:
    """Odds ratios of m themes, each with its 95 % interval and two-sided p-value.

    Attributes
    ----------
    effect, low, high, p_value : numpy.ndarray of shape (m,)
    """

    effect: Floats
    low: Floats
    high: Floats
    p_value: Floats


def compare_odds(successes: Floats, totals: Floats, cut: int) -> Odds:
    """Compare the odds of each theme from the digest `cut` on with those before it.

    Parameters
    ----------
    successes, totals : numpy.ndarray of shape (themes, digests)
        Papers in the theme and papers in all (above 0); five digests or more, and
        of each theme a success and a failure.
    cut : int
        The first digest of the later side; each side has one.

    Returns
    -------
    Odds
        Of the later side against the earlier; 0 or infinite where one has none or all.

    Notes
    -----
    *Scatter*: how much more than binomially counts vary is estimated by
    `papertrends.trends.scatter.with_factors`, about the share of each side.

    *Test*: what is known of the share by the side with more papers is its posterior
    by Jeffreys' prior, from as many papers as are left when their sum is divided by
    that scatter (Rao & Scott 1992, Biometrics 48:577). With it the count of the other
    side is predicted, as beta-binomial with the variance that the posterior and that
    side's own scatter give it, and the tail of the prediction from the count on, of
    which the count itself is half, is doubled. Through the normal quantile it is
    referred to the t distribution with the degrees of freedom of the scatter. The
    likelihood ratio calls a count of none too often, and the estimate over its
    standard error one of two or three.

    *Interval*: the odds ratios whose likelihood ratio, of both sums divided by their
    scatter, does not exceed the square of the t quantile. It is not made from the
    test, and close to the bound one may reach 1 and the other not.
    """
    from scipy.stats import t

    plain = [series_of(y, n) for y, n in zip(successes, totals, strict=True)]
    known = with_factors(plain, [[0, cut, totals.shape[1]]] * len(plain))
    factors = np.array([series.factors for series in known])
    df = np.array([series.df for series in known])
    sides = slice(cut, None), slice(cut)
    y, n, spread = (
        np.array([counts[:, side].sum(axis=1) for side in sides])
        for counts in (successes, totals, totals * factors)
    )
    more = spread / n
    pair = _Pair(y / more, n / more)
    low, high = pair.interval(np.asarray(t.ppf(1 - _TAIL, df)) ** 2)
    with np.errstate(over="ignore"):
        effect, low, high = np.exp(pair.log_odds), np.exp(low), np.exp(high)
    return Odds(effect, low, high, _p_values(y, n, more, df))


def _p_values(successes: Floats, totals: Floats, more: Floats, df: Floats) -> Floats:
    """Return how likely so unlike counts of two sides are, for arrays of shape (2, themes)."""
    from scipy.special import ndtri, stdtr

    worth = totals / more
    known, place = worth.argmax(axis=0), np.arange(len(df))
    n, scatter = totals[1 - known, place], more[1 - known, place]
    size = worth[known, place] + 1
    mean = (successes[known, place] / more[known, place] + 0.5) / size
    unknown = 1 / (size + 1)
    # The variance over that of so many independent papers with a share that is known.
    variance = scatter + unknown * (n - scatter)
    alike = np.clip((variance - 1) / np.maximum(n - 1, 1), unknown, _MOST_ALIKE)
    tails = [_tail(*one) for one in zip(successes[1 - known, place], n, mean, alike, strict=True)]
    return np.asarray(2 * stdtr(df, ndtri(np.clip(tails, 1e-300, 0.5))))


def _tail(count: float, total: float, mean: float, alike: float) -> float:
    """Return the smaller tail of a beta-binomial count, half of the count's own chance in it."""
    from scipy.stats import betabinom

    size = 1 / alike - 1
    chance = betabinom.pmf(np.arange(total + 1), total, size * mean, size * (1 - mean))
    here = round(count)
    tails = chance[:here].sum(), chance[here + 1 :].sum()
    return float(min(tails) + chance[here] / 2)


@dataclass(frozen=True)
class _Pair:
    """Two binomial counts of each of m themes, the later first; they need not be whole.

    Attributes
    ----------
    successes, totals : numpy.ndarray of shape (2, m)
    """

    successes: Floats
    totals: Floats

    @property
    def log_odds(self) -> Floats:
        """The logarithm of the odds ratio, later against earlier."""
        y, n = self.successes, self.totals
        with np.errstate(divide="ignore"):
            odds = np.log(y) - np.log(n - y)
        return np.asarray(odds[0] - odds[1])

    def deviance(self, log_odds: Floats) -> Floats:
        """Return twice the log likelihood by which such odds ratios fall short of the best."""
        from scipy.special import rel_entr

        y, n = self.successes, self.totals
        later = self._fitted(np.exp(log_odds))
        fitted = np.clip([later, y.sum(axis=0) - later], 0.0, n)
        short = rel_entr(y, fitted) + rel_entr(n - y, n - fitted)
        return np.asarray(np.maximum(2 * short.sum(axis=0), 0.0))

    def interval(self, most: Floats) -> tuple[Floats, Floats]:
        """Return the lowest and the highest log odds ratio with a deviance up to `most`."""
        best = np.clip(self.log_odds, -_FURTHEST, _FURTHEST)
        ends = []
        for far in (-_FURTHEST, _FURTHEST):
            inner, outer = best, np.full_like(best, far)
            endless = self.deviance(outer) <= most
            for _ in range(_HALVINGS):
                middle = (inner + outer) / 2
                inside = self.deviance(middle) <= most
                inner, outer = np.where(inside, middle, inner), np.where(inside, outer, middle)
            ends.append(np.where(endless, np.copysign(np.inf, far), inner))
        return ends[0], ends[1]

    def _fitted(self, ratio: Floats) -> Floats:
        """Return the most likely successes of the later side, given the odds ratio.

        They keep the sum of the successes, which leaves a quadratic equation.
        """
        inside, (later, earlier) = self.successes.sum(axis=0), self.totals
        a, b, c = 1 - ratio, earlier - inside + ratio * (inside + later), ratio * inside * later
        root = np.sqrt(np.maximum(b * b + 4 * a * c, 0.0))
        # Of two ways to write the root, the one that takes no difference of equals.
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(b >= 0, 2 * c / (b + root), (root - b) / (2 * a)))
