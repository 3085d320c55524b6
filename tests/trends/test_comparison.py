"""Tests of what a run changed: counted by hand, tested at its level, moves that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import xlogy
from scipy.stats import betabinom, fisher_exact

from papertrends.errors import InputError
from papertrends.tables import MOVES, WHAT_CHANGED
from papertrends.trends import curve_moves, theme_changes, theme_trends, what_changed
from papertrends.trends.odds import _p_values, _Pair, _tail, compare_odds

DAYS = pd.date_range("2025-01-06", periods=8, freq="D")


def papers_of(*rows):
    """Build a papers table of (paper, day) pairs; a day is a place in DAYS."""
    return pd.DataFrame(
        {
            "paper_id": pd.Series([paper for paper, _ in rows], dtype="str"),
            "digest_date": pd.DatetimeIndex([DAYS[day] for _, day in rows]),
        }
    )


def members(**themes):
    rows = [(paper, theme) for theme, papers in themes.items() for paper in papers.split()]
    return pd.DataFrame(rows, columns=["paper_id", "theme_id"], dtype="str")


def changed(before, after, then, now, status, **options):
    table = what_changed(
        before, after, memberships_before=then, memberships=now, status=status, **options
    )
    return table.set_index("theme_id")


# Digests of 0 and 1 before; the run adds 2, a late paper to 1, and lists a again in 2.
BEFORE = papers_of(("a", 0), ("b", 0), ("c", 1), ("d", 1))
AFTER = papers_of(("a", 0), ("b", 0), ("c", 1), ("d", 1), ("e", 1), ("f", 2), ("a", 2), ("g", 2))
THEN = members(x="a b", y="c", old="d")
NOW = members(x="a b e", y="f d", fresh="g c")
STATUS = {"x": "kept", "y": "returned", "old": "merged", "fresh": "new"}


class TestCounts:
    def test_by_hand(self):
        table = changed(BEFORE, AFTER, THEN, NOW, STATUS, memberships_assigned=THEN)
        names = ["n_added", "n_before", "papers_before", "n_new", "papers_new"]
        assert {key: tuple(row) for key, row in table[names].iterrows()} == {
            "fresh": (1, 1, 4, 1, 4),
            "old": (0, 1, 4, 0, 4),
            "x": (1, 2, 4, 2, 4),
            "y": (1, 1, 4, 1, 4),
        }
        assert list(table["status"]) == ["new", "merged", "kept", "returned"]
        assert table["share_new"].to_dict() == pytest.approx(
            {"fresh": 0.25, "old": np.nan, "x": 0.5, "y": 0.25}, nan_ok=True
        )
        x = table.loc["x"]
        assert (x["share_before_low"], x["share_before_high"]) == pytest.approx(
            (0.15, 0.85), abs=1e-2
        )
        assert list(table.reset_index()) == list(WHAT_CHANGED)

    def test_moves_and_their_parts(self):
        table = changed(BEFORE, AFTER, THEN, NOW, STATUS, memberships_assigned=THEN)
        names = ["move", "move_papers", "move_themes"]
        # Shares as they were, with the new papers under the old themes, and after.
        expected = {
            "x": (2 / 4, 3 / 8, 4 / 8),
            "y": (1 / 4, 1 / 8, 2 / 8),
            "old": (1 / 4, 1 / 8, 0),
            "fresh": (0, 0, 2 / 8),
        }
        for key, (old, assigned, new) in expected.items():
            told = (new - old, assigned - old, new - assigned)
            assert tuple(table.loc[key, names]) == pytest.approx(told)
        assert (table["move"] == table["move_papers"] + table["move_themes"]).all()

    def test_of_a_vanished_theme_nothing_is_new(self):
        left = pd.concat([NOW, members(old="d g")])
        table = changed(BEFORE, AFTER, THEN, left, STATUS, memberships_assigned=THEN)
        assert table.loc["old", ["n_added", "n_before", "n_new"]].tolist() == [0, 1, 0]

    def test_without_refit_all_moves_are_of_new_papers(self):
        table = changed(BEFORE, AFTER, THEN, NOW, STATUS)
        assert (table["move_themes"] == 0).all()
        assert (table["move_papers"] == table["move"]).all()

    def test_without_new_papers_no_move_is_of_new_papers(self):
        table = changed(BEFORE, BEFORE, THEN, members(x="a b c"), {"x": "kept", "y": "retired"})
        assert table.loc["x", ["move", "move_papers", "move_themes"]].tolist() == [0.25, 0.0, 0.25]
        assert table["share_new"].isna().all()
        assert set(table["verdict"]) == {"too little data"}

    def test_each_paper_once_where_only_the_first_listing_counts(self):
        table = changed(BEFORE, AFTER, THEN, NOW, STATUS, count="first")
        assert table.loc["x", ["n_before", "papers_before"]].tolist() == [2, 4]
        assert table.loc["x", ["n_new", "papers_new"]].tolist() == [1, 3]

    def test_a_paper_listed_earlier_by_a_late_arrival_is_not_new(self):
        before, after = papers_of(("a", 2), ("b", 3)), papers_of(("a", 1), ("a", 2), ("b", 3))
        table = changed(before, after, members(x="a"), members(x="a"), {"x": "kept"}, count="first")
        assert table.loc["x", ["n_new", "papers_new", "n_added"]].tolist() == [0, 0, 0]
        table = changed(before, after, members(x="a"), members(x="a"), {"x": "kept"})
        assert table.loc["x", ["n_new", "papers_new", "n_added"]].tolist() == [1, 1, 0]

    def test_by_publication_papers_without_a_date_do_not_count(self):
        before = BEFORE.assign(published_date=[DAYS[0], pd.NaT, DAYS[0], DAYS[1]])
        after = AFTER.assign(
            published_date=[DAYS[0], pd.NaT, DAYS[0], DAYS[1], DAYS[0], pd.NaT, DAYS[0], DAYS[1]]
        )
        table = changed(before, after, THEN, NOW, STATUS, date="published")
        assert set(zip(table["papers_before"], table["papers_new"], strict=True)) == {(3, 2)}
        assert table["n_new"].to_dict() == {"fresh": 1, "old": 0, "x": 1, "y": 0}
        assert table.loc["y", "n_added"] == 1

    def test_nothing_before(self):
        none = AFTER[:0]
        table = changed(none, AFTER, NOW[:0], NOW, {"x": "new", "y": "kept"})
        assert (table["papers_before"] == 0).all()
        assert table[["share_before", "effect", "p_value", "q_value"]].isna().all(axis=None)
        assert table["n_added"].to_dict() == {"x": 3, "y": 2}

    def test_the_order_of_rows_does_not_matter(self):
        first = changed(BEFORE, AFTER, THEN, NOW, STATUS)
        last = changed(
            BEFORE[::-1], AFTER[::-1], THEN[::-1], NOW[::-1], dict(reversed(STATUS.items()))
        )
        pd.testing.assert_frame_equal(first, last)

    def test_no_theme(self):
        assert changed(BEFORE, AFTER, THEN, NOW, {}).empty

    def test_an_unknown_status_is_refused(self):
        with pytest.raises(InputError, match="'keept' is nothing that can become of a theme"):
            changed(BEFORE, AFTER, THEN, NOW, {"x": "keept"})

    def test_an_unknown_option_is_refused(self):
        with pytest.raises(InputError, match="no way to count"):
            changed(BEFORE, AFTER, THEN, NOW, STATUS, count="last")


def test_moves_of_curves_are_those_of_all_papers():
    given = {
        "memberships_before": THEN, "memberships": NOW, "memberships_assigned": THEN,
        "status": STATUS,
    }  # fmt: skip
    moves = curve_moves(BEFORE, AFTER, by="digest", **given)
    assert list(moves) == list(MOVES)
    assert len(moves) == 4 * 3
    x = moves[moves["theme_id"] == "x"].to_numpy()[:, 2:].astype(float)
    assert x == pytest.approx(
        np.array([[1, 1, 1], [0, 0, 1 / 3], [np.nan, 1 / 3, 1 / 3]]), nan_ok=True
    )
    table = changed(BEFORE, AFTER, **{"then": THEN, "now": NOW}, status=STATUS,
                    memberships_assigned=THEN)  # fmt: skip
    n = moves["period"].map({DAYS[0]: 2, DAYS[1]: 3, DAYS[2]: 3})
    n_before = moves["period"].map({DAYS[0]: 2, DAYS[1]: 2, DAYS[2]: 0})

    def whole(name, n):
        return (moves[name].fillna(0) * n).groupby(moves["theme_id"]).sum() / n[:3].sum()

    before = whole("share_before", n_before)
    assigned, after = whole("share_papers", n), whole("share_after", n)
    assert (assigned - before).to_dict() == pytest.approx(table["move_papers"].to_dict())
    assert (after - assigned).to_dict() == pytest.approx(table["move_themes"].to_dict())


def test_two_digests_are_compared_as_by_the_last_change():
    rng = np.random.default_rng(3)
    papers = papers_of(*((f"p{i}", int(i >= 60)) for i in range(110)))
    now = members(
        x=" ".join(f"p{i}" for i in [*range(5), *range(60, 85)]),
        y=" ".join(f"p{i}" for i in rng.choice(110, 30, replace=False)),
    )
    before = papers[papers["digest_date"] == DAYS[0]]
    table = changed(before, papers, now, now, {"x": "kept", "y": "kept"})
    changes = theme_changes(theme_trends(papers, now)).set_index("theme_id")
    for name in ("effect", "effect_low", "effect_high", "p_value", "q_value", "verdict"):
        assert table[name].tolist() == changes[name].tolist()
    assert table.loc["x", "verdict"] == "rising"
    assert table.loc["x", "p_value"] == fisher_exact([[25, 25], [5, 55]]).pvalue


def counts(rng, shares, totals, alike=0.0):
    size = 1 / alike - 1 if alike else 0
    p = np.broadcast_to(np.asarray(shares)[:, None], (len(shares), len(totals)))
    p = rng.beta(p * size, (1 - p) * size) if alike else p
    n = np.broadcast_to(np.asarray(totals), p.shape)
    return rng.binomial(n, p).astype(float), n.astype(float)


class TestOdds:
    def test_interval_and_deviance(self):
        pair = _Pair(
            np.array([[8.0, 0.0, 5.0], [38.0, 30.0, 35.0]]), np.array([[40.0] * 3, [900.0] * 3])
        )
        y, n = pair.successes, pair.totals
        share, common = y / n, y.sum(0) / n.sum(0)
        gain = xlogy(y, share / common) + xlogy(n - y, (1 - share) / (1 - common))
        assert pair.deviance(np.zeros(3)) == pytest.approx(2 * gain.sum(axis=0))
        low, high = pair.interval(np.full(3, 3.84))
        assert low[1] == -np.inf
        assert pair.deviance(high) == pytest.approx([3.84] * 3)
        assert pair.deviance(np.where(np.isinf(low), 0, low))[[0, 2]] == pytest.approx([3.84] * 2)
        assert (low < pair.log_odds).sum() == 2
        # Turned about, the interval is, too.
        back = _Pair(y[::-1], n[::-1]).interval(np.full(3, 3.84))
        assert -back[1] == pytest.approx(low)

    def test_tail_is_that_of_the_prediction(self):
        a, b = 0.05 * 199, 0.95 * 199
        upper = betabinom.sf(9, 80, a, b) + betabinom.pmf(9, 80, a, b) / 2
        assert _tail(9.0, 80.0, 0.05, 1 / 200) == pytest.approx(upper)
        lower = betabinom.pmf(0, 80, a, b) / 2
        assert _tail(0.0, 80.0, 0.05, 1 / 200) == pytest.approx(lower)

    def test_the_smaller_side_is_predicted_by_the_posterior_of_the_larger(self):
        y, n = np.array([[9.0], [400.0]]), np.array([[80.0], [9000.0]])
        posterior = betabinom(80, 400.5, 8600.5)
        expected = 2 * (posterior.sf(9) + posterior.pmf(9) / 2)
        for turned in (slice(None), slice(None, None, -1)):
            p = _p_values(y[turned], n[turned], np.ones((2, 1)), np.array([1e9]))
            assert p == pytest.approx([expected])

    def test_sides_are_alike(self):
        rng = np.random.default_rng(1)
        y, n = counts(rng, np.linspace(0.05, 0.4, 12), [30] * 12)
        there = compare_odds(y, n, 3)
        back = compare_odds(np.roll(y, -3, axis=1), n, 9)
        assert back.p_value == pytest.approx(there.p_value)
        assert 1 / back.effect == pytest.approx(there.effect)
        assert 1 / back.high == pytest.approx(there.low)
        share = y[:, 3:].sum(1) / 270, y[:, :3].sum(1) / 90
        assert there.effect == pytest.approx(
            share[0] / (1 - share[0]) / (share[1] / (1 - share[1]))
        )

    def test_a_theme_of_none_and_one_of_all(self):
        rng = np.random.default_rng(1)
        y, n = counts(rng, np.full(10, 0.3), [30] * 20)
        y[0, 19], y[1], y[2, :19] = 0, n[1] - 1, 0
        y[3, 19] = 30
        odds = compare_odds(y, n, 19)
        assert odds.effect[0] == odds.low[0] == 0.0
        assert 0 < odds.high[0] < 1
        assert np.isinf([odds.effect[2], odds.high[2], odds.effect[3], odds.high[3]]).all()
        assert (odds.p_value[[0, 2, 3]] < 1e-3).all()
        assert np.isfinite(odds.p_value).all()

    @pytest.mark.parametrize("alike", [0.0, 0.02])
    def test_one_new_digest_is_seldom_called_where_nothing_changed(self, alike):
        rng = np.random.default_rng(7)
        shares, runs = np.geomspace(0.004, 0.2, 25), 60
        p_values, covered = [], []
        for _ in range(runs):
            y, n = counts(rng, shares, [30] * 80 + [60], alike)
            odds = compare_odds(y, n, 80)
            p_values.append(odds.p_value)
            covered.append((odds.low <= 1) & (odds.high >= 1))
        p_values = np.array(p_values)
        assert (p_values < 0.05).mean() < 0.06
        # Most of what a plain test calls is the digest's own doing.
        assert (p_values.min(axis=1) < 0.05 / 25).mean() < 0.1
        assert np.mean(covered) > 0.93

    def test_a_clear_rise_is_found(self):
        rng = np.random.default_rng(2)
        y, n = counts(rng, np.full(20, 0.05), [30] * 100 + [60], 0.005)
        y[4, 100] = 20
        odds = compare_odds(y, n, 100)
        assert odds.p_value[4] < 1e-4
        assert np.delete(odds.p_value, 4).min() > 1e-4


def test_many_digests_are_tested_by_their_scatter():
    rng = np.random.default_rng(4)
    papers = papers_of(*((f"p{i}", i // 30) for i in range(240)))
    ids = papers["paper_id"].to_numpy(dtype=object)
    now = members(
        same=" ".join(rng.choice(ids, 60, replace=False)),
        up=" ".join([*rng.choice(ids[:210], 8, replace=False), *ids[210:230]]),
        few=" ".join(ids[[1, 200, 220]]),
        fresh=" ".join(ids[230:]),
    )
    status = {"same": "kept", "up": "kept", "few": "kept", "fresh": "new"}
    table = changed(papers[:210], papers, now, now, status)
    assert table.loc["up", "verdict"] == "rising"
    assert table.loc["up", "effect_low"] > 1
    assert table.loc["up", "q_value"] == pytest.approx(2 * table.loc["up", "p_value"])
    assert table.loc[["few", "fresh"], "p_value"].isna().all()
    assert table.loc["fresh", ["n_before", "n_new"]].tolist() == [0, 10]
