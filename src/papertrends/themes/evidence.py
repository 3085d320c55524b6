"""The evidence that a paper is about a named theme, and the weights it is given.

Where the theme's words stand, how near the paper's words and its meaning are to
the theme's, and what classifiers trained on the clear cases think. Must not
learn anything but word weights: what is learned about a theme is in ``named.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.themes.phrases import (
    FUNCTION_WORDS,
    has_other_meaning,
    is_acronym,
    pattern_of,
    stems,
)

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
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(analyzer=_content_stems, sublinear_tf=True)
        try:
            vectorizer.fit(list(texts))
        except ValueError:  # no word in any text
            return cls((), np.zeros(0))
        return cls(tuple(vectorizer.get_feature_names_out().tolist()), vectorizer.idf_)

    def transform(self, texts: Sequence[str]) -> Any:
        """Return a sparse matrix of shape (n, m), rows of length 1 (or 0)."""
        from scipy.sparse import csr_matrix
        from sklearn.feature_extraction.text import TfidfVectorizer

        if not self.terms:
            return csr_matrix((len(texts), 1))
        vocabulary = {term: column for column, term in enumerate(self.terms)}
        vectorizer = TfidfVectorizer(
            analyzer=_content_stems, sublinear_tf=True, vocabulary=vocabulary
        )
        vectorizer.idf_ = self.idf
        return vectorizer.transform(list(texts))


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
    for row, (title, abstract) in enumerate(zip(corpus.titles, corpus.abstracts, strict=True)):
        if not whole_pattern.search(title) and not whole_pattern.search(abstract):
            continue
        other = [one for one in acronyms if has_other_meaning(one, phrases, abstract)]
        pattern = pattern_of(set(phrases) - set(other)) if other else whole_pattern
        in_title[row] = pattern.search(title) is not None
        for sentence in _SENTENCE_END.split(abstract):
            found = sum(
                not _SET_ASIDE.search(sentence[max(0, match.start() - _BEFORE) : match.start()])
                for match in pattern.finditer(sentence)
            )
            count[row] += found
            claims[row] += found > 0 and _CLAIM.search(sentence) is not None
    query = space.transform([" ".join(phrases)]).T
    whole = (space.transform(texts_of(corpus)) @ query).toarray().ravel()
    title = (space.transform(corpus.titles) @ query).toarray().ravel()
    return Words(in_title, count, claims, whole, title)


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


def _content_stems(text: str) -> list[str]:
    return [part for part in stems(text) if part not in FUNCTION_WORDS]
