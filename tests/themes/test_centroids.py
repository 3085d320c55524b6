"""Nearness of papers to discovered themes, recomputed in plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from papertrends.encoders.lsa import unit_rows
from papertrends.themes.centroids import Centroids

Groups = tuple[np.ndarray, list[np.ndarray]]


@pytest.fixture
def groups() -> Groups:
    """Return 30 vectors, two groups of ten and ten strangers, and the groups' rows."""
    generator = np.random.default_rng(0)
    centres = np.eye(8)[[0] * 10 + [1] * 10]
    near = centres + 0.2 * generator.standard_normal((20, 8))
    strangers = generator.standard_normal((10, 8))
    return unit_rows(np.vstack([near, strangers])), [np.arange(10), np.arange(10, 20)]


def left_out_cosine(vectors: np.ndarray, inside: np.ndarray, row: int) -> float:
    others = np.setdiff1d(inside, [row])
    centre = vectors[others].astype(float).sum(axis=0)
    return float(vectors[row] @ centre / np.linalg.norm(centre))


def test_scores_follow_the_likeness_to_the_other_papers(groups: Groups) -> None:
    vectors, (zero, one) = groups
    centroids = Centroids.fit(vectors, [one, zero], [-1, -1])
    scores = centroids.score_fitted(vectors, [one, zero])
    assert scores.shape == (30, 2)
    for column, inside in enumerate([one, zero]):
        likeness = np.array([left_out_cosine(vectors, inside, row) for row in range(30)])
        own, others = likeness[inside], np.delete(likeness, inside)
        cut = max(np.quantile(others, 0.99), np.quantile(own, 0.25))
        scale = max(0.02, own.std() / 2)
        np.testing.assert_allclose(
            scores[:, column], 1 / (1 + np.exp((cut - likeness) / scale)), atol=1e-5
        )
        assert centroids.lows[column] == pytest.approx(np.quantile(own, 0.05), abs=1e-6)


def test_new_papers_are_scored_by_themselves(groups: Groups) -> None:
    vectors, rows = groups
    centroids = Centroids.fit(vectors, rows, [-1, -1])
    new = unit_rows(np.vstack([np.eye(8)[:3], -np.eye(8)[:1]]))
    scores = centroids.score(new)
    assert scores[0, 0] > 0.9 > 0.1 > scores[0, 1]
    assert scores[1, 1] > 0.9 > 0.1 > scores[1, 0]
    assert (scores[2:] < 0.5).all()
    assert ((scores >= 0) & (scores <= 1)).all()
    np.testing.assert_allclose(centroids.score(new[::-1])[::-1], scores)
    np.testing.assert_allclose(np.linalg.norm(centroids.centres, axis=1), 1.0, atol=1e-6)


def test_a_paper_at_the_edge_is_in_the_theme_nearest_to_it(groups: Groups) -> None:
    """Nearer than a twentieth of its own is enough, and for no theme but the nearest."""
    vectors, rows = groups
    centroids = Centroids.fit(vectors, rows, [-1, -1])
    low, cut = centroids.lows[0], centroids.cuts[0]
    assert low < cut
    away = np.eye(8)[2] - centroids.centres[0] * centroids.centres[0][2]
    away -= centroids.centres[1] * (away @ centroids.centres[1])
    away /= np.linalg.norm(away)
    for likeness, member in (((low + cut) / 2, True), (low - 0.05, False)):
        paper = likeness * centroids.centres[0] + np.sqrt(1 - likeness**2) * away
        scores = centroids.score(unit_rows(paper[None, :]))
        assert (scores[0, 0] >= 0.5) == member
        assert scores[0, 1] < 0.5


def test_a_finer_theme_takes_papers_of_its_broad_one_only(groups: Groups) -> None:
    vectors, (zero, one) = groups
    half = [zero[:5], zero[5:]]
    centroids = Centroids.fit(vectors, [zero, *half, one], [-1, 0, 0, -1])
    scores = centroids.score(vectors)
    finer = scores[:, 1:3]
    assert ((finer >= 0.5).sum(axis=1) <= 1).all()
    assert (finer <= scores[:, [0]]).all()
    assert (finer[one] == 0).all()
    nearest = np.array([vectors @ unit_rows(vectors[rows].sum(axis=0)[None])[0] for rows in half])
    for row in zero:
        if (finer[row] > 0).any():
            assert finer[row].argmax() == nearest[:, row].argmax()
    assert (finer[zero] >= 0.5).any()


def test_no_themes_give_no_scores(groups: Groups) -> None:
    vectors, _ = groups
    for centroids in (Centroids.fit(vectors, [], []), Centroids.none(8)):
        assert centroids.centres.shape == (0, 8)
        assert centroids.score(vectors).shape == (30, 0)
        assert centroids.score_fitted(vectors, []).shape == (30, 0)


def test_a_theme_of_all_papers_or_of_equal_ones_is_scored() -> None:
    same = unit_rows(np.ones((6, 4)))
    for rows in (np.arange(6), np.arange(3)):
        centroids = Centroids.fit(same, [rows], [-1])
        scores = centroids.score_fitted(same, [rows])
        assert np.isfinite(scores).all()
        np.testing.assert_allclose(scores, 0.5, atol=1e-4)
