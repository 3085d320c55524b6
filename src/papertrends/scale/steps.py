"""What is done with one partition of the papers, in one pure function.

A partition holds whole papers: all rows of a paper are in one. Must not depend on the
other partitions, nor on where it runs.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from papertrends.cores import one_thread
from papertrends.encoders import Vectors, cache_folder
from papertrends.papers.near_duplicates import signatures_of
from papertrends.scale.allocating import keep_memory
from papertrends.scale.counts import Counting, Counts, count
from papertrends.scale.sending import Packed, unpack
from papertrends.themes.assigning import BLOCK, Assigned, Places, assigned
from papertrends.themes.evidence import Corpus
from papertrends.themes.fitted import corpus_from, encoder_of, texts_of_papers
from papertrends.themes.model import ThemeModel

#: Papers in a partition. A multiple of `BLOCK`, so that however papers are dealt out, each
#: is scored among the same others: in matrices of a few rows BLAS takes other sums.
PARTITION = BLOCK

#: The limit on threads of BLAS is the process's, and a worker may have several threads.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Partition:
    """Some of the papers.

    Attributes
    ----------
    papers : pandas.DataFrame
        ``paper_id, title, abstract``, one row a paper, by id.
    listings : pandas.DataFrame
        ``paper_id, digest_date``, a row for each appearance of these papers.
    memberships : pandas.DataFrame or None
        What the papers belong to, where that is known; else they are to be assigned.
    """

    papers: pd.DataFrame
    listings: pd.DataFrame
    memberships: pd.DataFrame | None


@dataclass(frozen=True)
class Part:
    """What comes of a partition.

    Attributes
    ----------
    rows : Assigned or None
        The papers' rows in the tables, where they were assigned.
    counts : Counts or None
        How many of them are in each theme and period.
    signatures : numpy.ndarray of uint64, shape (n, 30)
        Of their abstracts, by which near duplicates are found.
    """

    rows: Assigned | None
    counts: Counts | None
    signatures: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]


def part_of(partition: Partition, model: Packed, places: Places, counting: Counting | None) -> Part:
    """Embed, assign and count the papers of a partition.

    Parameters
    ----------
    partition : Partition
    model : Packed
    places : Places
        Where papers stand on the model's map.
    counting : Counting or None
        What is to be counted, if it can be counted paper by paper.
    """
    keep_memory()
    rows, memberships = None, partition.memberships
    if memberships is None:
        rows = _assigned(partition.papers, model, places)
        memberships = rows.memberships
    counts = None if counting is None else count(partition.listings, memberships, counting)
    return Part(rows, counts, signatures_of(partition.papers["abstract"].tolist()))


def _assigned(papers: pd.DataFrame, packed: Packed, places: Places) -> Assigned:
    with _ONE_AT_A_TIME, one_thread():
        model = unpack(packed)
        return assigned(model.fitted, _corpus(papers, model), places)


def make_ready(packed: Packed) -> None:
    """Read the model, and import and make what its encoder needs, before it is needed."""
    joined_of(pd.DataFrame({"paper_id": ["one"], "title": ["A paper"], "abstract": [""]}), packed)


def joined_of(papers: pd.DataFrame, packed: Packed) -> Vectors:
    """Return the joined vectors of papers (one row each), shape (n, d)."""
    keep_memory()
    with _ONE_AT_A_TIME, one_thread():
        return _corpus(papers, unpack(packed)).joined


def _corpus(papers: pd.DataFrame, model: ThemeModel) -> Corpus:
    encoder = encoder_of(model.fitted, model.encoder)
    ids = papers["paper_id"].tolist()
    encoded, lsa = model.fitted.vectors(
        texts_of_papers(papers), encoder, cache_folder(), paper_ids=ids
    )
    return corpus_from(papers, encoded, lsa)


def partitions(
    unique: pd.DataFrame, listings: pd.DataFrame, memberships: pd.DataFrame | None
) -> list[Partition]:
    """Cut papers into partitions that depend on nothing but the papers.

    Parameters
    ----------
    unique : pandas.DataFrame
        One row a paper, by id.
    listings : pandas.DataFrame
        All appearances of them (and perhaps of others).
    memberships : pandas.DataFrame, optional
        Of them (and perhaps of others), where they are known.
    """
    ids = unique["paper_id"]
    at = pd.Index(ids)
    made = []
    cut = _cutter(listings, at)
    known = None if memberships is None else _cutter(memberships, at)
    for start in range(0, len(unique), PARTITION):
        rows = slice(start, start + PARTITION)
        some = unique.iloc[rows][["paper_id", "title", "abstract"]].reset_index(drop=True)
        made.append(
            Partition(
                some,
                cut[start // PARTITION],
                None if known is None else known[start // PARTITION],
            )
        )
    return made


def _cutter(table: pd.DataFrame, ids: pd.Index) -> Sequence[pd.DataFrame]:
    """Return the rows of each partition of papers, in their order."""
    place = ids.get_indexer(pd.Index(table["paper_id"]))
    here = table[place >= 0]
    number = place[place >= 0] // PARTITION
    order = np.argsort(number, kind="stable")
    ends = np.searchsorted(number[order], np.arange(-(-len(ids) // PARTITION) + 1))
    return [
        here.iloc[order[ends[one] : ends[one + 1]]].reset_index(drop=True)
        for one in range(len(ends) - 1)
    ]
