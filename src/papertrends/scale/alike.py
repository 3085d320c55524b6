"""Near duplicates, their signatures having been made partition by partition.

What may be alike is found and compared here, as `papers.near_duplicates` does it. Must not
change any paper.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from papertrends.dumps.report import NearDuplicate
from papertrends.papers.near_duplicates import (
    BANDS,
    ROWS,
    SIMILAR,
    Hashes,
    jaccard,
    pairs_among,
    runs_of,
)


def pairs_of(papers: pd.DataFrame, signatures: npt.NDArray[np.uint64]) -> tuple[NearDuplicate, ...]:
    """Return the pairs of papers with nearly the same abstract.

    Parameters
    ----------
    papers : pandas.DataFrame
        ``paper_id, title, abstract`` of n papers, by id.
    signatures : numpy.ndarray of uint64, shape (n, 30)
    """
    columns = (papers[name].tolist() for name in ("paper_id", "title", "abstract"))
    ids, titles, abstracts = columns
    hashes = Hashes()

    @cache
    def runs(row: int) -> npt.NDArray[np.uint64]:
        return runs_of(abstracts[row], hashes)

    found = []
    for one, other in sorted(candidates(signatures)):
        similarity = jaccard(runs(one), runs(other))
        if similarity >= SIMILAR:
            found.append(
                NearDuplicate(ids[one], ids[other], titles[one], titles[other], similarity)
            )
    return tuple(found)


def candidates(signatures: npt.NDArray[np.uint64]) -> set[tuple[int, int]]:
    """Return the pairs of rows that share a band of their signatures, the lesser row first."""
    found: set[tuple[int, int]] = set()
    for band in range(BANDS):
        part = signatures[:, band * ROWS : (band + 1) * ROWS]
        order = np.lexsort(part.T)
        ordered = part[order]
        same = np.concatenate([[False], (ordered[1:] == ordered[:-1]).all(axis=1), [False]])
        # A run of equal rows begins where the next is the same and the last one was not.
        starts = np.flatnonzero(~same[:-1] & same[1:])
        ends = np.flatnonzero(same[:-1] & ~same[1:]) + 1
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            found.update(pairs_among(order[start:end].tolist()))
    return found
