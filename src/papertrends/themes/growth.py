"""A fitted model that takes in new papers without learning its themes again.

New papers are put into the themes there are, and new themes are looked for among
those that fit none; the memberships of papers it had before never change. Must
not import BERTopic, UMAP or HDBSCAN, nor embed anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.tables import (
    MEMBERSHIPS,
    NEAR_MISSES,
    THEMES,
    UNASSIGNED,
    conform,
)
from papertrends.themes.assigning import Places, assigned, joined, with_rows
from papertrends.themes.centroids import Centroids
from papertrends.themes.evidence import THRESHOLD, Corpus
from papertrends.themes.fitted import Fitted, memberships_of, near_misses_of
from papertrends.themes.founding import Founded

Floats = NDArray[np.float64]


def take_in(fitted: Fitted, new: Corpus, known: Vectors) -> Fitted:
    """Return the model with new papers assigned to its themes.

    Parameters
    ----------
    fitted : Fitted
    new : Corpus
        n papers it does not have, as ``fitted.corpus`` reads them.
    known : numpy.ndarray, shape (m, d)
        Joined vectors of the papers it has, in the order of ``fitted.map``.

    Returns
    -------
    Fitted
        Its themes are as they were; count them with `recounted`.
    """
    if not len(new.paper_ids):
        return fitted
    return with_rows(fitted, assigned(fitted, new, Places.of(fitted.map, known)))


def with_themes(
    fitted: Fitted,
    themes: Sequence[Founded],
    corpus: Corpus,
    arrived: frozenset[str],
) -> Fitted:
    """Return the model with new themes added to its discovered ones.

    Papers that arrived with this run are scored anew, as the new theme may now be
    the nearest; older papers keep what they have, and only those of the new theme
    itself, which were in none, get a membership.

    Parameters
    ----------
    fitted : Fitted
        With all papers, see `take_in`.
    themes : sequence of Founded
    corpus : Corpus
        All n papers, in the order of ``fitted.map``.
    arrived : frozenset of str
        The papers that came with this run.
    """
    place = {key: row for row, key in enumerate(corpus.paper_ids)}
    groups = [np.array(sorted(place[key] for key in theme.paper_ids)) for theme in themes]
    grown = replace(
        fitted,
        centroids=_appended(fitted.centroids, corpus.joined, groups),
        discovered_ids=(*fitted.discovered_ids, *(theme.theme_id for theme in themes)),
        themes=_with_rows(fitted.themes, themes),
    )
    inside = {row for group in groups for row in group.tolist()}
    rows = np.array(sorted(inside | {place[key] for key in arrived}), dtype=np.int64)
    part = corpus.part(rows)
    scores = grown.scores(part)
    first, n_named = len(grown.theme_ids) - len(themes), len(grown.named)
    for number, group in enumerate(groups):
        own = np.searchsorted(rows, group)
        firm = THRESHOLD + (1.0 - THRESHOLD) * themes[number].stability
        best = np.maximum(scores[own, first + number], firm)
        # As in a fit, a discovered theme's own papers are in no other more than in it.
        scores[own, n_named:] = np.minimum(scores[own, n_named:], best[:, None] - 1e-5)
        scores[own, first + number] = best
    ids = [corpus.paper_ids[row] for row in rows]
    old = np.array([key not in arrived for key in ids], dtype=bool)
    # An older paper in no theme joins the new ones and nothing else.
    scores[old, :first] = np.minimum(scores[old, :first], THRESHOLD - 1e-6)
    members, unassigned = memberships_of(ids, grown.theme_ids, scores, grown.can_be_primary)
    near = near_misses_of(ids, grown.theme_ids, scores)

    def without(table: pd.DataFrame) -> pd.DataFrame:
        return table[~table["paper_id"].isin(ids)]

    return replace(
        grown,
        memberships=joined([without(grown.memberships), members], MEMBERSHIPS, "paper_id"),
        unassigned=joined([without(grown.unassigned), unassigned], UNASSIGNED, "paper_id"),
        near_misses=joined([without(grown.near_misses), near], NEAR_MISSES, "paper_id", "theme_id"),
    )


def recounted(fitted: Fitted, papers: pd.DataFrame) -> Fitted:
    """Return the model with sizes and dates of its themes counted in `papers`.

    Parameters
    ----------
    fitted : Fitted
    papers : pandas.DataFrame
        All appearances of its papers in digests.
    """
    return replace(fitted, themes=counted(fitted.themes, fitted.memberships, papers))


def counted(themes: pd.DataFrame, memberships: pd.DataFrame, papers: pd.DataFrame) -> pd.DataFrame:
    """Return `themes` with ``n_papers``, ``first_digest`` and ``last_digest`` counted."""
    dated = memberships.merge(papers[["paper_id", "digest_date"]], on="paper_id")
    by_theme = dated.groupby("theme_id")
    table = themes.copy()
    numbers = by_theme["paper_id"].nunique().to_dict()
    table["n_papers"] = [int(numbers.get(key, 0)) for key in table["theme_id"]]
    for column, which in (("first_digest", "min"), ("last_digest", "max")):
        dates = by_theme["digest_date"].agg(which)
        table[column] = pd.to_datetime(table["theme_id"].map(dates.to_dict()))
    return conform(table, THEMES)


def _appended(
    centroids: Centroids, vectors: Vectors, groups: Sequence[NDArray[np.int64]]
) -> Centroids:
    new = Centroids.fit(vectors, groups, [-1] * len(groups))
    return Centroids(
        np.vstack([centroids.centres, new.centres]),
        np.concatenate([centroids.cuts, new.cuts]),
        np.concatenate([centroids.scales, new.scales]),
        np.concatenate([centroids.lows, new.lows]),
        np.concatenate([centroids.parents, new.parents]),
        np.vstack([centroids.shifts, new.shifts]),
    )


def _with_rows(themes: pd.DataFrame, new: Sequence[Founded]) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "theme_id": [theme.theme_id for theme in new],
            "name": [theme.name for theme in new],
            "kind": "discovered",
            "keywords": [theme.keywords for theme in new],
            "n_papers": 0,
            "stability": [round(theme.stability, 6) for theme in new],
            "parent": "",
        }
    )
    return conform(pd.concat([themes, conform(rows, THEMES)], ignore_index=True), THEMES)
