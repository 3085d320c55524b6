"""Different papers whose abstracts are nearly the same: flagged, never merged.

Runs of three words are compared by minhash signatures in bands (Broder 1997;
Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, ch. 3), and what may be
alike is then compared exactly. Must not change any paper.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from papertrends.dumps.report import NearDuplicate

SIMILAR = 0.7
_RUN = 3
BANDS, ROWS = 10, 3
_PIECE = 5_000
_WORD = re.compile(r"\w+")
_MANY = 50

_Runs = npt.NDArray[np.uint64]


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
    ids, titles = first["paper_id"].tolist(), first["title"].tolist()
    runs, signatures = signatures_of(first["abstract"].tolist())
    found = []
    for one, other in sorted(_candidates(signatures)):
        similarity = jaccard(runs[one], runs[other])
        if similarity >= SIMILAR:
            found.append(
                NearDuplicate(ids[one], ids[other], titles[one], titles[other], similarity)
            )
    return tuple(found)


def signatures_of(texts: Sequence[str]) -> tuple[list[_Runs], npt.NDArray[np.uint64]]:
    """Return the runs of each text, as sorted hashes, and its signature."""
    hashes = Hashes()
    runs: list[_Runs] = []
    signatures = [np.zeros((0, BANDS * ROWS), dtype=np.uint64)]
    for start in range(0, len(texts), _PIECE):
        piece = [runs_of(text, hashes) for text in texts[start : start + _PIECE]]
        runs += piece
        signatures.append(_signatures(piece))
    return runs, np.concatenate(signatures)


class Hashes(dict[str, int]):
    """The hash of each word, made when it is first met."""

    def __missing__(self, word: str) -> int:
        self[word] = zlib.crc32(word.encode("utf-8", errors="replace"))
        return self[word]


def runs_of(text: str, hashes: Hashes) -> _Runs:
    """Return the hashes of all runs of words in a text, each once, ascending."""
    words = _WORD.findall(text.lower())
    codes = np.fromiter(map(hashes.__getitem__, words), dtype=np.uint64, count=len(words))
    if len(codes) < _RUN:
        return np.array([np.bitwise_xor.reduce(codes) if len(codes) else 0], dtype=np.uint64)
    mixed = codes[: len(codes) - _RUN + 1] * np.uint64(0x9E3779B97F4A7C15)
    for place in range(1, _RUN):
        mixed = _mixed(mixed) ^ codes[place : len(codes) - _RUN + 1 + place]
    return np.unique(_mixed(mixed))


def _mixed(values: _Runs) -> _Runs:
    values = (values ^ (values >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    return values ^ (values >> np.uint64(27))


def _signatures(runs: Sequence[_Runs]) -> npt.NDArray[np.uint64]:
    """Return the least hash of each text's runs, for each of thirty ways to hash."""
    starts = np.cumsum([0, *(len(one) for one in runs[:-1])])
    every = np.concatenate(runs)
    ways = _mixed(np.arange(1, BANDS * ROWS + 1, dtype=np.uint64) * np.uint64(0x94D049BB133111EB))
    return np.stack([np.minimum.reduceat(_mixed(every ^ way), starts) for way in ways], axis=1)


def _candidates(signatures: npt.NDArray[np.uint64]) -> set[tuple[int, int]]:
    pairs: set[tuple[int, int]] = set()
    for band in range(BANDS):
        buckets: dict[bytes, list[int]] = defaultdict(list)
        part = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS])
        for number, row in enumerate(part):
            buckets[row.tobytes()].append(number)
        for members in buckets.values():
            pairs.update(pairs_among(members))
    return pairs


def pairs_among(members: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of members that look alike; of very many, those with the first."""
    if len(members) > _MANY:
        yield from ((members[0], other) for other in members[1:])
        return
    for place, one in enumerate(members):
        yield from ((one, other) for other in members[place + 1 :])


def jaccard(one: _Runs, other: _Runs) -> float:
    """Return the part of all runs of two texts that is in both."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)
