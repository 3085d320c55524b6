"""Where the borders of themes lie for papers that they were not learned from.

The latent semantic analysis knows the papers it was learned from better than any
others: a new paper's projection lies nearer to every theme, so that with the same
borders it would be in half as many themes again, and every theme would seem to rise.
How much nearer is found out by leaving papers out. Must not move a paper that the
themes were learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import LSA, Vectors, join
from papertrends.encoders.lsa import unit_rows
from papertrends.themes.centroids import Centroids, left_out
from papertrends.themes.evidence import Corpus
from papertrends.themes.kmeans import chance, keys_of

#: This part of the papers is left out of a second analysis and projected by it.
_LEFT_OUT = 0.2
#: Papers outside a theme count from so far below its border on.
_NEAR = 0.1
_TAG = 77


@dataclass(frozen=True)
class Anew:
    """Papers by a second analysis, which some of them were left out of.

    Attributes
    ----------
    out : numpy.ndarray of bool, shape (n,)
        Those that were; none where there are too few papers.
    joined : numpy.ndarray, shape (n, d + k)
        All of them by it, as `Corpus.joined`.
    """

    out: NDArray[np.bool_]
    joined: Vectors

    @classmethod
    def none(cls, corpus: Corpus) -> Anew:
        """Leave no paper out."""
        return cls(np.zeros(len(corpus.joined), dtype=bool), corpus.joined)


def analysed_anew(corpus: Corpus, texts: Sequence[str]) -> Anew:
    """Leave a fifth of the papers out, chosen by their texts, and project all by the others.

    Knows nothing of themes.
    """
    out = chance(keys_of(texts), _TAG) < _LEFT_OUT
    if not out.any() or out.all():
        return Anew.none(corpus)
    lsa = LSA.fit([texts[row] for row in np.flatnonzero(~out).tolist()])
    return Anew(out, join(corpus.encoded, lsa.transform(texts)))


def for_new_papers(
    centroids: Centroids, corpus: Corpus, anew: Anew, groups: Sequence[NDArray[np.int64]]
) -> Centroids:
    """Return the centres with their borders moved to where they lie for new papers.

    Parameters
    ----------
    centroids : Centroids
        Of t themes, as learned from n papers.
    corpus : Corpus
        These papers.
    anew : Anew
        The same by an analysis that left some of them out.
    groups : sequence of numpy.ndarray, length t
        Rows of the papers in each theme.

    Returns
    -------
    Centroids
        Two shifts, the same for all themes: how much nearer to themes a paper lies
        that the analysis was learned without, on average over a fifth of the papers,
        chosen by their texts. One is of the papers in a theme to that theme, which moves
        `lows`; the other of papers near its border, which moves `cuts`.

    Notes
    -----
    Validation by leaving out what is tested (Stone 1974), of the projection alone: the
    encoder's vectors are the same whatever the papers.
    """
    out = anew.out
    if not len(groups) or not out.any():
        return centroids
    inside = np.zeros((len(out), len(groups)), dtype=bool)
    for column, rows in enumerate(groups):
        inside[rows, column] = True
    learned = _likeness(corpus, inside)[out]
    moved = _likeness_left_out(anew, inside) - learned
    own = inside[out] & np.isfinite(moved)
    near = ~inside[out] & np.isfinite(moved) & (learned > centroids.cuts - _NEAR)
    cut = float(moved[near].mean()) if near.any() else 0.0
    low = float(moved[own].mean()) if own.any() else cut
    return replace(
        centroids,
        cuts=centroids.cuts + cut,
        lows=centroids.lows + low,
        shifts=np.tile([cut, low], (len(groups), 1)),
    )


def _likeness(corpus: Corpus, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the cosine of each paper to the centre of each theme's other papers."""
    wide = corpus.joined.astype(np.float64)
    return np.column_stack([left_out(wide, mask) for mask in inside.T])


def _likeness_left_out(anew: Anew, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the same of the papers left out, by what the others taught.

    NaN where all papers of a theme are left out.
    """
    others, new = (anew.joined[rows].astype(np.float64) for rows in (~anew.out, anew.out))
    kept = inside[~anew.out]
    centres = np.array([others[mask].sum(axis=0) for mask in kept.T])
    alike = new @ unit_rows(centres).astype(np.float64).T
    alike[:, ~kept.any(axis=0)] = np.nan
    return np.asarray(alike)
