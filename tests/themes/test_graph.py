"""Neighbours, diffusion and axes, recomputed in plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from papertrends.themes import graph
from papertrends.themes.graph import drawn_together, exact_neighbors, main_axes

ROWS = np.random.default_rng(1).normal(size=(40, 6))
ROWS = (ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("block", [1_000, 7])
def test_neighbours_are_the_most_alike(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(graph, "_BLOCK", block)
    indices, similarities = exact_neighbors(ROWS, 5)
    alike = ROWS.astype(np.float64) @ ROWS.T.astype(np.float64)
    for row in range(40):
        others = sorted(set(range(40)) - {row}, key=lambda other: -alike[row, other])
        assert indices[row].tolist() == others[:5]
        np.testing.assert_allclose(similarities[row], alike[row, others[:5]], atol=2e-6)


def test_equals_come_in_their_order_and_none_is_its_own_neighbour() -> None:
    indices, _ = exact_neighbors(np.ones((4, 1), dtype=np.float32), 2)
    assert indices.tolist() == [[1, 2], [0, 2], [0, 1], [0, 1]]


@pytest.mark.parametrize(("n_rows", "asked", "found"), [(1, 5, 0), (3, 5, 2), (3, 0, 0)])
def test_there_are_no_more_neighbours_than_others(n_rows: int, asked: int, found: int) -> None:
    indices, similarities = exact_neighbors(ROWS[:n_rows], asked)
    assert indices.shape == similarities.shape == (n_rows, found)


def test_rows_move_halfway_to_their_neighbours() -> None:
    neighbors, _ = exact_neighbors(ROWS, 3)
    inside = np.arange(40) % 4 > 0
    linked = np.zeros((40, 40), dtype=bool)
    for row, near in enumerate(neighbors):
        linked[row, near] = linked[near, row] = True
    linked[:, ~inside] = False
    expected = []
    for row in range(40):
        middle = ROWS[linked[row]].mean(axis=0) if linked[row].any() else ROWS[row]
        moved = (ROWS[row] + middle) / 2
        expected.append(moved / np.linalg.norm(moved))
    np.testing.assert_allclose(drawn_together(ROWS, neighbors, inside), expected, atol=1e-5)


def test_rows_without_neighbours_stay() -> None:
    nobody = np.zeros(40, dtype=bool)
    neighbors, _ = exact_neighbors(ROWS, 3)
    np.testing.assert_allclose(drawn_together(ROWS, neighbors, nobody), ROWS, atol=1e-6)
    np.testing.assert_array_equal(drawn_together(ROWS, neighbors[:, :0], nobody), ROWS)


def test_axes_are_those_of_the_singular_value_decomposition() -> None:
    axes = main_axes(ROWS, 4)
    right = np.linalg.svd(ROWS.astype(np.float64))[2][:4].T
    np.testing.assert_allclose(np.abs((axes * right).sum(axis=0)), 1, atol=1e-6)
    assert (axes[np.abs(axes).argmax(axis=0), range(4)] > 0).all()
    assert main_axes(ROWS[:2], 4).shape == (6, 2)


def test_equals_are_those_that_differ_in_the_last_bits() -> None:
    rows = np.array([[1], [0.5], [0.5 + 1.2e-7], [0.1]], dtype=np.float32)
    indices, similarities = exact_neighbors(rows, 2)
    assert indices[0].tolist() == [1, 2]
    assert similarities[0].tolist() == [0.5, 0.5]


def test_all_equals_come_in_their_order() -> None:
    rows = np.array([[1.0]] + [[0.5], [0.25], [0.75]] * 30, dtype=np.float32)
    indices, _ = exact_neighbors(rows, 60)
    assert indices[0].tolist() == [*range(3, 91, 3), *range(1, 91, 3)]


def test_of_equals_at_the_edge_the_first_are_neighbours() -> None:
    """Which of fifty equal rows are the twenty nearest is not left to a partition."""
    indices, _ = exact_neighbors(np.ones((50, 1), dtype=np.float32), 20)
    assert indices[0].tolist() == list(range(1, 21))
    assert indices[30].tolist() == list(range(20))
    nearer = np.vstack([np.ones((3, 2)), [[1.0, 0.0]] * 40]).astype(np.float32)
    nearer /= np.linalg.norm(nearer, axis=1, keepdims=True)
    assert exact_neighbors(nearer, 6)[0][0].tolist() == [1, 2, 3, 4, 5, 6]
