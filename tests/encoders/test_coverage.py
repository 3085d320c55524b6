"""A sample that covers the corpus, in proportion, whatever order it comes in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.encoders import coverage
from papertrends.encoders.coverage import coverage_sample


def regions(sizes: list[int], seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return unit vectors in regions of these sizes, the region of each row, and keys."""
    chance = np.random.default_rng(seed)
    of = np.repeat(np.arange(len(sizes)), sizes)
    middles = chance.normal(size=(len(sizes), 16))
    vectors = middles[of] + 0.2 * chance.normal(size=(len(of), 16))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    keys = chance.integers(0, 2**64, len(of), dtype=np.uint64)
    return vectors.astype(np.float32), of, keys


def test_every_region_has_its_share() -> None:
    sizes = [1200, 600, 150, 50]
    vectors, of, keys = regions(sizes)
    rows = coverage_sample(vectors, keys, 200)
    assert len(rows) == len(set(rows.tolist())) == 200
    met = np.bincount(of[rows], minlength=4)
    # One of each ten; a draw from all alike would miss by several.
    np.testing.assert_allclose(met, [120, 60, 15, 5], atol=2.5)


def test_rows_are_ascending_integers() -> None:
    vectors, _, keys = regions([300, 20])
    rows = coverage_sample(vectors, keys, 50)
    assert rows.dtype == np.int64
    assert (np.diff(rows) > 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    vectors, _, keys = regions([400, 200, 30])
    monkeypatch.setattr(coverage, "_LEARNED_ON", 300)
    rows = coverage_sample(vectors, keys, 90)
    order = np.random.default_rng(seed).permutation(len(keys))
    shuffled = coverage_sample(vectors[order], keys[order], 90)
    np.testing.assert_array_equal(np.sort(order[shuffled]), rows)


def test_within_a_region_keys_decide() -> None:
    vectors = np.ones((100, 4), dtype=np.float32)
    keys = np.random.default_rng(0).permutation(100).astype(np.uint64)
    np.testing.assert_array_equal(
        coverage_sample(vectors, keys, 30), np.sort(np.argsort(keys)[:30])
    )


@given(st.integers(0, 40), st.integers(0, 45), st.integers(0, 5))
def test_as_many_as_are_wanted_or_all(n: int, size: int, seed: int) -> None:
    vectors, _, keys = regions([n], seed)
    vectors[: n // 3] = 0
    rows = coverage_sample(vectors, keys, size)
    assert len(set(rows.tolist())) == len(rows) == min(n, size)
    assert set(rows.tolist()) <= set(range(n))


def test_few_of_a_kind_are_not_forgotten() -> None:
    """Two in two thousand, far from all others: their cell gives one of them."""
    vectors, _, keys = regions([1998])
    lonely = np.zeros((2, 16), dtype=np.float32)
    lonely[:, 0] = -30 * np.sign(vectors[:, 0].mean())
    keys = np.concatenate([keys, np.zeros(2, dtype=np.uint64)])
    rows = coverage_sample(np.vstack([vectors, lonely]), keys, 100)
    assert len(set(rows.tolist()) & {1998, 1999}) >= 1
