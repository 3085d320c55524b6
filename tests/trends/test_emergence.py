import numpy as np
import pytest
from scipy.stats import binom, t

from papertrends.trends.emergence import emergence


def found(successes, totals=200):
    y = np.array(successes, dtype=float)
    return emergence(y, np.broadcast_to(np.array(totals, dtype=float), y.shape))


def test_a_step_is_found_where_it_is():
    cut, p_value = found([2, 1, 3, 2, 2, 1, 16, 15, 18, 16, 17, 15])
    assert cut == 6
    assert p_value < 0.001


def test_the_p_value_recomputed():
    y = np.array([3, 1, 9, 2, 4, 12, 9, 16, 4, 13])
    n = np.array([100, 90, 120, 80, 100, 110, 100, 140, 70, 100])

    def likelihood(part):
        return binom.logpmf(y[part], n[part], y[part].sum() / n[part].sum()).sum()

    def ratio(cut):
        a, b = slice(0, cut), slice(cut, 10)
        rises = y[b].sum() / n[b].sum() > y[a].sum() / n[a].sum()
        return rises * 2 * (likelihood(a) + likelihood(b) - likelihood(slice(0, 10)))

    best = max(range(1, 10), key=ratio)
    share = np.where(
        np.arange(10) < best,
        y[:best].sum() / n[:best].sum(),
        y[best:].sum() / n[best:].sum(),
    )
    spread = max(1, ((y - n * share) ** 2 / (n * share * (1 - share))).sum() / 7)
    assert spread > 1, "so that the overdispersion is tested too"
    cut, p_value = found(y, n)
    assert cut == best == 5
    assert p_value == pytest.approx(9 * t.sf(np.sqrt(ratio(best) / spread), 7))


@pytest.mark.parametrize(
    "successes",
    [
        [16, 15, 18, 16, 17, 15, 2, 1, 3, 2],  # fell
        [5, 5, 5, 5, 5, 5, 5, 5],  # did nothing
        [1, 2, 1, 2, 1, 2, 1, 30],  # rose in the last period: who knows whether it stays
        [1, 2, 1, 2, 1, 30, 32, 29, 31, 30, 2],  # rose and fell back
        [0, 0, 0, 0, 0, 0],
        [200, 200, 200, 200, 200],
    ],
)
def test_what_did_not_rise_and_stay_did_not_emerge(successes):
    assert found(successes) == (-1, 1.0)


def test_a_rise_that_eased_off_above_its_background_stays():
    cut, p_value = found([1, 2, 1, 2, 1, 40, 42, 39, 41, 40, 18])
    assert cut == 5
    assert p_value < 0.05


def test_from_nothing():
    cut, p_value = found([0, 0, 0, 0, 0, 9, 8, 10, 9])
    assert cut == 5
    assert p_value < 0.01


@pytest.mark.parametrize("rate", [0.02, 0.2])
def test_flat_themes_seldom_emerge(rate):
    rng = np.random.default_rng(5)
    p_values = [found(rng.binomial(100, rate, size=12), 100)[1] for _ in range(400)]
    assert np.mean(np.array(p_values) < 0.05) <= 0.05


def test_a_step_is_dated_within_one_period():
    # From 1 % to 8 % of 200 papers in the middle of twelve periods.
    rng = np.random.default_rng(6)
    shares = np.repeat([0.01, 0.08], 6)
    cuts, p_values = zip(*(found(rng.binomial(200, shares)) for _ in range(200)), strict=True)
    assert np.mean((np.abs(np.array(cuts) - 6) <= 1) & (np.array(p_values) < 0.05)) >= 0.9
