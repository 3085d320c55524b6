"""Nearness of papers to discovered themes, recomputed in plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from papertrends.encoders.lsa import unit_rows
from papertrends.themes.centroids import Centroids


@pytest.fixture
def groups() -> tuple[np.ndarray, np.ndarray]:
    """Return 30 vectors in two groups of ten and ten strangers, and their topics."""
    generator = np.random.default_rng(0)
    centres = np.eye(8)[[0] * 10 + [1] * 10]
    near = centres + 0.2 * generator.standard_normal((20, 8))
    strangers = generator.standard_normal((10, 8))
    topics = np.repeat([0, 1, -1], 10)
    return unit_rows(np.vstack([near, strangers])), topics


def left_out_cosine(vectors: np.ndarray, inside: np.ndarray, row: int) -> float:
    others = inside.copy()
    others[row] = False
    centre = vectors[others].astype(float).sum(axis=0)
    return float(vectors[row] @ centre / np.linalg.norm(centre))


def test_scores_follow_the_likeness_to_the_other_papers(
    groups: tuple[np.ndarray, np.ndarray],
) -> None:
    vectors, topics = groups
    centroids = Centroids.fit(vectors, topics, [1, 0])
    scores = centroids.score_fitted(vectors, topics, [1, 0])
    assert scores.shape == (30, 2)
    for column, name in enumerate([1, 0]):
        inside = topics == name
        likeness = np.array([left_out_cosine(vectors, inside, row) for row in range(30)])
        cut = max(np.quantile(likeness[~inside], 0.99), np.quantile(likeness[inside], 0.25))
        scale = max(0.02, likeness[inside].std() / 2)
        np.testing.assert_allclose(
            scores[:, column], 1 / (1 + np.exp((cut - likeness) / scale)), atol=1e-5
        )


def test_new_papers_are_scored_by_themselves(groups: tuple[np.ndarray, np.ndarray]) -> None:
    vectors, topics = groups
    centroids = Centroids.fit(vectors, topics, [0, 1])
    new = unit_rows(np.vstack([np.eye(8)[:3], -np.eye(8)[:1]]))
    scores = centroids.score(new)
    assert scores[0, 0] > 0.9 > 0.1 > scores[0, 1]
    assert scores[1, 1] > 0.9 > 0.1 > scores[1, 0]
    assert (scores[2:] < 0.5).all()
    assert ((scores >= 0) & (scores <= 1)).all()
    np.testing.assert_allclose(centroids.score(new[::-1])[::-1], scores)
    np.testing.assert_allclose(np.linalg.norm(centroids.centres, axis=1), 1.0, atol=1e-6)


def test_no_themes_give_no_scores(groups: tuple[np.ndarray, np.ndarray]) -> None:
    vectors, topics = groups
    centroids = Centroids.fit(vectors, topics, [])
    assert centroids.centres.shape == (0, 8)
    assert centroids.score(vectors).shape == (30, 0)
    assert centroids.score_fitted(vectors, topics, []).shape == (30, 0)


def test_a_theme_of_all_papers_or_of_equal_ones_is_scored() -> None:
    same = unit_rows(np.ones((6, 4)))
    for topics in (np.zeros(6, dtype=np.int64), np.array([0, 0, 0, -1, -1, -1])):
        centroids = Centroids.fit(same, topics, [0])
        scores = centroids.score_fitted(same, topics, [0])
        assert np.isfinite(scores).all()
        np.testing.assert_allclose(scores, 0.5, atol=1e-4)
