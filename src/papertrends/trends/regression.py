"""The binomial regression of a theme's share on time, for all themes at once.

statsmodels fits one theme in some milliseconds and stops at separation; a
table has hundreds of themes, and themes that appear only in the last period.
This fits them together and gives what statsmodels gives wherever that has an
answer. Must not know tables, names or verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from papertrends.trends.dispersion import factors, intraclass_correlation, moderate
from papertrends.trends.grid import Bools, Floats

_MOST_STEPS = 200
_MOST_HALVINGS = 30
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Slopes:
    """The slope of each theme's log odds: a change in log odds for each unit of time.

    Attributes
    ----------
    slope, error : numpy.ndarray of shape (themes,)
        The estimate and its standard error, overdispersion included.
    df : numpy.ndarray of shape (themes,)
        Degrees of freedom of the t distribution the error goes with.
    """

    slope: Floats
    error: Floats
    df: Floats


@dataclass(frozen=True)
class BinomialFit:
    """A binomial regression of each theme on time, without overdispersion.

    Attributes
    ----------
    slope, error : numpy.ndarray of shape (themes,)
        The estimate and its standard error if counts are binomial.
    squares : numpy.ndarray of shape (themes, periods)
        Squared Pearson residuals; 0 where a period was not observed.
    df : numpy.ndarray of shape (themes,)
        Periods observed less the two coefficients.
    """

    slope: Floats
    error: Floats
    squares: Floats
    df: Floats


def fit_slopes(successes: Floats, totals: Floats, time: Floats) -> Slopes:
    """Regress the log odds of each theme on time, allowing for overdispersion.

    Parameters
    ----------
    successes, totals : numpy.ndarray of shape (themes, periods)
        Papers in the theme and papers in all; a period with a total of 0 tells
        nothing and is left out. Each theme needs three periods, a success and
        a failure.
    time : numpy.ndarray of shape (periods,)
        The time of each period, rising.

    Returns
    -------
    Slopes
        One slope a theme.

    Notes
    -----
    Quasi-binomial regression with logit link (McCullagh & Nelder 1989, section
    4.5) with two parts of overdispersion. How much more the counts of large
    periods scatter than those of small ones is estimated from all themes
    together, as for beta-binomial counts (`dispersion.intraclass_correlation`);
    with it the periods are weighted. What is then left is each theme's own
    dispersion, moderated by that of all themes (`dispersion.moderate`). It never
    makes an error smaller than the binomial's, as papers of one digest can be
    alike but not less than independent.
    """
    plain = fit_binomial(successes, totals, time)
    alike = factors(totals, intraclass_correlation(plain.squares, totals, plain.df))
    fit = fit_binomial(successes / alike, totals / alike, time)
    dispersion, df = moderate(fit.squares.sum(axis=1) / fit.df, fit.df)
    # So much of the binomial's information is left by the weights.
    least = (totals / alike).sum(axis=1) / totals.sum(axis=1)
    return Slopes(fit.slope, fit.error * np.sqrt(np.maximum(least, dispersion)), df)


def fit_binomial(successes: Floats, totals: Floats, time: Floats) -> BinomialFit:
    """Regress the log odds of each theme on time by binomial likelihood.

    Parameters
    ----------
    successes, totals : numpy.ndarray of shape (themes, periods)
        As for `fit_slopes`; need not be whole.
    time : numpy.ndarray of shape (periods,)

    Returns
    -------
    BinomialFit

    Notes
    -----
    By Newton's method. A theme that stands only in the first or only in the
    last of its periods has no finite maximum of the likelihood; it is fitted
    with Firth's penalty (1993, Biometrika 80:27), the logarithm of Jeffreys'
    prior, which is always finite (Heinze & Schemper 2002, Statistics in
    Medicine 21:2409).
    """
    seen = (totals > 0).sum(axis=1)
    # Centred and scaled time keeps Newton's equations well conditioned.
    middle, half = (time[0] + time[-1]) / 2, (time[-1] - time[0]) / 2
    x = (time - middle) / half
    penalty = _separated(successes, totals).astype(float)
    alpha, beta = _newton(successes, totals, x, penalty)
    share, weight = _shares(alpha, beta, totals, x)
    s0, s1, s2 = _moments(weight, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.where(weight > 0, (successes - totals * share) ** 2 / weight, 0.0)
    error = np.sqrt(s0 / (s0 * s2 - s1**2))
    return BinomialFit(beta / half, error / half, squares, (seen - 2).astype(float))


def _separated(successes: Floats, totals: Floats) -> Bools:
    """Whether time alone tells successes from failures, but for one period."""
    failures = totals - successes
    return _all_before(successes, failures) | _all_before(failures, successes)


def _all_before(first: Floats, second: Floats) -> Bools:
    """Whether the last period of `first` is no later than the first of `second`."""
    last = first.shape[1] - 1 - (first[:, ::-1] > 0).argmax(axis=1)
    return np.asarray(last <= (second > 0).argmax(axis=1))


def _newton(successes: Floats, totals: Floats, x: Floats, penalty: Floats) -> tuple[Floats, Floats]:
    """Maximise the (penalised) likelihood of every theme, halving steps that overshoot."""
    n, y = totals.sum(axis=1), successes.sum(axis=1)
    alpha = np.log((y + 0.5) / (n - y + 0.5))
    beta = np.zeros_like(alpha)
    value = _objective(alpha, beta, successes, totals, x, penalty)
    # A theme that is done stands still, so that no theme's bits hang on the others.
    size = np.ones_like(alpha)
    for _ in range(_MOST_STEPS):
        step_a, step_b = _step(alpha, beta, successes, totals, x, penalty)
        for _ in range(_MOST_HALVINGS):
            a, b = alpha + size * step_a, beta + size * step_b
            reached = _objective(a, b, successes, totals, x, penalty)
            worse = reached < value - 1e-9 * np.abs(value)
            if not worse.any():
                break
            size = np.where(worse, size / 2, size)
        alpha, beta, value = a, b, reached
        small = np.maximum(np.abs(step_a), np.abs(step_b)) < _TOLERANCE
        size = np.where((size == 0) | small, 0.0, 1.0)
        if not size.any():
            break
    return alpha, beta


def _step(
    alpha: Floats, beta: Floats, successes: Floats, totals: Floats, x: Floats, penalty: Floats
) -> tuple[Floats, Floats]:
    """Newton's step; with the penalty, half a success and half a failure a leverage are added."""
    share, weight = _shares(alpha, beta, totals, x)
    s0, s1, s2 = (s[:, None] for s in _moments(weight, x))
    determinant = s0 * s2 - s1**2
    leverage = weight * (s2 - 2 * x * s1 + x**2 * s0) / determinant
    score = successes - totals * share + penalty[:, None] * leverage * (0.5 - share)
    u0, u1 = score.sum(axis=1), (score * x).sum(axis=1)
    d = determinant[:, 0]
    return (s2[:, 0] * u0 - s1[:, 0] * u1) / d, (s0[:, 0] * u1 - s1[:, 0] * u0) / d


def _objective(
    alpha: Floats, beta: Floats, successes: Floats, totals: Floats, x: Floats, penalty: Floats
) -> Floats:
    odds = alpha[:, None] + beta[:, None] * x
    likelihood = (successes * odds - totals * np.logaddexp(0.0, odds)).sum(axis=1)
    _, weight = _shares(alpha, beta, totals, x)
    s0, s1, s2 = _moments(weight, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        prior = np.where(penalty > 0, 0.5 * np.log(s0 * s2 - s1**2), 0.0)
    return np.asarray(likelihood + penalty * prior)


def _shares(alpha: Floats, beta: Floats, totals: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Return the fitted share of each period and its weight, the variance of its count."""
    from scipy.special import expit

    odds = alpha[:, None] + beta[:, None] * x
    share = expit(odds)
    # Both halves by expit: 1 - share would lose the small one.
    return share, totals * share * expit(-odds)


def _moments(weight: Floats, x: Floats) -> tuple[Floats, Floats, Floats]:
    return weight.sum(axis=1), (weight * x).sum(axis=1), (weight * x**2).sum(axis=1)
