"""What becomes of themes when all of them are learned anew.

Which theme each paper was in before the search, which groups are themes that
were there, and which papers stay members of what. Must not group papers
(``anchoring.py``) nor say in words what became of themes (``fates.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.tables import MEMBERSHIPS, conform, names_of
from papertrends.themes.anchoring import Past, one_to_one
from papertrends.themes.consensus import Before
from papertrends.themes.discovered import Discovery
from papertrends.themes.evidence import THRESHOLD
from papertrends.themes.fitted import NEAR_MARGIN
from papertrends.themes.grouping import jaccards
from papertrends.themes.meeting import Recognised

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

#: A group that was a theme of its own is a named theme from this Jaccard index on, one whose
#: papers were in a named theme from that on (see `meeting.meet`); a pinned one never is.
_OWN_THEME, _WAS_NAMED, _NEVER = 0.55, 0.3, 2.0
#: A group with this part of a retired theme's typical papers is that theme; one this alike
#: (Jaccard index) to a finer theme, of a broad one that fell, is that one.
_TYPICAL, _ALIKE = 0.5, 0.5


@dataclass(frozen=True)
class Anchors:
    """The themes as they were, which a new search is held fast to.

    Attributes
    ----------
    themes, memberships : pandas.DataFrame
        As `tables.THEMES` (active ones, named ones included) and
        `tables.MEMBERSHIPS`, of papers assigned since the last fit too.
    settled : frozenset of str
        Ids of the papers that are to keep their themes; the memberships of others are
        only a start.
    pinned : frozenset of str
        Ids of themes whose borders a person decided: never split, merged or retired.
    gone : mapping of theme id to (name, typical papers)
        Themes that a run retired: they may return.
    barred : mapping of theme id to frozenset of str
        Papers of themes that a person retired: no theme is made of them.
    used : frozenset of str
        Every theme id there ever was.
    """

    themes: pd.DataFrame
    memberships: pd.DataFrame
    settled: frozenset[str]
    pinned: frozenset[str]
    gone: Mapping[str, tuple[str, tuple[str, ...]]]
    barred: Mapping[str, frozenset[str]]
    used: frozenset[str]


@dataclass(frozen=True)
class Start:
    """Where the papers of a corpus start from.

    Attributes
    ----------
    broad, finer : tuple of str
        Ids of the discovered themes that lie under no discovered one, and of the others.
    before : Before
        The number in `broad` and in `finer` of the theme of each paper.
    settled : numpy.ndarray of bool, shape (n,)
    """

    broad: tuple[str, ...]
    finer: tuple[str, ...]
    before: Before
    settled: NDArray[np.bool_]


def start_of(anchors: Anchors, paper_ids: Sequence[str], named_ids: Sequence[str]) -> Start:
    """Return the theme each paper starts from: of several the one it scores highest in.

    Parameters
    ----------
    anchors : Anchors
    paper_ids : sequence of str, length n
    named_ids : sequence of str
        The themes that are looked for by name: no group is one of them.
    """
    table = anchors.themes
    found = table[(table["kind"] == "discovered") & ~table["theme_id"].isin(list(named_ids))]
    nested = found["parent"].isin(set(found["theme_id"]))
    broad, finer = (tuple(found.loc[which, "theme_id"]) for which in (~nested, nested))
    settled = np.array([paper in anchors.settled for paper in paper_ids], dtype=bool)
    barred = tuple(
        np.array([paper in papers for paper in paper_ids], dtype=bool)
        for _, papers in sorted(anchors.barred.items())
    )
    parents = dict(zip(found["theme_id"], found["parent"], strict=True))
    homes = _homes(anchors.memberships, paper_ids, broad)
    parts = _homes(anchors.memberships, paper_ids, finer)
    above = np.array([broad.index(parents[one]) if parents[one] in broad else -2 for one in finer])
    lost = above[parts] != homes if len(above) else parts < 0
    parts = np.where((parts >= 0) & lost, -1, parts)
    return Start(
        broad,
        finer,
        Before(
            _past(homes, settled, broad, anchors, barred, [parents[one] != "" for one in broad]),
            _past(parts, settled, finer, anchors, barred, [False] * len(finer)),
        ),
        settled,
    )


def _past(
    homes: Labels,
    settled: NDArray[np.bool_],
    ids: Sequence[str],
    anchors: Anchors,
    barred: tuple[NDArray[np.bool_], ...],
    nested: Sequence[bool],
) -> Past:
    pinned = np.array([one in anchors.pinned for one in ids], dtype=bool)
    return Past(homes, settled, pinned, np.array(nested, dtype=bool), barred)


def _homes(memberships: pd.DataFrame, paper_ids: Sequence[str], ids: Sequence[str]) -> Labels:
    """Return the number of the theme among `ids` that each paper scores highest in, or -1."""
    inside = memberships[memberships["theme_id"].isin(list(ids))]
    best = inside.sort_values(["paper_id", "score", "theme_id"], ascending=[True, False, True])
    best = best.drop_duplicates("paper_id")
    place = {theme: number for number, theme in enumerate(ids)}
    homes = dict(zip(best["paper_id"], best["theme_id"].map(place), strict=True))
    return np.array([homes.get(paper, -1) for paper in paper_ids], dtype=np.int64)


def recognise(
    found: Discovery, start: Start, anchors: Anchors, paper_ids: Sequence[str]
) -> Recognised:
    """Say which groups are themes that were there before, and what new ones may not be called.

    Beside those that stand: finer ones that are broad now, because the theme above
    them fell into its parts, and retired ones whose typical papers are a group again.
    """
    names = names_of(anchors.themes)
    broad = {topic: start.broad[was] for topic, was in found.was.items()}
    finer = {topic: start.finer[was] for topic, was in found.finer_was.items()}
    left = [n for n in range(len(start.finer)) if n not in found.finer_was.values()]
    broad |= _risen(found, start, left)
    for topics, known in ((found.topics, broad), (found.finer, finer)):
        taken = {*broad.values(), *finer.values()}
        known |= _returned(topics, known, anchors, taken, paper_ids)
    names |= {one: name for one, (name, _) in anchors.gone.items()}
    return Recognised(
        {topic: (one, names[one]) for topic, one in broad.items()},
        {topic: (one, names[one]) for topic, one in finer.items()},
        _named_from(found, broad, start, anchors, paper_ids),
        dict(zip(anchors.themes["theme_id"], anchors.themes["parent"], strict=True)),
        frozenset(names.values()),
        anchors.used | frozenset(names),
    )


def _risen(found: Discovery, start: Start, left: Sequence[int]) -> dict[int, str]:
    """Return the finer themes, of those `left`, that new broad groups are."""
    new = [topic for topic in sorted(found.stability) if topic not in found.was]
    rows = start.settled
    alike = jaccards(
        _renamed(start.before.finer.home[rows], left),
        _renamed(found.topics[rows], new),
        len(left),
        len(new),
    )
    pairs = one_to_one(np.where(alike >= _ALIKE, alike, 0.0))
    return {new[column]: start.finer[left[row]] for row, column in pairs}


def _renamed(labels: Labels, chosen: Sequence[int]) -> Labels:
    """Return the place of each label among the `chosen` ones, -1 for others."""
    place = {label: number for number, label in enumerate(chosen)}
    return np.array([place.get(label, -1) for label in labels.tolist()], dtype=np.int64)


def _returned(
    topics: Labels,
    known: Mapping[int, str],
    anchors: Anchors,
    taken: set[str],
    paper_ids: Sequence[str],
) -> dict[int, str]:
    """Return the retired themes that new groups are: with most of their typical papers."""
    names = set(anchors.themes["name"])
    gone = [
        one
        for one, (name, papers) in sorted(anchors.gone.items())
        if one not in taken and name not in names and papers
    ]
    new = [topic for topic in sorted(set(topics.tolist()) - {-1}) if topic not in known]
    place = dict(zip(paper_ids, _renamed(topics, new).tolist(), strict=True))
    shares = np.zeros((len(gone), len(new)))
    for row, one in enumerate(gone):
        papers = anchors.gone[one][1]
        for column in (place.get(paper, -1) for paper in papers):
            if column >= 0:
                shares[row, column] += 1 / len(papers)
    pairs = one_to_one(np.where(shares >= _TYPICAL, shares, 0.0))
    return {new[column]: gone[row] for row, column in pairs}


def _named_from(
    found: Discovery,
    broad: Mapping[int, str],
    start: Start,
    anchors: Anchors,
    paper_ids: Sequence[str],
) -> dict[int, float]:
    """Return from which Jaccard index on a broad group is a named theme, see `Recognised`."""
    table = anchors.memberships
    named = set(anchors.themes.loc[anchors.themes["kind"] == "named", "theme_id"])
    inside = set(table.loc[table["theme_id"].isin(named) & table["primary"], "paper_id"])
    was_named = np.array([paper in inside for paper in paper_ids], dtype=bool)
    least = {}
    for topic in found.stability:
        if topic in broad:
            least[topic] = _NEVER if broad[topic] in anchors.pinned else _OWN_THEME
        else:
            old = (found.topics == topic) & start.settled
            if was_named[old].sum() > 0.5 * old.sum():
                least[topic] = _WAS_NAMED
    return least


def held_scores(
    scores: Floats, theme_ids: Sequence[str], anchors: Anchors, paper_ids: Sequence[str]
) -> Floats:
    """Return scores in which settled papers leave and join themes only if that is clear.

    A member of a theme stays down to `NEAR_MARGIN` below the threshold, another paper
    joins it from as much above.

    Parameters
    ----------
    scores : numpy.ndarray, shape (n, t)
    theme_ids : sequence of str, length t
    anchors : Anchors
    paper_ids : sequence of str, length n
    """
    row = {paper: number for number, paper in enumerate(paper_ids)}
    column = {theme: number for number, theme in enumerate(theme_ids)}
    was = np.zeros(scores.shape, dtype=bool)
    pairs = zip(anchors.memberships["paper_id"], anchors.memberships["theme_id"], strict=True)
    for paper, theme in pairs:
        if paper in row and theme in column:
            was[row[paper], column[theme]] = True
    there = set(anchors.themes["theme_id"])
    settled = np.array([paper in anchors.settled for paper in paper_ids], dtype=bool)
    known = settled[:, None] & np.array([theme in there for theme in theme_ids], dtype=bool)
    stays = known & was & (scores >= THRESHOLD - NEAR_MARGIN)
    waits = known & ~was & (scores < THRESHOLD + NEAR_MARGIN)
    held = np.where(stays, np.maximum(scores, THRESHOLD), scores)
    # Less than the threshold in the tables too, which hold six digits.
    return np.where(waits, np.minimum(held, THRESHOLD - 1e-6), held)


def held_primaries(memberships: pd.DataFrame, anchors: Anchors) -> pd.DataFrame:
    """Return memberships in which a settled paper keeps its primary theme while it is in it."""
    before = anchors.memberships
    before = before[before["primary"] & before["paper_id"].isin(anchors.settled)]
    pairs = pd.MultiIndex.from_frame(before[["paper_id", "theme_id"]])
    kept = pd.MultiIndex.from_frame(memberships[["paper_id", "theme_id"]]).isin(pairs)
    holds = memberships["paper_id"].isin(memberships.loc[kept, "paper_id"])
    primary = np.where(holds, kept, memberships["primary"])
    return conform(memberships.assign(primary=primary), MEMBERSHIPS)
