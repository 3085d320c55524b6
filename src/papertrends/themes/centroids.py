"""How near papers are to discovered themes: one centre a theme, in the joined vectors.

Pure functions of arrays, so that papers can be assigned anywhere without the
models that found the themes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.encoders.lsa import unit_rows

Floats = NDArray[np.float64]

#: The likeness at which a paper is in or out lies above that of this part of all others
#: and, unless that is higher, below that of three quarters of the theme's own papers.
_OTHERS, _OWN = 0.99, 0.25
_MIN_SCALE = 0.02


@dataclass(frozen=True)
class Centroids:
    """Centres of t themes with the likeness that divides in from out.

    Attributes
    ----------
    centres : numpy.ndarray, shape (t, d)
        Rows of length 1.
    cuts, scales : numpy.ndarray, shape (t,)
        The cosine at which the score is one half, and how fast it changes there.
    """

    centres: Floats
    cuts: Floats
    scales: Floats

    @classmethod
    def fit(cls, vectors: Vectors, topics: NDArray[np.int64], names: list[int]) -> Centroids:
        """Learn the centres of the topics in `names` from papers, shape (n, d)."""
        wide = vectors.astype(np.float64)
        centres, cuts, scales = [], [], []
        for name in names:
            inside = topics == name
            likeness = _left_out(wide, inside)
            own, others = likeness[inside], likeness[~inside]
            apart = float(np.quantile(others, _OTHERS)) if len(others) else -1.0
            centres.append(unit_rows(wide[inside].sum(axis=0, keepdims=True))[0])
            cuts.append(max(apart, float(np.quantile(own, _OWN))))
            scales.append(max(_MIN_SCALE, float(own.std()) / 2))
        width = wide.shape[1]
        return cls(
            np.array(centres, dtype=np.float64).reshape(len(names), width),
            np.array(cuts),
            np.array(scales),
        )

    def score(self, vectors: Vectors) -> Floats:
        """Return scores from 0 to 1 of papers, shape (n, t)."""
        return self._squash(vectors.astype(np.float64) @ self.centres.T)

    def score_fitted(self, vectors: Vectors, topics: NDArray[np.int64], names: list[int]) -> Floats:
        """Score the papers that the centres were learned from, each left out of its own."""
        wide = vectors.astype(np.float64)
        columns = [_left_out(wide, topics == name) for name in names]
        likeness = np.column_stack(columns) if columns else np.zeros((len(wide), 0))
        return self._squash(likeness)

    def _squash(self, likeness: Floats) -> Floats:
        return np.asarray(1.0 / (1.0 + np.exp(-(likeness - self.cuts) / self.scales)))


def _left_out(vectors: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Return each paper's cosine to the centre of the other papers inside, shape (n,)."""
    total = vectors[inside].sum(axis=0)
    own = vectors[inside]
    likeness = vectors @ unit_rows(total[None, :])[0].astype(np.float64)
    others = unit_rows(total[None, :] - own).astype(np.float64)
    likeness[inside] = (own * others).sum(axis=1)
    return np.asarray(likeness)
