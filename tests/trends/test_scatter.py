import numpy as np
import pytest

from papertrends.trends.scatter import between, series_of, with_factors


def drawn(rng, shares, totals, alike=0.0):
    size = 1 / alike - 1 if alike else None
    if size:
        shares = rng.beta(shares * size, (1 - shares) * size)
    return [
        series_of(y.astype(float), np.broadcast_to(totals, y.shape).astype(float))
        for y in rng.binomial(totals, shares)
    ]


def flat(rng, themes=30, periods=24):
    return np.repeat(rng.uniform(0.03, 0.2, size=(themes, 1)), periods, axis=1)


def test_independent_papers_have_binomial_counts():
    rng = np.random.default_rng(1)
    themes = drawn(rng, flat(rng), 200)
    for known in (with_factors(themes), with_factors(themes, [[0, 24]] * 30)):
        factors = np.array([series.factors for series in known])
        assert (factors >= 1).all()
        assert np.median(factors) < 1.1
        assert all(series.df > 100 for series in known)


@pytest.mark.parametrize("cuts", [None, [[0, 24]] * 30])
def test_papers_that_are_alike(cuts):
    rng = np.random.default_rng(2)
    totals = np.tile([60, 300], 12)
    known = with_factors(drawn(rng, flat(rng), totals, alike=0.01), cuts)
    factors = np.median([series.factors for series in known], axis=0)
    assert factors[::2] == pytest.approx(1 + 59 * 0.01, rel=0.15)
    assert factors[1::2] == pytest.approx(1 + 299 * 0.01, rel=0.15)


def test_changes_of_level_are_no_scatter():
    rng = np.random.default_rng(3)
    shares = flat(rng)
    shares[:, 12:] *= 2.5
    themes = drawn(rng, shares, 200)
    uncut = with_factors(themes, [[0, 24]] * 30)
    assert np.median([series.factors for series in uncut]) > 4
    assert np.median([series.factors for series in with_factors(themes)]) < 2
    cut = with_factors(themes, [[0, 12, 24]] * 30)
    assert np.median([series.factors for series in cut]) < 1.1


def test_a_theme_that_scatters_more_than_others():
    rng = np.random.default_rng(4)
    themes = drawn(rng, flat(rng), 200)
    themes[7] = drawn(rng, np.full((1, 24), 0.1), 200, alike=0.05)[0]
    known = with_factors(themes, [[0, 24]] * 30)
    assert known[7].factors.mean() > 5
    assert np.median([series.factors for series in known]) < 1.2


def test_one_theme_by_itself():
    y = np.array([10, 30, 12, 33, 8, 29.0])
    (series,) = with_factors([series_of(y, np.full(6, 200.0))], [[0, 6]])
    share = y.sum() / 1200
    pearson = ((y - 200 * share) ** 2 / (200 * share * (1 - share))).sum()
    assert series.factors == pytest.approx(np.full(6, pearson / 5))
    assert series.df == 5


def test_a_theme_cut_everywhere_is_taken_to_be_like_the_others():
    rng = np.random.default_rng(5)
    themes = drawn(rng, flat(rng, themes=4, periods=6), 200)
    known = with_factors(themes, [[0, 6], [0, 6], [0, 6], [0, 1, 2, 3, 4, 5, 6]])
    assert known[3].df == 15
    alone = with_factors(themes[3:], [[0, 1, 2, 3, 4, 5, 6]])
    assert alone[0].factors == pytest.approx(np.ones(6))
    assert alone[0].df == 1


def test_no_themes():
    assert with_factors([]) == []


def test_shares_and_information():
    series = series_of(np.array([1.0, 2, 3]), np.array([10.0, 20, 70]))
    assert series.share(between(1, 3, series)) == 5 / 90
    assert series.information == pytest.approx([0.1, 0.2, 0.7])


def test_themes_of_different_lengths():
    rng = np.random.default_rng(6)
    themes = drawn(rng, flat(rng, periods=24), 200) + drawn(rng, flat(rng, periods=9), 200)
    known = with_factors(themes)
    assert [len(series.factors) for series in known] == [24] * 30 + [9] * 30
