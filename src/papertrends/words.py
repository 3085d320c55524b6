"""Texts -> words, once for all that counts them.

Splitting is what the cheap encoders spend most of their time on, so that it is
done once, and each distinct word of a block of texts is looked at once. Must not
drop or weigh words: those who count them do.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Texts looked at together: many share their words, and few take little memory.
BLOCK = 2048

_WORD = re.compile(r"\w+")
#: Of plain ASCII: its lower case, and a blank for whatever is no part of a word.
_PLAIN = "".join(char.lower() if _WORD.match(char) else " " for char in map(chr, range(128)))


@dataclass(frozen=True)
class Words:
    """The words of some texts.

    Attributes
    ----------
    distinct : list of str
        Each word once, in lower case, in the order in which they are met.
    ids : numpy.ndarray of int, shape (w,)
        The words of all texts, one text after the other, as places in `distinct`.
    starts : numpy.ndarray of int, shape (n + 1,)
        Where the words of each text begin in `ids`, and where those of the last end.
    """

    distinct: list[str]
    ids: NDArray[np.int64]
    starts: NDArray[np.int64]

    @property
    def rows(self) -> NDArray[np.int64]:
        """The text that each word stands in, shape (w,)."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def words_of(texts: Sequence[str]) -> Words:
    r"""Return the words of `texts`: all that ``\w+`` finds in their lower case."""
    places: defaultdict[str, int] = defaultdict()
    places.default_factory = places.__len__
    ids: list[int] = []
    starts = [0]
    for text in texts:
        ids.extend(map(places.__getitem__, _split(text)))
        starts.append(len(ids))
    return Words(list(places), np.array(ids, dtype=np.int64), np.array(starts, dtype=np.int64))


def blocks(texts: Sequence[str]) -> Iterator[tuple[slice, Words]]:
    """Go through `texts` some at a time."""
    for start in range(0, len(texts), BLOCK):
        part = slice(start, min(start + BLOCK, len(texts)))
        yield part, words_of(texts[part])


def _split(text: str) -> list[str]:
    # The same words either way; without a regular expression it takes a quarter of the time.
    return text.translate(_PLAIN).split() if text.isascii() else _WORD.findall(text.lower())
