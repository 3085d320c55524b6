"""Groups of points that stay the same: a consensus of many k-means runs.

A single run of any clustering is one opinion. Here many runs are made, each
from another start and batches of them on other parts of the points; points
belong together that the runs keep together, in as many groups as come out the
same in every batch. Must not know of papers, texts or BERTopic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders.lsa import unit_rows
from papertrends.processes import Step, in_processes, one_by_one, silent
from papertrends.themes.graph import drawn_together, exact_neighbors
from papertrends.themes.kmeans import Floats, Keys, Labels, Points, chance, runs

#: Batches of runs; each leaves out another fifth of the points in all its runs.
_BATCHES, _RUNS, _LEFT_OUT = 8, 20, 0.2
#: Neighbours that draw a point, and at most this part of all points (one in so many).
_NEIGHBORS, _SHARE = 30, 8
#: Fewer groups than usual, in corpora so small that this happens, are taken only if they
#: stand apart as clearly as this: a reader gets more from ten themes than from two firmer ones.
_FEW, _CLEAR, _SMALL = (0.4, 0.6, 0.8), 0.99, 200
#: At most so many times are the clusters of the runs dealt out to the agreed groups anew.
_REFINED = 20
#: No more points than this are grouped in less time than other processes take to start.
ALONE = 1_000
#: Numbers of groups tried, as parts of `usual_number`.
TRIED = (1.0, 1.2, 1.4, 1.6)
#: A group that batches find again less than this is none: Hennig's "dissolved".
LEAST_STABLE = 0.5
#: Points of a group of m are at least this / sqrt(m) more alike (cosine) than to the others:
#: a chance group of a few out of a few hundred dimensions can reach nearly as much.
_LEAST_COHESION = 0.15
#: A point is in a group that most runs put it into.
MAJORITY = 0.5


@dataclass(frozen=True)
class Grouping:
    """A partition of n points into k groups, some points in none.

    Attributes
    ----------
    labels : numpy.ndarray of int, shape (n,)
        Group of each point, -1 for none; 0 is the largest group.
    votes : numpy.ndarray, shape (n, k)
        Share of the runs that put each point into each group.
    stability : numpy.ndarray, shape (k,)
        Mean best Jaccard index with what single batches find (0 to 1).
    """

    labels: Labels
    votes: Floats
    stability: Floats


@dataclass(frozen=True)
class Candidate:
    """What the runs find when they look for one number of groups.

    Attributes
    ----------
    grouping : Grouping
        What all of them agree on; groups that fall apart are still in it.
    alone : numpy.ndarray of int, shape (batches, n)
        The group each batch by itself puts each point into, -1 for none.
    present : numpy.ndarray of bool, shape (batches, n)
        The points that each batch looked at.
    few : bool
        Whether these are fewer groups than usual.
    """

    grouping: Grouping
    alone: Labels
    present: NDArray[np.bool_]
    few: bool = False

    @property
    def n_groups(self) -> int:
        """How many groups were looked for."""
        return len(self.grouping.stability)


@dataclass(frozen=True)
class Batch:
    """The points as some of them, those inside, draw them together."""

    points: Points
    inside: NDArray[np.bool_]


@dataclass(frozen=True)
class Opinions:
    """What the runs say: labels, shape (runs, n), and who took part, shape (batches, n)."""

    labels: Labels
    present: NDArray[np.bool_]


def usual_number(n_points: float) -> float:
    """Return how many groups of `n_points` a reader can hold in the head: a handful, or two.

    It grows with about the fourth root: 6 for 150 points, 9 for 1,000, 16 for 8,000;
    up to half as many again are tried.
    """
    return float(1.8 * n_points**0.24)


def group(
    points: Points,
    keys: Keys,
    *,
    least: int,
    tried: Sequence[float] = TRIED,
    step: Step = silent,
    stands_for: float = 1.0,
) -> Grouping:
    """Find the groups of `points` that hold together.

    Of several numbers of groups that one is taken at which most of a point's
    group is found again in all batches. Groups that fall apart even then, hold
    hardly more alike points than chance, or are smaller than `least`, are given
    up; a point that no group has most of the votes for stays in none.

    Parameters
    ----------
    points : numpy.ndarray of float32, shape (n, d)
    keys : numpy.ndarray of uint64, shape (n,)
        Chance is drawn from them, see `kmeans`.
    least : int
        The size of the smallest group.
    tried : sequence of float, optional
        Numbers of groups to try, as parts of `usual_number`.
    step : callable, optional
        Told how many numbers of groups of how many were tried.
    stands_for : float, optional
        How many points each one stands for, if they are a sample: the usual number of
        groups is that of all of them.

    References
    ----------
    Strehl and Ghosh 2002, "Cluster ensembles" (MCLA: the clusters of all runs
    are clustered); Ben-Hur, Elisseeff and Guyon 2002 (the number of groups by
    stability); Hennig 2007, "Cluster-wise assessment of cluster stability".
    """
    found = candidates(points, keys, least=least, tried=tried, step=step, stands_for=stands_for)
    best = firmest(found)
    return no_groups(len(points)) if best is None else kept(best.grouping, points, least)


def no_groups(n_points: int) -> Grouping:
    """Return the grouping that leaves every point in none."""
    return Grouping(np.full(n_points, -1), np.zeros((n_points, 0)), np.zeros(0))


def candidates(
    points: Points,
    keys: Keys,
    *,
    least: int,
    tried: Sequence[float] = TRIED,
    step: Step = silent,
    stands_for: float = 1.0,
) -> list[Candidate]:
    """Return what the runs find for each number of groups, the fewest first; see `group`."""
    most, number = len(points) // least, usual_number(len(points) * stands_for)
    usual = _numbers(number, most, tried)
    few = _numbers(number, most, _FEW if len(points) <= _SMALL else ())
    numbers = sorted({*usual, *few})
    batches = batches_of(points, keys) if numbers else []
    jobs = [(batches, keys, n_groups) for n_groups in numbers]
    if len(points) > ALONE:  # the longest first
        found = in_processes(heard, jobs[::-1], step=step)[::-1]
    else:
        found = one_by_one(heard, jobs, step=step)
    return [replace(one, few=n not in usual) for one, n in zip(found, numbers, strict=True)]


def import_what_groups() -> None:
    """Import what `heard` uses, which takes a second."""
    import scipy.cluster.hierarchy
    import scipy.sparse

    del scipy


def firmest(found: Sequence[Candidate]) -> Candidate | None:
    """Return the candidate that most of a point's group is found again in; of equals the most."""
    best, most = None, -1.0
    for one in found:
        firm = firmness(one.grouping)
        if firm >= most - 1e-9 and (not one.few or firm >= _CLEAR):
            best, most = one, firm
    return best


def firmness(found: Grouping) -> float:
    """Return how much of the group of a point is found again, on average over all points."""
    sizes = np.bincount(found.labels + 1, minlength=len(found.stability) + 1)[1:]
    return float(sizes @ found.stability / len(found.labels))


def _numbers(usual: float, most: int, tried: Sequence[float]) -> list[int]:
    numbers = {round(part * usual) for part in tried}
    return sorted({min(max(number, 2), most) for number in numbers}) if most >= 2 else []


def heard(batches: Sequence[Batch], keys: Keys, n_groups: int) -> Candidate:
    """Make all runs for one number of groups, and return what they agree on."""
    return candidate(ask(batches, keys, n_groups), n_groups)


def ask(batches: Sequence[Batch], keys: Keys, n_groups: int) -> Opinions:
    """Make all runs for one number of groups."""
    said = [
        runs(batch.points, batch.inside, keys, n_groups, number, among=range(_RUNS))
        for number, batch in enumerate(batches)
    ]
    return Opinions(np.concatenate(said), np.array([batch.inside for batch in batches]))


def batches_of(points: Points, keys: Keys) -> list[Batch]:
    """Leave a part of the points out, and draw all points towards those that are left."""
    neighbors, _ = exact_neighbors(points, min(_NEIGHBORS, max(1, len(points) // _SHARE)))
    chosen = []
    for batch in range(_BATCHES):
        inside = chance(keys, batch) >= _LEFT_OUT
        if inside.sum() < len(points) / 2:
            inside = np.ones(len(points), dtype=bool)
        chosen.append(Batch(drawn_together(points, neighbors, inside), inside))
    return chosen


def candidate(heard: Opinions, n_groups: int) -> Candidate:
    """Return the groups that all runs agree on, and those of each batch alone."""
    votes = _agreed(heard.labels, n_groups)
    labels = _majority(votes)
    alone = np.full(heard.present.shape, -1)
    again = []
    for batch, inside in enumerate(heard.present):
        part = heard.labels[batch * _RUNS : (batch + 1) * _RUNS, inside]
        alone[batch, inside] = _majority(_agreed(part, n_groups))
        again.append(best_jaccard(labels[inside], alone[batch, inside], n_groups))
    return Candidate(Grouping(labels, votes, np.mean(again, axis=0)), alone, heard.present)


def best_jaccard(
    labels: Labels, others: Labels, n_groups: int, n_others: int | None = None
) -> Floats:
    """Return the best Jaccard index of each group of `labels` with a group of `others`.

    Labels are 0 to ``n_groups - 1`` (of `others` to ``n_others - 1``, as many unless
    given), or -1 for none; a group without points has 0.
    """
    alike = jaccards(labels, others, n_groups, n_groups if n_others is None else n_others)
    return np.asarray(alike.max(axis=1, initial=0.0))


def jaccards(labels: Labels, others: Labels, n_groups: int, n_others: int) -> Floats:
    """Return the Jaccard index of each group with each other one, shape (n_groups, n_others)."""
    both = np.zeros((n_groups + 1, n_others + 1))
    np.add.at(both, (labels, others), 1)  # -1 is the last row and column
    sizes, other_sizes = both.sum(axis=1)[:-1], both.sum(axis=0)[:-1]
    both = both[:-1, :-1]
    either = sizes[:, None] + other_sizes - both
    return np.asarray(both / np.maximum(either, 1))


def _majority(votes: Floats) -> Labels:
    return np.where(votes.max(axis=1) >= MAJORITY, votes.argmax(axis=1), -1)


def _agreed(labels: Labels, n_groups: int) -> Floats:
    """Group the clusters of all runs by the points they share; return each point's votes.

    Parameters
    ----------
    labels : numpy.ndarray of int, shape (runs, n)

    Returns
    -------
    numpy.ndarray, shape (n, n_groups)
        Share of the runs whose cluster of the point is in each group; rows sum to 1.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    n_runs = len(labels)
    _, used = np.unique(labels + n_groups * np.arange(n_runs)[:, None], return_inverse=True)
    clusters = used.reshape(labels.shape)  # of all runs, those that have points
    sizes = np.bincount(used.ravel())
    meta = fcluster(linkage(_apart(clusters, sizes), "ward"), n_groups, "maxclust") - 1
    for refined in range(_REFINED + 1):
        votes = _crossed(np.arange(labels.shape[1]), meta[clusters], (labels.shape[1], n_groups))
        if refined == _REFINED:
            break
        agreed = votes.argmax(axis=1)
        counts = np.maximum(np.bincount(agreed, minlength=n_groups), 1)
        shared = _crossed(clusters, agreed, (len(sizes), n_groups))
        moved = (shared / np.sqrt(sizes[:, None] * counts)).argmax(axis=1)
        if (moved == meta).all():
            break
        meta = moved
    return votes / n_runs


def _apart(clusters: Labels, sizes: Labels) -> Floats:
    """Return the distance of each two clusters, as ``scipy.spatial.distance.pdist`` has them.

    Clusters as 0 and 1 for each point, scaled to length 1.

    Parameters
    ----------
    clusters : numpy.ndarray of int, shape (runs, n)
        The cluster of each point in each run, numbered through all runs.
    sizes : numpy.ndarray of int, shape (m,)
    """
    found = []
    for run, own in enumerate(clusters):
        first, n_own = own.min(), own.max() - own.min() + 1
        both = _crossed(own - first, clusters[run:] - first, (n_own, len(sizes) - first))
        later = sizes[first:]
        apart = np.sqrt(2 * np.clip(1 - both / np.sqrt(np.outer(later[:n_own], later)), 0, None))
        found += [row[place + 1 :] for place, row in enumerate(apart)]
    return np.concatenate(found)


def _crossed(ones: Labels, others: Labels, shape: tuple[int, int]) -> Floats:
    """Count how often each of `ones` meets each of `others`, broadcast against each other."""
    cells = (ones * shape[1] + others).ravel()
    return np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)


def kept(found: Grouping, points: Points, least: int) -> Grouping:
    """Give up groups that do not hold together, and order the others by size."""
    n_groups = found.votes.shape[1]
    sizes = np.bincount(found.labels + 1, minlength=n_groups + 1)[1:]
    good = np.flatnonzero(
        (sizes >= least)
        & (found.stability >= LEAST_STABLE)
        & (cohesion(points, found.labels, n_groups) * np.sqrt(sizes) >= _LEAST_COHESION)
    )
    good = good[np.argsort(-sizes[good], kind="stable")]
    renamed = np.full(n_groups + 1, -1)  # the last one for those in none, who have -1
    renamed[good] = np.arange(len(good))
    return Grouping(renamed[found.labels], found.votes[:, good], found.stability[good])


def cohesion(points: Points, labels: Labels, n_groups: int) -> Floats:
    """Return how much more alike points are to those of their group than to the others.

    Mean cosine within minus mean cosine to all points outside, shape
    (n_groups,); 0 for groups of fewer than two points, or of all.
    """
    wide = unit_rows(points.astype(np.float64)).astype(np.float64)
    assigned = labels >= 0
    totals, own = np.zeros((n_groups, points.shape[1])), np.zeros(n_groups)
    np.add.at(totals, labels[assigned], wide[assigned])
    np.add.at(own, labels[assigned], (wide[assigned] ** 2).sum(axis=1))
    sizes = np.bincount(labels[assigned], minlength=n_groups).astype(np.float64)
    pairs = sizes * (sizes - 1)
    across = sizes * (len(points) - sizes)
    within = ((totals**2).sum(axis=1) - own) / np.maximum(pairs, 1)
    between = (totals * (wide.sum(axis=0) - totals)).sum(axis=1) / np.maximum(across, 1)
    return np.where((pairs > 0) & (across > 0), within - between, 0.0)
