"""Different papers whose abstracts are nearly the same: flagged, never merged.

Runs of three words are compared by minhash signatures in bands (Broder 1997;
Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, ch. 3), and what may be
alike is then compared exactly. Must not change any paper.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from papertrends.dumps.report import NearDuplicate
from papertrends.words import words_of

_SIMILAR = 0.7
_RUN = 3
_BANDS, _ROWS = 10, 3
#: Texts looked at together: few enough that what is made of them stays in a core's cache.
_PIECE = 512
_MANY = 50

_Hashed = npt.NDArray[np.uint64]


def near_duplicates(papers: pd.DataFrame) -> tuple[NearDuplicate, ...]:
    """Find pairs of papers with nearly the same abstract.

    Parameters
    ----------
    papers : pandas.DataFrame
        ``paper_id``, ``title``, ``abstract``; the first row of a paper counts.

    Returns
    -------
    tuple of NearDuplicate
        Pairs with a Jaccard similarity of 0.7 or more over their runs of three
        words, by paper id. Of more than 50 papers with one and the same abstract
        each is paired with the first only.
    """
    first = papers.drop_duplicates("paper_id").sort_values("paper_id", kind="stable")
    return pairs_of(first, signatures_of(first["abstract"].tolist()))


def pairs_of(papers: pd.DataFrame, signatures: _Hashed) -> tuple[NearDuplicate, ...]:
    """Return the pairs of papers with nearly the same abstract.

    Parameters
    ----------
    papers : pandas.DataFrame
        ``paper_id, title, abstract`` of n papers, one row each, by id.
    signatures : numpy.ndarray of uint64, shape (n, 30)
        Of their abstracts.
    """
    columns = (papers[name].tolist() for name in ("paper_id", "title", "abstract"))
    ids, titles, abstracts = columns
    hashes = _Hashes()

    @cache
    def runs(row: int) -> _Hashed:
        return np.unique(_runs([abstracts[row]], hashes)[0])

    found = []
    for one, other in sorted(candidates(signatures)):
        similarity = _jaccard(runs(one), runs(other))
        if similarity >= _SIMILAR:
            found.append(
                NearDuplicate(ids[one], ids[other], titles[one], titles[other], similarity)
            )
    return tuple(found)


def signatures_of(texts: Sequence[str]) -> _Hashed:
    """Return the signature of each text, shape (n, 30)."""
    hashes = _Hashes()
    pieces = (texts[start : start + _PIECE] for start in range(0, len(texts), _PIECE))
    signatures = [_signatures(*_runs(piece, hashes)) for piece in pieces]
    return np.concatenate([np.zeros((0, _BANDS * _ROWS), dtype=np.uint64), *signatures])


class _Hashes(dict[str, int]):
    """The hash of each word, made when it is first met."""

    def __missing__(self, word: str) -> int:
        self[word] = zlib.crc32(word.encode("utf-8", errors="replace"))
        return self[word]


def _runs(texts: Sequence[str], hashes: _Hashes) -> tuple[_Hashed, npt.NDArray[np.int64]]:
    """Return the hashes of all runs of words, one text after the other, and where each begins.

    A text of fewer words than a run has is one by itself.
    """
    words = words_of(texts)
    known = np.array([hashes[word] for word in words.distinct], dtype=np.uint64)
    codes = known[words.ids]
    n_words = np.diff(words.starts)
    n_runs = np.maximum(n_words - _RUN + 1, 1)
    starts = np.concatenate([[0], np.cumsum(n_runs)[:-1]])
    runs = np.zeros(n_runs.sum(), dtype=np.uint64)
    whole = np.repeat(n_words >= _RUN, n_runs)
    places = np.arange(len(runs)) + np.repeat(words.starts[:-1] - starts, n_runs)
    runs[whole] = _following(codes)[places[whole]]
    for text in np.flatnonzero((n_words > 0) & (n_words < _RUN)).tolist():
        own = codes[words.starts[text] : words.starts[text + 1]]
        runs[starts[text]] = np.bitwise_xor.reduce(own)
    return runs, starts


def _following(codes: _Hashed) -> _Hashed:
    """Return the hash of each word together with those that follow it in its run."""
    n_runs = max(0, len(codes) - _RUN + 1)
    mixed = codes[:n_runs] * np.uint64(0x9E3779B97F4A7C15)
    for place in range(1, _RUN):
        mixed = _mixed(mixed) ^ codes[place : n_runs + place]
    return _mixed(mixed)


def _mixed(values: _Hashed) -> _Hashed:
    values = (values ^ (values >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    return values ^ (values >> np.uint64(27))


def _signatures(runs: _Hashed, starts: npt.NDArray[np.int64]) -> _Hashed:
    """Return the least hash of each text's runs, for each of thirty ways to hash."""
    ways = _mixed(np.arange(1, _BANDS * _ROWS + 1, dtype=np.uint64) * np.uint64(0x94D049BB133111EB))
    return np.stack([np.minimum.reduceat(_mixed(runs ^ way), starts) for way in ways], axis=1)


def candidates(signatures: _Hashed) -> set[tuple[int, int]]:
    """Return the pairs of rows that share a band of their signatures, the lesser row first."""
    found: set[tuple[int, int]] = set()
    for band in range(_BANDS):
        part = signatures[:, band * _ROWS : (band + 1) * _ROWS]
        order = np.lexsort(part.T)
        ordered = part[order]
        same = np.concatenate([[False], (ordered[1:] == ordered[:-1]).all(axis=1), [False]])
        # A run of equal rows begins where the next is the same and the last one was not.
        starts = np.flatnonzero(~same[:-1] & same[1:])
        ends = np.flatnonzero(same[:-1] & ~same[1:]) + 1
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            found.update(_pairs(order[start:end].tolist()))
    return found


def _pairs(members: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of members that look alike; of very many, those with the first."""
    if len(members) > _MANY:
        yield from ((members[0], other) for other in members[1:])
        return
    for place, one in enumerate(members):
        yield from ((one, other) for other in members[place + 1 :])


def _jaccard(one: _Hashed, other: _Hashed) -> float:
    """Return the part of all runs of two texts that is in both."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)
