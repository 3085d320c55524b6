"""The evidence that a paper is about a named theme, and the weights it is given.

Where the theme's words stand, how near the paper's words and its meaning are to
the theme's, and what classifiers trained on the clear cases think. Must not
learn anything but word weights: what is learned about a theme is in ``named.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.themes.phrases import (
    FUNCTION_WORDS,
    has_other_meaning,
    is_acronym,
    pattern_of,
)
from papertrends.themes.tokens import Tokens

Floats = NDArray[np.float64]

#: A paper belongs to a theme from this score on.
THRESHOLD = 0.5

#: The evidence, in the order of `WEIGHTS`.
EVIDENCE = (
    "title",
    "count",
    "likeness",
    "title_likeness",
    "meaning",
    "classifier",
    "second_classifier",
)

#: Weights and intercept of two logistic regressions over (paper, theme) pairs labelled by
#: reading, the first without the last kind of evidence; fitted, and checked on held-out
#: themes and papers, by ``benchmarks/named_themes.py``.
FIRST_WEIGHTS = (2.099, 1.163, 5.504, 5.06, 2.915, 1.126, 0.0)
FIRST_INTERCEPT = -3.268
WEIGHTS = (1.967, 1.434, 2.856, 4.135, -0.14, 0.089, 1.622)
INTERCEPT = -2.35

#: What a classifier says where there is none: a doubt, as most papers are not in a theme.
NO_CLASSIFIER = -1.0

_CLASSIFIER_LIMIT = 3.0
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(\[])")
_CLAIM = re.compile(
    r"\b(we|our|this (?:paper|work|study|survey|article)|propos\w+|introduc\w+|present\w*)\b",
    re.IGNORECASE,
)
#: What stands before something that a paper does without or sets itself against.
_SET_ASIDE = re.compile(
    r"\b(?:without|instead of|rather than|unlike|eliminat\w+|avoid\w*|bypass\w*|no(?: need for)?)"
    r"(?:\s+(?:any|the|a|an|additional|further|costly|expensive|explicit|task-specific|model))*"
    r"\s+$",
    re.IGNORECASE,
)
#: How many characters before a word are looked at for it.
_BEFORE = 100


@dataclass(frozen=True)
class Corpus:
    """Papers as named themes read them; row i of each is paper i.

    Attributes
    ----------
    paper_ids, titles, abstracts : sequence of str, length n
    encoded : numpy.ndarray, shape (n, d)
        The encoder's vectors, rows of length 1.
    joined : numpy.ndarray, shape (n, d + k)
        The same joined with the corpus' LSA.
    """

    paper_ids: Sequence[str]
    titles: Sequence[str]
    abstracts: Sequence[str]
    encoded: Vectors
    joined: Vectors

    @cached_property
    def words(self) -> tuple[Tokens, Tokens]:
        """The words of the titles, and of the abstracts."""
        return Tokens.of(self.titles), Tokens.of(self.abstracts)

    @cached_property
    def _weighed(self) -> list[tuple[WordSpace, tuple[Any, Any]]]:
        return []

    def weighed(self, space: WordSpace) -> tuple[Any, Any]:
        """Return the papers, and their titles, in a space of words, worked out once."""
        for known, found in self._weighed:
            if known is space:
                return found
        titles, abstracts = (tokens.counts(space.columns) for tokens in self.words)
        found = space.weigh(titles + abstracts), space.weigh(titles)
        self._weighed.append((space, found))
        return found

    def part(self, rows: NDArray[np.int64]) -> Corpus:
        """Return the papers of some rows."""
        return Corpus(
            [self.paper_ids[row] for row in rows.tolist()],
            [self.titles[row] for row in rows.tolist()],
            [self.abstracts[row] for row in rows.tolist()],
            self.encoded[rows],
            self.joined[rows],
        )


@dataclass(frozen=True)
class WordSpace:
    """TF-IDF over stems: how alike a paper's words are to a theme's.

    Attributes
    ----------
    terms : tuple of str, length m
    idf : numpy.ndarray, shape (m,)
    """

    terms: tuple[str, ...]
    idf: Floats

    @classmethod
    def fit(cls, texts: Sequence[str]) -> WordSpace:
        """Learn which stems are common in `texts`."""
        tokens = Tokens.of(texts)
        terms = tuple(sorted(set(tokens.stems) - FUNCTION_WORDS))
        if not terms:
            return cls((), np.zeros(0))
        counts = tokens.counts({term: column for column, term in enumerate(terms)})
        having = np.bincount(counts.indices, minlength=len(terms))
        return cls(terms, np.log((1.0 + len(texts)) / (1.0 + having)) + 1.0)

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each term."""
        return {term: column for column, term in enumerate(self.terms)}

    def transform(self, texts: Sequence[str]) -> Any:
        """Return a sparse matrix of shape (n, m), rows of length 1 (or 0)."""
        return self.weigh(Tokens.of(texts).counts(self.columns))

    def weigh(self, counts: Any) -> Any:
        """Return the same of texts whose words are counted already, shape (n, m)."""
        from scipy.sparse import csr_matrix

        n_texts = counts.shape[0]
        idf = self.idf if self.terms else np.ones(1)
        values = (np.log(counts.data) + 1.0) * idf[counts.indices]
        rows = np.repeat(np.arange(n_texts), np.diff(counts.indptr))
        lengths = np.sqrt(np.bincount(rows, weights=values * values, minlength=n_texts))
        return csr_matrix((values / lengths[rows], counts.indices, counts.indptr), counts.shape)


@dataclass(frozen=True)
class Words:
    """Where and how much a theme's words stand in n papers.

    Attributes
    ----------
    in_title : numpy.ndarray of bool, shape (n,)
    count, claims : numpy.ndarray, shape (n,)
        Times in the abstract, and sentences in which the authors say what they do.
    likeness, title_likeness : numpy.ndarray, shape (n,)
        TF-IDF cosine of the paper, and of its title, to the theme's words.
    """

    in_title: NDArray[np.bool_]
    count: Floats
    claims: Floats
    likeness: Floats
    title_likeness: Floats

    @property
    def anywhere(self) -> NDArray[np.bool_]:
        """Papers that have a word of the theme at all, shape (n,)."""
        return np.asarray(self.in_title | (self.count > 0))

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Papers that are about the theme by its words alone, shape (n,)."""
        return np.asarray(self.in_title | (self.claims >= 2) | (self.count >= 4))


def words_of(phrases: Sequence[str], corpus: Corpus, space: WordSpace) -> Words:
    """Find a theme's `phrases` in the papers of `corpus`."""
    whole_pattern = pattern_of(phrases)
    acronyms = [phrase for phrase in phrases if is_acronym(phrase)]
    in_title = np.zeros(len(corpus.titles), dtype=bool)
    count, claims = np.zeros(len(in_title)), np.zeros(len(in_title))
    titles, abstracts = (tokens.may_have(phrases) for tokens in corpus.words)
    for row in np.flatnonzero(titles | abstracts).tolist():
        title, abstract = corpus.titles[row], corpus.abstracts[row]
        other = [one for one in acronyms if has_other_meaning(one, phrases, abstract)]
        pattern = pattern_of(set(phrases) - set(other)) if other else whole_pattern
        in_title[row] = titles[row] and pattern.search(title) is not None
        if abstracts[row]:
            count[row], claims[row] = _times_in(abstract, pattern)
    query = space.transform([" ".join(phrases)]).T
    whole, title = ((weights @ query).toarray().ravel() for weights in corpus.weighed(space))
    return Words(in_title, count, claims, whole, title)


def _times_in(abstract: str, pattern: re.Pattern[str]) -> tuple[int, int]:
    """Return how often the pattern stands in an abstract, and in how many claims."""
    count = claims = 0
    for sentence in _SENTENCE_END.split(abstract):
        found = sum(
            not _SET_ASIDE.search(sentence[max(0, match.start() - _BEFORE) : match.start()])
            for match in pattern.finditer(sentence)
        )
        count += found
        claims += found > 0 and _CLAIM.search(sentence) is not None
    return count, claims


def evidence(
    words: Words, corpus: Corpus, vector: Floats, reference: float, first: Floats, second: Floats
) -> Floats:
    """Put the evidence side by side, a row a paper and the columns of `EVIDENCE`.

    Parameters
    ----------
    words : Words
    corpus : Corpus
    vector : numpy.ndarray, shape (d,)
        The theme as the encoder reads it.
    reference : float
        The likeness of the papers most alike to the theme.
    first, second : numpy.ndarray, shape (n,)
        What the two classifiers say.
    """
    return np.column_stack(
        [
            words.in_title,
            np.log1p(words.count),
            words.likeness / max(reference, 1e-9),
            words.title_likeness,
            corpus.encoded.astype(np.float64) @ vector,
            np.clip(first, -_CLASSIFIER_LIMIT, _CLASSIFIER_LIMIT),
            np.clip(second, -_CLASSIFIER_LIMIT, _CLASSIFIER_LIMIT),
        ]
    )


def score(rows: Floats) -> Floats:
    """Weigh the evidence to a score from 0 to 1, shape (n,)."""
    return _logistic(rows @ np.array(WEIGHTS) + INTERCEPT)


def first_score(rows: Floats) -> Floats:
    """Weigh the evidence without the second classifier, which is trained on this score."""
    return _logistic(rows @ np.array(FIRST_WEIGHTS) + FIRST_INTERCEPT)


def texts_of(corpus: Corpus) -> list[str]:
    """Return title and abstract of each paper as one text."""
    return [
        f"{title}. {abstract}"
        for title, abstract in zip(corpus.titles, corpus.abstracts, strict=True)
    ]


def _logistic(total: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-total)))
