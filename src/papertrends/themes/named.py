"""Named themes: what a corpus teaches about a theme that somebody has named.

Its words in that corpus, and two classifiers: one trained on the papers that are
clear by their words alone, and a second on what all evidence together says, which
meets the theme in other words. The same weights serve every theme, so that scores
are comparable and one threshold serves all. Must not import BERTopic, UMAP or
HDBSCAN; the evidence itself is in ``evidence.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders import Vectors
from papertrends.encoders.lsa import unit_rows
from papertrends.files import sha256_of
from papertrends.themes.evidence import (
    NO_CLASSIFIER,
    THRESHOLD,
    Corpus,
    Floats,
    Words,
    WordSpace,
    evidence,
    first_score,
    score,
    texts_of,
    words_of,
)
from papertrends.themes.phrases import acronyms_defined, pattern_of, shorter_forms
from papertrends.themes.theme import Theme

_FOLDS = 5
_EXAMPLE_WEIGHT = 5.0
#: How strongly the two classifiers are held back (scikit-learn's C).
_FIRST_C, _SECOND_C = 3.0, 1.0
#: The second classifier learns from papers that score this much or this little at first.
_LIKELY, _UNLIKELY = 0.5, 0.1
#: The likeness of this many papers is the reference for all others.
_TOP = 4

#: A shorter form of a name is taken for it where papers that have only that form lie this far
#: on the way from papers without the theme (0) to those clearly about it (1) ...
_MEANS_THEME = 0.5
#: ... as if this many papers had been seen before that lay at `_DOUBT`; with fewer clear
#: papers than `_FEW` there is no such way, and a form that is rare in the corpus is taken.
_SEEN_BEFORE, _DOUBT, _FEW, _RARE = 2, 0.3, 3, 0.1


@dataclass(frozen=True)
class FittedTheme:
    """What was learned about one theme from a corpus, in plain values.

    Attributes
    ----------
    theme : Theme
    phrases : tuple of str
        Its words, with the acronyms the corpus defines for them and the shorter
        forms that mean it there.
    vector : numpy.ndarray, shape (d,)
        The encoder's vector of its name, aliases and description.
    reference : float
        The likeness of the papers most alike to it, against which others are seen.
    first, second : numpy.ndarray, shape (d + k + 1,), or (0,) without a classifier
        Coefficients and, last, intercepts of the two classifiers.
    """

    theme: Theme
    phrases: tuple[str, ...]
    vector: Floats
    reference: float
    first: Floats
    second: Floats


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
    """Learn a theme from a corpus and weigh up the corpus' own papers.

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
    evidence : numpy.ndarray, shape (n, 7)
        The columns of `EVIDENCE`. What the classifiers say of a paper comes from
        ones that did not learn from that paper.
    stability : float
        How alike the theme's papers are when a fifth of the corpus is left out
        of the learning: the mean Jaccard index over the five fifths.

    References
    ----------
    Learning from what a first classifier is sure of is self-training (Yarowsky
    1995; Scudder 1965); the classifiers are scikit-learn's logistic regression.
    """
    phrases, words = _phrases_in(theme, corpus, space)
    reference = float(np.sort(words.likeness)[-_TOP:].mean())
    clear = (words.clear | examples) & ~not_examples
    unclear = words.anywhere & ~clear & ~not_examples
    weights = np.where(examples | not_examples, _EXAMPLE_WEIGHT, 1.0)
    label = np.where(clear, 1, np.where(unclear, -1, 0))
    first, opinions = _cross_fitted(corpus, label, weights, _FIRST_C)
    folds = _folds(corpus.paper_ids)
    own = (folds, np.arange(len(folds)))
    silent = np.full(len(folds), NO_CLASSIFIER)
    likely = first_score(evidence(words, corpus, vector, reference, opinions[own], silent))
    likely[examples], likely[not_examples] = 1.0, 0.0
    surer = np.where(likely >= _LIKELY, 1, np.where(likely < _UNLIKELY, 0, -1))
    weights = weights * np.where(surer == 1, likely, 1.0 - likely)
    second, seconds = _cross_fitted(corpus, surer, weights, _SECOND_C)
    fitted = FittedTheme(theme, phrases, vector, reference, first, second)
    rows = evidence(words, corpus, vector, reference, opinions[own], seconds[own])
    members = score(rows) >= THRESHOLD
    again = [
        score(evidence(words, corpus, vector, reference, one, two)) >= THRESHOLD
        for one, two in zip(opinions, seconds, strict=True)
    ]
    return fitted, rows, float(np.mean([jaccard(members, other) for other in again]))


def evidence_of(fitted: FittedTheme, corpus: Corpus, space: WordSpace) -> Floats:
    """Return the evidence for papers the theme was not learned from, shape (n, 7)."""
    words = words_of(fitted.phrases, corpus, space)
    first, second = (_opinion(one, corpus.joined) for one in (fitted.first, fitted.second))
    return evidence(words, corpus, fitted.vector, fitted.reference, first, second)


def jaccard(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return the share of papers in both among those in either; 1 for two empty sets."""
    either = int((one | other).sum())
    return int((one & other).sum()) / either if either else 1.0


def _phrases_in(theme: Theme, corpus: Corpus, space: WordSpace) -> tuple[tuple[str, ...], Words]:
    """Return the theme's words in this corpus, and where they stand."""
    texts = texts_of(corpus)
    phrases = (*theme.phrases, *acronyms_defined(theme.phrases, texts))
    words = words_of(phrases, corpus, space)
    shorter = _meaning_it(shorter_forms(theme.phrases), words, corpus, texts)
    if shorter:
        phrases = (*phrases, *shorter)
        phrases = tuple(dict.fromkeys((*phrases, *acronyms_defined(phrases, texts))))
        words = words_of(phrases, corpus, space)
    return phrases, words


def _meaning_it(
    forms: Sequence[str], words: Words, corpus: Corpus, texts: Sequence[str]
) -> tuple[str, ...]:
    """Return the shorter forms of a theme's name that mean the theme in these texts."""
    if not forms:
        return ()
    way = _way_to(words, corpus.joined)
    titles, abstracts = corpus.words
    taken = []
    for form in forms:
        pattern = pattern_of([form])
        having = titles.may_have([form]) | abstracts.may_have([form])
        rows = np.flatnonzero(having)
        having[rows] = [pattern.search(texts[row]) is not None for row in rows.tolist()]
        if way is None:
            if 0 < having.sum() <= _RARE * len(texts):
                taken.append(form)
            continue
        alone = way[having & ~words.anywhere]
        if (alone.sum() + _SEEN_BEFORE * _DOUBT) / (len(alone) + _SEEN_BEFORE) >= _MEANS_THEME:
            taken.append(form)
    return tuple(taken)


def _way_to(words: Words, vectors: Vectors) -> Floats | None:
    """Return how far each paper lies from papers without the theme (0) to clear ones (1)."""
    clear, without = words.clear, ~words.anywhere
    if clear.sum() < _FEW or not without.any():
        return None
    centred = vectors.astype(np.float64)
    centred = unit_rows(centred - centred.mean(axis=0)).astype(np.float64)
    total = centred[clear].sum(axis=0)
    near = centred @ unit_rows(total[None, :])[0].astype(np.float64)
    others = unit_rows(total[None, :] - centred[clear]).astype(np.float64)
    near[clear] = (centred[clear] * others).sum(axis=1)
    start, end = near[without].mean(), near[clear].mean()
    return np.asarray((near - start) / max(end - start, 0.05))


def _folds(paper_ids: Sequence[str]) -> NDArray[np.int64]:
    """Return the fifth each paper falls in: by its id, so that others change nothing."""
    return np.array([int(sha256_of(key.encode())[:8], 16) % _FOLDS for key in paper_ids])


def _cross_fitted(
    corpus: Corpus, label: NDArray[np.int64], weights: Floats, strength: float
) -> tuple[Floats, Floats]:
    """Fit a classifier on all papers, and one without each fifth.

    Returns
    -------
    classifier : numpy.ndarray, shape (d + k + 1,) or (0,)
    opinions : numpy.ndarray, shape (5, n)
        What the classifier without fifth i says of each paper.
    """
    folds = _folds(corpus.paper_ids)
    opinions = [
        _opinion(_classifier(corpus.joined, label, weights, folds != fold, strength), corpus.joined)
        for fold in range(_FOLDS)
    ]
    everywhere = np.ones(len(folds), dtype=bool)
    return _classifier(corpus.joined, label, weights, everywhere, strength), np.array(opinions)


def _classifier(
    vectors: Vectors,
    label: NDArray[np.int64],
    weights: Floats,
    use: NDArray[np.bool_],
    strength: float,
) -> Floats:
    """Fit papers labelled 1 against those labelled 0; -1 is left out."""
    from sklearn.linear_model import LogisticRegression

    rows = use & (label >= 0)
    if not (label[rows] == 1).any() or not (label[rows] == 0).any():
        return np.zeros(0)
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=1000)
    model.fit(vectors[rows].astype(np.float64), label[rows], sample_weight=weights[rows])
    return np.append(model.coef_[0], model.intercept_[0])


def _opinion(classifier: Floats, vectors: Vectors) -> Floats:
    if not len(classifier):
        return np.full(len(vectors), NO_CLASSIFIER)
    return np.asarray(vectors @ classifier[:-1] + classifier[-1])
