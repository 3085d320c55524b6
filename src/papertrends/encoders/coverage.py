"""A sample of texts in which every region of a corpus has its share.

What is learned on a part of the papers must have met each kind of them. Must be
linear in the number of texts, and the same whatever order they come in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders.base import Vectors

#: The corpus is cut into as many cells as leave about this many of the sample in each, at most.
_IN_A_CELL = 8
_MOST_CELLS = 256
#: Cells are found on at most this many texts; all others go to the nearest.
_LEARNED_ON = 16_384
_STEPS = 10
_BLOCK = 8192


def coverage_sample(vectors: Vectors, keys: NDArray[np.uint64], size: int) -> NDArray[np.int64]:
    """Return the rows of a sample that covers the corpus, ascending.

    The vectors are cut into cells by k-means; each cell gives as many as is its part
    of the corpus, and at least one, where the sample has room: those with the least
    keys. Time is linear in n; memory beyond the vectors is bounded but for a few
    numbers a row.

    Parameters
    ----------
    vectors : numpy.ndarray of float32, shape (n, d)
    keys : numpy.ndarray of uint64, shape (n,)
        A number of each text that depends on the text alone, evenly spread as a hash is.
        The sample depends on them and on the vectors, not on the order of rows.
    size : int
        How many are wanted; all rows are returned if there are no more.

    Returns
    -------
    numpy.ndarray of int64, shape (min(n, size),)

    References
    ----------
    Cochran 1977, "Sampling techniques", chapter 5 (proportional allocation to strata).
    """
    n = len(vectors)
    if n <= size:
        return np.arange(n, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    n_cells = max(1, min(_MOST_CELLS, size // _IN_A_CELL))
    cells = _nearest(vectors, order, _centers(vectors[order[:_LEARNED_ON]], n_cells))
    counts = np.bincount(cells, minlength=n_cells)
    shares = _shares(counts, size)
    # Of each cell the first ones: within a cell, the stable order is that of the keys.
    by_cell = np.argsort(cells, kind="stable")
    place = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = by_cell[place < np.repeat(shares, counts)]
    return np.sort(order[chosen]).astype(np.int64)


def _centers(part: Vectors, n_cells: int) -> Vectors:
    """Find the means of cells by Lloyd's steps from the first points, shape (n_cells, d)."""
    centers = part[:n_cells].copy()
    rows = np.arange(len(part))
    for _ in range(_STEPS):
        cells = _nearest(part, rows, centers)
        by_cell = np.argsort(cells, kind="stable")
        met, starts = np.unique(cells[by_cell], return_index=True)
        sums = np.add.reduceat(part[by_cell], starts, axis=0)
        sizes = np.diff(np.append(starts, len(part)))[:, None]
        moved = centers.copy()
        moved[met] = sums / sizes
        if (moved == centers).all():
            break
        centers = moved
    return centers


def _nearest(vectors: Vectors, order: NDArray[np.int64], centers: Vectors) -> NDArray[np.int64]:
    """Return the nearest center of each row in that order, some rows at a time."""
    lengths = (centers * centers).sum(axis=1)
    cells = np.empty(len(order), dtype=np.int64)
    for start in range(0, len(order), _BLOCK):
        some = vectors[order[start : start + _BLOCK]]
        cells[start : start + _BLOCK] = (2 * some @ centers.T - lengths).argmax(axis=1)
    return cells


def _shares(counts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Divide `size` among cells by their counts; one each, as far as it goes, then remainders."""
    exact = counts * (size / counts.sum())
    shares: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    shares = np.maximum(shares, np.minimum(counts, 1))
    # Cells kept at one for their rarity are paid for by those with the most to spare.
    while shares.sum() > size:
        shares[np.argmax(np.where(shares > 1, shares - exact, -np.inf))] -= 1
    while shares.sum() < size:
        shares[np.argmax(np.where(shares < counts, exact - shares, -np.inf))] += 1
    return shares
