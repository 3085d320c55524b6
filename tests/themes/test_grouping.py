"""The consensus of many runs: what it finds, what it gives up, and how firm it says it is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from papertrends.themes import grouping
from papertrends.themes.graph import drawn_together, exact_neighbors
from papertrends.themes.grouping import (
    LEAST_STABLE,
    Candidate,
    Grouping,
    Opinions,
    ask,
    batches_of,
    best_jaccard,
    candidate,
    cohesion,
    firmness,
    group,
    usual_number,
)
from papertrends.themes.kmeans import chance, keys_of, kmeans

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
    found = candidate(Opinions(runs, np.ones((8, 6), dtype=bool)), 2).grouping
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


@pytest.mark.parametrize(("n_points", "n_neighbors"), [(88, 11), (300, 30)])
def test_each_batch_leaves_out_another_fifth_and_is_drawn_by_the_rest(
    n_points: int, n_neighbors: int
) -> None:
    points, _ = clumps([n_points // 4] * 4, spread=0.3)
    batches = batches_of(points, KEYS[:n_points])
    outside = ~np.array([batch.inside for batch in batches])
    assert outside.shape == (8, n_points)
    assert len({tuple(row) for row in outside.tolist()}) == 8
    assert outside.mean() == pytest.approx(0.2, abs=0.06)
    # Batches are independent: a point is in none of eight about 0.2 ** 8 of the time.
    assert outside.sum(axis=0).max() <= 6
    assert (~outside.any(axis=0)).mean() == pytest.approx(0.8**8, abs=0.12)
    neighbors, _ = exact_neighbors(points, n_neighbors)
    for batch in batches:
        expected = drawn_together(points, neighbors, batch.inside)
        np.testing.assert_array_equal(batch.points, expected)


def test_a_batch_that_would_leave_out_most_leaves_out_none() -> None:
    keys = keys_of(f"point {row}" for row in range(400))
    keys = keys[chance(keys, 2) < 0.2][:20]
    inside = [batch.inside for batch in batches_of(clumps([10, 10])[0], keys)]
    assert inside[2].all()
    assert not inside[0].all()


def test_each_run_of_each_batch_draws_anew() -> None:
    points, _ = clumps([25, 25], spread=0.5)
    keys = KEYS[:50]
    batches = batches_of(points, keys)[:2]
    heard = ask(batches, keys, 4)
    np.testing.assert_array_equal(heard.present, [batch.inside for batch in batches])
    assert heard.labels.shape == (40, 50)
    for row, (number, run) in enumerate((batch, run) for batch in (0, 1) for run in range(20)):
        batch = batches[number]
        expected = kmeans(batch.points, batch.inside, keys, 4, number, run)
        np.testing.assert_array_equal(heard.labels[row], expected)
    assert len({tuple(labels) for labels in heard.labels.tolist()}) > 30


def numbers_tried(
    monkeypatch: pytest.MonkeyPatch, n_points: int, firm: dict[int, float], **options: object
) -> tuple[list[int], int]:
    """Return which numbers of groups are tried and which is taken if they are as firm as said."""
    tried: list[int] = []

    def agreed(_: object, n_groups: int) -> Candidate:
        tried.append(n_groups)
        labels = np.arange(n_points) % n_groups
        stability = np.full(n_groups, firm.get(n_groups, 0.7))
        nothing = np.zeros((0, n_points), dtype=int)
        return Candidate(
            Grouping(labels, np.eye(n_groups)[labels], stability), nothing, nothing > 0
        )

    monkeypatch.setattr(grouping, "batches_of", lambda *_: [])
    monkeypatch.setattr(grouping, "ask", lambda *_: None)
    monkeypatch.setattr(grouping, "candidate", agreed)
    monkeypatch.setattr(grouping, "kept", lambda found, *_: found)
    steps: list[tuple[int, int]] = []
    found = group(
        np.zeros((n_points, 2), dtype=np.float32),
        KEYS[:n_points],
        step=lambda *step: steps.append(step),
        **{"least": 3, **options},
    )
    assert steps == [(done, len(tried)) for done in range(1, len(tried) + 1)]
    return tried, len(found.stability)


@pytest.mark.parametrize(
    ("n_points", "firm", "tried", "taken"),
    [
        pytest.param(150, {}, [2, 4, 5, 6, 7, 8, 10], 10, id="of equals the most"),
        pytest.param(150, {7: 0.8}, [2, 4, 5, 6, 7, 8, 10], 7, id="the firmest"),
        pytest.param(150, {4: 0.98}, [2, 4, 5, 6, 7, 8, 10], 10, id="few and not clear"),
        pytest.param(150, {4: 0.995}, [2, 4, 5, 6, 7, 8, 10], 4, id="few and clear"),
        pytest.param(200, {}, [3, 4, 5, 6, 8, 9, 10], 10, id="the last small one"),
        pytest.param(201, {3: 1.0}, [6, 8, 9, 10], 10, id="few are not tried among many"),
        pytest.param(10, {}, [2, 3], 3, id="no more than have room"),
    ],
)
def test_the_firmest_number_of_groups_is_taken(
    monkeypatch: pytest.MonkeyPatch,
    n_points: int,
    firm: dict[int, float],
    tried: list[int],
    taken: int,
) -> None:
    assert numbers_tried(monkeypatch, n_points, firm) == (tried, taken)


def test_the_numbers_of_groups_to_try_can_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert numbers_tried(monkeypatch, 300, {}, tried=(0.01, 1.0)) == ([2, 7], 7)
    assert numbers_tried(monkeypatch, 300, {}, tried=(1.0, 2.0), least=30) == ([7, 10], 10)


def kept(
    monkeypatch: pytest.MonkeyPatch, found: Grouping, points: np.ndarray, least: int
) -> Grouping:
    """Return what is left of a grouping that the runs agree on."""
    monkeypatch.setattr(grouping, "ask", lambda *_: None)
    nothing = np.zeros((0, len(found.labels)), dtype=int)
    heard = Candidate(found, nothing, nothing > 0)
    monkeypatch.setattr(grouping, "candidate", lambda *_: heard)
    return group(points, KEYS[: len(points)], least=least, tried=(1.0,))


def test_groups_too_small_or_not_stable_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    points, labels = clumps([4, 6, 3, 9, 8, 2])
    labels = np.where(labels == 5, -1, labels)
    votes = np.random.default_rng(8).random((32, 5))
    stability = np.array([0.8, 0.5, 1.0, 0.49, 0.7])
    left = kept(monkeypatch, Grouping(labels, votes, stability), points, 4)
    new = {0: 2, 1: 1, 4: 0}
    np.testing.assert_array_equal(left.labels, [new.get(label, -1) for label in labels.tolist()])
    np.testing.assert_array_equal(left.votes, votes[:, [4, 1, 0]])
    assert left.stability.tolist() == [0.7, 0.5, 0.8]


@pytest.mark.parametrize(
    ("size", "gap", "stays"), [(9, 0.06, True), (9, 0.04, False), (36, 0.04, True)]
)
def test_a_small_group_must_be_more_alike_than_a_large_one(
    monkeypatch: pytest.MonkeyPatch, size: int, gap: float, stays: bool
) -> None:
    """Members share the first axis; else each point has an axis of its own: all cosines known."""
    rows = np.sqrt(1 - gap) * np.eye(size + 40, size + 41, k=1)
    rows[:size, 0] = np.sqrt(gap)
    rows[size:] /= np.linalg.norm(rows[size:], axis=1, keepdims=True)
    points = (3 * rows).astype(np.float32)  # only directions count
    labels = np.where(np.arange(size + 40) < size, 0, -1)
    found = Grouping(labels, np.ones((size + 40, 1)), np.ones(1))
    assert cohesion(points, labels, 1)[0] == pytest.approx(gap, abs=1e-6)
    left = kept(monkeypatch, found, points, 3)
    assert (left.labels == labels).all() == stays
    assert len(left.stability) == stays


def test_half_of_the_runs_are_enough() -> None:
    """Half of the runs have the last point on either side; then it is split three ways."""
    half = np.array([[0, 0, 0, 1, 1, 1, 0]] * 80 + [[0, 0, 0, 1, 1, 1, 1]] * 80)
    found = candidate(Opinions(half, np.ones((8, 7), dtype=bool)), 2).grouping
    assert found.votes[6].tolist() == [0.5, 0.5]
    assert found.labels[6] >= 0
    split = np.array([[0, 0, 1, 1, 2, 2, run % 3] for run in range(160)])
    found = candidate(Opinions(split, np.ones((8, 7), dtype=bool)), 3).grouping
    assert found.labels[6] == -1
    assert adjusted_rand_score(found.labels[:6], [0, 0, 1, 1, 2, 2]) == 1


@pytest.mark.parametrize("draw", range(4))
def test_clusters_of_the_runs_are_with_the_group_they_share_most_with(draw: int) -> None:
    """Each run cuts a line of points anywhere; nothing moves when clusters are dealt out anew."""
    rng = np.random.default_rng(draw)
    places = rng.exponential(size=80)
    runs = np.array([np.searchsorted(np.sort(rng.exponential(size=4)), places) for _ in range(160)])
    found = candidate(Opinions(runs, np.ones((8, 80), dtype=bool)), 5).grouping
    agreed = np.eye(5, dtype=bool)[found.votes.argmax(axis=1)]
    expected = np.zeros((80, 5))
    for run in runs:
        for cluster in set(run.tolist()):
            inside = run == cluster
            shared = agreed[inside].sum(axis=0) / np.sqrt(np.maximum(agreed.sum(axis=0), 1))
            expected[inside, shared.argmax()] += 1 / 160
    np.testing.assert_allclose(found.votes, expected, atol=1e-9)
    # Each group is looked for in what a batch finds alone, not the other way round.
    batches = [runs[start : start + 20] for start in range(0, 160, 20)]
    alone = [
        candidate(Opinions(part, np.ones((1, 80), dtype=bool)), 5).grouping for part in batches
    ]
    again = [best_jaccard(found.labels, one.labels, 5) for one in alone]
    np.testing.assert_allclose(found.stability, np.mean(again, axis=0))
