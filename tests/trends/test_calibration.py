"""Whether the claims hold as often as they say, on simulated papers."""

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import binom, t

from papertrends.trends import theme_changes
from papertrends.trends.counts import _wilson
from papertrends.trends.regression import fit_slopes


def table(counts, n_papers):
    """Build a trends table from an array of themes by months."""
    themes, periods = counts.shape
    return pd.DataFrame(
        {
            "theme_id": np.repeat([f"t{i:02d}" for i in range(themes)], periods),
            "period": np.tile(pd.date_range("2024-01-01", periods=periods, freq="MS"), themes),
            "n_theme": counts.ravel(),
            "n_papers": np.tile(n_papers, themes),
            "partial": False,
        }
    )


def any_called(rng, n_papers, runs):
    """Return the share of runs in which any of 20 unchanging themes is called."""
    called = 0
    for _ in range(runs):
        shares = rng.uniform(0.02, 0.25, size=(20, 1))
        changes = theme_changes(
            table(rng.binomial(n_papers, shares, (20, len(n_papers))), n_papers)
        )
        called += changes["verdict"].isin(["rising", "falling"]).any()
    return called / runs


def test_two_digests_alike_are_seldom_called_different():
    assert any_called(np.random.default_rng(1), np.array([86, 69]), runs=300) <= 0.05


def test_twelve_digests_alike_are_seldom_called_a_trend():
    assert any_called(np.random.default_rng(2), np.array([100] * 12), runs=200) <= 0.05


def test_digests_of_like_papers_do_not_make_trends():
    # Intra-digest correlation 0.01: with 200 papers the variance is three times the binomial's.
    rng = np.random.default_rng(3)
    called = 0
    for _ in range(200):
        shares = rng.uniform(0.02, 0.25, size=(20, 1))
        drawn = rng.beta(shares * 99, (1 - shares) * 99, size=(20, 12))
        changes = theme_changes(table(rng.binomial(200, drawn), [200] * 12))
        called += changes["verdict"].isin(["rising", "falling"]).any()
    assert called / 200 <= 0.06


def test_coverage_of_the_odds_ratio_when_digests_are_overdispersed():
    rng = np.random.default_rng(4)
    time = np.arange(12.0)
    for slope in (0.0, 0.08):
        shares = expit(-2.4 + slope * (time - 5.5))
        drawn = rng.beta(shares * 99, (1 - shares) * 99, size=(2000, 12))
        fit = fit_slopes(rng.binomial(200, drawn).astype(float), np.full((2000, 12), 200.0), time)
        held = np.abs(fit.slope - slope) <= t.ppf(0.975, fit.df) * fit.error
        assert 0.93 <= held.mean() <= 0.97


def test_coverage_of_shares():
    for share in (0.01, 0.05, 0.2):
        for n in (80, 200, 1000):
            counts = np.arange(n + 1)
            low, high = _wilson(counts, np.full(n + 1, n))
            held = binom.pmf(counts, n, share)[(low <= share) & (share <= high)].sum()
            assert 0.93 <= held <= 0.97, (share, n)


def test_a_theme_that_triples_is_found():
    # From 4 % to 12 % over twelve digests of 400 papers, among 20 flat ones.
    rng = np.random.default_rng(5)
    odds = np.linspace(np.log(0.04 / 0.96), np.log(0.12 / 0.88), 12)
    shares = np.vstack([expit(odds), np.full((20, 12), 0.05)])
    found = 0
    for _ in range(100):
        changes = theme_changes(table(rng.binomial(400, shares), [400] * 12))
        found += changes["verdict"][0] == "rising"
    assert found >= 90
