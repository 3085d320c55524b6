"""Latent semantic analysis of the corpus itself, joined with an encoder's vectors.

A general encoder does not know a young field's words; the corpus does. Must
not read anything but texts, and keeps what it learned in plain arrays, so that
papers it never saw can be projected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders.base import Vectors

#: Fewer texts than this have no usable co-occurrence.
_MIN_TEXTS = 5


@dataclass(frozen=True)
class LSA:
    """A fitted projection of texts by TF-IDF of 1-2-grams and truncated SVD.

    Attributes
    ----------
    terms : tuple of str, length m
    idf : numpy.ndarray, shape (m,)
    components : numpy.ndarray, shape (m, k)
        k is 0 for corpora of fewer than five texts.

    References
    ----------
    Deerwester et al. 1990, "Indexing by latent semantic analysis"; TF-IDF and
    SVD are scikit-learn's and scipy's.
    """

    terms: tuple[str, ...]
    idf: NDArray[np.float64]
    components: NDArray[np.float64]

    @classmethod
    def fit(cls, texts: Sequence[str], *, dimensions: int = 100) -> LSA:
        """Learn the projection of `texts` to at most `dimensions` dimensions."""
        from scipy.sparse.linalg import svds
        from sklearn.feature_extraction.text import TfidfVectorizer

        if len(texts) < _MIN_TEXTS:
            return cls((), np.zeros(0), np.zeros((0, 0)))
        vectorizer = TfidfVectorizer(
            ngram_range=(1, 2),
            min_df=2,
            max_df=0.5,
            sublinear_tf=True,
            stop_words="english",
            max_features=200_000,
        )
        try:
            weights = vectorizer.fit_transform(list(texts))
        except ValueError:  # no word stands in two texts and at most half of them
            return cls((), np.zeros(0), np.zeros((0, 0)))
        n_dimensions = min(dimensions, min(weights.shape) - 1)
        if n_dimensions < 1:
            return cls((), np.zeros(0), np.zeros((0, 0)))
        # A fixed start makes ARPACK repeatable; uneven, so that it meets every direction.
        start = np.linspace(1.0, 2.0, min(weights.shape))
        _, _, right = svds(weights, k=n_dimensions, v0=start)
        components = right[::-1].T
        signs = np.sign(components[np.abs(components).argmax(axis=0), range(n_dimensions)])
        terms = tuple(vectorizer.get_feature_names_out().tolist())
        return cls(terms, vectorizer.idf_, np.ascontiguousarray(components * signs))

    def transform(self, texts: Sequence[str]) -> Vectors:
        """Return the projection of `texts`, shape (n, k), rows of length 1 (or 0)."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        if not self.terms:
            return np.zeros((len(texts), 0), dtype=np.float32)
        vectorizer = TfidfVectorizer(
            ngram_range=(1, 2),
            sublinear_tf=True,
            stop_words="english",
            vocabulary={term: column for column, term in enumerate(self.terms)},
        )
        vectorizer.idf_ = self.idf
        return unit_rows(vectorizer.transform(list(texts)) @ self.components)


def join(encoded: Vectors, lsa: Vectors) -> Vectors:
    """Set two representations side by side, each with the same weight.

    Returns
    -------
    numpy.ndarray of float32, shape (n, d + k)
        Rows of length 1.
    """
    return unit_rows(np.hstack([encoded, lsa]).astype(np.float64))


def unit_rows(rows: NDArray[np.floating]) -> Vectors:
    """Scale each row to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)
