"""k-means whose chance is drawn from a key of each point, not from its place in a table.

A point meets the same draws whatever the other points are and in whatever
order they come, so that two runs on nearly the same points start nearly the
same way. Must not know of papers or themes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]
Labels = NDArray[np.int64]
Points = NDArray[np.float32]

_STEPS = 25
#: Runs are made together as long as their groups times points are at most so many.
_AT_ONCE = 1_000_000
#: So many points are compared at a time, of several runs if they have fewer: few enough for a
#: core's cache, and enough that threads seldom wait for the interpreter.
_IN_CACHE = 16_384


def keys_of(texts: Iterable[str]) -> Keys:
    """Return a number for each text that depends on the text alone, shape (n,)."""
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.array([int.from_bytes(digest, "little") for digest in digests], dtype=np.uint64)


def chance(keys: Keys, *tags: int) -> Floats:
    """Return a number in (0, 1) for each key that depends on it and on `tags` alone.

    References
    ----------
    Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"
    (the mixing function).
    """
    mixed = keys.astype(np.uint64)
    for tag in tags:
        mixed = _mixed(mixed, _steps_of([tag]))
    return _in_unit(mixed)


def kmeans(
    points: Points, inside: NDArray[np.bool_], keys: Keys, n_groups: int, *tags: int
) -> Labels:
    """Find groups among some of the points, and return the nearest of them for all.

    Parameters
    ----------
    points : numpy.ndarray of float32, shape (n, d)
    inside : numpy.ndarray of bool, shape (n,)
        The points to find groups among, at least `n_groups` of them.
    keys : numpy.ndarray of uint64, shape (n,)
    n_groups : int
    tags : int
        Other tags, other draws.

    Returns
    -------
    numpy.ndarray of int, shape (n,)

    References
    ----------
    Arthur and Vassilvitskii 2007, "k-means++"; the choice of a start by the
    least of exponential draws is that of Efraimidis and Spirakis 2006.
    """
    [labels] = runs(points, inside, keys, n_groups, *tags[:-1], among=tags[-1:])
    return np.asarray(labels)


def runs(
    points: Points,
    inside: NDArray[np.bool_],
    keys: Keys,
    n_groups: int,
    *tags: int,
    among: Sequence[int],
) -> Labels:
    """Return what `kmeans` does with `tags` and each of `among` as the last of them.

    Many small products of matrices take longer than a few large ones.

    Returns
    -------
    numpy.ndarray of int, shape (len(among), n)
    """
    part, drawn = points[inside], keys[inside].astype(np.uint64)
    for tag in tags:
        drawn = _mixed(drawn, _steps_of([tag]))
    each = max(1, _AT_ONCE // (n_groups * len(points)))
    found = []
    for start in range(0, len(among), each):
        some = _mixed(drawn, _steps_of(among[start : start + each])[:, None])
        found.append(_nearest(points, _settled(part, _starts(part, some, n_groups))))
    return np.concatenate(found).astype(np.int64)


def _settled(part: Points, centers: Points) -> Points:
    """Move centres, shape (runs, groups, d), to the means of what is nearest to them."""
    labels = np.full((len(centers), len(part)), -1)
    moving = np.arange(len(centers))
    members = _Members(part, centers.shape[1])
    for _ in range(_STEPS):
        moved = _nearest(part, centers[moving])
        changed = (moved != labels[moving]).any(axis=1)
        moving, moved = moving[changed], moved[changed]
        if not len(moving):
            break
        labels[moving] = moved
        centers[moving] = members.means(moved, centers[moving])
    return centers


class _Members:
    """Which of some points are in which groups, as a matrix that is made once for many steps."""

    def __init__(self, part: Points, n_groups: int) -> None:
        self.part, self.n_groups = part, n_groups
        self.matrix: Any = None

    def means(self, labels: Labels, centers: Points) -> Points:
        """Return the mean of each group of each run; one without points stays where it was."""
        n_runs, n_groups = len(labels), self.n_groups
        columns = labels.astype(np.int32) + n_groups * np.arange(n_runs, dtype=np.int32)[:, None]
        sums = self._filled(columns.T.ravel(), n_runs) @ self.part
        counts = np.bincount(columns.ravel(), minlength=n_runs * n_groups).astype(np.float32)
        means = (sums / np.maximum(counts, 1)[:, None]).reshape(centers.shape)
        return np.where(counts.reshape(n_runs, n_groups, 1) > 0, means, centers)

    def _filled(self, groups: NDArray[np.int32], n_runs: int) -> Any:
        """Return the matrix of 0 and 1, shape (runs * groups, points)."""
        from scipy.sparse import csc_matrix

        if self.matrix is None or len(self.matrix.indices) != len(groups):
            ones, ends = np.ones(groups.size, np.float32), np.arange(len(self.part) + 1) * n_runs
            shape = (n_runs * self.n_groups, len(self.part))
            self.matrix = csc_matrix((ones, groups, ends), shape=shape)
        self.matrix.indices[:] = groups
        return self.matrix


def _starts(part: Points, drawn: Keys, n_groups: int) -> Points:
    """Choose points far from each other: each by chance, in proportion to its squared distance.

    Parameters
    ----------
    part : numpy.ndarray of float32, shape (m, d)
    drawn : numpy.ndarray of uint64, shape (runs, m)
        What chance is drawn from.
    """
    lengths = (part * part).sum(axis=1)
    apart = np.ones(drawn.shape)
    centers = np.empty((len(drawn), n_groups, part.shape[1]), dtype=np.float32)
    for group in range(n_groups):
        waits = -np.log(_in_unit(_mixed(drawn, _steps_of([group])))) / np.maximum(apart, 1e-9)
        new = part[waits.argmin(axis=1)]
        centers[:, group] = new
        to_new = lengths - 2 * (new @ part.T) + (new * new).sum(axis=1)[:, None]
        apart = np.minimum(apart, to_new) if group else to_new
    return centers


def _nearest(points: Points, centers: Points) -> Labels:
    """Return the nearest of each run's centres, shape (runs, groups, d), for each point."""
    n_runs, n_groups, width = centers.shape
    flat = centers.reshape(-1, width)
    closeness = flat @ points.T
    closeness -= ((flat * flat).sum(axis=1) / 2)[:, None]
    nearest: NDArray[Any] = np.zeros((n_runs, len(points)), dtype=np.uint16)
    closeness = closeness.reshape(n_runs, n_groups, -1)
    each = max(1, _IN_CACHE // max(1, len(points)))
    for start in range(0, n_runs, each):
        some, near = closeness[start : start + each], nearest[start : start + each]
        best = some[:, 0].copy()
        for group in range(1, n_groups):  # the last that is nearer than all before it
            nearer = (some[:, group] > best).view(np.uint8)
            np.maximum(near, nearer * np.uint16(group), out=near)
            np.maximum(best, some[:, group], out=best)
    return nearest


def _steps_of(tags: Sequence[int]) -> Keys:
    return np.array([(tag + 1) * 0x9E3779B97F4A7C15 % 2**64 for tag in tags], dtype=np.uint64)


def _mixed(keys: Keys, steps: Keys) -> Keys:
    mixed = keys + steps  # arrays of integers wrap around without a word
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def _in_unit(mixed: Keys) -> Floats:
    return np.asarray(((mixed >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53)
