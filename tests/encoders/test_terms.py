"""Terms and their counts are those of scikit-learn, which is slow."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

from papertrends.encoders import terms as module
from papertrends.encoders.stopwords import ENGLISH
from papertrends.encoders.terms import Index, learn
from papertrends.words import words_of

# Few words, so that terms are shared; folded, joined, left out and in other scripts.
WORDS = ["Reward", "reward", "model", "the", "of", "x", "7", "42", "a_b", "naïve", "STRASSE"]
WORDS += [
    "straße",
    "İx",
    "词汇",
    "e\u0301t",
    "don't",
    "state-of-the-art",
    "...",
    "\x85",
    "№5",
    "ﬁne",
]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join), min_size=5, max_size=9)


def learned_by_sklearn(texts: list[str], most: int = 200_000) -> tuple[tuple[str, ...], np.ndarray]:
    vectorizer = CountVectorizer(
        ngram_range=(1, 2), min_df=2, max_df=0.5, stop_words="english", max_features=most
    )
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError:  # nothing is left
        return (), np.zeros((len(texts), 0))
    return tuple(vectorizer.get_feature_names_out().tolist()), counts.toarray()


@given(TEXTS)
@example([""] * 5)
@example(["the of", "x", "?", "", "a"])
def test_terms_learned_are_those_of_scikit_learn(texts: list[str]) -> None:
    terms, counts = learn(texts)
    wanted, wanted_counts = learned_by_sklearn(texts)
    assert terms == wanted
    np.testing.assert_array_equal(counts.toarray(), wanted_counts)


@given(TEXTS, st.text())
def test_terms_counted_are_those_of_scikit_learn(texts: list[str], any_text: str) -> None:
    vocabulary = ["model", "model reward", "naïve", "reward", "reward model", "词汇 42", "the"]
    vocabulary += ["a_b naïve", "x", "three words long", "strasse strasse"]
    asked = [*texts, any_text]
    vectorizer = CountVectorizer(ngram_range=(1, 2), stop_words="english", vocabulary=vocabulary)
    found = Index.of(vocabulary).counts(words_of(asked))
    np.testing.assert_array_equal(found.toarray(), vectorizer.transform(asked).toarray())
    assert found.has_sorted_indices


@pytest.mark.parametrize("seed", range(3))
def test_of_too_many_terms_the_most_frequent_are_kept(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    texts = [" ".join(chance.choices("abcdefghijklmnopq", k=40)) for _ in range(30)]
    texts = [text.replace(" ", "y ") for text in texts]
    monkeypatch.setattr(module, "_MOST_TERMS", 60)
    terms, counts = learn(texts)
    wanted, wanted_counts = learned_by_sklearn(texts, 60)
    assert len(terms) == 60
    assert terms == wanted
    np.testing.assert_array_equal(counts.toarray(), wanted_counts)


def test_pairs_do_not_reach_into_the_next_text() -> None:
    counts = Index.of(["red blue"]).counts(words_of(["a red", "blue", "red the blue"]))
    assert counts.toarray().ravel().tolist() == [0, 0, 1]


def test_words_left_out_are_those_of_scikit_learn() -> None:
    assert ENGLISH == ENGLISH_STOP_WORDS
