"""Named themes: how far each paper is about a theme that somebody has named.

Six kinds of evidence - where the theme's words stand, how near the paper's
words and its meaning are to the theme's, and what a classifier trained on the
clear cases thinks - are weighed with the same weights for every theme, so that
scores are comparable and one threshold serves all. Must not import BERTopic,
UMAP or HDBSCAN.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.files import sha256_of
from papertrends.themes.phrases import acronyms_defined, pattern_of, stems
from papertrends.themes.theme import Theme

Floats = NDArray[np.float64]

#: A paper belongs to a theme from this score on.
THRESHOLD = 0.5

#: The evidence, in the order of `WEIGHTS`.
EVIDENCE = ("title", "count", "likeness", "title_likeness", "meaning", "classifier")

#: Weights and intercept of a logistic regression over (paper, theme) pairs labelled by
#: reading; fitted and checked on held-out themes by ``benchmarks/named_themes.py``.
WEIGHTS = (3.009, 1.817, 4.601, 8.024, 7.487, 0.475)
INTERCEPT = -5.531

_FOLDS = 5
_CLASSIFIER_LIMIT = 3.0
#: What the classifier says where there is none: a doubt, as most papers are not in a theme.
_NO_CLASSIFIER = -1.0
_EXAMPLE_WEIGHT = 5.0
_TOP = 4

_FUNCTION_WORDS = frozenset("a an the of and or for in to with by via on from as at is are".split())
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(\[])")
_CLAIM = re.compile(
    r"\b(we|our|this (?:paper|work|study|survey|article)|propos\w+|introduc\w+|present\w*)\b",
    re.IGNORECASE,
)


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
class FittedTheme:
    """What was learned about one theme from a corpus, in plain values.

    Attributes
    ----------
    theme : Theme
    phrases : tuple of str
        Its words, with the acronyms the corpus defines for them.
    vector : numpy.ndarray, shape (d,)
        The encoder's vector of its name, aliases and description.
    reference : float
        The likeness of the papers most alike to it, against which others are seen.
    coefficients : numpy.ndarray, shape (d + k,), or (0,) without a classifier
    intercept : float
    """

    theme: Theme
    phrases: tuple[str, ...]
    vector: Floats
    reference: float
    coefficients: Floats
    intercept: float


def describe(theme: Theme) -> str:
    """Return the text of a theme that the encoder reads."""
    parts = (theme.title, ", ".join(theme.aliases), theme.description)
    return ". ".join(part for part in parts if part)


def fit_theme(
    theme: Theme,
    vector: Floats,
    corpus: Corpus,
    space: WordSpace,
    *,
    examples: NDArray[np.bool_],
    not_examples: NDArray[np.bool_],
) -> tuple[FittedTheme, Floats, float]:
    """Learn a theme from a corpus and score the corpus' own papers.

    Parameters
    ----------
    theme : Theme
    vector : numpy.ndarray, shape (d,)
        The encoder's vector of ``describe(theme)``.
    corpus : Corpus
        n papers.
    space : WordSpace
    examples, not_examples : numpy.ndarray of bool, shape (n,)
        Papers that are and are not about it, by a person's word.

    Returns
    -------
    fitted : FittedTheme
    evidence : numpy.ndarray, shape (n, 6)
        The columns of `EVIDENCE`. A paper's classifier column comes from a
        classifier that did not see that paper.
    stability : float
        How alike the theme's papers are when a fifth of the corpus is left out
        of the learning: the mean Jaccard index over the five fifths.
    """
    texts = texts_of(corpus)
    phrases = (*theme.phrases, *acronyms_defined(theme.phrases, texts))
    places = _places(corpus, phrases)
    alike, title_alike = _likeness(phrases, corpus, space)
    reference = float(np.sort(alike)[-_TOP:].mean())
    clear = (places[:, 0] > 0) | (places[:, 2] >= 2) | (places[:, 1] >= 4)
    clear = (clear | examples) & ~not_examples
    unclear = (places[:, 1] + places[:, 0] > 0) & ~clear & ~not_examples
    weights = np.where(examples | not_examples, _EXAMPLE_WEIGHT, 1.0)
    label = np.where(clear, 1, np.where(unclear, -1, 0))
    folds = np.array([int(sha256_of(key.encode())[:8], 16) % _FOLDS for key in corpus.paper_ids])
    opinions = np.full((_FOLDS, len(texts)), _NO_CLASSIFIER)
    for fold in range(_FOLDS):
        coefficients, intercept = _classifier(corpus.joined, label, weights, folds != fold)
        if len(coefficients):
            opinions[fold] = corpus.joined @ coefficients + intercept
    coefficients, intercept = _classifier(corpus.joined, label, weights, np.ones_like(clear))
    fitted = FittedTheme(theme, phrases, vector, reference, coefficients, intercept)
    held_out = opinions[folds, np.arange(len(texts))]
    evidence = _evidence(fitted, corpus, places, alike, title_alike, held_out)
    members = score(evidence) >= THRESHOLD
    again = [
        score(_evidence(fitted, corpus, places, alike, title_alike, opinion)) >= THRESHOLD
        for opinion in opinions
    ]
    return fitted, evidence, float(np.mean([jaccard(members, other) for other in again]))


def evidence_of(fitted: FittedTheme, corpus: Corpus, space: WordSpace) -> Floats:
    """Return the evidence for papers the theme was not learned from, shape (n, 6)."""
    places = _places(corpus, fitted.phrases)
    alike, title_alike = _likeness(fitted.phrases, corpus, space)
    opinion = np.full(len(corpus.titles), _NO_CLASSIFIER)
    if len(fitted.coefficients):
        opinion = corpus.joined @ fitted.coefficients + fitted.intercept
    return _evidence(fitted, corpus, places, alike, title_alike, opinion)


def score(evidence: Floats) -> Floats:
    """Weigh the evidence to a score from 0 to 1, shape (n,)."""
    total = evidence @ np.array(WEIGHTS) + INTERCEPT
    return np.asarray(1.0 / (1.0 + np.exp(-total)))


def jaccard(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return the share of papers in both among those in either; 1 for two empty sets."""
    either = int((one | other).sum())
    return int((one & other).sum()) / either if either else 1.0


def texts_of(corpus: Corpus) -> list[str]:
    """Return title and abstract of each paper as one text."""
    return [
        f"{title}. {abstract}"
        for title, abstract in zip(corpus.titles, corpus.abstracts, strict=True)
    ]


def _content_stems(text: str) -> list[str]:
    return [part for part in stems(text) if part not in _FUNCTION_WORDS]


def _places(corpus: Corpus, phrases: Sequence[str]) -> Floats:
    """Return, a row a paper: in the title (0/1), times in the abstract, claims it stands in."""
    pattern = pattern_of(phrases)
    rows = np.zeros((len(corpus.titles), 3))
    for row, (title, abstract) in enumerate(zip(corpus.titles, corpus.abstracts, strict=True)):
        rows[row, 0] = pattern.search(title) is not None
        if pattern.search(abstract):
            for sentence in _SENTENCE_END.split(abstract):
                count = len(pattern.findall(sentence))
                rows[row, 1] += count
                rows[row, 2] += count > 0 and _CLAIM.search(sentence) is not None
    return rows


def _likeness(phrases: Sequence[str], corpus: Corpus, space: WordSpace) -> tuple[Floats, Floats]:
    query = space.transform([" ".join(phrases)]).T
    whole = (space.transform(texts_of(corpus)) @ query).toarray().ravel()
    title = (space.transform(corpus.titles) @ query).toarray().ravel()
    return whole, title


def _classifier(
    vectors: Vectors, label: NDArray[np.int64], weights: Floats, use: NDArray[np.bool_]
) -> tuple[Floats, float]:
    """Fit clear cases (1) against papers without a word of it (0); -1 is left out."""
    from sklearn.linear_model import LogisticRegression

    rows = use & (label >= 0)
    if not (label[rows] == 1).any() or not (label[rows] == 0).any():
        return np.zeros(0), 0.0
    model = LogisticRegression(C=3.0, class_weight="balanced", max_iter=1000)
    model.fit(vectors[rows].astype(np.float64), label[rows], sample_weight=weights[rows])
    return model.coef_[0], float(model.intercept_[0])


def _evidence(
    fitted: FittedTheme,
    corpus: Corpus,
    places: Floats,
    alike: Floats,
    title_alike: Floats,
    opinion: Floats,
) -> Floats:
    return np.column_stack(
        [
            places[:, 0],
            np.log1p(places[:, 1]),
            alike / max(fitted.reference, 1e-9),
            title_alike,
            corpus.encoded.astype(np.float64) @ fitted.vector,
            np.clip(opinion, -_CLASSIFIER_LIMIT, _CLASSIFIER_LIMIT),
        ]
    )
