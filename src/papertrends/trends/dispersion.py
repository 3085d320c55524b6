"""How much more than by chance the counts of a theme scatter around its curve.

Papers of one digest are not independent draws. How alike they are is estimated
from all themes together, because one theme's few periods say little about it:
a test that knows only them finds half of what can be found. Must not know
tables, names or verdicts, nor what curve was fitted.
"""

from __future__ import annotations

import numpy as np

from papertrends.trends.grid import Bools, Floats

_FEWEST = 3
"""With fewer themes, each one's scatter speaks for itself."""
_OUTLIER = 0.05
"""So seldom is a theme taken for an outlier where none is."""
_LEAST = 1e-3
"""A scatter below this is as good as none; its logarithm would outweigh all others."""


def intraclass_correlation(squares: Floats, totals: Floats, df: Floats) -> float:
    """Estimate how alike the papers of one period are, over all themes.

    Parameters
    ----------
    squares : numpy.ndarray of shape (themes, periods)
        Squared Pearson residuals of the counts under binomial variance.
    totals : numpy.ndarray of shape (themes, periods)
        Papers in all; 0 where a period was not observed.
    df : numpy.ndarray of shape (themes,)
        Degrees of freedom of each theme's residuals.

    Returns
    -------
    float
        The correlation r (0 to 1) with which the variance of a count of n
        papers is ``1 + (n - 1) r`` times the binomial's, as for the beta-binomial
        distribution (Williams 1982, Applied Statistics 31:144).

    Notes
    -----
    The r at which the logarithm of the dispersion that is left is what it would
    be without any, on average over the themes. Logarithms, so that a few themes
    whose curve has another shape count no more than others.
    """
    from scipy.optimize import brentq

    def left(r: float) -> float:
        scatter = (squares / factors(totals, r)).sum(axis=1) / df
        return float(_log_excess(scatter, df).mean())

    if left(0.0) <= 0:
        return 0.0
    return 1.0 if left(1.0) >= 0 else float(brentq(left, 0.0, 1.0, xtol=1e-10))


def factors(totals: Floats, correlation: float) -> Floats:
    """Return by how much the variance of a count of so many papers exceeds the binomial's."""
    return np.asarray(1.0 + np.maximum(totals - 1.0, 0.0) * correlation)


def moderate(scatter: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Draw each theme's dispersion towards that of all themes.

    Parameters
    ----------
    scatter : numpy.ndarray of shape (themes,)
        Dispersion of each theme by itself: Pearson's chi-squared over `df`.
    df : numpy.ndarray of shape (themes,)
        Degrees of freedom, above 0.

    Returns
    -------
    dispersion : numpy.ndarray of shape (themes,)
    df : numpy.ndarray of shape (themes,)
        Its degrees of freedom, at most those of all themes together.

    Notes
    -----
    Empirical Bayes for variances (Smyth 2004, Statistical Applications in
    Genetics and Molecular Biology 3:3), known from limma: the dispersions are
    taken for draws from a scaled inverse chi-squared distribution, whose two
    parameters are found by the mean and the variance of their logarithms. A
    theme that scatters more than the distribution of the others allows keeps
    its own dispersion and has no say in theirs (after Phipson et al. 2016,
    Annals of Applied Statistics 10:946). With fewer than three themes nothing is
    moderated.
    """
    dispersion, total_df = scatter.copy(), df.copy()
    usual = ~_outliers(scatter, df)
    if usual.sum() < _FEWEST:
        return dispersion, total_df
    own, own_df = scatter[usual], df[usual]
    prior, prior_df = _prior(own, own_df)
    if np.isinf(prior_df):
        dispersion[usual], total_df[usual] = prior, own_df.sum()
    else:
        dispersion[usual] = (prior_df * prior + own_df * own) / (prior_df + own_df)
        total_df[usual] = np.minimum(prior_df + own_df, own_df.sum())
    return dispersion, total_df


def _prior(scatter: Floats, df: Floats) -> tuple[float, float]:
    """Return scale and degrees of freedom of the distribution of the themes' dispersions."""
    from scipy.special import digamma, polygamma

    excess = _log_excess(scatter, df)
    spread = float(excess.var(ddof=1) - polygamma(1, df / 2).mean())
    if spread <= 0:
        return float((df * scatter).sum() / df.sum()), float("inf")
    prior_df = 2 * _inverse_trigamma(spread)
    return float(np.exp(excess.mean() + digamma(prior_df / 2) - np.log(prior_df / 2))), prior_df


def _outliers(scatter: Floats, df: Floats) -> Bools:
    """Return which themes scatter more than the distribution of all the others allows."""
    from scipy.stats import f

    found = np.zeros(len(scatter), dtype=bool)
    if len(scatter) <= _FEWEST:
        return found
    priors = [_prior(np.delete(scatter, i), np.delete(df, i)) for i in range(len(scatter))]
    prior, prior_df = np.array(priors).T
    # scipy's F distribution knows no infinite degrees of freedom; so many are as good.
    tail = f.sf(scatter / np.maximum(prior, _LEAST), df, np.minimum(prior_df, 1e6))
    return np.asarray(tail < _OUTLIER / len(scatter))


def _log_excess(scatter: Floats, df: Floats) -> Floats:
    """Return the logarithm of the scatter, less what it is on average where there is none."""
    from scipy.special import digamma

    return np.asarray(np.log(np.maximum(scatter, _LEAST)) - digamma(df / 2) + np.log(df / 2))


def _inverse_trigamma(value: float) -> float:
    """Solve trigamma(x) = value by Newton's method on its reciprocal, which is nearly linear."""
    from scipy.special import polygamma

    x = 0.5 + 1.0 / value
    for _ in range(50):
        now = float(polygamma(1, x))
        step = now * (1 - now / value) / float(polygamma(2, x))
        x += step
        if abs(step) < 1e-10 * x:
            break
    return x
