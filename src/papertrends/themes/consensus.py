"""The grouping as the two models that BERTopic is put together from.

A dimension reduction and a clustering with scikit-learn's manners. Must not
import BERTopic, nor know what the papers say beyond a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from papertrends.encoders import Vectors
from papertrends.processes import Step, in_processes, one_by_one, silent
from papertrends.themes.anchoring import Anchored, Past, anchored
from papertrends.themes.graph import main_axes
from papertrends.themes.grouping import ALONE, TRIED, group, no_groups
from papertrends.themes.kmeans import Floats, Keys, Labels, Points, keys_of

_AXES = 128
#: Below this many different papers any grouping says more about chance than about themes.
MIN_POINTS = 8
#: The smallest broad group has 3 papers, or about 10 of 5,000; the smallest finer one 4.
_LEAST_BROAD, _LEAST_FINER = 3, 4
_FINER_TRIED = (0.6, 1.0)
#: Parts of a smaller group would be found in whatever it holds.
_LEAST_SPLIT = 20


@dataclass(frozen=True)
class Before:
    """The groups that papers were in: broad ones, and the finer ones within them."""

    broad: Past
    finer: Past

    def finer_of(self, papers: Labels, labels: Labels, group: int) -> list[int]:
        """Return the finer groups most of which are in `group`, where papers have `labels`."""
        homes = self.finer.home[papers]
        n_groups = max(int(labels.max(initial=-1)), group) + 1
        inside = (homes >= 0) & (labels >= 0)
        both = np.zeros((len(self.finer.pinned), n_groups))
        np.add.at(both, (homes[inside], labels[inside]), 1)
        most = (both.argmax(axis=1) == group) & (both.max(axis=1) > 0)
        return np.flatnonzero(most).tolist()


@dataclass(frozen=True)
class Finer:
    """Finer groups, the largest first.

    Attributes
    ----------
    labels : numpy.ndarray of int, shape (n,)
        Finer group of each paper, -1 for none.
    parents : list of int
        The group that each finer group is part of.
    stability : numpy.ndarray
    anchors : list of int
        The finer group it was before, -1 for a new one.
    """

    labels: Labels
    parents: list[int]
    stability: Floats
    anchors: list[int]


class MainAxes:
    """Vectors turned to their main axes: a reduction that nothing is left to chance in."""

    def fit(self, vectors: Vectors, y: object = None) -> MainAxes:
        """Find the axes of `vectors`, shape (n, d)."""
        del y  # scikit-learn's signature
        self.axes = main_axes(vectors, _AXES)
        return self

    def transform(self, vectors: Vectors) -> Points:
        """Return `vectors` on the axes, shape (n, at most 128)."""
        return np.asarray(np.asarray(vectors, dtype=np.float64) @ self.axes, dtype=np.float32)


class ConsensusGroups:
    """Groups of papers on which many runs agree (see `grouping.group`).

    Papers with the very same vector are one point: copies of one abstract are
    no theme, and cost nothing.

    Parameters
    ----------
    texts : sequence of str, length n
        Chance is drawn from them.
    same : numpy.ndarray of int, shape (n,)
        Number of the point of each paper, see `same_vectors`.
    step : callable, optional
        Told how much is done of how much.
    before : Before, optional
        The groups that the papers were in, to be held fast to.
    stands_for : float, default 1
        How many papers of a larger corpus each one stands for: how many groups are
        looked for depends on the number of all papers, how large they are on these.

    Attributes
    ----------
    labels_ : numpy.ndarray of int, shape (n,)
        Group of each paper, -1 for none; 0 is the largest.
    grouping_ : Grouping
        The groups of the points.
    anchors_ : numpy.ndarray of int, shape (groups,)
        The group it was `before`, -1 for a new one.
    """

    def __init__(
        self,
        texts: Sequence[str],
        same: Labels,
        step: Step = silent,
        before: Before | None = None,
        *,
        stands_for: float = 1.0,
    ) -> None:
        self.texts, self.same, self.step, self.before = texts, same, step, before
        self.stands_for = stands_for

    def fit(self, points: Points, y: object = None) -> ConsensusGroups:
        """Group papers by `points`, shape (n, d)."""
        del y  # scikit-learn's signature
        self._keys = keys_of(self.texts)
        first = self._first()
        # The least key of its papers, so that their order does not matter.
        self._point_keys = np.full(len(first), np.iinfo(np.uint64).max, dtype=np.uint64)
        np.minimum.at(self._point_keys, self.same, self._keys)
        self._points = np.asarray(points, dtype=np.float32)[first]
        least = least_broad(len(first))
        past = None if self.before is None else self.before.broad.part(first)
        found = _grouped(
            self._points,
            self._point_keys,
            least,
            past,
            step=self.step,
            stands_for=self.stands_for,
        )
        self.grouping_, self.anchors_ = found.grouping, found.anchors
        self.labels_ = self.grouping_.labels[self.same]
        self._means = np.array(
            [self._points[self.grouping_.labels == label].mean(axis=0) for label in self.names()]
        ).reshape(-1, self._points.shape[1])
        return self

    def _first(self) -> Labels:
        """Return a paper of each point: the first, or the first that is to stay where it was."""
        order = np.arange(len(self.same))
        if self.before is not None:
            order = np.argsort(~self.before.broad.settled, kind="stable")
        _, first = np.unique(self.same[order], return_index=True)
        return np.asarray(order[first], dtype=np.int64)

    def _is_part(self, name: int) -> bool:
        """Say whether a group was found as part of a larger one: parts are not split again."""
        was = int(self.anchors_[name])
        return self.before is not None and was >= 0 and bool(self.before.broad.nested[was])

    def names(self) -> range:
        """Return the groups."""
        return range(self.grouping_.votes.shape[1])

    def predict(self, points: Points) -> Labels:
        """Return the group with the nearest mean for new `points`; -1 if there are no groups."""
        if not len(self._means):
            return np.full(len(points), -1)
        closeness = 2 * points @ self._means.T - (self._means**2).sum(axis=1)
        return np.asarray(closeness.argmax(axis=1), dtype=np.int64)

    def nearest(self) -> tuple[Labels, Floats]:
        """Return the group nearest to each fitted paper and its share of the votes, 0 to 1."""
        votes, labels = self.grouping_.votes, self.grouping_.labels
        if not votes.shape[1]:
            return np.full(len(self.same), -1), np.zeros(len(self.same))
        voted = np.where(votes.max(axis=1) > 0, votes.argmax(axis=1), self.predict(self._points))
        near = np.where(labels >= 0, labels, voted)
        share = np.clip(votes[np.arange(len(votes)), near], 0, 1)
        return near[self.same], share[self.same]

    def finer(self) -> Finer:
        """Split the groups that really fall into finer ones, or did before."""
        broad = self.grouping_.labels
        first = self._first()
        split: list[tuple[int, Labels, list[int]]] = []
        jobs: list[tuple[Points, Keys, Past | None, float]] = []
        for name in self.names():  # the largest first
            rows = np.flatnonzero(broad == name)
            anchors, past = [], None
            if self.before is not None:
                anchors = self.before.finer_of(first, broad, name)
                past = self.before.finer.part(first[rows], anchors)
            if not anchors and (len(rows) < _LEAST_SPLIT or self._is_part(name)):
                continue
            split.append((name, rows, anchors))
            jobs.append((self._points[rows], self._point_keys[rows], past, self.stands_for))
        parts = (in_processes if len(broad) > ALONE else one_by_one)(_parted, jobs)
        found: list[tuple[int, int, float, Labels]] = []
        for (name, rows, anchors), part in zip(split, parts, strict=True):
            was = [anchors[one] if one >= 0 else -1 for one in part.anchors.tolist()]
            if len(was) >= 2 or max(was, default=-1) >= 0:
                found += [
                    (name, was[number], float(again), rows[part.grouping.labels == number])
                    for number, again in enumerate(part.grouping.stability)
                ]
        found.sort(key=lambda one: -len(one[3]))
        labels = np.full(len(broad), -1)
        for number, (_, _, _, rows) in enumerate(found):
            labels[rows] = number
        return Finer(
            labels[self.same],
            [name for name, _, _, _ in found],
            np.array([again for _, _, again, _ in found]),
            [was for _, was, _, _ in found],
        )


def least_broad(n_points: int) -> int:
    """Return the size of the smallest broad group of `n_points`."""
    return int(max(_LEAST_BROAD, round(0.35 * n_points**0.4)))


def same_vectors(vectors: Vectors) -> Labels:
    """Return a number for each row of `vectors`, the same for equal rows, shape (n,)."""
    _, same = np.unique(np.asarray(vectors), axis=0, return_inverse=True)
    return np.asarray(same, dtype=np.int64).reshape(-1)


def _parted(points: Points, keys: Keys, past: Past | None, stands_for: float) -> Anchored:
    """Return the finer groups among the points of one group."""
    return _grouped(points, keys, _LEAST_FINER, past, tried=_FINER_TRIED, stands_for=stands_for)


def _grouped(
    points: Points,
    keys: Keys,
    least: int,
    past: Past | None,
    *,
    tried: Sequence[float] = TRIED,
    step: Step = silent,
    stands_for: float = 1.0,
) -> Anchored:
    if past is not None:
        return anchored(
            points, keys, past, least=least, tried=tried, step=step, stands_for=stands_for
        )
    found = no_groups(len(points))
    if len(points) >= MIN_POINTS:
        found = group(points, keys, least=least, tried=tried, step=step, stands_for=stands_for)
    return Anchored(found, np.full(len(found.stability), -1), np.zeros(0), np.zeros(0))
