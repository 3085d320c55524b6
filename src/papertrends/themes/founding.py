"""What a new theme is called, and what may become no theme as a person retired it.

Between the groups of papers that ``newcomers.py`` finds and the themes that
``growth.py`` adds. Must not search for groups.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.encoders.lsa import unit_rows
from papertrends.themes.centroids import Centroids
from papertrends.themes.evidence import Corpus, texts_of
from papertrends.themes.kmeans import keys_of
from papertrends.themes.labels import Phrasing, word_themes
from papertrends.themes.meeting import SAME
from papertrends.themes.named import jaccard
from papertrends.themes.registry import new_id

#: A new theme's words are set apart from those of so many other papers.
_BESIDE = 500


@dataclass(frozen=True)
class Founded:
    """A theme to be added: its id and words, and its papers.

    Attributes
    ----------
    theme_id, name, keywords : str
    stability : float
        From 0 to 1: how firmly its papers are in it, at least.
    paper_ids : tuple of str
        New papers, or papers that were in no theme.
    """

    theme_id: str
    name: str
    keywords: str
    stability: float
    paper_ids: tuple[str, ...]


def founded(
    groups: Sequence[NDArray[np.int64]],
    stability: Sequence[float],
    corpus: Corpus,
    *,
    taken: Collection[str],
    used: Collection[str],
) -> tuple[Founded, ...]:
    """Give groups of papers names and ids that no theme has or ever had.

    Parameters
    ----------
    groups : sequence of numpy.ndarray
        Rows of the papers of each.
    stability : sequence of float
    corpus : Corpus
        n papers.
    taken : collection of str
        Names in use.
    used : collection of str
        Ids there ever were.
    """
    rows = _with_some_others(groups, corpus)
    place = {row: number for number, row in enumerate(rows.tolist())}
    texts = texts_of(corpus)
    phrasing = Phrasing.of(
        [corpus.titles[row] for row in rows], [texts[row] for row in rows.tolist()]
    )
    wordings = word_themes(
        phrasing,
        {
            number: np.array([place[row] for row in group.tolist()])
            for number, group in enumerate(groups)
        },
        taken=taken,
    )
    ids = set(used)
    themes = []
    for number, group in enumerate(groups):
        words = wordings[number]
        theme_id = new_id(words.label, ids)
        ids.add(theme_id)
        papers = tuple(corpus.paper_ids[row] for row in group.tolist())
        themes.append(
            Founded(theme_id, words.label, ", ".join(words.keywords), stability[number], papers)
        )
    return tuple(themes)


def is_named_already(
    rows: NDArray[np.int64],
    corpus: Corpus,
    memberships: pd.DataFrame,
    named: Collection[str],
    among: NDArray[np.bool_],
) -> bool:
    """Say whether a group of papers is really a theme that somebody has named.

    Parameters
    ----------
    rows : numpy.ndarray
        The papers of the group.
    corpus : Corpus
        n papers.
    memberships : pandas.DataFrame
    named : collection of str
        The ids of the named themes.
    among : numpy.ndarray of bool, shape (n,)
        The papers that the group was found among.
    """
    ids = np.array(corpus.paper_ids, dtype=object)
    inside = np.zeros(len(ids), dtype=bool)
    inside[rows] = True
    for theme in named:
        members = memberships.loc[memberships["theme_id"] == theme, "paper_id"]
        same = np.isin(ids, members.to_numpy(dtype=object)) & among
        if jaccard(inside, same) >= SAME:
            return True
    return False


def barred(
    corpus: Corpus, centroids: Centroids, retired: Mapping[str, Collection[str]]
) -> NDArray[np.bool_]:
    """Return which papers belong to a theme that a person retired, shape (n,).

    These are its papers, and those nearer to it than to any theme there is, and as
    near as its own.

    Parameters
    ----------
    corpus : Corpus
    centroids : Centroids
        Of the themes there are.
    retired : mapping of theme id to collection of str
        The papers of each.
    """
    out = np.zeros(len(corpus.paper_ids), dtype=bool)
    groups = []
    for papers in retired.values():
        inside = np.isin(np.array(corpus.paper_ids, dtype=object), list(papers))
        out |= inside
        if inside.any():
            groups.append(np.flatnonzero(inside))
    if not groups:
        return out
    gone = Centroids.fit(corpus.joined, groups, [-1] * len(groups))
    wide = unit_rows(corpus.joined.astype(np.float64)).astype(np.float64)
    near = wide @ gone.centres.T
    others = (wide @ centroids.centres.T).max(axis=1, initial=-1.0)
    nearest = near.argmax(axis=1)
    closeness = near.max(axis=1)
    return np.asarray(out | ((closeness >= gone.lows[nearest]) & (closeness > others)))


def _with_some_others(groups: Sequence[NDArray[np.int64]], corpus: Corpus) -> NDArray[np.int64]:
    """Return the rows of the groups and of some other papers, which by chance of their ids."""
    inside = sorted({row for group in groups for row in group.tolist()})
    order = np.argsort(keys_of(corpus.paper_ids), kind="stable")
    others = order[~np.isin(order, inside)][:_BESIDE]
    return np.sort(np.concatenate([np.array(inside, dtype=np.int64), others]))
