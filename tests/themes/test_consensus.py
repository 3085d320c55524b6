"""The grouping in scikit-learn's manners, with copies, newcomers and finer groups."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from papertrends.themes.consensus import (
    MIN_POINTS,
    ConsensusGroups,
    MainAxes,
    least_broad,
    same_vectors,
)

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
    labels, parents, stability = found.finer()
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
    labels, parents, stability = found.finer()
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
    assert found.finer()[1] == []


def test_the_smallest_group_grows_with_the_corpus() -> None:
    assert [least_broad(n) for n in (8, 150, 1_000, 8_000)] == [3, 3, 6, 13]
