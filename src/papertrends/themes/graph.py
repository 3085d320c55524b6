"""Who is near whom: exact nearest neighbours, and vectors drawn towards them.

Approximate searches differ from run to run and UMAP's layout moves more than
the data does; exact neighbours do neither. Must not know of texts or themes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.encoders.lsa import unit_rows

Floats = NDArray[np.float64]

#: Rows compared with all others at a time, so that memory grows with n and not with its square.
_BLOCK = 1_000


def exact_neighbors(vectors: Vectors, n_neighbors: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the nearest other rows of each row by cosine, nearest first.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
        Rows of length 1 (or 0).
    n_neighbors : int
        At most n - 1 are returned.

    Returns
    -------
    indices : numpy.ndarray of int, shape (n, k)
        Of equally near rows the earlier comes first.
    similarities : numpy.ndarray, shape (n, k)
    """
    n_rows = len(vectors)
    wanted = max(0, min(n_neighbors, n_rows - 1))
    indices = np.zeros((n_rows, wanted), dtype=np.int64)
    similarities = np.zeros((n_rows, wanted))
    for start in range(0, n_rows if wanted else 0, _BLOCK):
        block = slice(start, min(start + _BLOCK, n_rows))
        rows = np.arange(block.start, block.stop)
        alike = np.asarray(vectors[block], dtype=np.float32) @ vectors.T.astype(np.float32)
        alike[rows - start, rows] = -np.inf
        # Rounded, so that the last bits of a sum do not decide between equals.
        alike = np.round(alike, 6)
        nearest = highest(alike, wanted)
        closeness = np.take_along_axis(alike, nearest, axis=1)
        order = np.argsort(-closeness, axis=1, kind="stable")
        indices[block] = np.take_along_axis(nearest, order, axis=1)
        similarities[block] = np.take_along_axis(closeness, order, axis=1)
    return indices, similarities


def highest(values: NDArray[np.float32], wanted: int) -> NDArray[np.int64]:
    """Return the columns of the `wanted` highest values of each row; of equals the first."""
    least = -np.partition(-values, wanted - 1, axis=1)[:, wanted - 1 : wanted]
    above = values > least
    ties = values == least
    room = wanted - above.sum(axis=1, keepdims=True)
    chosen = above | (ties & (ties.cumsum(axis=1) <= room))
    return np.asarray(np.nonzero(chosen)[1].reshape(len(values), wanted), dtype=np.int64)


def drawn_together(
    vectors: Vectors, neighbors: NDArray[np.int64], inside: NDArray[np.bool_]
) -> Vectors:
    """Move each row halfway to the mean of those that are its neighbours or it is one of.

    One step of diffusion over the neighbour graph: what single papers say by
    the way averages out, what they share stays.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
    neighbors : numpy.ndarray of int, shape (n, k)
    inside : numpy.ndarray of bool, shape (n,)
        Only these draw others (and each other); a row without such neighbours stays.

    Returns
    -------
    numpy.ndarray of float32, shape (n, d)
        Rows of length 1 (or 0).

    References
    ----------
    Coifman and Lafon 2006, "Diffusion maps"; Wu et al. 2019, "Simplifying
    graph convolutional networks" (smoothing before a simple method).
    """
    from scipy import sparse

    n_rows, k = neighbors.shape
    if k == 0:
        return np.asarray(vectors, dtype=np.float32)
    links = sparse.csr_matrix(
        (np.ones(n_rows * k), (np.repeat(np.arange(n_rows), k), neighbors.ravel())),
        shape=(n_rows, n_rows),
    )
    drawing = links.maximum(links.T) @ sparse.diags(inside.astype(np.float64))
    degree = np.asarray(drawing.sum(axis=1)).reshape(-1, 1)
    wide = np.asarray(vectors, dtype=np.float64)
    drawn = np.where(degree > 0, (drawing @ wide) / np.maximum(degree, 1), wide)
    return unit_rows((wide + drawn) / 2)


def main_axes(vectors: Vectors, n_axes: int) -> Floats:
    """Return the main axes of `vectors` (uncentred PCA), the strongest first.

    Returns
    -------
    numpy.ndarray, shape (d, min(n_axes, n, d))
        Each axis points to where its largest part is positive.
    """
    wide = np.asarray(vectors, dtype=np.float64)
    _, axes = np.linalg.eigh(wide.T @ wide)
    axes = axes[:, ::-1][:, : min(n_axes, *wide.shape)]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return np.asarray(axes * signs)
