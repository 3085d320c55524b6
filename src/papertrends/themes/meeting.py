"""How discovered groups of papers become themes beside the named ones.

Which groups are really a named theme, what lies under what, what each is called
and which papers are its members. Must not group papers (``discovered.py``) nor
look for named themes (``named.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from papertrends.themes.centroids import Centroids
from papertrends.themes.discovered import Discovery
from papertrends.themes.evidence import THRESHOLD, Corpus
from papertrends.themes.labels import Phrasing, Wording, word_themes
from papertrends.themes.named import FittedTheme, jaccard
from papertrends.themes.registry import new_id

Floats = NDArray[np.float64]

#: A group this alike to a named theme (Jaccard index of their papers) is that theme; a broad
#: one with this part of its papers in a named theme lies under it.
SAME, _UNDER = 0.4, 0.6
#: A theme that was there before moves under another, or away, if that is clear by this much.
_HELD = 0.2
#: A group of papers that reruns find again less than this is not a theme.
_LEAST_STABLE = 0.25


@dataclass(frozen=True)
class NamedThemes:
    """Named themes found in a corpus: what was learned, scores (n, t), stability."""

    fitted: tuple[FittedTheme, ...]
    scores: Floats
    stability: tuple[float, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Their theme ids, in the order of the columns of `scores`."""
        return tuple(fitted.theme.theme_id for fitted in self.fitted)


@dataclass(frozen=True)
class DiscoveredThemes:
    """Discovered themes, broad ones followed by the finer ones under them.

    Attributes
    ----------
    ids, wordings, parents, stability : tuple, length t
        A parent is the id of a named or discovered theme, or empty.
    centroids : Centroids
    scores : numpy.ndarray, shape (n, t)
        Scores of the papers the themes were found in.
    """

    ids: tuple[str, ...]
    wordings: tuple[Wording, ...]
    parents: tuple[str, ...]
    stability: tuple[float, ...]
    centroids: Centroids
    scores: Floats

    @classmethod
    def none(cls, corpus: Corpus) -> DiscoveredThemes:
        """Return the discovered themes of a corpus too small to have any."""
        no_scores = np.zeros((len(corpus.titles), 0))
        return cls((), (), (), (), Centroids.none(corpus.joined.shape[1]), no_scores)


@dataclass(frozen=True)
class Recognised:
    """Which groups are themes that were there before.

    Attributes
    ----------
    broad, finer : mapping of topic to (theme id, name)
    same : mapping of topic to float
        The Jaccard index from which a broad group is a named theme, where that is not
        the usual one: what was a theme of its own, or was not, stays so.
    parents : mapping of theme id to theme id
        The broader theme that each lay under, empty for none.
    names, ids : frozenset of str
        What no new theme may be called: all names and ids there ever were.
    """

    broad: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    finer: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    same: Mapping[int, float] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()


_NOBODY = Recognised()


@dataclass(frozen=True)
class _Group:
    """Papers that belong together, and what lies above them: a broad topic or a named theme."""

    topic: int
    is_finer: bool
    rows: NDArray[np.int64]
    weights: dict[str, float]
    stability: float
    above: int | None = None
    named: int | None = None
    known: tuple[str, str] | None = None


def meet(
    found: Discovery,
    named: NamedThemes,
    corpus: Corpus,
    phrasing: Phrasing,
    was: Recognised = _NOBODY,
) -> DiscoveredThemes:
    """Turn groups of papers into themes beside the named ones.

    A group that is really a named theme is left to it, and its finer groups lie
    under the named theme. A broad group mostly within a named theme lies under
    it. One that reruns hardly find again is no theme. The papers of groups that
    are left out go to the nearest theme if they are as near as its own.

    Parameters
    ----------
    found : Discovery
    named : NamedThemes
    corpus, phrasing
        n papers and their phrases.
    was : Recognised, optional
        Groups that are themes there were before: they keep id and name.
    """
    members = named.scores >= THRESHOLD
    broad, folded = _broad_groups(found, members, named.ids, was)
    groups = _in_order(broad, _finer_groups(found, members, broad, folded, was))
    place = {group.topic: number for number, group in enumerate(groups) if not group.is_finer}
    parents = [-1 if group.above is None else place[group.above] for group in groups]
    words = _words(groups, parents, phrasing, named, was)
    rows = [group.rows for group in groups]
    centroids = Centroids.fit(corpus.joined, rows, parents)
    ids = _ids(
        [one.label for one in words],
        taken={*named.ids, *was.ids},
        known=["" if group.known is None else group.known[0] for group in groups],
    )
    over = [
        ids[parent] if parent >= 0 else "" if group.named is None else named.ids[group.named]
        for group, parent in zip(groups, parents, strict=True)
    ]
    return DiscoveredThemes(
        ids,
        tuple(words),
        tuple(over),
        tuple(group.stability for group in groups),
        centroids,
        _scores(found, groups, centroids, corpus),
    )


def _broad_groups(
    found: Discovery, members: NDArray[np.bool_], named_ids: tuple[str, ...], was: Recognised
) -> tuple[list[_Group], dict[int, int]]:
    """Return the broad groups that are themes, and the named themes (columns) others are."""
    groups, folded = [], {}
    for topic in sorted(found.stability):
        stability, known = found.stability[topic], was.broad.get(topic)
        if stability < _LEAST_STABLE and known is None:
            continue
        inside = found.topics == topic
        same = _same(inside, members, was.same.get(topic, SAME))
        if same is not None:
            folded[topic] = same
            continue
        over = _under(members[inside].mean(axis=0), named_ids, known, was)
        rows = np.flatnonzero(inside)
        weights = found.weights[topic]
        groups.append(_Group(topic, False, rows, weights, stability, named=over, known=known))
    return groups, folded


def _under(
    within: Floats, named_ids: tuple[str, ...], known: tuple[str, str] | None, was: Recognised
) -> int | None:
    """Return the column of the named theme that a group lies under, given its parts within them."""
    if known is not None and (before := was.parents.get(known[0], "")) in named_ids:
        column = named_ids.index(before)
        if within[column] >= _UNDER - _HELD:
            return column
    least = _UNDER if known is None else _UNDER + _HELD
    return int(within.argmax()) if len(within) and within.max() >= least else None


def _finer_groups(
    found: Discovery,
    members: NDArray[np.bool_],
    broad: list[_Group],
    folded: dict[int, int],
    was: Recognised,
) -> list[_Group]:
    """Return the finer groups under broad groups, and under named themes that groups are."""
    standing = {group.topic for group in broad}
    groups = []
    for topic, stability in sorted(found.finer_stability.items()):
        inside, above = found.finer == topic, found.parents[topic]
        known = was.finer.get(topic)
        weak = stability < _LEAST_STABLE and known is None
        if weak or not (above in standing or above in folded):
            continue
        # Parts of a group that is a named theme are often much like that theme too.
        if known or _same(inside, members) in (None, folded.get(above)):
            groups.append(
                _Group(
                    topic,
                    True,
                    np.flatnonzero(inside),
                    found.finer_weights[topic],
                    stability,
                    above=above if above in standing else None,
                    named=folded.get(above),
                    known=known,
                )
            )
    return groups


def _same(inside: NDArray[np.bool_], members: NDArray[np.bool_], least: float = SAME) -> int | None:
    """Return the column of the named theme that a group is, or None."""
    overlap = [jaccard(inside, members[:, column]) for column in range(members.shape[1])]
    return int(np.argmax(overlap)) if max(overlap, default=0.0) >= least else None


def _in_order(broad: list[_Group], finer: list[_Group]) -> list[_Group]:
    """Put larger groups first, and finer ones behind the broad one they lie under."""

    def by_size(groups: list[_Group]) -> list[_Group]:
        return sorted(groups, key=lambda group: (-len(group.rows), int(group.rows[0])))

    ordered = []
    for group in by_size([*broad, *(group for group in finer if group.above is None)]):
        under = [] if group.is_finer else [one for one in finer if one.above == group.topic]
        ordered += [group, *by_size(under)]
    return ordered


def _words(
    groups: list[_Group],
    parents: list[int],
    phrasing: Phrasing,
    named: NamedThemes,
    was: Recognised,
) -> list[Wording]:
    """Name the groups: broad ones against all papers, finer ones against those beside them.

    Those that have a name keep it and only have new keywords.
    """
    taken = [phrase for fitted in named.fitted for phrase in fitted.phrases]
    taken += sorted(was.names)
    words: dict[int, Wording] = {}
    for parent in sorted(set(parents)):  # -1, the top, comes first
        below = [number for number, over in enumerate(parents) if over == parent]
        known, new = (
            [number for number in below if (groups[number].known is None) == is_new]
            for is_new in (False, True)
        )
        for numbers in filter(None, (known, new)):
            words |= word_themes(
                phrasing,
                {number: groups[number].rows for number in numbers},
                {number: groups[number].weights for number in numbers},
                among=groups[parent].rows if parent >= 0 else None,
                taken=[*taken, *(one.label for one in words.values())],
                beside=words[parent].keywords if parent >= 0 else (),
            )
            for number in numbers:
                name = groups[number].known
                if name is not None:
                    words[number] = Wording(name[1], words[number].keywords)
    return [words[number] for number in range(len(groups))]


def _scores(found: Discovery, groups: list[_Group], centroids: Centroids, corpus: Corpus) -> Floats:
    """Score the papers the groups were found in.

    A group's own papers are members, the more firmly the better they sit in it, and
    of no other group more than of it; others are where they are as near as only its
    own are. Finer groups have no members but their own, in them as firmly as in the
    broad group at least.
    """
    scores = centroids.score_fitted(corpus.joined, [group.rows for group in groups])
    at_home = np.zeros(len(scores), dtype=bool)
    for column, group in enumerate(groups):
        if group.above is None:
            firm = THRESHOLD + (1.0 - THRESHOLD) * found.strength[group.rows]
            own = np.maximum(scores[group.rows, column], firm)
            # Scores are rounded to six digits: less by ten times that is less in the tables.
            scores[group.rows] = np.minimum(scores[group.rows], own[:, None] - 1e-5)
            scores[group.rows, column] = own
            at_home[group.rows] = True
    # Papers of groups that are no themes are placed as new papers would be.
    homeless = np.flatnonzero((found.topics >= 0) & ~at_home)
    scores[homeless] = centroids.score(corpus.joined[homeless])
    for column, group in enumerate(groups):
        if group.is_finer:
            firm = THRESHOLD + (1.0 - THRESHOLD) * found.strength[group.rows]
            own = np.maximum(scores[group.rows, column], firm)
            scores[:, column] = 0.0
            scores[group.rows, column] = own
    return scores


def _ids(
    labels: list[str], *, taken: Collection[str], known: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the identifier of each label: the one it is known by, or one that no theme has."""
    used = {*taken, *known}
    ids = []
    for label, identifier in zip(labels, known or [""] * len(labels), strict=True):
        ids.append(identifier or new_id(label, used))
        used.add(ids[-1])
    return tuple(ids)
