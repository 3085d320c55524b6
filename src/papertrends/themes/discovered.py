"""Discovered themes: groups of papers that stay the same, and the phrases that set them apart.

They are those that BERTopic would be given: a reduction, a clustering and c-TF-IDF,
without BERTopic, which takes longer to import than all of it takes to run. A user's
own BERTopic is asked instead if there is one. Must not import it.
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
from papertrends.themes.ctfidf import sizes_first, weights_of
from papertrends.themes.grouping import jaccards
from papertrends.themes.kmeans import Floats, Labels
from papertrends.themes.labels import Phrasing, phrase_analyzer
from papertrends.themes.own_bertopic import Handed, OnDemand, UsersOwn

#: Below this many papers a grouping says more about chance than about themes.
MIN_PAPERS = MIN_POINTS


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
    bertopic : Handed
        Has a fitted BERTopic of the broad topics, or makes it.
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
    bertopic: Handed
    was: dict[int, int] = field(default_factory=dict)
    finer_was: dict[int, int] = field(default_factory=dict)


def discover(
    texts: Sequence[str],
    vectors: Vectors,
    *,
    bertopic: Any = None,
    before: Before | None = None,
    phrasing: Phrasing | None = None,
    n_all: int | None = None,
    progress: Progress = silent,
) -> Discovery:
    """Group papers by what they are about.

    Chance is drawn from the texts, so that the same papers always have the same topics
    and a few more papers change little.

    Parameters
    ----------
    texts : sequence of str, length n
    vectors : numpy.ndarray, shape (n, d)
    bertopic : bertopic.BERTopic, optional
        A model of one's own: if fitted it assigns its topics, else it is fitted.
    before : Before, optional
        Groups the papers were in, to be held fast to; with a model of one's own its
        topics are only matched to them.
    phrasing : Phrasing, optional
        The phrases of the texts, where they are read already.
    n_all : int, optional
        How many papers there are in all, if these are a sample of them: their number
        says how many topics a reader gets.
    progress : Progress, optional

    Raises
    ------
    InputError
        If a fitted BERTopic cannot embed the papers.

    References
    ----------
    Grootendorst 2022, "BERTopic"; for the grouping see `grouping.group`.
    """
    if bertopic is not None:
        own = _with_own(bertopic, texts, vectors)
        return own if before is None else replace(own, was=_matched(own.topics, before.broad))
    phrasing = Phrasing.of([""] * len(texts), texts) if phrasing is None else phrasing
    groups = ConsensusGroups(
        texts,
        same_vectors(vectors),
        lambda done, total: progress("grouping", done, total),
        before,
        stands_for=1.0 if n_all is None else n_all / len(texts),
    )
    groups.fit(MainAxes().fit(vectors).transform(vectors))
    finer = groups.finer()
    names = sizes_first(groups.labels_)
    renamed = np.array([*(names.get(group, -1) for group in groups.names()), -1], dtype=np.int64)
    found = renamed[groups.labels_]
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
        nearest=renamed[near],
        weights=weights_of(phrasing, found),
        finer_weights=weights_of(phrasing, finer.labels),
        bertopic=OnDemand(texts, vectors, found, phrasing.vocabulary),
        was={names[group]: was for group, was in enumerate(groups.anchors_.tolist()) if was >= 0},
        finer_was={number: was for number, was in enumerate(finer.anchors) if was >= 0},
    )


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
        bertopic=UsersOwn(model),
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
    """Import what a search takes.

    It takes a second or two, and one core: done beside the embedding it costs hardly
    any time.
    """
    import scipy.cluster.hierarchy
    import scipy.optimize
    import sklearn.linear_model
    import sklearn.manifold

    del scipy, sklearn
