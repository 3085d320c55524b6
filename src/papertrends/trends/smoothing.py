"""The smoothed curve of each theme's share over time, with its band.

Shares of single periods jump about by chance; the curve is what is left of
them once as much is smoothed away as the counts themselves call for. Must not
conclude anything from a curve: whether a theme rises is tested elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from papertrends.tables import CURVES, conform
from papertrends.trends.grid import Floats, Grid, Ints, grid_of, time_of

if TYPE_CHECKING:
    from scipy.sparse import csr_array

CURVE_PERIODS = 6
"""From so many complete periods on, a theme gets a curve."""
MOST_PIECES = 40
"""The curve is pieced together of so many cubics at most, and of fewer than periods."""

# How far a curve may stray from a straight line, as the root mean square of its
# distance on the logit scale: from as good as straight to following every turn.
_STRAYS = 0.01 * 2.0 ** np.arange(11)
# Standard normal quantile of a two-sided 95 % interval.
_NORMAL = 1.959963984540054
# Log odds of a share of some 1e-11, smaller than which no share is told.
_FARTHEST = 25.0
_TINY = 1e-12
_DEGREE = 3
_MOST_STEPS = 200
_LONGEST_STEP = 3.0
_TOLERANCE = 1e-5


def theme_curves(trends: pd.DataFrame) -> pd.DataFrame:
    """Smooth the share of each theme over time.

    Parameters
    ----------
    trends : pandas.DataFrame
        A trends table; ``theme_id``, ``period``, ``n_theme``, ``n_papers`` and
        ``partial`` are used. A theme's missing period counts as not observed.

    Returns
    -------
    pandas.DataFrame
        The curves table: a row for every period in which a theme was observed,
        in the order of theme and period. ``smooth`` is the share (0 to 1) that
        the curve has there, ``smooth_low`` and ``smooth_high`` its pointwise
        95 % band. A theme with fewer than six complete periods
        (`CURVE_PERIODS`) has no rows. A partial period counts with the papers
        it has so far: they are fewer, but as good as any others.

    Raises
    ------
    InputError
        If a column is missing, a count is none or above the number of papers,
        a period is missing, or a theme has a period twice.

    Notes
    -----
    *Curve*: a cubic P-spline (Eilers & Marx 1996, Statistical Science 11:89) on
    the logit scale under a binomial likelihood, on calendar time, so that gaps
    count as long as they are; what is not observed is bridged. Its penalty
    leaves a straight line on the logit scale as it is. Half a success and half
    a failure for either parameter of that line, spread over the periods as
    their leverage is, keep it finite where a theme holds no paper or all of
    them (after Firth 1993, Biometrika 80:27).

    *Smoothness*: curves of 11 degrees of smoothness are averaged, each with the
    posterior weight the counts give it: its marginal likelihood by Laplace's
    approximation (which is REML's criterion; Wood 2011, Journal of the Royal
    Statistical Society B 73:3) times a half-Cauchy prior (Gelman 2006, Bayesian
    Analysis 1:515) with scale 1 for how far the curve strays from a straight
    line, as a root mean square on the logit scale.

    *Band*: the curve's posterior variance on the logit scale, in which not knowing the
    smoothness is contained. Variances are multiplied with Pearson's chi-squared over its
    degrees of freedom, never by less than 1 (quasi-binomial), taken from a curve so flexible
    that it follows any real change, and with the square of what Student's quantile exceeds the
    normal one by. At each point the curve is then worth as many papers as a share of that
    variance has been estimated from; the band is Jeffreys' interval of so many (Brown, Cai &
    DasGupta 2001, Statistical Science 16:101). Such bands cover the true curve at 95 % of its
    periods on average over it (Nychka 1988, Journal of the American Statistical Association
    83:1134), not at each: less where it turns sharply, more where it does not.

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_trends
    >>> pt.theme_curves(some_trends()).tail(1)["smooth"].round(2).tolist()
    [0.1]
    """
    grid = grid_of(trends, "theme_curves")
    smooth, low, high = np.full((3, *grid.n_papers.shape), np.nan)
    for themes, span, pieces in _alike(grid):
        time = time_of(grid.periods)[span]
        odds, variance = _smooth(
            np.ascontiguousarray(grid.n_theme[themes, span], dtype=float),
            np.ascontiguousarray(grid.n_papers[themes, span], dtype=float),
            (time - time[0]) / (time[-1] - time[0]),
            pieces,
        )
        smooth[themes, span] = _binomial(odds)[0]
        low[themes, span], high[themes, span] = _band(odds, variance)
    return _table(grid, smooth, low, high)


def _table(grid: Grid, smooth: Floats, low: Floats, high: Floats) -> pd.DataFrame:
    theme, period = np.nonzero(grid.observed & ~np.isnan(smooth))
    return conform(
        pd.DataFrame(
            {
                "theme_id": np.array(grid.theme_ids, dtype=object)[theme],
                "period": grid.periods[period],
                "smooth": smooth[theme, period],
                "smooth_low": low[theme, period],
                "smooth_high": high[theme, period],
            }
        ),
        CURVES,
    )


def _alike(grid: Grid) -> Iterator[tuple[Ints, slice, int]]:
    """Yield the themes that can share a basis: their rows, their span of periods, its pieces.

    That hangs on the periods a theme was observed in itself, so that its curve
    is the same whatever other themes the table holds.
    """
    enough = np.flatnonzero(grid.complete.sum(axis=1) >= CURVE_PERIODS)
    if not len(enough):
        return
    observed = grid.observed[enough]
    keys = np.column_stack(
        [
            observed.argmax(axis=1),
            observed.shape[1] - observed[:, ::-1].argmax(axis=1),
            np.minimum(observed.sum(axis=1) - 1, MOST_PIECES),
        ]
    )
    for key in np.unique(keys, axis=0):
        first, end, pieces = key.tolist()
        yield enough[(keys == key).all(axis=1)], slice(first, end), pieces


def _smooth(successes: Floats, totals: Floats, time: Floats, pieces: int) -> tuple[Floats, Floats]:
    """Return the curves' log odds and their variance, (themes, periods).

    The variance is made larger where it is not known well itself, so that
    normal quantiles go with it.
    """
    from scipy.stats import t

    extra = _leverage(totals, time)
    # From here on, arrays run over periods or coefficients first and themes last.
    fits = _fit((successes + extra / 2).T, (totals + extra).T, _Basis.over(time, pieces))
    loose, df = _loosest(fits, (totals > 0).sum(axis=1))
    share, unit = _binomial(fits.odds[loose, :, np.arange(len(loose))])
    squares = (successes - totals * share) ** 2 / np.maximum(totals * unit, _TINY)
    dispersion, df = _dispersion(squares, df)
    weight = _weights(fits, dispersion)[:, None]
    odds = (weight * fits.odds).sum(axis=0)
    within = (weight * fits.variance).sum(axis=0) * dispersion
    between = (weight * (fits.odds - odds) ** 2).sum(axis=0)
    variance = (within + between) * (t.ppf(0.975, df) / _NORMAL) ** 2
    return np.clip(odds.T, -_FARTHEST, _FARTHEST), variance.T


def _band(odds: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Return the shares between which the curve lies with 95 % probability.

    They are those of the beta distribution that as many papers would give as
    the curve is worth at that point.
    """
    from scipy.special import betaincinv, expit

    # In papers: the curve's worth times its share, and times one less that.
    inside, outside = 1 / (variance * expit(-odds)), 1 / (variance * expit(odds))
    # Less than half a paper is seen nowhere, as in Jeffreys' interval of none.
    low = betaincinv(inside, np.maximum(outside, 0.5), 0.025)
    high = betaincinv(np.maximum(inside, 0.5), outside, 0.975)
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)


def _dispersion(squares: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Return each theme's dispersion from its squared residuals (themes, periods), and its df.

    No less than 1, as papers of one period can be alike but not less than
    independent; that bound is known and not estimated, hence infinite df.
    """
    scatter = _total(squares.T) / df
    return np.maximum(scatter, 1.0), np.where(scatter > 1, df, np.inf)


def _leverage(totals: Floats, time: Floats) -> Floats:
    """Return the leverage of each period on a straight line through a theme that is flat."""
    size = totals.sum(axis=1, keepdims=True)
    away = time - (totals * time).sum(axis=1, keepdims=True) / size
    return np.asarray(totals * (1 / size + away**2 / (totals * away**2).sum(axis=1, keepdims=True)))


@dataclass(frozen=True)
class _Fits:
    """The curves for every smoothness, the smoothest first."""

    odds: Floats
    """(levels, periods, themes), as is the posterior variance without overdispersion."""
    variance: Floats
    likelihood: Floats
    """The penalised log likelihood, (levels, themes); so are the next two."""
    determinant: Floats
    """What else the logarithm of the marginal likelihood holds."""
    edf: Floats
    """Effective degrees of freedom."""


def _loosest(fits: _Fits, seen: Ints) -> tuple[Ints, Floats]:
    """Return the loosest curve that leaves three in four periods to judge the scatter by."""
    allowed = 2 + (seen - 2) / 4
    loose = np.maximum((fits.edf <= allowed).sum(axis=0) - 1, 0)
    return loose, np.asarray(seen - fits.edf[loose, np.arange(len(loose))])


def _weights(fits: _Fits, dispersion: Floats) -> Floats:
    """Return the posterior weight of every smoothness, (levels, themes)."""
    # What the penalty allows is relative to the scatter.
    stray = _STRAYS[:, None] * np.sqrt(dispersion)
    prior = np.log(stray / (1 + stray**2))
    weight = fits.likelihood / dispersion + fits.determinant + prior
    weight = np.exp(weight - weight.max(axis=0))
    return np.asarray(weight / _total(weight))


@dataclass(frozen=True)
class _Basis:
    """Cubic B-splines over even pieces of time, for matrices kept as their bands.

    Splines more than three apart do not overlap. Matrices of coefficients are
    therefore symmetric with four diagonals, and kept as arrays (coefficients,
    4, themes): [j, d] is their cell (j + d, j). Sparse products and loops over
    coefficients need no BLAS, whose last bits depend on how many themes there are.
    """

    splines: csr_array
    """(periods, coefficients)"""
    products: csr_array
    """Of neighbours, (periods, 4 * coefficients), in the order of a matrix's diagonals."""
    differences: csr_array
    """Second differences of the coefficients, whose squares are the penalty."""
    rough: Floats
    """The penalty's matrix, (coefficients, 4, 1)."""
    pieces: int

    @classmethod
    def over(cls, time: Floats, pieces: int) -> _Basis:
        from scipy.interpolate import BSpline
        from scipy.sparse import csr_array

        knots = np.arange(-_DEGREE, pieces + _DEGREE + 1) / pieces
        splines = csr_array(BSpline.design_matrix(time, knots, _DEGREE))
        differences = csr_array(np.diff(np.eye(splines.shape[1]), n=2, axis=0))
        rough = np.asarray(_neighbours(differences).sum(axis=0), dtype=float)
        rough = rough.reshape(-1, _DEGREE + 1, 1)
        return cls(splines, _neighbours(splines), differences, rough, pieces)

    def gram(self, weight: Floats) -> Floats:
        """Return the matrix of a weighted regression on the splines."""
        return np.asarray(self.products.T @ weight).reshape(-1, _DEGREE + 1, weight.shape[1])

    def variance(self, covariance: Floats) -> Floats:
        """Return the variance of a curve at each period from that of its coefficients."""
        twice = np.array([1.0, 2.0, 2.0, 2.0])[:, None]  # above the diagonal and below
        return np.asarray(self.products @ (covariance * twice).reshape(-1, covariance.shape[2]))

    def penalties(self) -> Floats:
        """Return the penalty on second differences for every smoothness."""
        # On average over a curve, its variance about a line is pieces**3 / (420 * penalty).
        return self.pieces**3 / (420 * _STRAYS**2)


def _neighbours(matrix: csr_array) -> csr_array:
    """Return the products of each column with itself and the next three, column by column."""
    from scipy.sparse import csr_array

    dense = matrix.toarray()
    padded = np.pad(dense, ((0, 0), (0, _DEGREE)))
    each = [dense * padded[:, d : d + dense.shape[1]] for d in range(_DEGREE + 1)]
    return csr_array(np.stack(each, axis=2).reshape(len(dense), -1))


def _fit(successes: Floats, totals: Floats, basis: _Basis) -> _Fits:
    """Fit the curves of all themes with every smoothness, each starting from the smoother one."""
    failures = totals - successes
    rank = basis.differences.shape[0]
    flat = np.log(_total(successes) / _total(failures))
    beta = np.tile(flat, (rank + 2, 1))
    fits = []
    for penalty in basis.penalties():
        beta = _newton(beta, successes, totals, basis, penalty)
        odds = basis.splines @ beta
        gram = basis.gram(totals * _binomial(odds)[1])
        factor = _factor(gram + penalty * basis.rough)
        covariance = _inverse(factor)
        likelihood = successes * odds - totals * np.logaddexp(0.0, odds)
        bend = (basis.differences @ beta) ** 2
        on, beside = covariance[:, 0] * gram[:, 0], covariance[:, 1:] * gram[:, 1:]
        fits.append(
            _Fits(
                odds=odds,
                variance=basis.variance(covariance),
                likelihood=_total(likelihood) - penalty / 2 * _total(bend),
                determinant=(rank * np.log(penalty) - _total(np.log(factor[:-_DEGREE, 0]))) / 2,
                edf=_total(on) + 2 * _total(beside.sum(axis=1)),
            )
        )
    return _Fits(*(np.array([getattr(fit, f.name) for fit in fits]) for f in fields(_Fits)))


def _newton(
    beta: Floats, successes: Floats, totals: Floats, basis: _Basis, penalty: float
) -> Floats:
    """Maximise the penalised likelihood of every theme."""
    beta = beta.copy()
    # A theme that is done stands still, so that no theme's bits hang on the others.
    live = np.arange(beta.shape[1])
    for _ in range(_MOST_STEPS):
        now, n = beta[:, live], totals[:, live]
        share, weight = _binomial(basis.splines @ now)
        score = basis.splines.T @ (successes[:, live] - n * share)
        score -= penalty * (basis.differences.T @ (basis.differences @ now))
        step = _solve(_factor(basis.gram(n * weight) + penalty * basis.rough), score)
        # No log odds moves by more than its coefficients do; short steps do not overshoot.
        longest = np.abs(step).max(axis=0)
        beta[:, live] = now + step * (_LONGEST_STEP / np.maximum(longest, _LONGEST_STEP))
        live = live[longest > _TOLERANCE]
        if not len(live):
            break
    return beta


def _binomial(odds: Floats) -> tuple[Floats, Floats]:
    """Return the share and the variance of a single paper at these log odds."""
    from scipy.special import expit

    share = expit(odds)
    return share, share * (1 - share)


def _total(values: Floats) -> Floats:
    """Sum over the first axis, in the same order however many themes there are."""
    return np.asarray(np.ascontiguousarray(values.T).sum(axis=1))


def _factor(matrix: Floats) -> Floats:
    """Return L and D of matrix = L D L', with D in place of L's diagonal of ones."""
    # So that all rows have three below them.
    factor = np.concatenate([matrix, np.zeros_like(matrix[:_DEGREE])])
    for j in range(len(matrix)):
        column = factor[j, 1:].copy()
        factor[j, 1:] /= factor[j, 0]
        for d in range(_DEGREE):
            factor[j + 1 + d, : _DEGREE - d] -= factor[j, 1 + d :] * column[d]
    return factor


def _solve(factor: Floats, right: Floats) -> Floats:
    """Solve the equations whose matrix was factored."""
    x = np.concatenate([right, np.zeros_like(right[:_DEGREE])])
    size = len(right)
    for j in range(size):
        x[j + 1 : j + 1 + _DEGREE] -= factor[j, 1:] * x[j]
    x[:size] /= factor[:size, 0]
    for j in reversed(range(size)):
        x[j] -= (factor[j, 1:] * x[j + 1 : j + 1 + _DEGREE]).sum(axis=0)
    return x[:size]


def _inverse(factor: Floats) -> Floats:
    """Return the diagonals of the inverse within the band (Hutchinson & de Hoog 1985)."""
    size = len(factor) - _DEGREE
    inverse = np.zeros_like(factor[:size])
    # The inverse's block of the row at hand and the three below it.
    block = np.zeros((_DEGREE + 1, _DEGREE + 1, factor.shape[2]))
    for j in reversed(range(size)):
        block[1:, 1:] = block[:-1, :-1].copy()
        below = factor[j, 1:]
        block[1:, 0] = block[0, 1:] = -(below * block[1:, 1:]).sum(axis=1)
        block[0, 0] = 1 / factor[j, 0] - (below * block[0, 1:]).sum(axis=0)
        inverse[j] = block[0]
    return inverse
