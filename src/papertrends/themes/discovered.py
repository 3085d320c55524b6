"""Discovered themes: BERTopic on the papers' vectors, with a grouping that stays the same.

The only place that imports BERTopic and UMAP (which draws the map); they take
seconds to import, so they are imported where they are used.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.errors import InputError
from papertrends.progress import Progress, silent
from papertrends.themes.anchoring import Past, one_to_one
from papertrends.themes.consensus import (
    MIN_POINTS,
    Before,
    ConsensusGroups,
    MainAxes,
    same_vectors,
)
from papertrends.themes.graph import main_axes
from papertrends.themes.grouping import jaccards
from papertrends.themes.kmeans import Floats, Labels
from papertrends.themes.labels import phrase_analyzer, vocabulary

#: Below this many papers a grouping says more about chance than about themes.
MIN_PAPERS = MIN_POINTS

_NEIGHBORS = 15
_PHRASES = 60
_SEPARATOR = " . "


Neighbors = tuple[NDArray[np.int32], NDArray[np.float32]]


@dataclass(frozen=True)
class Discovery:
    """What was found: broad topics, and finer ones where a broad one really splits.

    Attributes
    ----------
    topics : numpy.ndarray of int, shape (n,)
        Broad topic of each paper, -1 for none; 0 is the largest.
    finer : numpy.ndarray of int, shape (n,)
        Finer topic of each paper, -1 for none; 0 is the largest.
    parents : dict of int to int
        The broad topic that each finer topic is part of.
    stability : dict of int to float
        How much of each broad topic is found again without a part of the papers (0
        to 1); NaN with a BERTopic of one's own.
    finer_stability : dict of int to float
        The same of each finer topic.
    strength : numpy.ndarray, shape (n,)
        How firmly each paper sits in `nearest`: the share of all runs that put it
        there (0 to 1; with a BERTopic of one's own 1, or 0 for the unassigned).
    nearest : numpy.ndarray of int, shape (n,)
        The broad topic of each paper, or that nearest to it; -1 if there is none at all.
    weights : dict of int to dict of str to float
        c-TF-IDF of the phrases of each broad topic.
    finer_weights : dict of int to dict of str to float
        The same of each finer topic.
    bertopic : bertopic.BERTopic
        The fitted model, of the broad topics.
    was, finer_was : dict of int to int
        The group before (see `Before`) that a broad or finer topic is; new ones are not
        in it.
    """

    topics: Labels
    finer: Labels
    parents: dict[int, int]
    stability: dict[int, float]
    finer_stability: dict[int, float]
    strength: Floats
    nearest: Labels
    weights: dict[int, dict[str, float]]
    finer_weights: dict[int, dict[str, float]]
    bertopic: Any
    was: dict[int, int] = field(default_factory=dict)
    finer_was: dict[int, int] = field(default_factory=dict)


def discover(
    texts: Sequence[str],
    vectors: Vectors,
    *,
    seed: int,
    bertopic: Any = None,
    before: Before | None = None,
    progress: Progress = silent,
) -> Discovery:
    """Group papers by what they are about.

    Parameters
    ----------
    texts : sequence of str, length n
    vectors : numpy.ndarray, shape (n, d)
    seed : int
        Moves nothing here: chance is drawn from the texts, so that the same papers
        always have the same topics and a few more papers change little.
    bertopic : bertopic.BERTopic, optional
        A model of one's own: if fitted it assigns its topics, else it is fitted.
    before : Before, optional
        Groups the papers were in, to be held fast to; with a model of one's own its
        topics are only matched to them.
    progress : Progress, optional

    Raises
    ------
    InputError
        If a fitted BERTopic cannot embed the papers.

    References
    ----------
    Grootendorst 2022, "BERTopic"; for the grouping see `grouping.group`.
    """
    del seed
    if bertopic is not None:
        own = _with_own(bertopic, texts, vectors)
        return own if before is None else replace(own, was=_matched(own.topics, before.broad))
    groups = ConsensusGroups(
        texts,
        same_vectors(vectors),
        lambda done, total: progress("grouping", done, total),
        before,
    )
    model = _bertopic(texts, groups)
    # Where papers share no phrase at all, c-TF-IDF divides by their count of zero.
    with np.errstate(divide="ignore", invalid="ignore"):
        topics, _ = model.fit_transform(list(texts), embeddings=np.asarray(vectors))
        finer = groups.finer()
        finer_weights = _finer_weights(model, texts, finer.labels)
    found = np.asarray(topics, dtype=np.int64)
    # BERTopic may number groups of one size in another order.
    names = dict(zip(groups.labels_.tolist(), found.tolist(), strict=True))
    near, strength = groups.nearest()
    return Discovery(
        topics=found,
        finer=finer.labels,
        parents={number: names[parent] for number, parent in enumerate(finer.parents)},
        stability={
            names[group]: float(groups.grouping_.stability[group]) for group in groups.names()
        },
        finer_stability=dict(enumerate(finer.stability.tolist())),
        strength=strength,
        nearest=np.array([names.get(group, -1) for group in near.tolist()], dtype=np.int64),
        weights=_weights(model, found),
        finer_weights=finer_weights,
        bertopic=model,
        was={names[group]: was for group, was in enumerate(groups.anchors_.tolist()) if was >= 0},
        finer_was={number: was for number, was in enumerate(finer.anchors) if was >= 0},
    )


def _bertopic(texts: Sequence[str], groups: ConsensusGroups) -> Any:
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    return BERTopic(
        embedding_model=BaseEmbedder(),
        umap_model=MainAxes(),
        hdbscan_model=groups,
        vectorizer_model=CountVectorizer(
            analyzer=phrase_analyzer, vocabulary=_at_least_two(vocabulary(texts))
        ),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
        top_n_words=_PHRASES,
        calculate_probabilities=False,
        verbose=False,
    )


def _finer_weights(model: Any, texts: Sequence[str], finer: Labels) -> dict[int, dict[str, float]]:
    """Return the c-TF-IDF of the phrases of each finer topic, as the model has it of its own."""
    from bertopic.vectorizers import ClassTfidfTransformer

    names = _names(finer)
    if not names:
        return {}
    joined = [
        _SEPARATOR.join(texts[row] for row in np.flatnonzero(finer == name).tolist())
        for name in [*names, -1]
    ]
    counts = model.vectorizer_model.transform(joined)
    weights = ClassTfidfTransformer(reduce_frequent_words=True).fit_transform(counts).tocsr()
    phrases = model.vectorizer_model.get_feature_names_out()
    return {name: _strongest(weights[row], phrases) for row, name in enumerate(names)}


def _strongest(weights: Any, phrases: NDArray[np.object_]) -> dict[str, float]:
    order = np.lexsort((weights.indices, -weights.data))[:_PHRASES]
    return {
        str(phrases[weights.indices[place]]): float(weights.data[place])
        for place in order
        if weights.data[place] > 0
    }


def _at_least_two(phrases: list[str]) -> list[str]:
    """Fill up with phrases of no paper: c-TF-IDF cannot do with fewer than two."""
    return phrases if len(phrases) > 1 else [*phrases, "(no phrase)", "(nor this)"]


def _with_own(model: Any, texts: Sequence[str], vectors: Vectors) -> Discovery:
    """Take the topics of a user's BERTopic; how stable they are is not known, so it is NaN."""
    if getattr(model, "topics_", None) is None:
        model = copy.deepcopy(model)  # what was passed in stays unfitted, as scikit-learn has it
        try:
            topics, _ = model.fit_transform(list(texts), embeddings=np.asarray(vectors))
        except Exception as error:
            raise InputError(
                f"the BERTopic given cannot be fitted on {len(texts)} papers ({error})",
                "leave it out, change its settings, or give it more papers",
            ) from error
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
        topics=found,
        finer=np.full(len(found), -1),
        parents={},
        stability=dict.fromkeys(_names(found), math.nan),
        finer_stability={},
        strength=(found >= 0).astype(np.float64),
        nearest=_nearest_mean(vectors, found),
        weights=_own_phrases(texts, found),
        finer_weights={},
        bertopic=model,
    )


def _matched(topics: Labels, past: Past) -> dict[int, int]:
    """Return the group before that each topic is, matched by the papers that were settled."""
    homes = np.where(past.settled, past.home, -1)
    names = _names(topics)
    places = np.searchsorted(names, topics) if names else topics
    found = np.where(topics >= 0, places, -1)
    pairs = one_to_one(jaccards(homes, found, len(past.pinned), len(names)))
    return {names[column]: anchor for anchor, column in pairs}


def _nearest_mean(vectors: Vectors, topics: Labels) -> Labels:
    """Return the topics, and for papers in none the one whose mean is nearest."""
    names = _names(topics)
    if not names:
        return topics
    means = np.array([np.asarray(vectors)[topics == name].mean(axis=0) for name in names])
    closeness = 2 * np.asarray(vectors) @ means.T - (means**2).sum(axis=1)
    return np.where(topics >= 0, topics, np.array(names)[closeness.argmax(axis=1)])


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
    """Import BERTopic and UMAP and have UMAP compile its kernels on a few points.

    It takes as long as embedding a hundred abstracts, and one core: done beside
    the embedding it costs hardly any time.
    """
    import bertopic.backend
    import bertopic.vectorizers
    import scipy.cluster.hierarchy
    import sklearn.linear_model

    del bertopic, scipy, sklearn
    points = np.random.default_rng(0).normal(size=(2 * _NEIGHBORS, 8))
    few = points.astype(np.float32)
    reduce(few, nearest(few), 2, seed=0)


def nearest(vectors: Vectors) -> Neighbors:
    """Return the exact nearest neighbours of each paper, itself first, by cosine.

    UMAP's own search would be approximate in large corpora, and have more kernels
    to compile.

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
    """Return one UMAP run of `vectors` with their `nearest`, shape (n, dimensions).

    Fewer papers than UMAP has neighbours for are laid out along their main axes.
    """
    import warnings

    if len(vectors) <= _NEIGHBORS:
        centred = np.asarray(vectors, dtype=np.float64) - np.mean(vectors, axis=0)
        places = centred @ main_axes(np.asarray(centred, dtype=np.float32), dimensions)
        return np.pad(places, ((0, 0), (0, dimensions - places.shape[1])))

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
