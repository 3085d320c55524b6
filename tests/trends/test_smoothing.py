"""Curves and their bands: what they cover, follow and bridge."""

import runpy
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import beta

from papertrends.errors import InputError
from papertrends.tables import CURVES, blank
from papertrends.trends.smoothing import CURVE_PERIODS, theme_curves

made = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("made.py"))))
curves_of, draw, trends_of = made.curves_of, made.draw, made.trends_of


# --- the table -----------------------------------------------------------------------------


def test_a_row_for_every_theme_and_observed_period():
    table = trends_of([[5, 4, 6, 5, 3, 7, 5, 6], [1, 0, 2, 1, 0, 1, 1, 2]], 100)
    unseen = (table["theme_id"] == "t0001") & (table["period"] == "2020-03-01")
    empty = (table["theme_id"] == "t0000") & (table["period"] == "2020-05-01")
    table.loc[empty, ["n_theme", "n_papers"]] = 0
    curves = theme_curves(table[~unseen].sample(frac=1, random_state=0))
    expected = table[~unseen & ~empty].reset_index(drop=True)
    assert curves[["theme_id", "period"]].equals(
        expected[["theme_id", "period"]].astype({"theme_id": "str", "period": "datetime64[ns]"})
    )
    assert list(curves) == list(CURVES)
    assert ((curves["smooth_low"] < curves["smooth"]) & (curves["smooth"] > 0)).all()
    assert ((curves["smooth"] < curves["smooth_high"]) & (curves["smooth_high"] < 1)).all()


def test_too_few_complete_periods_give_no_rows():
    assert CURVE_PERIODS == 6
    table = trends_of([[5, 4, 6, 5, 3, 7], [5, 4, 6, 5, 3, 7]], 100)
    table.loc[(table["theme_id"] == "t0001") & (table["period"] == "2020-06-01"), "partial"] = True
    curves = theme_curves(table)
    assert set(curves["theme_id"]) == {"t0000"}
    assert len(curves) == 6


@pytest.mark.parametrize("n_periods", [0, 1, 2, 5])
def test_no_curve_at_all_is_an_empty_table(n_periods):
    curves = theme_curves(trends_of(np.ones((2, 5), dtype=int), 9).query("period < '2020-01-01'"))
    assert curves.empty
    curves = theme_curves(trends_of(np.ones((2, 5), dtype=int)[:, : max(1, n_periods)], 9))
    assert curves.empty
    assert curves.dtypes.equals(blank(CURVES).dtypes)


def test_a_partial_period_counts_as_far_as_it_goes():
    counts, totals = [5, 4, 6, 5, 3, 7, 5, 9], [100] * 7 + [30]
    running = curves_of(counts, totals, partial=[7])
    over = curves_of(counts, totals)
    assert np.array_equal(running, over)
    without = curves_of(counts[:7], totals[:7])
    # Nine of thirty papers pull the end of the curve up.
    assert running[0][0, 6] > 1.2 * without[0][0, 6]


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("n_theme", 101, "no count"),
        ("partial", None, "empty cells in partial"),
        ("period", pd.Timestamp("2020-01-01"), "two rows for one theme"),
    ],
)
def test_a_faulty_table_is_an_error(column, value, problem):
    table = trends_of([[5, 4, 6, 5, 3, 7, 5, 6]], 100).astype({"partial": object})
    table.loc[3, column] = value
    with pytest.raises(InputError, match=problem):
        theme_curves(table)
    with pytest.raises(InputError, match="trends table lacks n_papers"):
        theme_curves(table.drop(columns="n_papers"))


# --- what the curve is for -----------------------------------------------------------------


def shape(kind, share, n_periods):
    """Return a true curve: flat, straight on the logit scale, a rise, a rise and fall."""
    x = np.linspace(0, 1, n_periods)
    turn = {
        "flat": 0 * x,
        "line": 2 * (x - 0.5),
        "rise": 1.6 * expit((x - 0.5) / 0.07) - 0.8,
        "bump": 1.2 * np.exp(-(((x - 0.55) / 0.12) ** 2) / 2) - 0.3,
    }
    return expit(logit(share) + turn[kind])


@pytest.mark.parametrize(
    ("n_periods", "n_papers", "correlation", "n_themes"),
    [(12, 80, 0.0, 300), (36, 50, 0.0, 200), (36, 200, 0.01, 200), (600, 13, 0.0, 40)],
)
def test_the_band_covers(n_periods, n_papers, correlation, n_themes):
    found = {}
    for kind in ("flat", "line", "rise", "bump"):
        inside = []
        for share in (0.01, 0.05, 0.2):
            truth = shape(kind, share, n_periods)
            counts = draw(truth, n_papers, n_themes, seed=1, correlation=correlation)
            _, low, high = curves_of(counts, n_papers)
            inside.append(((low <= truth) & (truth <= high)).mean())
        found[kind] = np.mean(inside)
    # Measured with more themes: 94 to 98 % each, 96 to 97 % over all.
    assert min(found.values()) > 0.92
    assert max(found.values()) < 0.99
    assert 0.94 < np.mean(list(found.values())) < 0.975


def test_a_flat_theme_has_no_wiggles():
    counts = draw(np.full(36, 0.05), 100, 300, seed=2)
    smooth, low, high = curves_of(counts, 100)
    odds = logit(smooth)
    reach = (logit(high) - logit(low)) / 2
    line = np.polynomial.polynomial.polyfit(np.arange(36), odds.T, 1)
    off = odds - np.polynomial.polynomial.polyval(np.arange(36), line)
    # What bends it has is small beside its band, and no straight curve is ruled out.
    assert np.median(np.sqrt((off**2).mean(axis=1)) / reach.mean(axis=1)) < 0.25
    assert ((low <= 0.05) & (high >= 0.05)).all(axis=1).mean() > 0.85
    # It averages over the periods: far closer to the truth than the shares are.
    assert np.std(smooth - 0.05) < 0.4 * np.std(counts / 100 - 0.05)


def test_a_step_is_followed():
    truth = 0.02 + 0.08 * expit((np.arange(36) - 17.5) / 0.8)
    smooth, low, high = (v.mean(axis=0) for v in curves_of(draw(truth, 300, 100, seed=3), 300))
    assert smooth[:14] == pytest.approx(truth[:14], rel=0.2)
    assert smooth[22:] == pytest.approx(truth[22:], rel=0.1)
    assert abs(np.interp(0.06, smooth, np.arange(36)) - 17.5) < 0.5
    assert high[:14].max() < low[22:].min()


def test_overdispersion_widens_the_band():
    truth, n = np.full(60, 0.1), 200
    widths = []
    for correlation in (0.0, 0.02):
        _, low, high = curves_of(draw(truth, n, 100, seed=4, correlation=correlation), n)
        widths.append(np.median(logit(high) - logit(low)))
    # The variance of a beta-binomial count is 1 + (n - 1) r times the binomial's.
    assert widths[1] / widths[0] == pytest.approx(np.sqrt(1 + (n - 1) * 0.02), rel=0.15)


def test_a_gap_is_bridged_by_the_calendar():
    weeks = pd.date_range("2024-01-01", periods=60, freq="W-MON")
    there = np.r_[0:24, 37:60]  # a quarter without papers
    counts = draw(shape("rise", 0.1, 60), 80, 50, seed=5)
    smooth, low, high = curves_of(counts[:, there], 80, weeks[there])
    assert smooth.shape == (50, 47)
    truth = shape("rise", 0.1, 60)[there]
    assert 0.92 < ((low <= truth) & (truth <= high)).mean() < 0.99
    # Weeks without papers are the same as weeks that are not there.
    total = np.where(np.isin(np.arange(60), there), 80, 0)
    as_rows = curves_of(np.minimum(counts, total), total, weeks)[0]
    assert as_rows == pytest.approx(smooth, rel=1e-8)
    # The gap is as long as it is: closed up, the curve is another.
    assert not np.allclose(curves_of(counts[:, there], 80, weeks[:47])[0], smooth, rtol=0.01)
    # The band beside it is wider than if there were papers in it.
    _, full_low, full_high = curves_of(counts, 80, weeks)
    beside, full = logit(high) - logit(low), (logit(full_high) - logit(full_low))[:, there]
    assert np.median(beside[:, 23] / full[:, 23]) > 1.2
    assert np.median(beside[:, 0] / full[:, 0]) < 1.1


def test_none_and_all_have_an_honest_band():
    none, full = np.zeros(36, dtype=int), np.full(36, 100)
    smooth, low, high = curves_of([none, full], 100)
    assert ((smooth > 0) & (smooth < 1)).all()
    assert np.array([smooth[1], low[1], high[1]]) == pytest.approx(
        1 - np.array([smooth[0], high[0], low[0]]), rel=1e-9
    )
    # Wider than if all papers were from one share, narrower than if each period stood
    # alone, by the exact intervals of Clopper and Pearson.
    assert (low[0] < 1e-6).all()
    assert (high[0] > 0.6 * beta.ppf(0.975, 1, 3600)).all()
    assert high[0].mean() > beta.ppf(0.975, 1, 3600)
    assert (high[0] < beta.ppf(0.975, 1, 100) / 3).all()
    assert smooth[0].max() < 1 / 1000


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_where_a_theme_was_not_yet_its_band_stays_down(share):
    counts = draw(np.repeat([0, share], 18), 100, 50, seed=8)
    smooth, _, high = curves_of(counts, 100)
    assert smooth[:, :12].max() < 0.01
    # None of a hundred alone would leave room up to 3.6 %, and there are many such periods.
    assert np.median(high[:, :12]) < 0.005
    assert np.median(high[:, 0]) < beta.ppf(0.975, 1, 100)
    assert np.median(high[:, 5]) > beta.ppf(0.5, 1, 1800)


@pytest.mark.parametrize(("n_periods", "width"), [(36, 3), (600, 15)])
def test_from_none_to_all_at_once(n_periods, width):
    middle = n_periods // 2
    digests = pd.date_range("2020-01-01", periods=n_periods, freq="D")
    counts = np.repeat([0, 100], middle)
    smooth, low, high = (values[0] for values in curves_of(counts, 100, digests))
    assert smooth[: middle - width].max() < 0.01
    assert smooth[middle + width :].min() > 0.99
    assert smooth[middle - 1] < 0.5 < smooth[middle]
    assert ((low <= smooth) & (smooth <= high)).all()
    assert high[: middle - width].max() < 0.05


def test_numbers_without_measure_are_borne():
    # A step that takes the line's log odds to hundreds, with next to no papers at the ends.
    totals = np.array([1, 1, 2, 1, 5, 150_000, 160_000, 9, 2, 1, 1, 1])
    smooth, low, high = curves_of(np.where(np.arange(12) < 6, 0, totals), totals)
    assert ((low <= smooth) & (smooth <= high) & (smooth > 0) & (smooth < 1)).all()
    assert smooth[0, 5] < 0.001 < 0.999 < smooth[0, 6]


# --- the same numbers every time -----------------------------------------------------------


@pytest.mark.parametrize("n_periods", [7, 36, 200])
def test_no_theme_hangs_on_the_others(n_periods):
    rng = np.random.default_rng(6)
    table = trends_of(rng.binomial(60, rng.uniform(0, 0.3, 12)[:, None], (12, n_periods)), 60)
    table.loc[table["theme_id"] == "t0003", "n_theme"] = 0
    table.loc[table["theme_id"] == "t0004", "n_theme"] = 60
    late = (table["theme_id"] == "t0005") & (table["period"] == table["period"].min())
    table = table[~late]
    together = theme_curves(table)
    for theme, rows in together.groupby("theme_id"):
        alone = theme_curves(table[table["theme_id"] == theme])
        pd.testing.assert_frame_equal(alone, rows.reset_index(drop=True), check_exact=True)
    shuffled = theme_curves(table.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(shuffled, together, check_exact=True)


cells = st.lists(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=6,
    max_size=15,
)


@given(cells, st.integers(1, 40))
@settings(deadline=None, max_examples=50)
def test_never_blows_up_and_mirrors(counts, gap):
    y, n = np.array(counts).T
    days = np.cumsum(np.r_[0, gap, np.ones(len(y) - 2, dtype=int)])
    digests = pd.Timestamp("2024-01-02") + pd.to_timedelta(days, unit="D")
    # In or out of the theme is a matter of sign.
    both = curves_of([y, n - y], n, digests)
    (smooth, other), (low, other_low), (high, other_high) = both
    assert ((low >= 0) & (low <= smooth) & (smooth <= high) & (high <= 1)).all()
    assert ((smooth > 0) & (smooth < 1) & (low < high)).all()
    assert 1 - other == pytest.approx(smooth, rel=1e-5)
    assert 1 - other_low == pytest.approx(high, rel=1e-5)
    assert 1 - other_high == pytest.approx(low, rel=1e-5, abs=1e-9)
    # So is the direction of time.
    backwards = pd.Timestamp("2024-01-02") + pd.to_timedelta(days[-1] - days[::-1], unit="D")
    assert curves_of(y[::-1], n[::-1], backwards)[0][0][::-1] == pytest.approx(smooth, rel=1e-5)


@pytest.mark.parametrize(("n_periods", "seconds"), [(36, 0.5), (600, 3.0)])
def test_two_hundred_themes_are_fast(n_periods, seconds):
    # Measured at a third to a fifth of these times; the rest is for slower machines.
    counts = draw(np.full(n_periods, 0.05), 100, 200, seed=7)
    table = trends_of(counts, 100, pd.date_range("2020-01-01", periods=n_periods, freq="D"))
    start = time.process_time()
    curves = theme_curves(table)
    assert time.process_time() - start < seconds
    assert len(curves) == 200 * n_periods
