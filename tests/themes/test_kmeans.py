"""Keyed chance, and k-means that draws from it."""

from __future__ import annotations

import numpy as np
import pytest

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
