"""How discovered groups of papers become themes beside the named ones.

Which groups are really a named theme, what lies under what, what each is called
and which papers are its members. Must not group papers (``discovered.py``) nor
look for named themes (``named.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papertrends.themes.centroids import Centroids
from papertrends.themes.discovered import Discovery
from papertrends.themes.evidence import THRESHOLD, Corpus
from papertrends.themes.labels import Phrasing, Wording, word_themes
from papertrends.themes.named import FittedTheme, jaccard
from papertrends.themes.theme import slug

Floats = NDArray[np.float64]

#: A group this alike to a named theme (Jaccard index of their papers) is that theme; a broad
#: one with this part of its papers in a named theme lies under it.
_SAME, _UNDER = 0.4, 0.6
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
class _Group:
    """Papers that belong together, and what lies above them: a broad topic or a named theme."""

    topic: int
    is_finer: bool
    rows: NDArray[np.int64]
    weights: dict[str, float]
    stability: float
    above: int | None = None
    named: int | None = None


def meet(
    found: Discovery, named: NamedThemes, corpus: Corpus, phrasing: Phrasing
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
    """
    members = named.scores >= THRESHOLD
    broad, folded = _broad_groups(found, members)
    groups = _in_order(broad, _finer_groups(found, members, broad, folded))
    place = {group.topic: number for number, group in enumerate(groups) if not group.is_finer}
    parents = [-1 if group.above is None else place[group.above] for group in groups]
    words = _words(groups, parents, phrasing, named)
    rows = [group.rows for group in groups]
    centroids = Centroids.fit(corpus.joined, rows, parents)
    ids = _ids([one.label for one in words], taken=list(named.ids))
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
    found: Discovery, members: NDArray[np.bool_]
) -> tuple[list[_Group], dict[int, int]]:
    """Return the broad groups that are themes, and the named themes (columns) others are."""
    groups, folded = [], {}
    for topic in sorted(found.stability):
        stability = found.stability[topic]
        if stability < _LEAST_STABLE:
            continue
        inside = found.topics == topic
        same = _same(inside, members)
        if same is not None:
            folded[topic] = same
            continue
        within = members[inside].mean(axis=0)
        over = int(within.argmax()) if len(within) and within.max() >= _UNDER else None
        rows = np.flatnonzero(inside)
        groups.append(_Group(topic, False, rows, found.weights[topic], stability, named=over))
    return groups, folded


def _finer_groups(
    found: Discovery, members: NDArray[np.bool_], broad: list[_Group], folded: dict[int, int]
) -> list[_Group]:
    """Return the finer groups under broad groups, and under named themes that groups are."""
    standing = {group.topic for group in broad}
    groups = []
    for topic, stability in sorted(found.finer_stability.items()):
        inside, above = found.finer == topic, found.parents[topic]
        if stability < _LEAST_STABLE or not (above in standing or above in folded):
            continue
        # Parts of a group that is a named theme are often much like that theme too.
        if _same(inside, members) in (None, folded.get(above)):
            groups.append(
                _Group(
                    topic,
                    True,
                    np.flatnonzero(inside),
                    found.finer_weights[topic],
                    stability,
                    above=above if above in standing else None,
                    named=folded.get(above),
                )
            )
    return groups


def _same(inside: NDArray[np.bool_], members: NDArray[np.bool_]) -> int | None:
    """Return the column of the named theme that a group is, or None."""
    overlap = [jaccard(inside, members[:, column]) for column in range(members.shape[1])]
    return int(np.argmax(overlap)) if max(overlap, default=0.0) >= _SAME else None


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
    groups: list[_Group], parents: list[int], phrasing: Phrasing, named: NamedThemes
) -> list[Wording]:
    """Name the groups: broad ones against all papers, finer ones against those beside them."""
    taken = [phrase for fitted in named.fitted for phrase in fitted.phrases]
    words: dict[int, Wording] = {}
    for parent in sorted(set(parents)):  # -1, the top, comes first
        below = [number for number, over in enumerate(parents) if over == parent]
        words |= word_themes(
            phrasing,
            {number: groups[number].rows for number in below},
            {number: groups[number].weights for number in below},
            among=groups[parent].rows if parent >= 0 else None,
            taken=[*taken, *(one.label for one in words.values())],
            beside=words[parent].keywords if parent >= 0 else (),
        )
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


def _ids(labels: list[str], *, taken: list[str]) -> tuple[str, ...]:
    """Return an identifier for each label that no other theme has."""
    used = set(taken)
    ids = []
    for label in labels:
        base = slug(label) or "theme"
        identifier, number = base, 2
        while identifier in used:
            identifier, number = f"{base}-{number}", number + 1
        used.add(identifier)
        ids.append(identifier)
    return tuple(ids)
