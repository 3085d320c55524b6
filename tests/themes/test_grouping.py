"""The consensus of many runs: what it finds, what it gives up, and how firm it says it is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from papertrends.themes.grouping import (
    LEAST_STABLE,
    Grouping,
    Opinions,
    best_jaccard,
    cohesion,
    consensus,
    firmness,
    group,
    usual_number,
)
from papertrends.themes.kmeans import keys_of

KEYS = keys_of(f"paper {row}" for row in range(400))


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def clumps(sizes: list[int], spread: float = 0.08, width: int = 30) -> tuple[np.ndarray, ...]:
    """Return points around far middles, and which middle each is around."""
    rng = np.random.default_rng(len(sizes))
    truth = np.repeat(np.arange(len(sizes)), sizes)
    return unit(np.eye(width)[truth] + rng.normal(scale=spread, size=(len(truth), width))), truth


def test_clumps_are_the_groups_the_largest_first() -> None:
    points, truth = clumps([12, 40, 20, 30, 25, 15])
    found = group(points, KEYS[: len(points)], least=3)
    by_size = [1, 3, 4, 2, 5, 0]
    np.testing.assert_array_equal(found.labels, [by_size.index(clump) for clump in truth])
    assert found.stability.tolist() == [1.0] * 6
    assert found.votes.shape == (142, 6)
    assert found.votes[np.arange(142), found.labels].min() > 0.5


def test_the_order_of_points_changes_nothing() -> None:
    points, _ = clumps([30, 25, 20, 18, 12], spread=0.3)
    order = np.random.default_rng(2).permutation(len(points))
    keys = KEYS[: len(points)]
    straight, mixed = (
        group(points, keys, least=3),
        group(points[order], keys[order], least=3),
    )
    assert len(straight.stability) >= 3
    np.testing.assert_array_equal(mixed.labels, straight.labels[order])
    np.testing.assert_allclose(mixed.stability, straight.stability)


def test_a_point_between_the_groups_is_in_none() -> None:
    points, _ = clumps([30, 30, 30, 30])
    between = unit(np.eye(30)[:4].sum(axis=0, keepdims=True))
    found = group(np.vstack([points, between]), KEYS[:121], least=3)
    share = found.votes[-1].max()
    assert (found.labels[-1] == -1) == (share < 0.5)
    assert share < found.votes[:-1].max(axis=1).min()


@pytest.mark.parametrize("n_points", [10, 30, 100, 300])
def test_chance_makes_hardly_any_groups(n_points: int) -> None:
    rng = np.random.default_rng(3)
    points = unit(rng.normal(size=(n_points, 484)))
    found = group(points, KEYS[:n_points], least=3)
    assert (found.labels >= 0).mean() < 0.4


@pytest.mark.parametrize("n_points", [1, 5])
def test_too_few_points_for_two_groups_have_none(n_points: int) -> None:
    points, _ = clumps([n_points])
    found = group(points, KEYS[:n_points], least=3)
    assert found.labels.tolist() == [-1] * n_points
    assert found.votes.shape == (n_points, 0)


def test_equal_and_empty_points_break_nothing() -> None:
    for points in (np.ones((20, 4)), np.zeros((20, 4))):
        found = group(points.astype(np.float32), KEYS[:20], least=3)
        assert found.labels.tolist() == [-1] * 20


def test_groups_that_are_not_found_again_are_given_up() -> None:
    points, _ = clumps([30, 30, 30, 12], spread=0.35)
    found = group(points, KEYS[:102], least=3)
    assert (found.stability >= LEAST_STABLE).all()


def test_votes_are_the_share_of_runs() -> None:
    """Runs number their clusters as they like; nine in ten agree on the last point."""
    runs = np.array(
        [[0, 0, 0, 1, 1, 1]] * 72 + [[1, 1, 1, 0, 0, 0]] * 72 + [[0, 0, 0, 1, 1, 0]] * 16
    )
    found = consensus(Opinions(runs, np.ones((8, 6), dtype=bool)), 2)
    assert found.labels[0] == found.labels[2] != found.labels[3] == found.labels[5]
    np.testing.assert_allclose(found.votes[5].max(), 0.9)
    np.testing.assert_allclose(found.votes.sum(axis=1), 1)
    # Seven batches find the groups themselves; the last has the last point on the other side.
    expected = {0: (7 + 3 / 4) / 8, 3: (7 + 2 / 3) / 8}
    for point, again in expected.items():
        batches_alone = found.stability[found.labels[point]]
        assert batches_alone == pytest.approx(again)


def test_the_best_overlap_is_a_jaccard_index() -> None:
    labels, others = np.array([0, 0, 0, 1, 1, -1]), np.array([1, 1, -1, -1, 0, 0])
    np.testing.assert_allclose(best_jaccard(labels, others, 3), [2 / 3, 1 / 3, 0])


def test_firmness_counts_those_in_none() -> None:
    found = Grouping(np.array([0, 0, 1, -1]), np.zeros((4, 2)), np.array([0.9, 0.5]))
    assert firmness(found) == pytest.approx((2 * 0.9 + 0.5) / 4)


def test_cohesion_is_the_gap_between_mean_cosines() -> None:
    points, labels = clumps([5, 6, 4], spread=0.3)
    labels = np.where(np.arange(15) == 14, -1, labels)
    alike = points.astype(np.float64) @ points.T
    expected = []
    for name in range(3):
        rows, rest = np.flatnonzero(labels == name), np.flatnonzero(labels != name)
        within = [alike[one, other] for one in rows for other in rows if one < other]
        expected.append(np.mean(within) - alike[np.ix_(rows, rest)].mean())
    np.testing.assert_allclose(cohesion(points, labels, 4), [*expected, 0.0], atol=1e-6)


def test_the_number_of_groups_grows_slowly() -> None:
    numbers = [usual_number(n) for n in (8, 150, 1_000, 8_000)]
    assert [round(number) for number in numbers] == [3, 6, 9, 16]
    assert all(one < other for one, other in pairwise(numbers))
