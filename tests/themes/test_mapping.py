"""The map: who is near whom, in any order of the papers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from papertrends.themes import mapping
from papertrends.themes.mapping import among, laid_out

RNG = np.random.default_rng(5)


def made(n_groups: int, size: int, width: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of length 1 in groups, and their groups."""
    groups = np.arange(n_groups * size) % n_groups
    rows = np.eye(n_groups, width)[groups] + RNG.normal(scale=0.12, size=(len(groups), width))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), groups


VECTORS, GROUPS = made(4, 30)
TEXTS = [f"text {row}" for row in range(len(VECTORS))]


def own_group_nearest(places: np.ndarray, groups: np.ndarray) -> float:
    apart = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return float((groups[np.argsort(apart, axis=1)[:, :5]] == groups[:, None]).mean())


def test_papers_of_one_group_lie_together() -> None:
    places = laid_out(VECTORS, TEXTS, seed=0)
    assert places.shape == (120, 2)
    assert own_group_nearest(places, GROUPS) > 0.95


def test_the_seed_moves_the_map_and_nothing_else_does() -> None:
    one, same, other, large = (laid_out(VECTORS, TEXTS, seed=seed) for seed in (0, 0, 1, 2**40))
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, other)
    assert np.isfinite(large).all()


@pytest.mark.parametrize("n_papers", [1, 2, 3, 7])
def test_few_papers_are_laid_out_along_their_axes(n_papers: int) -> None:
    rows = np.random.default_rng(5).normal(size=(n_papers, 6)).astype(np.float32)
    places = laid_out(rows, TEXTS[:n_papers], seed=0)
    centred = rows.astype(np.float64) - rows.mean(axis=0)
    left, strength, _ = np.linalg.svd(centred, full_matrices=False)
    expected = (left * strength)[:, :2]
    for axis in range(min(2, n_papers - 1)):
        np.testing.assert_allclose(np.abs(places[:, axis]), np.abs(expected[:, axis]), atol=1e-5)
        assert places[np.abs(places[:, axis]).argmax(), axis] > 0


@pytest.mark.parametrize("n_papers", [8, 9, 12, 20])
def test_rather_few_papers_have_places_of_their_own(n_papers: int) -> None:
    places = laid_out(VECTORS[:n_papers], TEXTS[:n_papers], seed=0)
    assert np.isfinite(places).all()
    assert len(np.unique(places.round(6), axis=0)) == n_papers


@pytest.mark.parametrize("rows", [np.zeros((9, 5)), np.ones((9, 1)), np.eye(9, 1)])
def test_vectors_that_say_nothing_are_laid_out(rows: Any) -> None:
    assert np.isfinite(laid_out(rows.astype(np.float32), TEXTS[:9], seed=0)).all()


def test_copies_share_a_place_and_move_nobody() -> None:
    alone = laid_out(VECTORS, TEXTS, seed=0)
    doubled = np.vstack([VECTORS, VECTORS[7:8], VECTORS[7:8]])
    places = laid_out(doubled, [*TEXTS, "a copy", "another"], seed=0)
    np.testing.assert_array_equal(places[:120], alone)
    np.testing.assert_array_equal(places[120:], alone[[7, 7]])


def test_many_papers_are_put_among_those_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "MAP_BOUND", 60)
    places = laid_out(VECTORS, TEXTS, seed=0)
    assert own_group_nearest(places, GROUPS) > 0.9
    assert len(np.unique(places.round(6), axis=0)) == 120
    order = np.random.default_rng(1).permutation(120)
    mixed = laid_out(VECTORS[order], [TEXTS[row] for row in order], seed=0)
    laid = np.isin(np.arange(120), np.argsort(mapping.keys_of(TEXTS), kind="stable")[:60])
    # Which ones are laid out does not depend on their order.
    assert own_group_nearest(mixed, GROUPS[order]) > 0.9
    assert laid.sum() == 60


def test_a_paper_lies_nearer_to_those_more_like_it() -> None:
    others = np.array([[1.0, 0], [0.0, 1], [-1, 0]], dtype=np.float32)
    places = np.array([[0.0, 0], [10, 0], [0, 99]])
    [[x, y], same] = among(np.array([[0.8, 0.6], [0.0, 1]], np.float32), others, places).tolist()
    assert 0 < x < 5
    assert y == pytest.approx(0, abs=1e-6)
    assert same == pytest.approx([10, 0], abs=1e-5)
    [[x, y]] = among(np.array([[0.6, 0.8]], np.float32), others[:2], places[:2]).tolist()
    assert 5 < x < 10
