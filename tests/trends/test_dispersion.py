import numpy as np
import pytest
from scipy.special import polygamma
from scipy.stats import f, kstest

from papertrends.trends.dispersion import factors, intraclass_correlation, moderate


def drawn(rng, themes, df, prior_df, prior):
    """Draw true dispersions and what is measured of them, as the model has it."""
    true = prior * prior_df / rng.chisquare(prior_df, themes)
    return true, true * rng.chisquare(df, themes) / df


def test_dispersions_are_drawn_to_the_mean_of_what_they_can_be():
    df, prior_df, prior = np.full(1500, 6.0), 8.0, 1.7
    _, scatter = drawn(np.random.default_rng(1), 1500, 6, prior_df, prior)
    found, total_df = moderate(scatter, df)
    # The conjugate posterior of the known prior, the distribution's outermost apart.
    ordinary = f.sf(scatter / prior, 6, prior_df) > 0.001
    expected = (prior_df * prior + 6 * scatter) / (prior_df + 6)
    np.testing.assert_allclose(found[ordinary], expected[ordinary], rtol=0.1)
    assert np.median(total_df) == pytest.approx(14, rel=0.2)


def test_what_comes_out_has_the_distribution_it_claims():
    # Moderated, a scaled normal of the true dispersion is t with the degrees of freedom given.
    rng = np.random.default_rng(2)
    true, scatter = drawn(rng, 1500, 6, 8.0, 1.7)
    found, total_df = moderate(scatter, np.full(1500, 6.0))
    statistic = rng.normal(0, np.sqrt(true)) / np.sqrt(found)
    kept = total_df > 6
    assert kept.mean() > 0.999
    assert kstest(statistic[kept], "t", args=(float(total_df[kept][0]),)).pvalue > 0.01


def test_themes_that_scatter_alike_share_one_dispersion_and_all_their_degrees_of_freedom():
    scatter = np.array([1.0, 1.3, 0.8, 1.1, 0.9])
    found, total_df = moderate(scatter, np.full(5, 10.0))
    assert found.tolist() == pytest.approx([scatter.mean()] * 5)
    assert total_df.tolist() == [50.0] * 5


def test_a_theme_unlike_all_others_keeps_its_own_dispersion():
    scatter = np.array([1.0, 1.3, 0.8, 1.1, 0.9, 0.7, 1.2, 1.05, 0.95, 9.0])
    found, total_df = moderate(scatter, np.full(10, 10.0))
    assert (found[-1], total_df[-1]) == (9.0, 10.0)
    assert (total_df[:-1] > 10.0).all()
    assert found[:-1].max() < 3


@pytest.mark.parametrize("themes", [1, 2])
def test_one_or_two_themes_speak_for_themselves(themes):
    scatter, df = np.array([0.4, 3.0])[:themes], np.array([6.0, 5.0])[:themes]
    found, total_df = moderate(scatter, df)
    assert (found.tolist(), total_df.tolist()) == (scatter.tolist(), df.tolist())


def test_no_scatter_at_all_is_no_trouble():
    found, total_df = moderate(np.zeros(8), np.full(8, 6.0))
    assert np.isfinite(found).all()
    assert (found <= 0.01).all()
    assert np.isfinite(total_df).all()


def test_degrees_of_freedom_never_exceed_all_there_are():
    # So little more scattered than by chance that the prior alone is worth over 24.
    logs = np.array([-0.8, -0.25, 0.25, 0.8])
    scatter = np.exp(logs * np.sqrt((polygamma(1, 3) + 0.05) / logs.var(ddof=1)))
    found, total_df = moderate(scatter, np.full(4, 6.0))
    assert total_df.tolist() == [24.0] * 4
    assert len(set(found)) == 4


@pytest.mark.parametrize("correlation", [0.002, 0.01, 0.05])
def test_the_correlation_of_beta_binomial_counts_is_found(correlation):
    rng = np.random.default_rng(5)
    k = 1 / correlation - 1
    totals = np.tile(rng.integers(30, 400, 40), (300, 1)).astype(float)
    shares = rng.uniform(0.02, 0.3, size=(300, 1))
    counts = rng.binomial(totals.astype(int), rng.beta(shares * k, (1 - shares) * k, (300, 40)))
    squares = (counts - totals * shares) ** 2 / (totals * shares * (1 - shares))
    found = intraclass_correlation(squares, totals, np.full(300, 40.0))
    assert found == pytest.approx(correlation, rel=0.1)


def test_independent_papers_are_not_alike():
    rng = np.random.default_rng(6)
    totals = np.tile(rng.integers(30, 400, 40), (300, 1)).astype(float)
    squares = (rng.binomial(totals.astype(int), 0.1) - totals * 0.1) ** 2 / (totals * 0.09)
    assert intraclass_correlation(squares, totals, np.full(300, 40.0)) < 0.0005


def test_a_few_themes_of_another_shape_do_not_decide():
    rng = np.random.default_rng(7)
    totals = np.full((40, 12), 200.0)
    squares = rng.chisquare(1, size=(40, 12))
    squares[:3] *= 40
    assert intraclass_correlation(squares, totals, np.full(40, 12.0)) < 0.003


def test_factors_grow_with_the_papers_and_are_one_where_there_are_none():
    totals = np.array([0.0, 1.0, 2.0, 101.0])
    assert factors(totals, 0.01).tolist() == [1.0, 1.0, 1.01, 2.0]


def test_periods_that_scatter_beyond_measure_are_wholly_alike():
    squares = np.full((3, 4), 1e9)
    assert intraclass_correlation(squares, np.full((3, 4), 50.0), np.full(3, 2.0)) == 1.0
