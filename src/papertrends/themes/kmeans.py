"""k-means whose chance is drawn from a key of each point, not from its place in a table.

A point meets the same draws whatever the other points are and in whatever
order they come, so that two runs on nearly the same points start nearly the
same way. Must not know of papers or themes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]
Labels = NDArray[np.int64]
Points = NDArray[np.float32]

_STEPS = 25


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
    for tag in tags:  # arrays of integers wrap around without a word
        mixed = mixed + np.uint64((tag + 1) * 0x9E3779B97F4A7C15 % 2**64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed = mixed ^ (mixed >> np.uint64(31))
    return np.asarray(((mixed >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53)


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
    part = points[inside]
    centers = _starts(part, keys[inside], n_groups, tags)
    labels = np.full(len(part), -1)
    for _ in range(_STEPS):
        moved = _nearest(part, centers)
        if (moved == labels).all():
            break
        labels = moved
        members = (labels[:, None] == np.arange(n_groups)).astype(np.float32)
        counts = members.sum(axis=0)[:, None]
        means = (members.T @ part) / np.maximum(counts, 1)
        centers = np.where(counts > 0, means, centers).astype(np.float32)
    return _nearest(points, centers)


def _starts(part: Points, keys: Keys, n_groups: int, tags: tuple[int, ...]) -> Points:
    """Choose points far from each other: each by chance, in proportion to its squared distance."""
    lengths = (part * part).sum(axis=1)
    apart = np.ones(len(part))
    centers = np.empty((n_groups, part.shape[1]), dtype=np.float32)
    for group in range(n_groups):
        waits = -np.log(chance(keys, *tags, group)) / np.maximum(apart, 1e-9)
        centers[group] = part[int(np.argmin(waits))]
        to_new = lengths - 2 * part @ centers[group] + centers[group] @ centers[group]
        apart = np.minimum(apart, to_new) if group else to_new
    return centers


def _nearest(points: Points, centers: Points) -> Labels:
    closeness = 2 * points @ centers.T - (centers * centers).sum(axis=1)
    return np.asarray(closeness.argmax(axis=1), dtype=np.int64)
