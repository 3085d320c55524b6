import itertools

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import betabinom, binom, norm, t

from papertrends.trends.changepoints import (
    contrast,
    segments,
    step_date,
    step_p_value,
    stretch_p_value,
)
from papertrends.trends.scatter import Series, between


def series(successes, totals=200.0, factors=1.0, df=np.inf):
    y = np.array(successes, dtype=float)
    n, f = (np.broadcast_to(np.array(x, dtype=float), y.shape).copy() for x in (totals, factors))
    return Series(y, n, f, df)


def log_likelihood(y, n, alike, share):
    """Recompute by scipy; `alike` is the correlation of the beta-binomial."""
    if alike == 0:
        return binom.logpmf(y, n, share)
    size = 1 / alike - 1
    return betabinom.logpmf(y, n, size * share, size * (1 - share))


def best_segments(counts, penalty):
    """Try all ways to cut the periods."""
    y, n, f = counts.successes, counts.totals, counts.factors
    overall = y.sum() / n.sum()

    def gain(a, b):
        y1, n1 = y[a:b].sum(), n[a:b].sum()
        alike = ((f * n)[a:b].sum() / n1 - 1) / (n1 - 1)
        own = min(max(y1 / n1, 1e-12), 1 - 1e-12)
        return 2 * (log_likelihood(y1, n1, alike, own) - log_likelihood(y1, n1, alike, overall))

    def worth(cuts):
        return sum(gain(a, b) - penalty for a, b in itertools.pairwise(cuts))

    inner = range(1, len(y))
    ways = itertools.chain.from_iterable(itertools.combinations(inner, k) for k in range(len(y)))
    return max(([0, *cuts, len(y)] for cuts in ways), key=worth)


@pytest.mark.parametrize("factor", [1.0, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_the_segments_are_the_best_of_all(seed, factor):
    rng = np.random.default_rng(seed)
    n = rng.integers(50, 300, size=9) * int(factor)
    y = rng.binomial(n, [0.02, 0.02, 0.15, 0.15, 0.02, 0.02, 0.08, 0.08, 0.08])
    counts = series(y, n, factor)
    penalty = brentq(lambda z: 2 * step_p_value(z, counts) - 0.05, 1, 9) ** 2
    cuts = segments(counts)
    assert cuts == best_segments(counts, penalty)
    assert len(cuts) > 2


def test_a_series_without_change_is_cut_in_two_in_five_percent():
    rng = np.random.default_rng(1)
    cut = [len(segments(series(rng.binomial(200, 0.1, size=12)))) > 2 for _ in range(1500)]
    assert 0.03 <= np.mean(cut) <= 0.065


def test_contrast_of_binomial_counts():
    counts = series([3, 5, 9, 20], [100, 150, 80, 120])
    here, there = between(2, 4, counts), between(0, 2, counts)
    pooled = 37 / 450
    ratio = 2 * (
        binom.logpmf(29, 200, 29 / 200)
        + binom.logpmf(8, 250, 8 / 250)
        - binom.logpmf(29, 200, pooled)
        - binom.logpmf(8, 250, pooled)
    )
    assert contrast(counts, here, there) == pytest.approx(np.sqrt(ratio))
    assert contrast(counts, there, here) == pytest.approx(-np.sqrt(ratio))


def test_contrast_of_counts_that_are_alike():
    counts = series([3, 5, 9, 20], [100, 150, 80, 120], [2.0, 3.0, 1.5, 2.5])
    # The variances of the sums: each count's is n f times the binomial's.
    pairs = [
        (29, 200, ((80 * 1.5 + 120 * 2.5) / 200 - 1) / 199),
        (8, 250, ((100 * 2.0 + 150 * 3.0) / 250 - 1) / 249),
    ]

    def best(*parts):
        def lacking(share):
            return -sum(log_likelihood(*part, share) for part in parts)

        return -minimize_scalar(
            lacking, bounds=(1e-4, 0.9), method="bounded", options={"xatol": 1e-9}
        ).fun

    exact = np.sqrt(2 * (best(pairs[0]) + best(pairs[1]) - best(*pairs)))
    assert contrast(counts, between(2, 4, counts), between(0, 2, counts)) == pytest.approx(
        exact, rel=0.02
    )


@pytest.mark.parametrize(("share", "length"), [(0.01, 1), (0.01, 4), (0.1, 2)])
def test_contrasts_are_normal_far_out_where_digests_are_alike(share, length):
    # Beta-binomial counts of 200 papers, correlation 0.01. A binomial ratio divided by the
    # dispersion is beyond 3 up to three times as often as it should be.
    rng = np.random.default_rng(2)
    drawn = rng.beta(share * 99, (1 - share) * 99, size=(60_000, 24))
    y = rng.binomial(200, drawn).astype(float)
    sums = np.stack([y[:, :length].sum(axis=1), y[:, length:].sum(axis=1)], axis=1)
    seen, counts = np.unique(sums, axis=0, return_counts=True)
    likely = seen[:, 0] * (24 - length) > seen[:, 1] * length * 1.2
    beyond = 0
    for pair, count in zip(seen[likely], counts[likely], strict=True):
        n = [200 * length, 200 * (24 - length)]
        both = Series(pair, np.array(n, float), np.full(2, 2.99), np.inf)
        beyond += count * (contrast(both, between(0, 1, both), between(1, 2, both)) > 3)
    assert 0.6 <= beyond / 60_000 / norm.sf(3) <= 1.5


def test_equal_shares_do_not_differ():
    counts = series([1, 10], [3, 30])
    assert contrast(counts, between(0, 1, counts), between(1, 2, counts)) == 0
    nothing = series([0, 0])
    assert contrast(nothing, between(0, 1, nothing), between(1, 2, nothing)) == 0
    everything = series([200, 200], 200, 2.0)
    assert contrast(everything, between(0, 1, everything), between(1, 2, everything)) == 0


@pytest.mark.parametrize("periods", [8, 12, 36])
def test_p_values_hold_over_the_search(periods):
    # Normal counts: the greatest rise over all cuts, and of all inner stretches.
    rng = np.random.default_rng(3)
    x = rng.standard_normal((10_000, periods))
    sums = np.hstack([np.zeros((len(x), 1)), x.cumsum(axis=1)])
    bridge = sums - np.arange(periods + 1) / periods * sums[:, -1:]

    def highest(pairs):
        best = np.full(len(x), -np.inf)
        for a, b in pairs:
            inside = (b - a) / periods
            rise = (bridge[:, b] - bridge[:, a]) / np.sqrt(periods * inside * (1 - inside))
            best = np.maximum(best, rise)
        return best

    inner = range(1, periods)
    cuts, stretches = [(a, periods) for a in inner], list(itertools.combinations(inner, 2))
    flat = series(np.ones(periods))
    for p_value, pairs in ((step_p_value, cuts), (stretch_p_value, stretches)):
        level = brentq(lambda z, p=p_value: p(z, flat) - 0.05, 1.0, 9.0)
        assert 0.033 <= np.mean(highest(pairs) > level) <= 0.055


def test_p_values_allow_for_what_is_not_known_of_the_scatter():
    known, guessed = series(np.ones(8)), series(np.ones(8), df=6.0)
    as_good = norm.isf(t.sf(5.0, 6.0))
    assert step_p_value(5.0, guessed) == pytest.approx(step_p_value(as_good, known))
    assert stretch_p_value(5.0, guessed) == pytest.approx(stretch_p_value(as_good, known))


@pytest.mark.parametrize("p_value", [step_p_value, stretch_p_value])
def test_p_values_at_the_ends(p_value):
    flat = series(np.ones(8), [1, 1e6, 5, 1e6, 1, 1e6, 1, 3])
    assert p_value(0.0, flat) == p_value(-3.0, flat) == 1.0
    assert 0 <= p_value(1e4, flat) < 1e-250
    values = [p_value(z, flat) for z in np.linspace(0.1, 12, 60)]
    assert values == sorted(values, reverse=True)


def test_a_clear_step_has_one_date():
    counts = series([2, 1, 3, 2, 2, 40, 38, 41, 39])
    assert step_date(counts, 0, 9, upward=True) == (5, 5, 5)
    assert step_date(counts, 3, 6, upward=True) == (5, 5, 5)


def test_the_date_goes_the_way_the_level_does():
    counts = series([20, 20, 60, 60, 60, 5, 5, 5])
    assert step_date(counts, 0, 8, upward=True)[0] == 2
    assert step_date(counts, 0, 8, upward=False)[0] == 5


@pytest.mark.parametrize("shares", [(0.05, 0.08), (0.02, 0.06)])
def test_dates_lie_in_their_confidence_sets(shares):
    rng = np.random.default_rng(4)
    held, width = [], []
    for _ in range(1000):
        date = rng.integers(6, 19)
        counts = series(rng.binomial(200, np.where(np.arange(24) < date, *shares)))
        best, low, high = step_date(counts, 0, 24, upward=True)
        assert low <= best <= high
        held.append(low <= date <= high)
        width.append(high - low + 1)
    assert np.mean(held) >= 0.94
    assert np.mean(width) < 12
