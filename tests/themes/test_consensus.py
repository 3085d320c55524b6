"""The grouping in scikit-learn's manners, with copies, newcomers and finer groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from papertrends.themes import consensus
from papertrends.themes.anchoring import Past
from papertrends.themes.consensus import (
    MIN_POINTS,
    Before,
    ConsensusGroups,
    MainAxes,
    least_broad,
    same_vectors,
)
from papertrends.themes.grouping import Grouping
from papertrends.themes.kmeans import keys_of

WIDTH = 60
RNG = np.random.default_rng(4)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def made(n_broad: int, n_finer: int, n_each: int, spread: float = 0.05) -> tuple[np.ndarray, ...]:
    """Return points around finer middles around broad middles, and both truths."""
    broad = np.repeat(np.arange(n_broad), n_finer * n_each)
    finer = np.repeat(np.arange(n_broad * n_finer), n_each)
    middles = np.eye(WIDTH)[broad] + 0.45 * np.eye(WIDTH)[n_broad + finer]
    return unit(middles + RNG.normal(scale=spread, size=(len(broad), WIDTH))), broad, finer


def fit(vectors: np.ndarray, texts: list[str] | None = None) -> ConsensusGroups:
    texts = texts or [f"text {row}" for row in range(len(vectors))]
    points = MainAxes().fit(vectors).transform(vectors)
    return ConsensusGroups(texts, same_vectors(vectors)).fit(points)


def test_axes_keep_what_is_between_points() -> None:
    vectors, _, _ = made(3, 1, 10)
    axes = MainAxes().fit(vectors)
    points = axes.transform(vectors)
    np.testing.assert_allclose(points @ points.T, vectors @ vectors.T, atol=1e-5)
    np.testing.assert_allclose(axes.transform(vectors[:2]), points[:2], atol=1e-6)


def test_same_vectors_have_one_number() -> None:
    rows = np.array([[0, 1], [2, 0], [0, 1], [0, 0]], dtype=np.float32)
    one, other, again, zero = same_vectors(rows).tolist()
    assert one == again
    assert len({one, other, zero}) == 3


def test_copies_change_nothing() -> None:
    vectors, truth, _ = made(4, 1, 12)
    alone = fit(vectors)
    assert adjusted_rand_score(alone.labels_, truth) == 1
    rows = [*range(48), *[0] * 500]
    texts = [f"text {row}" for row in rows]
    copied = fit(vectors[rows], texts)
    assert copied.grouping_.votes.shape == (48, 4)
    assert adjusted_rand_score(copied.labels_[:48], alone.labels_) == 1
    assert set(copied.labels_[48:].tolist()) == {copied.labels_[0]}


def test_a_few_papers_less_change_little() -> None:
    vectors, _, _ = made(5, 2, 12, spread=0.18)
    texts = [f"text {row}" for row in range(len(vectors))]
    everything = fit(vectors, texts)
    for draw in range(3):
        some = np.sort(np.random.default_rng(draw).choice(120, 114, replace=False))
        part = fit(vectors[some], [texts[row] for row in some])
        assert adjusted_rand_score(everything.labels_[some], part.labels_) >= 0.9


def test_groups_that_really_split_have_finer_ones() -> None:
    vectors, broad, finer = made(5, 3, 14, spread=0.08)
    found = fit(vectors)
    split = found.finer()
    labels, parents, stability = split.labels, split.parents, split.stability
    assert adjusted_rand_score(found.labels_, broad) == 1
    assert adjusted_rand_score(labels, finer) == 1
    for number, parent in enumerate(parents):
        assert set(found.labels_[labels == number].tolist()) == {parent}
    assert stability.shape == (15,)
    assert stability.min() > 0.9
    sizes = np.bincount(labels[labels >= 0])
    assert (np.diff(sizes) <= 0).all()


def test_small_groups_have_no_finer_ones() -> None:
    found = fit(made(4, 1, 19)[0])
    split = found.finer()
    labels, parents, stability = split.labels, split.parents, split.stability
    assert len(found.names()) == 4
    assert set(labels.tolist()) == {-1}
    assert parents == []
    assert stability.shape == (0,)


def test_each_paper_has_a_nearest_group_and_a_share_of_votes() -> None:
    vectors, _, _ = made(4, 1, 15, spread=0.2)
    found = fit(vectors)
    near, share = found.nearest()
    inside = found.labels_ >= 0
    assert inside.any()
    np.testing.assert_array_equal(near[inside], found.labels_[inside])
    assert share[inside].min() >= 0.5
    assert ((share >= 0) & (share <= 1)).all()
    assert set(near.tolist()) <= set(found.names())


def test_newcomers_go_to_the_nearest_mean() -> None:
    vectors, truth, _ = made(3, 1, 15)
    axes = MainAxes().fit(vectors)
    found = ConsensusGroups([str(row) for row in range(45)], same_vectors(vectors))
    found.fit(axes.transform(vectors))
    new, _, _ = made(3, 1, 2)
    predicted = found.predict(axes.transform(new))
    np.testing.assert_array_equal(predicted, found.labels_[[0, 1, 15, 16, 30, 31]])
    assert len(set(truth.tolist())) == 3


@pytest.mark.parametrize("n_papers", [1, 2, MIN_POINTS - 1, 30])
def test_one_abstract_many_times_is_no_group(n_papers: int) -> None:
    found = fit(np.tile(made(1, 1, 1)[0], (n_papers, 1)))
    near, share = found.nearest()
    assert set(found.labels_.tolist()) == set(near.tolist()) == {-1}
    assert set(share.tolist()) == {0.0}
    assert found.predict(np.zeros((2, 1), dtype=np.float32)).tolist() == [-1, -1]
    assert found.finer().parents == []


def test_the_smallest_group_grows_with_the_corpus() -> None:
    assert [least_broad(n) for n in (8, 150, 1_000, 8_000)] == [3, 3, 6, 13]


def given(labels: list[int], stability: list[float]) -> Grouping:
    votes = np.eye(len(stability) + 1)[labels][:, :-1]
    return Grouping(np.array(labels), votes, np.array(stability))


def hear(monkeypatch: pytest.MonkeyPatch, *answers: Grouping) -> list[tuple[Any, ...]]:
    """Have `group` give `answers`; return what it will have been asked."""
    asked: list[tuple[Any, ...]] = []

    def group(points: np.ndarray, keys: np.ndarray, **options: Any) -> Grouping:
        asked.append((points, keys, options))
        return answers[len(asked) - 1]

    monkeypatch.setattr(consensus, "group", group)
    return asked


def test_different_papers_are_the_points_with_the_least_of_their_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    same = np.array([3, 0, 0, 1, 2, 4, 5, 6, 7, 3, 3])
    rows = RNG.normal(size=(8, 3)).astype(np.float32)
    texts = sorted((f"paper {number}" for number in range(11)), key=lambda text: -keys_of([text]))
    asked = hear(monkeypatch, given([0, 0, 0, 1, 1, 1, -1, -1], [0.9, 0.8]))

    def step(done: int, total: int) -> None:
        del done, total

    found = ConsensusGroups(texts, same, step).fit(rows[same])
    ((points, keys, options),) = asked
    np.testing.assert_array_equal(points, rows)
    of_texts = keys_of(texts)
    assert keys.tolist() == [of_texts[same == point].min() for point in range(8)]
    assert options["least"] == 3
    assert options["step"] is step
    assert found.labels_.tolist() == [1, 0, 0, 0, 0, 1, 1, -1, -1, 1, 1]


def test_copies_do_not_raise_the_smallest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = hear(monkeypatch, given([0] * 8, [1.0]))
    fit(np.tile(np.eye(8, dtype=np.float32), (1_000, 1)))
    assert asked[0][2]["least"] == 3


def test_seven_points_are_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = hear(monkeypatch, given([0] * 8, [1.0]))
    assert set(fit(np.eye(7, dtype=np.float32)).labels_.tolist()) == {-1}
    assert asked == []
    assert set(fit(np.eye(8, dtype=np.float32)).labels_.tolist()) == {0}


def test_papers_in_none_are_nearest_to_whom_they_are_voted_to_or_else_the_mean() -> None:
    points = np.array([[0, 2], [1, 0], [1, 0], [0, 2], [0.3, 0.35]], dtype=np.float32)
    found = ConsensusGroups(list("abcdef"), np.array([4, 3, 2, 1, 0, 3])).fit(
        points[[4, 3, 2, 1, 0, 3]]
    )
    votes = np.array([[0.6, 0.3], [0.1, 0.7], [0, 0.5], [0.2, 0.4], [0, 0]])
    found.grouping_ = Grouping(np.array([0, 1, 1, -1, -1]), votes, np.ones(2))
    found._means = np.array([[0, 2], [1, 0]], dtype=np.float32)
    near, share = found.nearest()
    assert near.tolist() == [1, 1, 1, 1, 0, 1]
    assert share.tolist() == [0, 0.4, 0.5, 0.7, 0.6, 0.4]


def test_finer_groups_go_by_size_with_their_parent_and_stability(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Groups 0 and 2 split, 1 has one part that holds, 3 is too small to look at."""
    broad = RNG.permutation(np.repeat([0, 1, 2, 3, -1], [26, 24, 20, 19, 5]))
    parts = [
        given([0] * 12 + [1] * 5 + [-1] * 9, [0.9, 0.6]),
        given([0] * 20 + [-1] * 4, [0.8]),
        given([0] * 11 + [1] * 9, [0.7, 0.5]),
    ]
    asked = hear(monkeypatch, given(broad.tolist(), [1.0] * 4), *parts)
    vectors = RNG.normal(size=(94, 4)).astype(np.float32)
    texts = [f"paper {row}" for row in range(94)]
    found = ConsensusGroups(texts, np.arange(94), stands_for=4.0).fit(vectors)
    split = found.finer()
    labels, parents, stability = split.labels, split.parents, split.stability
    assert parents == [0, 2, 2, 0]
    assert stability.tolist() == [0.9, 0.7, 0.5, 0.6]
    for parent, new in ((0, [0] * 12 + [3] * 5 + [-1] * 9), (2, [1] * 11 + [2] * 9)):
        assert labels[broad == parent].tolist() == new
    assert set(labels[~np.isin(broad, [0, 2])].tolist()) == {-1}
    assert len(asked) == 4
    for parent, (points, keys, options) in enumerate(asked[1:]):
        np.testing.assert_array_equal(points, vectors[broad == parent])
        np.testing.assert_array_equal(keys, keys_of(texts)[broad == parent])
        assert options["least"] == 4
        assert options["tried"] == (0.6, 1.0)
        assert options["stands_for"] == 4.0


def test_nearly_the_same_vectors_are_not_the_same() -> None:
    rows = np.array([[0.5, 0.5], [0.5, 0.500001]], dtype=np.float32)
    assert len(set(same_vectors(rows).tolist())) == 2


def test_128_axes_are_kept_of_more() -> None:
    rows = RNG.normal(size=(150, 140)).astype(np.float32)
    points = MainAxes().fit(rows).transform(rows)
    kept = (np.linalg.svd(rows.astype(np.float64), compute_uv=False)[:128] ** 2).sum()
    assert (points.astype(np.float64) ** 2).sum() == pytest.approx(kept, rel=1e-5)


def before(home: Any, part: Any, nested: list[bool], settled: Any = None) -> Before:
    """Return the past of papers that were in these broad and finer groups."""
    home, part = np.asarray(home), np.asarray(part)
    stays = np.ones(len(home), bool) if settled is None else np.asarray(settled)
    free = np.zeros(int(part.max(initial=-1)) + 1, bool)
    broad = Past(home, stays, np.zeros(len(nested), bool), np.array(nested, bool))
    return Before(broad, Past(part, stays, free, free))


def test_groups_that_papers_were_in_are_kept_with_their_parts() -> None:
    vectors, broad, finer = made(4, 2, 12, spread=0.05)
    points = MainAxes().fit(vectors).transform(vectors)
    texts = [f"text {row}" for row in range(len(vectors))]
    home, part = 3 - broad, np.where(broad == 0, finer, -1)
    was = before(home, part, [False, True, False, False])
    found = ConsensusGroups(texts, same_vectors(vectors), before=was).fit(points)
    np.testing.assert_array_equal(found.anchors_[found.labels_], home)
    split = found.finer()
    kept = np.append(split.anchors, -1)[split.labels]
    np.testing.assert_array_equal(kept[broad == 0], finer[broad == 0])
    assert sorted(split.anchors) == [-1] * 4 + [0, 1]
    # What was found as a part of something larger is not split again.
    assert set(split.labels[home == 1].tolist()) == {-1}
    assert (split.labels[home != 1] >= 0).all()


def test_of_copies_the_one_that_is_to_stay_says_where_they_were() -> None:
    vectors, broad, _ = made(3, 1, 12)
    doubled = np.vstack([vectors[:1], vectors])
    home, settled = np.append(2, broad), np.append(False, np.ones(36, bool))
    was = before(home, np.full(37, -1), [False] * 3, settled)
    points = MainAxes().fit(doubled).transform(doubled)
    groups = ConsensusGroups(
        [f"text {row}" for row in range(37)], same_vectors(doubled), before=was
    )
    assert groups.fit(points).anchors_[groups.labels_].tolist() == [0, *broad]
    assert groups._first().tolist()[groups.same[0]] == 1


def test_finer_groups_go_with_the_broad_one_that_most_of_them_is_in() -> None:
    was = before([0] * 6, [0, 0, 0, 1, 1, -1], [False])
    labels = np.array([1, 1, 0, -1, 0, 1])
    papers = np.arange(6)
    tied = np.array([2, 0, -1, 0, 2, -1])
    assert [was.finer_of(papers, tied, group) for group in (0, 1, 2)] == [[0, 1], [], []]
    assert [was.finer_of(papers, labels, group) for group in (0, 1)] == [[1], [0]]
    assert was.finer_of(papers, np.full(6, -1), 0) == []
