import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact, hypergeom
from scipy.stats.contingency import odds_ratio

from papertrends.trends.exact import exact_change

KNOWN = [(17, 69, 6, 86), (0, 69, 7, 86), (7, 86, 0, 69), (300, 4000, 250, 4100), (5, 5, 1, 90)]


@pytest.mark.parametrize("counts", KNOWN)
def test_agrees_with_scipy(counts):
    newer, n_newer, older, n_older = counts
    table = [[newer, n_newer - newer], [older, n_older - older]]
    expected = odds_ratio(table, kind="conditional")
    interval = expected.confidence_interval(0.95)
    change = exact_change(*counts, level=1.1)
    assert change.effect == pytest.approx(expected.statistic)
    assert change.low == pytest.approx(interval.low, rel=1e-6)
    assert change.high == pytest.approx(interval.high, rel=1e-6)
    assert change.p_value == fisher_exact(table).pvalue


def test_none_in_one_period_is_zero_or_infinite_with_a_finite_bound():
    gone = exact_change(0, 69, 7, 86, level=0.05)
    assert (gone.effect, gone.low) == (0.0, 0.0)
    assert 0 < gone.high < 1
    come = exact_change(7, 86, 0, 69, level=0.05)
    assert (come.effect, come.high) == (math.inf, math.inf)
    assert come.low == pytest.approx(1 / gone.high)


@st.composite
def tables(draw):
    n_newer, n_older = draw(st.integers(1, 60)), draw(st.integers(1, 60))
    return draw(st.integers(0, n_newer)), n_newer, draw(st.integers(0, n_older)), n_older


@given(tables())
@settings(deadline=None)
def test_the_interval_holds_the_effect_and_swapping_inverts_it(counts):
    newer, n_newer, older, n_older = counts
    change = exact_change(*counts, level=0.05)
    if newer + older in (0, n_newer + n_older):
        assert all(math.isnan(value) for value in vars(change).values())
        return
    assert change.low <= change.effect <= change.high
    swapped = exact_change(older, n_older, newer, n_newer, level=0.05)
    with np.errstate(divide="ignore"):
        assert swapped.low == pytest.approx(float(1 / np.float64(change.high)), rel=1e-6)
        assert swapped.high == pytest.approx(float(1 / np.float64(change.low)), rel=1e-6)
    assert swapped.p_value == pytest.approx(change.p_value, nan_ok=True)


@given(tables())
@settings(deadline=None)
def test_tested_is_what_could_reach_the_level(counts):
    newer, n_newer, older, n_older = counts
    inside = newer + older
    ways = range(max(0, inside - n_older), min(inside, n_newer) + 1)
    reachable = min(
        fisher_exact([[k, n_newer - k], [inside - k, n_older - inside + k]]).pvalue for k in ways
    )
    tested = not math.isnan(exact_change(*counts, level=0.05).p_value)
    assert tested == (reachable < 0.05)


def test_the_limits_leave_two_and_a_half_percent():
    change = exact_change(17, 69, 6, 86, level=0.05)
    support = np.arange(0, 24)
    weights = hypergeom.pmf(support, 155, 23, 69)
    for limit, tail in [(change.low, support >= 17), (change.high, support <= 17)]:
        tilted = weights * limit**support
        assert tilted[tail].sum() / tilted.sum() == pytest.approx(0.025)
