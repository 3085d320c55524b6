"""Groups of points learned anew, held fast to those that were there before.

Left to itself a clustering of a few more points draws other borders in other
numbers of groups, though nothing has changed. Here a group that was there (an
anchor) stays as long as the new runs support it about as well as what they
would put in its place. Must not know of papers, texts or names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders.lsa import unit_rows
from papertrends.processes import Step, silent
from papertrends.themes.grouping import (
    MAJORITY,
    TRIED,
    Candidate,
    Grouping,
    best_jaccard,
    candidates,
    firmest,
    jaccards,
    kept,
    no_groups,
)
from papertrends.themes.kmeans import Floats, Keys, Labels, Points

Mask = NDArray[np.bool_]

#: An anchor that batches find again less than this does not stand: less than a new group
#: takes, so that groups are harder to lose than to gain ...
_LEAST_SUPPORT = 0.35
#: ... nor does one that they find again less than what they would put in its place, by this.
_LESS_THAN_RIVAL = 0.25
#: An anchor of at most this part of the group it would go into may be found again in there.
_SMALL_PART = 0.25
#: Numbers of groups tried in there, as parts of the usual number.
_TRIED_INSIDE = (0.6, 1.0)
#: A settled point changes groups if more than this part of the runs put it into the other
#: group and less than the rest of them into its own.
_CLEAR = 0.9
#: A settled point that was in no group joins one that stands if this part of the runs say so:
#: else every new search would add a few, and none would ever lose them.
_JOINS = 0.75
#: A group is new if less than this part of what could be expected of its points was in
#: groups that stand.
_STANDING_PART = 0.5
#: An anchor falls apart if at least two new groups take this part of it each.
_LARGE_PART = 0.2
#: A group of this part of the points that a person took out of all groups is none.
_BARRED_PART = 0.5


@dataclass(frozen=True)
class Past:
    """The groups that n points were in, k of them.

    Attributes
    ----------
    home : numpy.ndarray of int, shape (n,)
        The anchor of each point, -1 for none.
    settled : numpy.ndarray of bool, shape (n,)
        Points that are to stay where they are; the home of others is only a start.
    pinned : numpy.ndarray of bool, shape (k,)
        Anchors that stand whatever the runs say, and whose settled points never leave.
    nested : numpy.ndarray of bool, shape (k,)
        Anchors that were found as part of a larger group.
    barred : tuple of numpy.ndarray of bool, shape (n,)
        Points that no group is to be made of, each set for itself.
    """

    home: Labels
    settled: Mask
    pinned: Mask
    nested: Mask
    barred: tuple[Mask, ...] = ()

    def part(self, rows: NDArray[np.int64], anchors: Sequence[int] | None = None) -> Past:
        """Return the past of some points, with all or only some of the anchors."""
        anchors = range(len(self.pinned)) if anchors is None else anchors
        renamed = np.full(len(self.pinned) + 1, -1)
        chosen = np.array(anchors, dtype=np.int64)
        renamed[chosen] = np.arange(len(chosen))
        return Past(
            renamed[self.home[rows]],
            self.settled[rows],
            self.pinned[chosen],
            self.nested[chosen],
            tuple(one[rows] for one in self.barred),
        )


@dataclass(frozen=True)
class Anchored:
    """What became of the anchors.

    Attributes
    ----------
    grouping : Grouping
        The g groups there are now, the largest first.
    anchors : numpy.ndarray of int, shape (g,)
        The anchor that each group is, -1 for a new one.
    support : numpy.ndarray, shape (k,)
        How much of each anchor was found again: the best, over the numbers of groups
        tried, of the mean best Jaccard index with what single batches find.
    rival : numpy.ndarray, shape (k,)
        The same of the groups that its points would go into.
    """

    grouping: Grouping
    anchors: Labels
    support: Floats
    rival: Floats


def anchored(
    points: Points,
    keys: Keys,
    past: Past,
    *,
    least: int,
    tried: Sequence[float] = TRIED,
    step: Step = silent,
    stands_for: float = 1.0,
) -> Anchored:
    """Find the groups of `points` as `grouping.group` does, held fast to those of the past.

    An anchor stands if it is found again, and not clearly less than the groups
    that its points would go into. Groups whose points were mostly in none that
    stands are new; one that most of a fallen anchor went into is that anchor,
    unless it fell into several. Without anchors this is `grouping.group`.

    Parameters
    ----------
    points, keys, least, tried, step, stands_for
        As `grouping.group` has them.
    past : Past

    References
    ----------
    Hennig 2007, "Cluster-wise assessment of cluster stability" (support).
    """
    heard = candidates(points, keys, least=least, tried=tried, step=step, stands_for=stands_for)
    chosen = firmest(heard)
    found = no_groups(len(points))
    if chosen is not None:
        found = kept(chosen.grouping, points, least)
    support, votes = supported(heard, past)
    rival = _rivals(found, past)
    stands = _standing(past, support, rival)
    for anchor in np.flatnonzero(~stands).tolist():
        again = _inside(points, keys, past, anchor, found, stands_for)
        if again is not None:
            support[anchor], rival[anchor], votes[:, anchor] = again
    stands = _standing(past, support, rival)
    new = _new_groups(found, past, stands)
    names = _taking_over(found, new, past, stands)
    standing = np.flatnonzero(stands)
    anchors = np.concatenate([standing, names]).astype(np.int64)
    every = np.hstack([votes[:, standing], found.votes[:, new]])
    stability = np.concatenate([support[standing], found.stability[new]])
    labels = _homes(points, every, past, anchors, stands)
    return _ordered(Anchored(Grouping(labels, every, stability), anchors, support, rival))


def supported(heard: Sequence[Candidate], past: Past) -> tuple[Floats, Floats]:
    """Return how much of each anchor was found again, and the votes for what it was found as.

    Returns
    -------
    support : numpy.ndarray, shape (k,)
    votes : numpy.ndarray, shape (n, k)
        Share of the runs that put each point into the group most like the anchor,
        of the number of groups at which it was found best.
    """
    k = len(past.pinned)
    support, votes = np.zeros(k), np.zeros((len(past.home), k))
    for one in heard:
        again = np.mean(
            [
                best_jaccard(past.home[inside], alone[inside], k, one.n_groups)
                for alone, inside in zip(one.alone, one.present, strict=True)
            ],
            axis=0,
        )
        alike = jaccards(past.home, one.grouping.labels, k, one.n_groups)
        for anchor in np.flatnonzero(again > support):
            support[anchor] = again[anchor]
            votes[:, anchor] = one.grouping.votes[:, alike[anchor].argmax()]
    return support, votes


def _rivals(found: Grouping, past: Past) -> Floats:
    """Return how much is found again of the groups that the points of each anchor would go into."""
    k = len(past.pinned)
    firm = np.append(found.stability, 0.0)[found.labels]
    inside = past.home >= 0
    sums = np.bincount(past.home[inside], weights=firm[inside], minlength=k)
    return np.asarray(sums / np.maximum(np.bincount(past.home[inside], minlength=k), 1))


def _standing(past: Past, support: Floats, rival: Floats) -> Mask:
    found = (support >= _LEAST_SUPPORT) & (support >= rival - _LESS_THAN_RIVAL)
    there = np.bincount(past.home[past.home >= 0], minlength=len(past.pinned)) > 0
    return np.asarray((found | past.pinned) & there)


def _inside(
    points: Points, keys: Keys, past: Past, anchor: int, found: Grouping, stands_for: float = 1.0
) -> tuple[float, float, Floats] | None:
    """Look for a small anchor within the group that holds most of it.

    Returns
    -------
    support, rival : float
    votes : numpy.ndarray, shape (n,)
        Or nothing at all, where it is not so small or in no group.
    """
    own = past.home == anchor
    held = found.labels[own & (found.labels >= 0)]
    if not len(held):
        return None
    rows = np.flatnonzero(own | (found.labels == np.bincount(held).argmax()))
    if own.sum() > _SMALL_PART * len(rows) and not past.nested[anchor]:
        return None
    least = max(2, int(own.sum()) // 2)
    heard = candidates(
        points[rows], keys[rows], least=least, tried=_TRIED_INSIDE, stands_for=stands_for
    )
    chosen = firmest(heard)
    if chosen is None:
        return None
    alone = past.part(rows, [anchor])
    support, near = supported(heard, alone)
    votes = np.zeros(len(points))
    votes[rows] = near[:, 0]
    return float(support[0]), float(_rivals(chosen.grouping, alone)[0]), votes


def _new_groups(found: Grouping, past: Past, stands: Mask) -> list[int]:
    """Return the groups whose points were mostly in none that stands, and are not barred."""
    standing = (past.home >= 0) & np.append(stands, False)[past.home] & past.settled
    usual = past.settled.mean() if len(past.settled) else 1.0
    new = []
    for group in range(found.votes.shape[1]):
        inside = found.labels == group
        old = inside & past.settled
        barred = any((one & old).sum() >= _BARRED_PART * old.sum() > 0 for one in past.barred)
        if not barred and standing[inside].mean() <= _STANDING_PART * usual:
            new.append(group)
    return new


def _taking_over(found: Grouping, new: list[int], past: Past, stands: Mask) -> Labels:
    """Return the fallen anchor that each new group is, -1 for none: one to one.

    It takes most of the anchor's settled points; an anchor that two new groups
    or more mostly come out of has fallen apart and is none of them.
    """
    k = len(past.pinned)
    names = np.full(len(new), -1)
    if not len(new) or not k:
        return names
    homes = np.where(past.settled, past.home, -1)
    both = np.zeros((k, len(new)))
    for column, group in enumerate(new):
        inside = homes[(found.labels == group) & (homes >= 0)]
        both[:, column] = np.bincount(inside, minlength=k)
    sizes = np.bincount(homes[homes >= 0], minlength=k)
    large = both >= _LARGE_PART * np.maximum(sizes[:, None], 1)
    parts = (large & (both > 0.5 * both.sum(axis=0))).sum(axis=1)
    fit = (both > 0.5 * sizes[:, None]) & ~stands[:, None] & (parts[:, None] < 2)
    either = sizes[:, None] + np.array([(found.labels == group).sum() for group in new]) - both
    for anchor, column in one_to_one(np.where(fit, both / np.maximum(either, 1), 0.0)):
        names[column] = anchor
    return names


def one_to_one(alike: Floats) -> list[tuple[int, int]]:
    """Return the pairs of a row and a column that are most alike in all, each in one pair.

    References
    ----------
    Kuhn 1955, "The Hungarian method for the assignment problem".
    """
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-alike)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(row, column) for row, column in pairs if alike[row, column] > 0]


def _homes(points: Points, votes: Floats, past: Past, anchors: Labels, stands: Mask) -> Labels:
    """Return the group of each point: its own if it is settled, else that of most runs.

    Parameters
    ----------
    points : numpy.ndarray, shape (n, d)
    votes : numpy.ndarray, shape (n, g)
    past : Past
    anchors : numpy.ndarray of int, shape (g,)
        The anchor that each group is, -1 for none.
    stands : numpy.ndarray of bool, shape (k,)
    """
    renamed = np.full(len(past.pinned) + 1, -1)
    renamed[anchors] = np.arange(len(anchors))
    renamed[-1] = -1
    before = renamed[past.home]
    if not votes.shape[1]:
        return before
    every = np.arange(len(points))
    likeness = _likeness(points, votes, before)
    waits = (past.settled & (past.home < 0))[:, None] & np.append(stands, False)[anchors]
    near = np.where(votes >= np.where(waits, _JOINS, MAJORITY), likeness, -np.inf)
    voted = np.where(near.max(axis=1) > -np.inf, near.argmax(axis=1), -1)
    clear = (votes[every, voted] > _CLEAR) & (votes[every, before] < 1 - _CLEAR)
    closer = likeness[every, voted] > likeness[every, before]
    leaves = clear & closer & ~np.append(past.pinned, False)[past.home]
    held = past.settled & np.append(stands, False)[past.home] & ~leaves
    return np.where((before >= 0) & (held | (voted < 0)), before, voted)


def _likeness(points: Points, votes: Floats, before: Labels) -> Floats:
    """Return the cosine of each point to the middle of each group, shape (n, g).

    The middle of a group that stands is that of the points that were in it.
    """
    wide = unit_rows(points.astype(np.float64)).astype(np.float64)
    middles = []
    for group in range(votes.shape[1]):
        inside = before == group
        weights = inside.astype(np.float64) if inside.any() else votes[:, group]
        middles.append(weights @ wide)
    return np.asarray(wide @ unit_rows(np.array(middles)).astype(np.float64).T)


def _ordered(found: Anchored) -> Anchored:
    """Leave out empty groups, and put larger ones first."""
    grouping = found.grouping
    sizes = np.bincount(grouping.labels + 1, minlength=len(found.anchors) + 1)[1:]
    good = np.flatnonzero(sizes > 0)
    good = good[np.argsort(-sizes[good], kind="stable")]
    renamed = np.full(len(sizes) + 1, -1)
    renamed[good] = np.arange(len(good))
    return replace(
        found,
        grouping=Grouping(
            renamed[grouping.labels], grouping.votes[:, good], grouping.stability[good]
        ),
        anchors=found.anchors[good],
    )
