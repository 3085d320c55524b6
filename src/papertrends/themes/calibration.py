"""Where the borders of themes lie for papers that they were not learned from.

The latent semantic analysis knows the papers it was learned from better than any
others: a new paper's projection lies nearer to every theme, so that with the same
borders it would be in half as many themes again, and every theme would seem to rise.
How much nearer is found out by leaving papers out. Must not move a paper that the
themes were learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import LSA, join
from papertrends.encoders.lsa import unit_rows
from papertrends.themes.centroids import Centroids, left_out
from papertrends.themes.evidence import Corpus
from papertrends.themes.kmeans import chance, keys_of

#: This part of the papers is left out of a second analysis and projected by it.
_LEFT_OUT = 0.2
#: Papers outside a theme count from so far below its border on.
_NEAR = 0.1
_TAG = 77


def for_new_papers(
    centroids: Centroids,
    corpus: Corpus,
    texts: Sequence[str],
    groups: Sequence[NDArray[np.int64]],
) -> Centroids:
    """Return the centres with their borders moved to where they lie for new papers.

    Parameters
    ----------
    centroids : Centroids
        Of t themes, as learned from n papers.
    corpus, texts
        These papers.
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
    n = len(texts)
    out = chance(keys_of(texts), _TAG) < _LEFT_OUT
    inside = np.zeros((n, len(groups)), dtype=bool)
    for column, rows in enumerate(groups):
        inside[rows, column] = True
    if not len(groups) or not out.any() or out.all():
        return centroids
    learned = _likeness(corpus, inside)[out]
    moved = _likeness_left_out(corpus, texts, inside, out) - learned
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


def _likeness_left_out(
    corpus: Corpus, texts: Sequence[str], inside: NDArray[np.bool_], out: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the same of the papers left out, projected by what the others taught.

    NaN where all papers of a theme are left out.
    """
    kept, rows = np.flatnonzero(~out).tolist(), np.flatnonzero(out).tolist()
    lsa = LSA.fit([texts[row] for row in kept])
    others = join(corpus.encoded[kept], lsa.transform([texts[row] for row in kept]))
    new = join(corpus.encoded[rows], lsa.transform([texts[row] for row in rows]))
    centres = np.array([others[mask].astype(np.float64).sum(axis=0) for mask in inside[kept].T])
    alike = new.astype(np.float64) @ unit_rows(centres).astype(np.float64).T
    alike[:, ~inside[kept].any(axis=0)] = np.nan
    return np.asarray(alike)
