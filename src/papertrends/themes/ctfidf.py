"""c-TF-IDF: how much a phrase sets one group of papers apart from the others.

The formula is BERTopic's; it takes a few lines, and BERTopic eight seconds to
import. Must not form groups, nor choose among phrases for a reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.themes.labels import Phrasing

Labels = NDArray[np.int64]

#: So many of a group's strongest phrases are told.
N_PHRASES = 60


def c_tf_idf(counts: Any) -> Any:
    """Weigh phrases by how much they set apart.

    Parameters
    ----------
    counts : scipy.sparse.csr_matrix, shape (groups, phrases)
        How often each phrase stands in each group of papers.

    Returns
    -------
    scipy.sparse.csr_matrix, shape (groups, phrases)
        The square root of a phrase's share of the group, by the logarithm of one and the
        mean number of phrases in a group divided by how often the phrase stands in all.

    References
    ----------
    Grootendorst 2022, "BERTopic: Neural topic modeling with a class-based TF-IDF
    procedure"; with the root it is ``ClassTfidfTransformer(reduce_frequent_words=True)``.
    """
    from scipy import sparse

    everywhere = np.asarray(counts.sum(axis=0), dtype=np.float64).ravel()
    totals = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    mean = int(totals.mean()) if len(totals) else 0
    idf = np.log(mean / np.maximum(everywhere, 1) + 1)
    shares = sparse.diags(1 / np.maximum(totals, 1)) @ counts
    shares.data = np.sqrt(shares.data)
    return (shares @ sparse.diags(idf)).tocsr()


def weights_of(phrasing: Phrasing, labels: Labels) -> dict[int, dict[str, float]]:
    """Return the strongest phrases of each group of papers, the strongest first.

    Parameters
    ----------
    phrasing : Phrasing
        Of n papers.
    labels : numpy.ndarray of int, shape (n,)
        Group of each paper, -1 for none; those in none count as one more group.

    Returns
    -------
    dict of int to mapping of str to float
        At most `N_PHRASES` of each, of equals those first in the alphabet.
    """
    from scipy import sparse

    found, places = np.unique(labels, return_inverse=True)
    phrases = phrasing.vocabulary
    if not phrases:
        return {name: {} for name in found.tolist() if name >= 0}
    rows = np.arange(len(labels))
    shape = (len(found), len(labels))
    belongs = sparse.csr_matrix((np.ones(len(labels)), (places.ravel(), rows)), shape=shape)
    weights = c_tf_idf(belongs @ phrasing.counts)
    return {
        name: strongest(weights[row], phrases)
        for row, name in enumerate(found.tolist())
        if name >= 0
    }


def strongest(weights: Any, phrases: list[str]) -> dict[str, float]:
    """Return the phrases of one sparse row of weights that weigh most."""
    order = np.lexsort((weights.indices, -weights.data))[:N_PHRASES]
    return {
        phrases[weights.indices[place]]: float(weights.data[place])
        for place in order.tolist()
        if weights.data[place] > 0
    }


def sizes_first(labels: Labels) -> Mapping[int, int]:
    """Return a new number for each group: the largest is 0, of equals the first met."""
    names, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = [place for place in np.lexsort((first, -sizes)).tolist() if names[place] >= 0]
    return {int(names[place]): number for number, place in enumerate(order)}
