import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import digamma, expit
from statsmodels.tools.sm_exceptions import DomainWarning, PerfectSeparationWarning

from papertrends.trends.dispersion import moderate
from papertrends.trends.regression import fit_binomial, fit_slopes


def rows(*lists):
    return np.array(lists, dtype=float)


def glm(successes, totals, time):
    """Binomial fit by statsmodels: slope, standard error, Pearson's chi-squared, df."""
    seen = totals > 0
    y, n, x = successes[seen], totals[seen], sm.add_constant(time[seen])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DomainWarning)  # of counts that are not whole
        plain = sm.GLM(np.column_stack([y, n - y]), x, family=sm.families.Binomial())
        plain = plain.fit(tol=1e-13, maxiter=200)
    return plain.params[1], plain.bse[1], plain.pearson_chi2, plain.df_resid


def scattered(slope, spread, themes=15):
    rng = np.random.default_rng(3)
    time = np.array([0.0, 1, 2, 3, 5, 6, 7, 11])
    totals = np.tile(rng.integers(40, 900, size=8), (themes, 1)).astype(float)
    share = expit(-2 + slope * (time - 4) + rng.normal(0, spread, size=(themes, 8)))
    successes = rng.binomial(totals.astype(int), share).astype(float)
    totals[0, 2] = successes[0, 2] = 0  # a period that was not observed
    return successes, totals, time


@pytest.mark.parametrize("spread", [0.0, 0.5])
@pytest.mark.parametrize("slope", [-0.3, 0.0, 0.15])
def test_the_binomial_fit_agrees_with_statsmodels(spread, slope):
    successes, totals, time = scattered(slope, spread)
    fit = fit_binomial(successes, totals, time)
    for i in range(15):
        found = fit.slope[i], fit.error[i], fit.squares[i].sum(), fit.df[i]
        assert found == pytest.approx(glm(successes[i], totals[i], time), rel=1e-6)


@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_one_theme_with_equal_periods_is_the_quasi_binomial_fit_of_statsmodels(spread):
    successes, _, time = scattered(0.15, spread)
    totals = np.full(8, 900.0)
    slope, error, chi2, df = glm(successes[1], totals, time)
    fit = fit_slopes(successes[1:2], totals[None, :], time)
    found = fit.slope[0], fit.error[0], fit.df[0]
    assert found == pytest.approx((slope, error * np.sqrt(max(1.0, chi2 / df)), df), rel=1e-6)


def test_large_periods_count_for_no_more_than_their_scatter_allows():
    # The weights are the ones at which the mean logarithm of what is left is that of no scatter.
    successes, totals, time = scattered(0.1, 0.5)
    df = (totals > 0).sum(axis=1) - 2
    plain = fit_binomial(successes, totals, time)
    grid = np.linspace(0, 0.2, 20001)
    expected = (digamma(df / 2) - np.log(df / 2)).mean()
    logs = [
        np.log((plain.squares / (1 + np.maximum(totals - 1, 0) * r)).sum(axis=1) / df).mean()
        for r in grid
    ]
    alike = 1 + np.maximum(totals - 1, 0) * grid[np.abs(np.array(logs) - expected).argmin()]
    refits = np.array([glm(successes[i] / alike[i], totals[i] / alike[i], time) for i in range(15)])
    dispersion, df = moderate(refits[:, 2] / refits[:, 3], refits[:, 3])
    fit = fit_slopes(successes, totals, time)
    np.testing.assert_allclose(fit.slope, refits[:, 0], rtol=2e-3)
    np.testing.assert_allclose(fit.error, refits[:, 1] * np.sqrt(dispersion), rtol=2e-3)
    np.testing.assert_allclose(fit.df, df, rtol=2e-3)
    assert not np.allclose(fit.slope, plain.slope, rtol=0.02)


def firth(successes, totals, time):
    """Maximise the likelihood penalised with half the log determinant of its information."""
    x = np.column_stack([np.ones_like(time), time])

    def loss(beta):
        odds = x @ beta
        p = expit(odds)
        information = x.T @ (x * (totals * p * (1 - p))[:, None])
        likelihood = successes @ odds - totals @ np.logaddexp(0, odds)
        return -likelihood - 0.5 * np.linalg.slogdet(information)[1]

    return minimize(
        loss, [-3.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11}
    ).x[1]


@pytest.mark.parametrize(
    "successes",
    [[0, 0, 0, 0, 0, 12], [9, 0, 0, 0, 0, 0], [80, 80, 80, 80, 80, 60], [70, 80, 80, 80, 80, 80]],
)
def test_a_theme_of_one_end_only_is_fitted_by_firth(successes):
    totals, time = rows([80] * 6), np.arange(6.0)
    y = rows(successes)
    fit = fit_slopes(y, totals, time)
    assert fit.slope[0] == pytest.approx(firth(y[0], totals[0], time), rel=1e-4)
    assert np.isfinite(fit.error[0])
    with warnings.catch_warnings():  # what it is for: the plain fit runs away here
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        assert abs(glm(y[0], totals[0], time)[0]) > abs(fit.slope[0])


def test_two_periods_at_the_end_are_enough_for_the_plain_fit():
    y, n, time = rows([0, 0, 0, 0, 3, 12]), rows([80] * 6), np.arange(6.0)
    assert fit_slopes(y, n, time).slope[0] == pytest.approx(glm(y[0], n[0], time)[0], rel=1e-6)


counts = st.lists(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=5,
    max_size=12,
)


@given(counts)
@settings(deadline=None, max_examples=150)
def test_never_blows_up_and_mirrors(cells):
    y, n = np.array(cells, dtype=float).T
    if y.sum() == 0 or y.sum() == n.sum():
        return
    time = np.arange(float(len(y)))
    fit = fit_slopes(rows(y, n - y), rows(n, n), time)
    assert np.isfinite(fit.slope).all()
    assert (np.isfinite(fit.error) & (fit.error > 0)).all()
    # In or out of the theme is a matter of sign.
    assert fit.slope[1] == pytest.approx(-fit.slope[0], rel=1e-5, abs=1e-7)
    assert fit.error[1] == pytest.approx(fit.error[0], rel=1e-5)
    # So is the direction of time.
    back = fit_slopes(rows(y[::-1]), rows(n[::-1]), time)
    assert back.slope[0] == pytest.approx(-fit.slope[0], rel=1e-5, abs=1e-7)


def test_no_theme_hangs_on_the_others_but_by_how_much_they_scatter():
    rng = np.random.default_rng(0)
    n = np.full((6, 9), 90.0)
    y = rng.binomial(90, 0.1, size=(6, 9)).astype(float)
    y[3] = [0, 0, 0, 0, 0, 0, 0, 0, 9]
    time = np.arange(9.0)
    together = fit_binomial(y, n, time)
    for i in range(6):
        alone = fit_binomial(y[i : i + 1], n[i : i + 1], time)
        assert (alone.slope[0], alone.error[0]) == (together.slope[i], together.error[i])


def test_the_order_of_themes_changes_nothing():
    successes, totals, time = scattered(0.1, 0.5)
    fit, back = fit_slopes(successes, totals, time), fit_slopes(successes[::-1], totals[::-1], time)
    np.testing.assert_allclose(back.slope[::-1], fit.slope, rtol=1e-9)
    np.testing.assert_allclose(back.error[::-1], fit.error, rtol=1e-9)


def test_evenly_mixed_digests_do_not_shrink_the_error():
    y, n, time = rows([10] * 8), rows([100] * 8), np.arange(8.0)
    fit = fit_slopes(y, n, time)
    information = 100 * 0.1 * 0.9 * ((time - time.mean()) ** 2).sum()
    assert fit.error[0] == pytest.approx(1 / np.sqrt(information))
    assert fit.slope[0] == pytest.approx(0, abs=1e-9)
