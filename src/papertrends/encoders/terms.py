"""Terms of one and two words: which a corpus has, and how often each stands in a text.

Counts what scikit-learn's ``TfidfVectorizer(ngram_range=(1, 2), stop_words="english")``
counts, to the last bit, in a fraction of its time: words are numbers here, and a pair
of words is a product of them. Must not weigh words by meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders.stopwords import ENGLISH
from papertrends.words import Words, words_of

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Ints = NDArray[np.int64]

#: A term stands in at least two texts and in at most half of them.
_LEAST_TEXTS, _MOST_OF_TEXTS = 2, 0.5
_MOST_TERMS = 200_000


@dataclass(frozen=True)
class Index:
    """Where words and pairs of words stand among some terms.

    Attributes
    ----------
    n_terms : int
    words : dict of str to (int, int, int)
        Of each word that matters: its column, its number as the first of a pair, and as
        the second; -1 where it is none.
    n_second : int
    pairs, columns : numpy.ndarray of int, shape (p,)
        ``first * n_second + second`` of each pair, ascending, and its column.
    """

    n_terms: int
    words: dict[str, tuple[int, int, int]]
    n_second: int
    pairs: Ints
    columns: Ints

    @classmethod
    def of(cls, terms: Sequence[str]) -> Index:
        """Look at what the terms are made of."""
        parts = [term.split(" ") for term in terms]
        single = {one[0]: column for column, one in enumerate(parts) if len(one) == 1}
        double = [column for column, one in enumerate(parts) if len(one) == 2]
        first, second = (_numbered(parts[column][at] for column in double) for at in (0, 1))
        known = {
            word: (single.get(word, -1), first.get(word, -1), second.get(word, -1))
            for word in {**single, **first, **second}
        }
        pairs = np.array(
            [first[parts[at][0]] * len(second) + second[parts[at][1]] for at in double],
            dtype=np.int64,
        )
        order = np.argsort(pairs)
        columns = np.array(double, dtype=np.int64)
        return cls(len(terms), known, len(second), pairs[order], columns[order])

    def counts(self, words: Words) -> csr_matrix:
        """Count the terms in each text, shape (n, m), the columns of a row ascending."""
        from scipy.sparse import csr_matrix

        unknown = (-1, -1, -1)
        table = np.array(
            [self.words.get(word, unknown) for word in words.distinct], dtype=np.int64
        ).reshape(-1, 3)
        ids, rows = _counted(words)
        single = table[ids, 0]
        is_single = single >= 0
        pair_rows, pairs = self._pairs(table, ids, rows)
        return csr_matrix(
            (
                np.ones(is_single.sum() + len(pairs)),
                (
                    np.concatenate([rows[is_single], pair_rows]),
                    np.concatenate([single[is_single], pairs]),
                ),
            ),
            shape=(len(words.starts) - 1, self.n_terms),
        )

    def _pairs(self, table: Ints, ids: Ints, rows: Ints) -> tuple[Ints, Ints]:
        """Return text and column of each two words in a row that are a term."""
        if not len(self.pairs):
            return rows[:0], rows[:0]
        first, second = table[ids[:-1], 1], table[ids[1:], 2]
        may_be = (first >= 0) & (second >= 0) & (rows[:-1] == rows[1:])
        found = first[may_be] * self.n_second + second[may_be]
        places = np.minimum(np.searchsorted(self.pairs, found), len(self.pairs) - 1)
        is_pair = self.pairs[places] == found
        return rows[:-1][may_be][is_pair], self.columns[places[is_pair]]


def learn(texts: Sequence[str]) -> tuple[tuple[str, ...], csr_matrix]:
    """Return the terms of a corpus, sorted, and their counts, shape (n, m).

    In a row, the columns stand in the order in which their terms were met in the corpus:
    sums over them come out as scikit-learn's do, whose order this is.
    """
    from scipy.sparse import csr_matrix

    words = words_of(texts)
    held, codes = _met(words)
    in_texts = np.bincount(held.indices, minlength=len(codes))
    usable = (in_texts >= _LEAST_TEXTS) & (in_texts <= _MOST_OF_TEXTS * len(texts))
    named = sorted((_name(codes[at], words.distinct), at) for at in np.flatnonzero(usable).tolist())
    if len(named) > _MOST_TERMS:
        often = np.bincount(held.indices, weights=held.data, minlength=len(codes))
        # scikit-learn's very sort, which settles ties in its own way.
        places = (-often[[at for _, at in named]].astype(np.int64)).argsort()[:_MOST_TERMS]
        named = [named[place] for place in np.sort(places).tolist()]
    columns = np.full(len(codes), -1)
    columns[[at for _, at in named]] = np.arange(len(named))
    found = columns[held.indices]
    kept = found >= 0
    starts = np.concatenate([[0], np.cumsum(kept)])[held.indptr]
    shape = (len(texts), len(named))
    return tuple(term for term, _ in named), csr_matrix(
        (held.data[kept], found[kept], starts), shape=shape
    )


def _met(words: Words) -> tuple[csr_matrix, Ints]:
    """Count all words and pairs, in the order in which they are met, and say which they are.

    A word is -1 less its place among the distinct ones, a pair the product of its places.
    """
    from scipy.sparse import csr_matrix

    ids, rows = _counted(words)
    follows = rows[:-1] == rows[1:]
    pairs = (ids[:-1] * len(words.distinct) + ids[1:])[follows]
    of = np.concatenate([rows, rows[:-1][follows]])
    by_text = np.argsort(of, kind="stable")  # of each text first its words, then its pairs
    of, all_codes = of[by_text], np.concatenate([-1 - ids, pairs])[by_text]
    codes, first_met, which = np.unique(all_codes, return_index=True, return_inverse=True)
    in_order = np.argsort(first_met)
    met = np.empty_like(in_order)
    met[in_order] = np.arange(len(codes))
    shape = (len(words.starts) - 1, len(codes))
    held = csr_matrix((np.ones(len(of), dtype=np.int64), (of, met[which])), shape=shape)
    return held, codes[in_order]


def _numbered(words: Iterable[str]) -> dict[str, int]:
    return {word: number for number, word in enumerate(dict.fromkeys(words))}


def _name(code: int, words: Sequence[str]) -> str:
    if code < 0:
        return words[-1 - code]
    return " ".join(words[place] for place in divmod(int(code), len(words)))


def _counted(words: Words) -> tuple[Ints, Ints]:
    """Return the words that count, and the text of each: what is left out, a pair reaches over."""
    counts = np.array([len(word) > 1 and word not in ENGLISH for word in words.distinct], bool)
    kept = counts[words.ids]
    return words.ids[kept], words.rows[kept]
