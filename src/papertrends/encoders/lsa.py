"""Latent semantic analysis of the corpus itself, joined with an encoder's vectors.

A general encoder does not know a young field's words; the corpus does. Must
not read anything but texts, and keeps what it learned in plain arrays, so that
papers it never saw can be projected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders.base import Vectors
from papertrends.encoders.terms import Index, learn
from papertrends.words import BLOCK, Words, blocks

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: As many directions as are joined with an encoder's vectors.
DIMENSIONS = 100
#: A singular value of so much of the largest is none.
_NOTHING = 1e-6
#: So many texts, or terms, can be decomposed exactly in a second or two.
_MOST_EXACT = 2_000
#: Fewer texts than this have no usable co-occurrence.
_MIN_TEXTS = 5


@dataclass(frozen=True)
class LSA:
    """A fitted projection of texts by TF-IDF of 1-2-grams and truncated SVD.

    Attributes
    ----------
    terms : tuple of str, length m
    idf : numpy.ndarray, shape (m,)
    components : numpy.ndarray of float64 or float32, shape (m, k)
        k is 0 for corpora of fewer than five texts.

    References
    ----------
    Deerwester et al. 1990, "Indexing by latent semantic analysis". TF-IDF is
    scikit-learn's to the last bit (``TfidfVectorizer(ngram_range=(1, 2), min_df=2,
    max_df=0.5, sublinear_tf=True, stop_words="english", max_features=200_000)``),
    the SVD scipy's.
    """

    terms: tuple[str, ...]
    idf: NDArray[np.float64]
    components: NDArray[np.floating]

    @classmethod
    def fit(cls, texts: Sequence[str], *, dimensions: int = DIMENSIONS) -> LSA:
        """Learn the projection of `texts` to at most `dimensions` dimensions."""
        if len(texts) < _MIN_TEXTS:
            return cls((), np.zeros(0), np.zeros((0, 0)))
        terms, weights = learn(texts)
        in_texts = np.bincount(weights.indices, minlength=len(terms))
        idf = np.log((len(texts) + 1) / (in_texts + 1)) + 1
        n_dimensions = min(dimensions, min(weights.shape) - 1)
        if n_dimensions < 1:  # hardly a word stands in two texts and at most half of them
            return cls((), np.zeros(0), np.zeros((0, 0)))
        _weigh(weights, idf)
        components = _directions(weights, n_dimensions)
        largest = np.abs(components).argmax(axis=0)
        signs = np.sign(components[largest, range(components.shape[1])])
        return cls(terms, idf, np.ascontiguousarray(components * signs))

    def transform(self, texts: Sequence[str]) -> Vectors:
        """Return the projection of `texts`, shape (n, k), rows of length 1 (or 0)."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        if self.terms:
            for part, words in blocks(texts):
                vectors[part] = self.project(words)
        return vectors

    def project(self, words: Words) -> Vectors:
        """Return the projection of texts that are split already, as `transform` does."""
        return unit_rows(self.coordinates(words))

    def coordinates(self, words: Words) -> NDArray[np.floating]:
        """Return where texts that are split already lie on each direction, shape (n, k)."""
        if not self.terms:
            return np.zeros((len(words.starts) - 1, 0))
        weights = self._index.counts(words)
        _weigh(weights, self.idf)
        return np.asarray(weights.astype(self.components.dtype) @ self.components)

    def first(self, dimensions: int) -> LSA:
        """Return the projection to no more than the first `dimensions` directions."""
        if self.dimensions <= dimensions:
            return self
        some = np.ascontiguousarray(self.components[:, :dimensions])
        return LSA(self.terms, self.idf, some)

    @property
    def dimensions(self) -> int:
        """Numbers in a projection, 0 for a corpus too small for one."""
        return int(self.components.shape[1])

    @cached_property
    def _index(self) -> Index:
        return Index.of(self.terms)


def _directions(weights: csr_matrix, n_dimensions: int) -> NDArray[np.float64]:
    """Return the right singular vectors of the largest singular values, shape (m, k).

    Texts that repeat each other have fewer directions than are asked for. ARPACK then goes
    on from chance that nobody can seed: what it found is thrown away for an exact
    decomposition, and k is the number of directions there are.
    """
    from scipy.sparse.linalg import svds

    # A fixed start makes ARPACK repeatable; uneven, so that it meets every direction.
    start = np.linspace(1.0, 2.0, min(weights.shape))
    _, sizes, right = svds(weights, k=n_dimensions, v0=start)
    if sizes[0] > _NOTHING * sizes[-1]:
        return np.asarray(right[::-1].T)
    if min(weights.shape) > _MOST_EXACT:
        return np.asarray(right[::-1][sizes[::-1] > _NOTHING * sizes[-1]].T)
    by_text = weights.shape[0] <= weights.shape[1]
    products = (weights @ weights.T if by_text else weights.T @ weights).toarray()
    squares, vectors = np.linalg.eigh(products)
    there = np.flatnonzero(squares > _NOTHING**2 * squares[-1])[::-1][:n_dimensions]
    if by_text:
        return np.asarray(weights.T @ (vectors[:, there] / np.sqrt(squares[there])))
    return np.asarray(vectors[:, there])


def _weigh(counts: csr_matrix, idf: NDArray[np.float64]) -> None:
    """Turn counts into TF-IDF with sublinear tf, in place, rows of length 1 (or 0)."""
    n_texts = counts.shape[0]
    weights = (np.log(counts.data) + 1.0) * idf[counts.indices]
    rows = np.repeat(np.arange(n_texts), np.diff(counts.indptr))
    # Summed one after the other, as scikit-learn does: pairwise sums differ in the last bit.
    lengths = np.sqrt(np.bincount(rows, weights=weights * weights, minlength=n_texts))
    counts.data = weights / lengths[rows]


def join(encoded: Vectors, lsa: Vectors) -> Vectors:
    """Set two representations side by side, each with the same weight.

    Returns
    -------
    numpy.ndarray of float32, shape (n, d + k)
        Rows of length 1.
    """
    joined = np.empty((len(encoded), encoded.shape[1] + lsa.shape[1]), dtype=np.float32)
    for start in range(0, len(joined), BLOCK):
        some = slice(start, start + BLOCK)
        joined[some] = unit_rows(np.hstack([encoded[some], lsa[some]]).astype(np.float64))
    return joined


def unit_rows(rows: NDArray[np.floating]) -> Vectors:
    """Scale each row to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)
