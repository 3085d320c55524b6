"""The words of a corpus, split once: which papers can have a phrase, and how often each stem.

Named themes look for the same papers' words again and again; splitting texts and
searching them with large patterns is what that costs. Must not know of themes or
vectors; what a phrase looks like in a text is for ``phrases.py`` to say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.themes.phrases import openings, stem, words

Mask = NDArray[np.bool_]
Ids = NDArray[np.int64]

#: Of plain ASCII: a blank for whatever is no part of a word.
_PLAIN = "".join(char if char.isalnum() else " " for char in map(chr, range(128)))


@dataclass(frozen=True)
class Tokens:
    """The words of n texts.

    Attributes
    ----------
    distinct : list of str
        Each word once, as written, in the order in which they are met.
    ids : numpy.ndarray of int, shape (w,)
        The words of all texts, one text after the other, as places in `distinct`.
    starts : numpy.ndarray of int, shape (n + 1,)
        Where the words of each text begin in `ids`, and where those of the last end.
    odd : numpy.ndarray of bool, shape (n,)
        Texts whose words are others in lower case (a letter may become two signs): theirs
        stand in lower case.
    """

    distinct: list[str]
    ids: Ids
    starts: Ids
    odd: Mask

    @classmethod
    def of(cls, texts: Iterable[str]) -> Tokens:
        """Split `texts`."""
        places: defaultdict[str, int] = defaultdict()
        places.default_factory = places.__len__
        ids: list[int] = []
        starts, odd = [0], []
        for text in texts:
            found, is_odd = _split(text)
            ids.extend(map(places.__getitem__, found))
            starts.append(len(ids))
            odd.append(is_odd)
        return cls(
            list(places),
            np.array(ids, dtype=np.int64),
            np.array(starts, dtype=np.int64),
            np.array(odd, dtype=bool),
        )

    @property
    def n_texts(self) -> int:
        """How many texts there are."""
        return len(self.odd)

    @cached_property
    def rows(self) -> Ids:
        """The text that each word stands in, shape (w,)."""
        return np.repeat(np.arange(self.n_texts), np.diff(self.starts))

    @cached_property
    def stems(self) -> list[str]:
        """The stem of each distinct word."""
        return [stem(word.casefold()) for word in self.distinct]

    def counts(self, columns: dict[str, int]) -> Any:
        """Return how often each stem stands in each text.

        Parameters
        ----------
        columns : dict of str to int
            The column of each stem; others are not counted.

        Returns
        -------
        scipy.sparse.csr_matrix, shape (n, max(1, len(columns)))
        """
        from scipy.sparse import csr_matrix

        column = np.array([columns.get(one, -1) for one in self.stems], dtype=np.int64)
        found = column[self.ids] if len(column) else self.ids
        known = found >= 0
        shape = (self.n_texts, max(1, len(columns)))
        ends = np.concatenate([[0], np.cumsum(known)])[self.starts]
        counts = csr_matrix((np.ones(int(known.sum())), found[known], ends), shape=shape)
        counts.sum_duplicates()
        return counts

    def may_have(self, phrases: Sequence[str]) -> Mask:
        """Say which texts can have one of `phrases`, as far as their words tell, shape (n,).

        No other text has one; one of these may not.
        """
        found = openings(phrases)
        if found is None:
            return np.ones(self.n_texts, dtype=bool)
        have = self.odd.copy()
        firsts = self._having(one.first for one in found)
        seconds = self._having(one.second for one in found if one.second)
        nexts = np.append(self.ids[1:], -1)
        nexts[self.starts[1:][np.diff(self.starts) > 0] - 1] = -1
        for one in found:
            alone = self._those(firsts, one.alone)
            have[self.rows[alone[self.ids]]] = True
            if one.second:
                before, after = self._those(firsts, one.whole), self._those(seconds, one.second)
                pairs = np.flatnonzero(before[self.ids])
                pairs = pairs[(nexts[pairs] >= 0) & after[nexts[pairs]]]
                have[self.rows[pairs]] = True
        return have

    def _having(self, starts: Iterable[str]) -> Ids:
        """Return the distinct words that begin like one of `starts`."""
        some = sorted(set(starts))
        if not some:
            return np.zeros(0, dtype=np.int64)
        begins = re.compile("|".join(some)).match
        return np.array([n for n, word in enumerate(self.distinct) if begins(word)], dtype=np.int64)

    def _those(self, among: Ids, pattern: str) -> Mask:
        """Return which distinct words `among` some begin with `pattern`."""
        begins: Callable[[str], object] = re.compile(pattern).match
        chosen = np.zeros(len(self.distinct) + 1, dtype=bool)
        chosen[[n for n in among.tolist() if begins(self.distinct[n])]] = True
        return chosen


def _split(text: str) -> tuple[list[str], bool]:
    """Return the words of a text, and whether lower case has other ones, which they are then."""
    # The same words either way; without a regular expression it takes a quarter of the time.
    if text.isascii():
        return text.translate(_PLAIN).split(), False
    found, folded = words(text), words(text.casefold())
    odd = [word.casefold() for word in found] != folded
    return (folded, True) if odd else (found, False)
