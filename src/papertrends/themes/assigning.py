"""New papers put into themes that were learned from others: rows of tables, block by block.

A paper's rows depend on that paper and the model alone, whatever papers come with it: so a
corpus can be dealt out to blocks, runs or machines in any way. Must not learn anything, nor
import what learns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.progress import Progress, silent
from papertrends.tables import MAP, MEMBERSHIPS, NEAR_MISSES, UNASSIGNED, blank, conform
from papertrends.themes.evidence import Corpus
from papertrends.themes.fitted import Fitted, memberships_of, near_misses_of
from papertrends.themes.graph import highest

Floats = NDArray[np.float64]

#: Papers that are scored at a time: memory does not grow with their number.
BLOCK = 1_024
#: A new paper is drawn on the map in the middle of so many papers nearest to it, found among
#: at most so many.
_MAP_NEIGHBORS, _MOST_PLACES = 5, 4_000


@dataclass(frozen=True)
class Places:
    """Papers that stand on the map already.

    Attributes
    ----------
    vectors : numpy.ndarray of float32, shape (m, d)
        Their joined vectors.
    xy : numpy.ndarray, shape (m, 2)
    """

    vectors: Vectors
    xy: Floats

    @classmethod
    def of(cls, table: pd.DataFrame, vectors: Vectors) -> Places:
        """Return the papers of a map, row i of `vectors` being row i of `table`."""
        step = -(-len(table) // _MOST_PLACES) if len(table) else 1
        xy = table[["x", "y"]].to_numpy(dtype=np.float64)
        return cls(np.asarray(vectors[::step], dtype=np.float32), xy[::step])

    def near(self, vectors: Vectors) -> Floats:
        """Return the middle of the papers nearest to each of `vectors`, shape (n, 2)."""
        alike = np.round(np.asarray(vectors, dtype=np.float32) @ self.vectors.T, 6)
        nearest = highest(alike, min(_MAP_NEIGHBORS, len(self.xy)))
        return np.asarray(np.round(self.xy[nearest].mean(axis=1), 6))


@dataclass(frozen=True)
class Assigned:
    """The rows of papers in the tables of a model.

    Attributes
    ----------
    memberships, unassigned, near_misses, map : pandas.DataFrame
    """

    memberships: pd.DataFrame
    unassigned: pd.DataFrame
    near_misses: pd.DataFrame
    map: pd.DataFrame

    @classmethod
    def joined(cls, parts: Iterable[Assigned]) -> Assigned:
        """Return the rows of several parts of a corpus, in the order of the tables."""
        some = list(parts)
        return cls(
            joined([one.memberships for one in some], MEMBERSHIPS, "paper_id"),
            joined([one.unassigned for one in some], UNASSIGNED, "paper_id"),
            joined([one.near_misses for one in some], NEAR_MISSES, "paper_id", "theme_id"),
            joined([one.map for one in some], MAP, "paper_id"),
        )


def rows_of_model(fitted: Fitted) -> Assigned:
    """Return the rows of the papers that a model has."""
    return Assigned(fitted.memberships, fitted.unassigned, fitted.near_misses, fitted.map)


def assigned(
    fitted: Fitted,
    new: Corpus,
    places: Places,
    *,
    held: Callable[[Floats, Sequence[str]], Floats] | None = None,
    progress: Progress = silent,
) -> Assigned:
    """Return the rows of papers that a model does not have.

    Parameters
    ----------
    fitted : Fitted
    new : Corpus
        n papers, as ``fitted.corpus`` reads them.
    places : Places
        Where papers stand on its map.
    held : callable, optional
        Given the scores of some papers, shape (m, t), and their ids, returns the scores
        they are to have.
    progress : Progress, optional
    """
    parts = []
    for start in range(0, len(new.paper_ids), BLOCK):
        block = new.part(np.arange(start, min(start + BLOCK, len(new.paper_ids))))
        scores = fitted.scores(block)
        if held is not None:
            scores = held(scores, block.paper_ids)
        parts.append(_rows(fitted, block, places, scores))
        progress("assigning", start + len(block.paper_ids), len(new.paper_ids))
    return Assigned.joined(parts)


def _rows(fitted: Fitted, papers: Corpus, places: Places, scores: Floats) -> Assigned:
    ids, themes = list(papers.paper_ids), fitted.theme_ids
    memberships, unassigned = memberships_of(ids, themes, scores, fitted.can_be_primary)
    at, near = pd.DataFrame({"paper_id": ids}), places.near(papers.joined)
    at["x"], at["y"] = near[:, 0], near[:, 1]
    return Assigned(memberships, unassigned, near_misses_of(ids, themes, scores), conform(at, MAP))


def with_rows(fitted: Fitted, new: Assigned) -> Fitted:
    """Return the model with rows of papers that it did not have.

    Its themes are as they were; count them with `growth.recounted`.
    """
    both = Assigned.joined([rows_of_model(fitted), new])
    return replace(
        fitted,
        memberships=both.memberships,
        unassigned=both.unassigned,
        near_misses=both.near_misses,
        map=both.map,
    )


def joined(tables: Iterable[pd.DataFrame], schema: Mapping[str, str], *by: str) -> pd.DataFrame:
    """Return the rows of all `tables`, of the columns of `schema`, in the order of `by`."""
    some = [one for one in tables if len(one)]
    if not some:
        return blank(schema)
    both = pd.concat(some, ignore_index=True)
    return conform(both.sort_values(list(by), kind="stable"), schema)
