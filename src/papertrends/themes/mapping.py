"""A map of the papers: those that say alike things lie near each other in the plane.

Must not group papers, nor move one for the sake of a picture: what is read off the
map is only who is near whom.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from papertrends.cores import one_thread
from papertrends.encoders import Vectors
from papertrends.encoders.lsa import unit_rows
from papertrends.themes.consensus import MIN_POINTS, same_vectors
from papertrends.themes.graph import highest, main_axes
from papertrends.themes.kmeans import Floats, chance, keys_of

#: So many different papers are laid out; others are put among them.
MAP_BOUND = 1_500
#: The layout looks at papers on these main axes of the vectors.
_AXES = 20
#: About so many neighbours of each paper are to be near it, fewer in small corpora: one in so many.
_PERPLEXITY, _SHARE = 30.0, 5
#: Iterations of the layout, how much neighbours are drawn together in its first ones, and how
#: far its start is shaken by the seed (parts of its spread).
_STEPS, _DRAWN, _SHAKEN = 400, 4.0, 0.01
#: A paper that is not laid out lies among so many of its nearest ones, and the nearer to one
#: of them the more alike they are: a cosine of this much more counts e times as much.
_NEAREST, _SOFT = 5, 0.05
_TAG = 555


def laid_out(vectors: Vectors, texts: Sequence[str], *, seed: int) -> Floats:
    """Return a place in the plane for each paper.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
        Rows of length 1 (or 0). Papers with the very same vector share a place.
    texts : sequence of str, length n
        Which papers are laid out themselves, if there are many, depends on their texts.
    seed : int
        Shakes the start of the layout.

    Returns
    -------
    numpy.ndarray, shape (n, 2)

    References
    ----------
    Van der Maaten 2014, "Accelerating t-SNE using tree-based algorithms"; Kobak and
    Berens 2019, "The art of using t-SNE for single-cell transcriptomics" (the start from
    the main axes, and placing the others among their nearest neighbours).
    """
    same = same_vectors(vectors)
    _, first = np.unique(same, return_index=True)
    # In the order of the papers, so that a corpus without copies is laid out as it stands.
    kept, rank = np.sort(first), np.argsort(np.argsort(first))
    different = np.asarray(vectors)[kept]
    keys = keys_of([texts[row] for row in kept.tolist()])
    chosen = np.sort(np.argsort(keys, kind="stable")[:MAP_BOUND])
    places = np.zeros((len(kept), 2))
    places[chosen] = _places(different[chosen], keys[chosen], seed)
    others = np.setdiff1d(np.arange(len(kept)), chosen)
    if len(others):
        places[others] = among(different[others], different[chosen], places[chosen])
    return np.asarray(places[rank[same]])


def among(vectors: Vectors, others: Vectors, places: Floats) -> Floats:
    """Put papers among others that have a place: into the middle of those nearest to them.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
    others : numpy.ndarray, shape (m, d)
    places : numpy.ndarray, shape (m, 2)

    Returns
    -------
    numpy.ndarray, shape (n, 2)
    """
    wide = np.asarray(vectors, dtype=np.float32)
    # Rounded, so that the last bits of a sum do not decide between equals.
    alike = np.round(wide @ np.asarray(others, dtype=np.float32).T, 6)
    nearest = highest(alike, min(_NEAREST, len(others)))
    near = np.take_along_axis(alike, nearest, axis=1).astype(np.float64)
    weights = np.exp((near - near.max(axis=1, keepdims=True)) / _SOFT)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray((places[nearest] * weights[:, :, None]).sum(axis=1))


def _places(vectors: Vectors, keys: NDArray[np.uint64], seed: int) -> Floats:
    """Lay out n different vectors, shape (n, 2)."""
    if len(vectors) < MIN_POINTS:
        return _along_axes(vectors)
    import sklearn.manifold

    wide = unit_rows(np.asarray(vectors, dtype=np.float64)).astype(np.float64)
    points = (wide - wide.mean(axis=0)) @ main_axes(wide - wide.mean(axis=0), _AXES)
    start = points[:, :2] / max(float(points[:, 0].std()), 1e-12)
    shaken = np.column_stack([chance(keys, _TAG, seed, axis) for axis in (0, 1)]) - 0.5
    layout = sklearn.manifold.TSNE(
        perplexity=min(_PERPLEXITY, max(2.0, len(points) / _SHARE)),
        init=np.asarray(1e-4 * (start + _SHAKEN * shaken), dtype=np.float32),
        max_iter=_STEPS,
        early_exaggeration=_DRAWN,
        random_state=seed % 2**32,  # NumPy takes no larger seeds
        n_jobs=1,
    )
    # Sums over several threads would depend on the number of cores.
    with one_thread():
        return np.asarray(layout.fit_transform(points), dtype=np.float64)


def _along_axes(vectors: Vectors) -> Floats:
    """Lay out a few vectors along their main axes, each pointing to where its largest part is."""
    centred = np.asarray(vectors, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    left, strength, _ = np.linalg.svd(centred, full_matrices=False)
    places = np.zeros((len(vectors), 2))
    axes = min(2, len(strength))
    signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(left.shape[1])])[:axes]
    places[:, :axes] = left[:, :axes] * strength[:axes] * np.where(signs == 0, 1.0, signs)
    return places
