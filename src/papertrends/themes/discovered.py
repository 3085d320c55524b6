"""Discovered themes: BERTopic on the papers' vectors, with a consensus of UMAP runs.

The only place that imports BERTopic, UMAP and HDBSCAN; they take seconds to
import, so they are imported where they are used.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.errors import InputError
from papertrends.progress import Progress, silent
from papertrends.themes.labels import phrase_analyzer, vocabulary

#: Below this many papers a neighbour graph says more about chance than about themes.
MIN_PAPERS = 15

_NEIGHBORS = 15
_DIMENSIONS = 5
_RUNS = 16
_PHRASES = 60


Neighbors = tuple[NDArray[np.int32], NDArray[np.float32]]


@dataclass(frozen=True)
class Discovery:
    """What BERTopic found.

    Attributes
    ----------
    topics : numpy.ndarray of int, shape (n,)
        Topic of each paper, -1 for none.
    stability : dict of int to float
        For each topic, how much of it single UMAP runs find again (0 to 1); NaN
        with a BERTopic of one's own.
    weights : dict of int to dict of str to float
        c-TF-IDF of the phrases of each topic.
    bertopic : bertopic.BERTopic
        The fitted model.
    """

    topics: NDArray[np.int64]
    stability: dict[int, float]
    weights: dict[int, dict[str, float]]
    bertopic: Any


class ConsensusUMAP:
    """Several UMAP runs side by side, so that no single run's noise decides.

    Distances in the joined space are the root mean square of those in the runs.
    It has the ``fit``/``transform`` that BERTopic asks of a dimension reduction.

    Parameters
    ----------
    seed : int
        The runs use seeds derived from it.
    progress : Progress, optional
    """

    def __init__(self, seed: int, progress: Progress = silent) -> None:
        self.seed = seed
        self.progress = progress
        self.runs: list[NDArray[np.float64]] = []

    def fit(self, vectors: Vectors, y: object = None) -> ConsensusUMAP:
        """Embed `vectors`, shape (n, d), in every run."""
        del y  # scikit-learn's signature
        self.runs = []
        neighbors = nearest(vectors)
        for run in range(_RUNS):
            reduced = reduce(vectors, neighbors, _DIMENSIONS, seed=self.seed * _RUNS + run)
            self.runs.append(_standardised(reduced))
            self.progress("grouping", run + 1, _RUNS)
        return self

    def transform(self, vectors: Vectors) -> NDArray[np.float64]:
        """Return the joined runs of the fitted vectors, shape (n, 5 x runs)."""
        del vectors  # the runs hold the papers they were fitted on
        return np.asarray(np.hstack(self.runs) / np.sqrt(len(self.runs)))


def discover(
    texts: Sequence[str],
    vectors: Vectors,
    *,
    seed: int,
    bertopic: Any = None,
    progress: Progress = silent,
) -> Discovery:
    """Group papers by what they are about.

    Parameters
    ----------
    texts : sequence of str, length n
    vectors : numpy.ndarray, shape (n, d)
    seed : int
    bertopic : bertopic.BERTopic, optional
        A model of one's own: if fitted it assigns its topics, else it is fitted.
    progress : Progress, optional

    Raises
    ------
    InputError
        If a fitted BERTopic cannot embed the papers.

    References
    ----------
    Grootendorst 2022, "BERTopic"; McInnes et al. 2018, "UMAP"; Campello et al.
    2013 (HDBSCAN); averaging embeddings before clustering follows the idea of
    cluster ensembles (Strehl and Ghosh 2002).
    """
    if bertopic is not None:
        return _with_own(bertopic, texts, vectors)
    consensus = ConsensusUMAP(seed, progress)
    model = _bertopic(texts, consensus)
    # Where papers share no phrase at all, c-TF-IDF divides by their count of zero.
    with np.errstate(divide="ignore", invalid="ignore"):
        topics, _ = model.fit_transform(list(texts), embeddings=np.asarray(vectors))
    found = np.asarray(topics, dtype=np.int64)
    single = [_hdbscan(len(texts)).fit(run).labels_ for run in consensus.runs]
    stability = {topic: _found_again(found == topic, single) for topic in _names(found)}
    return Discovery(found, stability, _weights(model, found), model)


def _bertopic(texts: Sequence[str], consensus: ConsensusUMAP) -> Any:
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    return BERTopic(
        embedding_model=BaseEmbedder(),
        umap_model=consensus,
        hdbscan_model=_hdbscan(len(texts)),
        vectorizer_model=CountVectorizer(
            analyzer=phrase_analyzer, vocabulary=_at_least_two(vocabulary(texts))
        ),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
        top_n_words=_PHRASES,
        calculate_probabilities=False,
        verbose=False,
    )


def _at_least_two(phrases: list[str]) -> list[str]:
    """Fill up with phrases of no paper: c-TF-IDF cannot do with fewer than two."""
    return phrases if len(phrases) > 1 else [*phrases, "(no phrase)", "(nor this)"]


def _with_own(model: Any, texts: Sequence[str], vectors: Vectors) -> Discovery:
    """Take the topics of a user's BERTopic; how stable they are is not known, so it is NaN."""
    if getattr(model, "topics_", None) is None:
        model = copy.deepcopy(model)  # what was passed in stays unfitted, as scikit-learn has it
        topics, _ = model.fit_transform(list(texts), embeddings=np.asarray(vectors))
    else:
        try:
            topics, _ = model.transform(list(texts))
        except Exception as error:
            raise InputError(
                f"the fitted BERTopic cannot embed the papers ({error})",
                "fit it with an embedding_model, or pass one that is not fitted yet",
            ) from error
    found = np.asarray(topics, dtype=np.int64)
    return Discovery(
        found, dict.fromkeys(_names(found), math.nan), _own_phrases(texts, found), model
    )


def _names(topics: NDArray[np.int64]) -> list[int]:
    return sorted(int(topic) for topic in set(topics.tolist()) - {-1})


def _weights(model: Any, topics: NDArray[np.int64]) -> dict[int, dict[str, float]]:
    """Return the c-TF-IDF of the phrases of each topic."""
    return {
        topic: {form: float(weight) for form, weight in model.get_topic(topic) if form}
        for topic in _names(topics)
    }


def _own_phrases(texts: Sequence[str], topics: NDArray[np.int64]) -> dict[int, dict[str, float]]:
    """Return the phrases of each topic's papers, where the model's own words are no phrases."""
    return {
        topic: {
            form: 1.0
            for row in np.flatnonzero(topics == topic).tolist()
            for form in phrase_analyzer(texts[row])
        }
        for topic in _names(topics)
    }


def warm_up() -> None:
    """Import BERTopic, UMAP and HDBSCAN and have UMAP compile its kernels on a few points.

    It takes as long as embedding a hundred abstracts, and one core: done beside
    the embedding it costs hardly any time.
    """
    import bertopic.backend
    import bertopic.vectorizers
    import hdbscan
    import sklearn.linear_model

    del bertopic, hdbscan, sklearn
    points = np.random.default_rng(0).normal(size=(2 * MIN_PAPERS, 8))
    few = points.astype(np.float32)
    reduce(few, nearest(few), _DIMENSIONS, seed=0)


def nearest(vectors: Vectors) -> Neighbors:
    """Return the exact nearest neighbours of each paper, itself first, by cosine.

    Found once for all runs; UMAP's own search would be approximate in large
    corpora, and have more kernels to compile.

    Returns
    -------
    indices : numpy.ndarray of int32, shape (n, k)
    distances : numpy.ndarray of float32, shape (n, k)
    """
    from sklearn.neighbors import NearestNeighbors

    wide = np.asarray(vectors, dtype=np.float64)
    search = NearestNeighbors(
        n_neighbors=min(_NEIGHBORS, len(wide) - 1), metric="cosine", algorithm="brute", n_jobs=1
    )
    # Without the papers themselves, so that one with copies is still its own first neighbour.
    distances, indices = search.fit(wide).kneighbors()
    own = np.arange(len(wide))[:, None]
    indices = np.hstack([own, indices[:, :-1]]).astype(np.int32)
    distances = np.hstack([np.zeros((len(wide), 1)), distances[:, :-1]]).astype(np.float32)
    return indices, distances


def reduce(
    vectors: Vectors, neighbors: Neighbors, dimensions: int, *, seed: int
) -> NDArray[np.float64]:
    """Return one UMAP run of `vectors` with their `nearest`, shape (n, dimensions)."""
    import warnings

    from umap import UMAP

    with warnings.catch_warnings():
        # UMAP's spectral start warns where the neighbour graph falls apart, and copes.
        warnings.simplefilter("ignore")
        reduced = UMAP(
            n_neighbors=neighbors[0].shape[1],
            precomputed_knn=neighbors,
            n_components=dimensions,
            min_dist=0.0 if dimensions > 2 else 0.3,
            metric="cosine",
            random_state=seed % 2**32,  # NumPy takes no larger seeds
            n_jobs=1,
        ).fit_transform(np.asarray(vectors))
    return np.asarray(reduced, dtype=np.float64)


def _hdbscan(n_papers: int) -> Any:
    from hdbscan import HDBSCAN

    return HDBSCAN(
        min_cluster_size=max(4, round(0.5 * n_papers**0.5)),
        min_samples=1,
        core_dist_n_jobs=1,
    )


def _standardised(reduced: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = reduced - reduced.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=1).mean())
    return np.asarray(centred / max(float(spread), 1e-12))


def _found_again(topic: NDArray[np.bool_], runs: Sequence[NDArray[np.int64]]) -> float:
    """Return the mean over `runs` of the best Jaccard index of `topic` with a cluster."""
    best = []
    for labels in runs:
        clusters = [labels == cluster for cluster in sorted(set(labels.tolist()) - {-1})]
        overlaps = [float((topic & other).sum() / (topic | other).sum()) for other in clusters]
        best.append(max(overlaps, default=0.0))
    return float(np.mean(best))
