"""A fitted BERTopic of the groups that were found, for BERTopic's own plots.

The only place that imports BERTopic, and only once somebody asks for it: it takes
eight seconds. Must not find groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.themes.consensus import MainAxes
from papertrends.themes.ctfidf import N_PHRASES
from papertrends.themes.labels import phrase_analyzer

Labels = NDArray[np.int64]


class Handed(Protocol):
    """A BERTopic that can be handed out."""

    def build(self) -> Any:
        """Return it, fitted."""


@dataclass(frozen=True)
class UsersOwn:
    """A BERTopic that a user has passed in."""

    model: Any

    def build(self) -> Any:
        """Return it, fitted."""
        return self.model


@dataclass(frozen=True)
class OnDemand:
    """A BERTopic of groups that were found without it.

    Attributes
    ----------
    texts : sequence of str, length n
    vectors : numpy.ndarray, shape (n, d)
    topics : numpy.ndarray of int, shape (n,)
        Topic of each paper, -1 for none; 0 is the largest.
    vocabulary : list of str
        The phrases it counts.
    """

    texts: Sequence[str]
    vectors: Vectors
    topics: Labels
    vocabulary: list[str]

    def build(self) -> Any:
        """Return it, fitted when it is asked for the first time."""
        return self._fitted

    @cached_property
    def _fitted(self) -> Any:
        model = _bertopic(self.vocabulary, FoundGroups(self.topics))
        # The topics are in the order of their sizes; BERTopic would change those of one size.
        model._sort_mappings_by_frequency = lambda documents: documents
        # Where papers share no phrase at all, c-TF-IDF divides by their count of zero.
        with np.errstate(divide="ignore", invalid="ignore"):
            model.fit_transform(list(self.texts), embeddings=np.asarray(self.vectors))
        del model._sort_mappings_by_frequency
        return model


class FoundGroups:
    """Groups that were found before, with the manners of a clustering in scikit-learn.

    Parameters
    ----------
    topics : numpy.ndarray of int, shape (n,)
        Topic of each paper, -1 for none.

    Attributes
    ----------
    labels_ : numpy.ndarray of int, shape (n,)
        The same.
    """

    def __init__(self, topics: Labels) -> None:
        self.topics = topics

    def fit(self, points: Vectors, y: object = None) -> FoundGroups:
        """Take `points`, shape (n, d), to be in their groups."""
        del y  # scikit-learn's signature
        self.labels_ = np.asarray(self.topics)
        names = range(int(self.labels_.max(initial=-1)) + 1)
        means = [points[self.labels_ == name].mean(axis=0) for name in names]
        self._means = np.array(means).reshape(-1, points.shape[1])
        return self

    def predict(self, points: Vectors) -> Labels:
        """Return the group with the nearest mean for new `points`; -1 if there are no groups."""
        if not len(self._means):
            return np.full(len(points), -1)
        closeness = 2 * points @ self._means.T - (self._means**2).sum(axis=1)
        return np.asarray(closeness.argmax(axis=1), dtype=np.int64)


def _bertopic(vocabulary: list[str], groups: FoundGroups) -> Any:
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    return BERTopic(
        embedding_model=BaseEmbedder(),
        umap_model=MainAxes(),
        hdbscan_model=groups,
        vectorizer_model=CountVectorizer(
            analyzer=phrase_analyzer, vocabulary=_at_least_two(vocabulary)
        ),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
        top_n_words=N_PHRASES,
        calculate_probabilities=False,
        verbose=False,
    )


def _at_least_two(phrases: list[str]) -> list[str]:
    """Fill up with phrases of no paper: c-TF-IDF cannot do with fewer than two."""
    return phrases if len(phrases) > 1 else [*phrases, "(no phrase)", "(nor this)"]
