"""Keyed chance, and k-means that draws from it."""

from __future__ import annotations

import numpy as np
import pytest

from papertrends.themes import kmeans as module
from papertrends.themes.kmeans import chance, keys_of, kmeans

RNG = np.random.default_rng(0)
MIDDLES = np.array([[4.0, 0, 0], [0, 4, 0], [0, 0, 4]])
TRUTH = np.repeat([0, 1, 2], 20)
POINTS = (MIDDLES[TRUTH] + RNG.normal(scale=0.3, size=(60, 3))).astype(np.float32)
KEYS = keys_of(f"text {row}" for row in range(60))
ALL = np.ones(60, dtype=bool)


def same_partition(one: np.ndarray, other: np.ndarray) -> bool:
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


def test_a_key_hangs_on_the_text_alone() -> None:
    one, other, again = keys_of(["one", "other", "one"]).tolist()
    assert one == again != other
    assert keys_of([]).shape == (0,)


def test_chance_is_spread_evenly_and_hangs_on_key_and_tags() -> None:
    keys = keys_of(str(row) for row in range(20_000))
    draws = chance(keys, 3, 1)
    assert ((draws > 0) & (draws < 1)).all()
    counts = np.histogram(draws, bins=20, range=(0, 1))[0]
    assert counts.min() > 850  # 1,000 each, give or take five standard deviations of 31
    assert counts.max() < 1150
    for tags in ((3,), (3, 2), (1, 3)):
        assert abs(np.corrcoef(draws, chance(keys, *tags))[0, 1]) < 0.04
    np.testing.assert_array_equal(chance(keys[::-1], 3, 1), draws[::-1])


def test_groups_that_lie_apart_are_found() -> None:
    for run in range(5):
        assert same_partition(kmeans(POINTS, ALL, KEYS, 3, 0, run), TRUTH)


def test_the_order_of_points_changes_nothing() -> None:
    order = RNG.permutation(60)
    for n_groups in (3, 5):
        straight = kmeans(POINTS, ALL, KEYS, n_groups, 1)
        mixed = kmeans(POINTS[order], ALL, KEYS[order], n_groups, 1)
        np.testing.assert_array_equal(mixed, straight[order])


def test_points_outside_have_no_say_but_get_a_group() -> None:
    inside = TRUTH < 2
    labels = kmeans(POINTS, inside, KEYS, 2, 0)
    assert same_partition(labels[inside], TRUTH[inside])
    moved = POINTS.copy()
    moved[~inside] *= 100
    np.testing.assert_array_equal(kmeans(moved, inside, KEYS, 2, 0)[inside], labels[inside])


def test_other_tags_are_other_draws() -> None:
    found = {tuple(kmeans(POINTS, ALL, KEYS, 7, tag).tolist()) for tag in range(6)}
    assert len(found) == 6


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_equal_points_are_one_group(value: float) -> None:
    points = np.full((10, 4), value, dtype=np.float32)
    assert len(set(kmeans(points, ALL[:10], KEYS[:10], 3, 0).tolist())) == 1


def test_texts_hardly_ever_share_a_key() -> None:
    assert len(set(keys_of(str(row) for row in range(5_000)).tolist())) == 5_000


def test_chance_mixes_as_splitmix_does() -> None:
    """The draws recomputed with Python's own integers."""
    keys, tags = KEYS[:5], (4, 0, 17)
    for key, draw in zip(keys.tolist(), chance(keys, *tags).tolist(), strict=True):
        for tag in tags:
            key = (key + (tag + 1) * 0x9E3779B97F4A7C15) % 2**64
            key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
            key = (key ^ (key >> 27)) * 0x94D049BB133111EB % 2**64
            key ^= key >> 31
        assert draw == pytest.approx((key / 2**64), abs=1e-15)


def test_each_point_ends_nearest_to_the_mean_of_its_group() -> None:
    """Points of all lengths, so that neither the angle nor the first starts decide."""
    points = np.random.default_rng(6).exponential(size=(80, 3)).astype(np.float32)
    keys = keys_of(f"point {row}" for row in range(80))
    inside = np.arange(80) % 5 > 0
    for run in range(4):
        labels = kmeans(points, inside, keys, 4, run)
        means = np.array([points[inside & (labels == one)].mean(axis=0) for one in range(4)])
        apart = np.linalg.norm(points[:, None] - means, axis=2)
        np.testing.assert_array_equal(labels, apart.argmin(axis=1))


def test_points_outside_might_as_well_be_missing() -> None:
    points = np.random.default_rng(7).normal(size=(60, 3)).astype(np.float32)
    inside = np.arange(60) % 3 > 0
    n_inside = int(inside.sum())
    for run in range(4):
        alone = kmeans(points[inside], ALL[:n_inside], KEYS[inside], 6, run)
        np.testing.assert_array_equal(kmeans(points, inside, KEYS, 6, run)[inside], alone)


def test_a_group_that_lost_its_points_stays_where_it_was() -> None:
    points = np.array([[1, 0]] * 5 + [[0, 1]] * 5 + [[0.1, 0.1]], dtype=np.float32)
    inside = np.arange(11) < 10
    for run in range(4):
        labels = kmeans(points, inside, KEYS[:11], 3, run)
        assert labels[10] in labels[:10]


def test_starts_are_drawn_by_squared_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    """0 and 1 are the two starts, so that 3 is with 1, in (1 / 10 + 1 / 5) / 3 of all draws."""
    monkeypatch.setattr(module, "_STEPS", 0)
    points = np.array([[0], [1], [3]], dtype=np.float32)
    found = [kmeans(points, ALL[:3], KEYS[:3], 2, tag) for tag in range(3_000)]
    with_one = np.mean([labels[1] == labels[2] for labels in found])
    assert with_one == pytest.approx(0.1, abs=0.022)  # four standard deviations


def test_no_point_is_a_start_twice() -> None:
    for tag in range(50):
        assert len(set(kmeans(POINTS[::12], ALL[:5], KEYS[:5], 5, tag).tolist())) == 5
