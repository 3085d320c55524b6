"""New themes among the papers that came after the themes were learned.

Most papers of a new theme pass as members of the old theme nearest to it, so that
looking among those that fit none finds little. What gives a new theme away is that
papers which came share words far more often than chance would give, and that more
papers like them came since than there were in all the time before. Must not change
anything: it says which papers are a theme, not what is to become of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.themes.kmeans import Keys, chance, keys_of
from papertrends.themes.phrases import FUNCTION_WORDS, stems

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]

#: Fewer papers than this are no theme; a word in fewer papers tells nothing.
MIN_PAPERS, _MIN_WITH_WORD, _MIN_SHARED = 5, 4, 3
#: Chance that papers of no new theme give one.
_ALPHA = 0.05
#: Papers that the new ones are compared with: those nearest to them, and some of all others.
_NEAR, _OTHERS, _NEIGHBORS = 800, 700, 40
#: More papers than this are not searched; the choice is left to their keys.
_MOST_FREE = 2_000
_BLOCK = 500
#: Of the ridge regression, where a paper's likeness to itself is two.
_PENALTY = 0.2
_ROUNDS = 8
#: Two texts that share this part of their words, and whose vectors are as alike, are one twice.
_COPY, _COPY_ALIKE = 0.5, 0.8
_DRAWS, _KEPT = 10, 2 / 3
_SAMPLED, _CHOSEN, _LEFT_OUT = 1, 2, 3  # tags of what is left to chance


@dataclass(frozen=True)
class Newcomer:
    """Papers that are a new theme.

    Attributes
    ----------
    rows : numpy.ndarray of int
        Positions of its papers, ascending.
    n_before : int
        Papers of before that would be in it, fewer than those of it that came since.
    p_value : float
        Chance that any word is so much more frequent among the papers that came, if
        they were drawn from all (adjusted for all words).
    stability : float
        0 to 1: Jaccard likeness of the group to what is found of it where a third of
        all papers is left out, the mean of ten times.
    """

    rows: Rows
    n_before: int
    p_value: float
    stability: float


@dataclass(frozen=True)
class _Pool:
    """The papers compared: positions, what may be taken, what came since, words."""

    rows: Rows
    free: Mask
    arrived: Mask
    words: Any
    n_tested: int

    @property
    def front(self) -> Mask:
        return self.free | self.arrived


@dataclass(frozen=True)
class _Group:
    members: Mask
    seeds: Mask
    n_before: int
    p_value: float


def find_newcomers(
    encoded: Vectors, texts: Sequence[str], *, free: Mask, arrived: Mask
) -> tuple[Newcomer, ...]:
    """Find groups of papers that are a theme which was not there before.

    Every word and pair of words is tested for being more frequent in the papers that
    came than in those there were. From the papers with such a word a
    group grows: ridge regression on meaning and words together tells its papers from
    the others, each judged without itself, until the group stays. It is a new theme
    if more papers that came are in it than papers of before would be.

    Parameters
    ----------
    encoded : numpy.ndarray, shape (n, d)
        The encoder's vectors, rows of length 1.
    texts : sequence of str, length n
        Title and abstract of each paper; only those of the new papers and of at most
        1,500 others are read.
    free : numpy.ndarray of bool, shape (n,)
        Papers that may become part of a new theme: those of this run, and those in no
        theme. At most 2,000 of them, chosen by their texts, are looked at.
    arrived : numpy.ndarray of bool, shape (n,)
        Papers that came after the themes were learned. Those in a theme that was born
        since count as of before, else it would be found again: neither mask may hold them.

    Returns
    -------
    tuple of Newcomer
        The surest first; no paper is in two.

    References
    ----------
    Kulldorff 1997, "A spatial scan statistic", and Zhang, Assuncao and Kulldorff 2010
    (windows tested for more cases than chance gives, the papers of one taken out before
    the next is tested; here a window is a word and the test Fisher's with Bonferroni's
    correction). Allen 1974 (predictions of a ridge regression for what was left out, in
    closed form). Broder 1997 (resemblance of texts). Hennig 2007, "Cluster-wise
    assessment of cluster stability".
    """
    free, arrived = np.asarray(free, dtype=bool), np.asarray(arrived, dtype=bool)
    if free.sum() < MIN_PAPERS or arrived.sum() < MIN_PAPERS or not (~(free | arrived)).any():
        return ()
    keys = keys_of(texts)
    rows = _compared(encoded, keys, free)
    found = [_terms(texts[row]) for row in rows]
    copy_of = _copies(encoded[rows], found, (free | arrived)[rows])
    first = np.flatnonzero(copy_of == np.arange(len(rows)))
    taken = rows[first]
    words, n_tested = _word_matrix([found[place] for place in first], (free | arrived)[taken])
    pool = _Pool(taken, free[taken], arrived[taken], words, n_tested)
    p_values = _p_values(pool, np.ones(len(taken), dtype=bool))
    if not (p_values <= _ALPHA).any():
        return ()
    kernel = _alikeness(encoded[taken], words)
    groups = _groups(pool, kernel, p_values)
    stability = _stability(pool, kernel, groups, keys[taken])
    newcomers = []
    for group, stable in zip(groups, stability, strict=True):
        inside = np.isin(copy_of, first[group.members]) & free[rows]
        newcomers.append(
            Newcomer(np.sort(rows[inside]), group.n_before, group.p_value, float(stable))
        )
    return tuple(newcomers)


def _compared(encoded: Vectors, keys: Keys, free: Mask) -> Rows:
    """Return positions of free papers, of those nearest to them and of some others, by key."""
    order = np.argsort(keys, kind="stable")
    mine, rest = order[free[order]], order[~free[order]]
    if len(mine) > _MOST_FREE:
        lots = chance(keys[mine], _CHOSEN)
        mine = mine[np.sort(np.argsort(lots, kind="stable")[:_MOST_FREE])]
    near = _nearest(encoded[mine], encoded[rest])
    others = np.setdiff1d(np.arange(len(rest)), near)
    lots = chance(keys[rest[others]], _SAMPLED)
    others = others[np.argsort(lots, kind="stable")[:_OTHERS]]
    every = np.concatenate([mine, rest[near], rest[others]])
    return np.asarray(every[np.argsort(keys[every], kind="stable")])


def _nearest(vectors: Vectors, others: Vectors) -> Rows:
    """Return the nearest others of any of `vectors`: all the nearest, all the second, ..."""
    wanted = min(_NEIGHBORS, len(others))
    nearest = np.zeros((len(vectors), wanted), dtype=np.int64)
    for start in range(0, len(vectors), _BLOCK):
        # Rounded, so that the last bits of a sum do not decide between equals.
        alike = np.round(vectors[start : start + _BLOCK] @ others.T, 6)
        least = -np.partition(-alike, wanted - 1, axis=1)[:, wanted - 1]
        for row, (values, limit) in enumerate(zip(alike, least, strict=True)):
            near = np.flatnonzero(values >= limit)
            nearest[start + row] = near[np.argsort(-values[near], kind="stable")][:wanted]
    found, first = np.unique(nearest.T.ravel(), return_index=True)
    return np.asarray(found[np.argsort(first)][:_NEAR])


def _terms(text: str) -> frozenset[str]:
    """Return the stems in `text` and the pairs of stems next to each other."""
    kept = [part for part in stems(text) if part not in FUNCTION_WORDS and len(part) > 1]
    return frozenset(kept) | {f"{left} {right}" for left, right in pairwise(kept)}


def _copies(vectors: Vectors, found: Sequence[frozenset[str]], front: Mask) -> Rows:
    """Return for each paper the first that it is a copy of; those not of `front` are their own."""
    copy_of = np.arange(len(found))
    places = np.flatnonzero(front).tolist()
    alike = vectors[places] @ vectors[places].T
    for late, early in zip(*np.nonzero(np.tril(alike >= _COPY_ALIKE, -1)), strict=True):
        mine, other = places[late], places[early]
        shared = len(found[mine] & found[other])
        if shared >= _COPY * (len(found[mine]) + len(found[other]) - shared):
            copy_of[mine] = min(copy_of[mine], copy_of[other])
    return copy_of


def _word_matrix(found: Sequence[frozenset[str]], front: Mask) -> tuple[Any, int]:
    """Return which words stand in which papers, sparse 0 and 1, and how many could be tested.

    Words of fewer than three of the `front` are left out of the first.
    """
    from scipy.sparse import csr_matrix

    of_front = Counter(term for place in np.flatnonzero(front).tolist() for term in found[place])
    of_all = Counter(term for terms in found for term in terms)
    kept = sorted(term for term, count in of_front.items() if count >= _MIN_SHARED)
    column = {term: place for place, term in enumerate(kept)}
    rows = [sorted(column[term] for term in terms if term in column) for terms in found]
    ends = np.cumsum([0, *map(len, rows)])
    flat = np.array([place for row in rows for place in row], dtype=np.int64)
    words = csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(found), len(kept)))
    return words, sum(count >= _MIN_WITH_WORD for count in of_all.values())


def _alikeness(vectors: Vectors, words: Any) -> Floats:
    """Return how alike papers are in meaning plus in words (TF-IDF), shape (p, p)."""
    from scipy import sparse

    wide = vectors.astype(np.float64)
    df = np.asarray(words.sum(axis=0)).ravel()
    weighted = words @ sparse.diags(np.log((len(wide) + 1) / (df + 1)))
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    unit = sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ weighted
    return np.asarray(wide @ wide.T + (unit @ unit.T).toarray())


def _groups(pool: _Pool, kernel: Floats, p_values: Floats) -> list[_Group]:
    """Return new themes: words in the order of their p-values, and a group grown from each."""
    columns = pool.words.tocsc()
    ridge = _inverse(kernel)
    groups: list[_Group] = []
    among = np.ones(len(pool.rows), dtype=bool)
    for column in np.argsort(p_values, kind="stable"):
        if p_values[column] > _ALPHA:
            break
        has = np.zeros(len(among), dtype=bool)
        has[columns.indices[columns.indptr[column] : columns.indptr[column + 1]]] = True
        seeds = has & pool.arrived & among
        if seeds.sum() < _MIN_WITH_WORD:
            continue
        # Without the papers of other new themes the word may be nothing special.
        p_value = _p_values(pool, among, [column])[0] if groups else p_values[column]
        if p_value > _ALPHA:
            continue
        members, n_before = _grown(pool, ridge, seeds, among)
        n_since = (members & pool.arrived).sum()
        if (members & pool.free).sum() >= MIN_PAPERS and n_since > n_before:
            groups.append(_Group(members, seeds, n_before, float(min(1.0, p_value))))
            among = among & ~members
    return groups


def _p_values(pool: _Pool, among: Mask, columns: Sequence[int] | None = None) -> Floats:
    """Return for each word how probable it is by chance in so many that came, adjusted."""
    from scipy.stats import hypergeom

    words = pool.words if columns is None else pool.words[:, columns]
    came = among & pool.arrived
    with_word = np.asarray(words[among].sum(axis=0)).ravel()
    hits = np.asarray(words[came].sum(axis=0)).ravel()
    p_values = np.ones(len(hits))
    enough = hits >= _MIN_WITH_WORD
    p_values[enough] = hypergeom.sf(hits[enough] - 1, among.sum(), with_word[enough], came.sum())
    return np.asarray(p_values * pool.n_tested)


def _inverse(kernel: Floats) -> Floats:
    """Return the inverse that ridge regression (with an intercept) on `kernel` needs."""
    from scipy.linalg.lapack import dpotrf, dpotri

    factor, _ = dpotrf(kernel + 1.0 + _PENALTY * np.eye(len(kernel)), lower=True)
    lower, _ = dpotri(factor, lower=True)
    return np.asarray(np.tril(lower) + np.tril(lower, -1).T)


def _grown(pool: _Pool, ridge: Floats, seeds: Mask, among: Mask) -> tuple[Mask, int]:
    """Grow a group from `seeds`, and count the papers of before that would be in it.

    A paper is in it if what the regression says of it, learned from the others, is
    nearer to what it says of the group than to what it says of the rest.
    """
    members = seeds
    for _ in range(_ROUNDS):
        labels = members.astype(np.float64)
        said = np.round(labels - ridge @ labels / ridge.diagonal(), 9)
        inside = (said > (said[members].mean() + said[~members].mean()) / 2) & among
        grown = inside & pool.front
        settled = bool((grown == members).all())
        members = grown
        if settled or members.sum() < MIN_PAPERS:
            break
    return members, int((inside & ~pool.front).sum())


def _stability(pool: _Pool, kernel: Floats, groups: Sequence[_Group], keys: Keys) -> Floats:
    """Return how well each group is found again among two thirds of the papers."""
    again = np.zeros((_DRAWS if groups else 0, len(groups)))
    for draw in range(len(again)):
        kept = chance(keys, _LEFT_OUT, draw) < _KEPT
        ridge = _inverse(kernel[np.ix_(kept, kept)])
        part = _Pool(pool.rows[kept], pool.free[kept], pool.arrived[kept], None, 0)
        among = np.ones(len(part.rows), dtype=bool)
        for place, group in enumerate(groups):
            seeds, members = group.seeds[kept], group.members[kept]
            if seeds.any() and members.any():
                found, _ = _grown(part, ridge, seeds, among)
                again[draw, place] = (found & members).sum() / (found | members).sum()
            among &= ~members
    return np.asarray(again.mean(axis=0)) if len(again) else np.zeros(0)
