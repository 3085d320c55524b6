"""Curves against other ways to the same numbers: dense matrices, statsmodels."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.interpolate import BSpline
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import beta, norm, t

from papertrends.trends.smoothing import _Basis

made = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("made.py"))))
curves_of, draw = made.curves_of, made.draw


def band(odds, error):
    """Return the share with its band, of beta distributions that are as wide as the odds."""
    share = expit(odds)
    worth = 1 / (error**2 * share * (1 - share))  # in papers
    inside, outside = worth * share, worth * (1 - share)
    low = beta.ppf(0.025, inside, np.maximum(outside, 0.5))
    high = beta.ppf(0.975, np.maximum(inside, 0.5), outside)
    return share, low, high


def recomputed(successes, totals, x, pieces):
    """Do what theme_curves says it does with dense matrices and a general minimiser."""
    line = np.column_stack([np.ones_like(x), x])
    root = line * np.sqrt(totals)[:, None]
    extra = np.diag(root @ np.linalg.inv(root.T @ root) @ root.T)
    y, n = successes + extra / 2, totals + extra
    b = BSpline(np.arange(-3, pieces + 4) / pieces, np.eye(pieces + 3), 3)(x)
    d = np.diff(np.eye(pieces + 3), n=2, axis=0)
    strays = [0.01 * 2**i for i in range(11)]
    fits = []
    start = np.full(pieces + 3, logit(y.sum() / n.sum()))
    for stray in strays:
        ridge = pieces**3 / (420 * stray**2) * d.T @ d

        def loss(c, ridge=ridge):
            return n @ np.logaddexp(0, b @ c) - y @ (b @ c) + c @ ridge @ c / 2

        def slope(c, ridge=ridge):
            return b.T @ (n * expit(b @ c) - y) + ridge @ c

        def hessian(c, ridge=ridge):
            return b.T @ (b * (n * expit(b @ c) * expit(-(b @ c)))[:, None]) + ridge

        found = minimize(
            loss, start, method="trust-exact", jac=slope, hess=hessian, options={"gtol": 1e-9}
        )
        start = found.x
        covariance = np.linalg.inv(hessian(start))
        share = expit(b @ start)
        used = np.trace(covariance @ (hessian(start) - ridge))
        squares = ((successes - totals * share) ** 2 / (totals * share * (1 - share))).sum()
        prior_rank = np.linalg.matrix_rank(d)
        half_determinants = (
            prior_rank * np.log(ridge[0, 0]) + np.linalg.slogdet(covariance)[1]
        ) / 2
        fits.append((b @ start, np.diag(b @ covariance @ b.T), -found.fun, half_determinants, used))
        fits[-1] += (squares,)
    odds, variance, likelihood, determinant, used, squares = map(np.array, zip(*fits, strict=True))
    loose = np.flatnonzero(used <= 2 + (len(x) - 2) / 4)[-1]
    df = len(x) - used[loose]
    scatter = squares[loose] / df
    dispersion = max(1.0, scatter)
    distance = np.array(strays) * np.sqrt(dispersion)
    density = distance / (1 + distance**2)  # half-Cauchy, on the scale of its logarithm
    weight = density * np.exp((likelihood - likelihood.max()) / dispersion + determinant)
    weight /= weight.sum()
    mean = weight @ odds
    error = np.sqrt(weight @ (dispersion * variance + (odds - mean) ** 2))
    error *= t.ppf(0.975, df) / norm.ppf(0.975) if scatter > 1 else 1
    return *band(mean, error), scatter


@pytest.mark.parametrize("correlation", [0.0, 0.05])
def test_agrees_with_dense_matrices(correlation):
    digests = pd.to_datetime(np.cumsum([0, 1, 1, 4, 1, 2, 1, 1, 30, 1, 3, 1, 1, 1]), unit="D")
    days = np.array((digests - digests[0]).days, dtype=float)
    totals = np.array([60, 30, 80, 20, 40, 90, 55, 70, 10, 35, 45, 120, 60, 50])
    share = expit(-2 + 0.05 * days + np.sin(days / 6))
    counts = draw(share, totals, 4, seed=2, correlation=correlation)
    curves = np.array(curves_of(counts, totals, digests))
    scatters = []
    for i in range(4):
        *expected, scatter = recomputed(counts[i], totals.astype(float), days / days[-1], 13)
        assert curves[:, i] == pytest.approx(np.array(expected), rel=1e-5)
        scatters.append(scatter)
    # Both sides of the bound on the dispersion are met.
    assert (min(scatters) < 1) if not correlation else (max(scatters) > 1)


@pytest.mark.parametrize("pieces", [5, 11, 40])
def test_how_far_a_curve_strays_is_what_its_penalty_allows(pieces):
    basis = _Basis.over(np.linspace(0, 1, 4 * pieces + 1), pieces)
    d = np.diff(np.eye(pieces + 3), n=2, axis=0)
    b = basis.splines.toarray()
    covariance = b @ np.linalg.pinv(d.T @ d) @ b.T / basis.penalties()[5]
    line = np.column_stack([np.ones(len(b)), np.arange(len(b))])
    off = np.eye(len(b)) - line @ np.linalg.pinv(line)
    stray = np.sqrt(np.diag(off @ covariance @ off).mean())
    assert stray == pytest.approx(0.01 * 2**5, rel=0.03)


def test_a_straight_line_is_fitted_as_by_statsmodels():
    # Exactly on a line, so that there is nothing to follow but the line.
    x = np.arange(24.0)
    n = 4_000
    y = np.round(n * expit(-3 + 0.08 * x)).astype(int)
    fit = sm.GLM(
        np.column_stack([y, n - y]), sm.add_constant(x), family=sm.families.Binomial()
    ).fit()
    plain = fit.get_prediction(sm.add_constant(x)).summary_frame()
    smooth, low, high = (values[0] for values in curves_of(y, n))
    assert smooth == pytest.approx(plain["mean"].to_numpy(), rel=0.01)
    ours = logit(high) - logit(low)
    theirs = logit(plain["mean_ci_upper"].to_numpy()) - logit(plain["mean_ci_lower"].to_numpy())
    # Not knowing that it is straight costs something, and not much.
    assert (ours / theirs).min() > 0.999
    assert (ours / theirs).mean() < 1.4
