"""How near papers are to discovered themes: one centre a theme, in the joined vectors.

Pure functions of arrays, so that papers can be assigned anywhere without the
models that found the themes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.encoders.lsa import unit_rows
from papertrends.themes.evidence import THRESHOLD

Floats = NDArray[np.float64]
Rows = Sequence[NDArray[np.int64]]

#: The likeness at which a paper is in or out of a theme that is not its nearest lies above that
#: of this part of all others and, unless that is higher, below that of three quarters of the
#: theme's own papers.
_OTHERS, _OWN = 0.99, 0.25
#: A paper is in its nearest theme unless this part of the theme's own papers is nearer.
_NEAREST = 0.05
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
    lows : numpy.ndarray, shape (t,)
        The same as `cuts` for papers to which the theme is the nearest.
    parents : numpy.ndarray of int, shape (t,)
        The row of the broader theme that a finer one lies under, -1 for none.
    shifts : numpy.ndarray, shape (t, 2)
        By how much `cuts` and `lows` were moved for papers that nothing was learned
        from, see `calibration.for_new_papers`.
    """

    centres: Floats
    cuts: Floats
    scales: Floats
    lows: Floats
    parents: NDArray[np.int64]
    shifts: Floats

    @classmethod
    def none(cls, width: int) -> Centroids:
        """Return the centres of no themes, for vectors of shape (n, width)."""
        nothing = np.zeros(0)
        no_shifts = np.zeros((0, 2))
        return cls(
            np.zeros((0, width)), nothing, nothing, nothing, nothing.astype(np.int64), no_shifts
        )

    @classmethod
    def fit(cls, vectors: Vectors, groups: Rows, parents: Sequence[int]) -> Centroids:
        """Learn the centres of groups of papers.

        Parameters
        ----------
        vectors : numpy.ndarray, shape (n, d)
        groups : sequence of numpy.ndarray, length t
            Rows of the papers of each theme.
        parents : sequence of int, length t
        """
        if not len(groups):
            return cls.none(vectors.shape[1])
        wide = vectors.astype(np.float64)
        centres, cuts, scales, lows = [], [], [], []
        for rows in groups:
            inside = np.zeros(len(wide), dtype=bool)
            inside[rows] = True
            likeness = left_out(wide, inside)
            own, others = likeness[inside], likeness[~inside]
            apart = float(np.quantile(others, _OTHERS)) if len(others) else -1.0
            centres.append(unit_rows(wide[inside].sum(axis=0, keepdims=True))[0])
            cuts.append(max(apart, float(np.quantile(own, _OWN))))
            lows.append(float(np.quantile(own, _NEAREST)))
            scales.append(max(_MIN_SCALE, float(own.std()) / 2))
        return cls(
            np.array(centres, dtype=np.float64),
            np.array(cuts),
            np.array(scales),
            np.array(lows),
            np.array(parents, dtype=np.int64),
            np.zeros((len(groups), 2)),
        )

    def score(self, vectors: Vectors) -> Floats:
        """Return scores from 0 to 1 of papers the centres were not learned from, shape (n, t).

        A paper is a member of the broad theme nearest to it if it is as near as the
        theme's own, and of others that it is very near to; and of the nearest of the
        finer themes under the one nearest to it.
        """
        likeness = vectors.astype(np.float64) @ self.centres.T
        scores = _squash(likeness, self.cuts, self.scales)
        as_nearest = _squash(likeness, self.lows, self.scales)
        broad = np.flatnonzero(self.parents < 0)
        if not len(broad) or not len(likeness):
            return scores
        every = np.arange(len(likeness))
        nearest = broad[likeness[:, broad].argmax(axis=1)]
        scores[every, nearest] = np.maximum(scores[every, nearest], as_nearest[every, nearest])
        scores[:, self.parents >= 0] = 0.0
        for parent in sorted(set(self.parents[self.parents >= 0].tolist())):
            finer = np.flatnonzero(self.parents == parent)
            rows = np.flatnonzero((nearest == parent) & (scores[:, parent] >= THRESHOLD))
            chosen = finer[likeness[np.ix_(rows, finer)].argmax(axis=1)]
            scores[rows, chosen] = np.minimum(as_nearest[rows, chosen], scores[rows, parent])
        return scores

    def score_fitted(self, vectors: Vectors, groups: Rows) -> Floats:
        """Score the papers that the centres were learned from, each left out of its own."""
        wide = vectors.astype(np.float64)
        columns = []
        for rows in groups:
            inside = np.zeros(len(wide), dtype=bool)
            inside[rows] = True
            columns.append(left_out(wide, inside))
        likeness = np.column_stack(columns) if columns else np.zeros((len(wide), 0))
        return _squash(likeness, self.cuts, self.scales)


def _squash(likeness: Floats, cuts: Floats, scales: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-(likeness - cuts) / scales)))


def left_out(vectors: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Return each paper's cosine to the centre of the other papers inside, shape (n,)."""
    total = vectors[inside].sum(axis=0)
    own = vectors[inside]
    likeness = vectors @ unit_rows(total[None, :])[0].astype(np.float64)
    others = unit_rows(total[None, :] - own).astype(np.float64)
    likeness[inside] = (own * others).sum(axis=1)
    return np.asarray(likeness)
