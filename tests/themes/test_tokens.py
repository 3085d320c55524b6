"""Words split once say the same as texts searched again and again."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.themes.evidence import Corpus, WordSpace, words_of
from papertrends.themes.phrases import FUNCTION_WORDS, acronyms_defined, pattern_of, stems
from papertrends.themes.tokens import Tokens

PIECES = (
    "fine tuning Fine-Tuned finetuning fine- grained policies Policy policied PRM PRMs prm "
    "(PRM) (PRMs) process reward models model GPT-4 GPT4 gpt-4 r&d R & D a_b _ RAG region-aware "
    "generation retrieval augmented without we . ? ! , \u2011 \u017fine \u212a \u0130stanbul "
    "\u0131 stra\u00dfe STRASSE \u0390 \u0345 \u1fb3 3D \u6a5f\u68b0\u5b66\u4e60 caf\u00e9"
).split(" ")
TEXTS = st.lists(st.sampled_from([*PIECES, "\n"]), max_size=12).flatmap(
    lambda pieces: st.sampled_from([" ".join(pieces), "".join(pieces), "-".join(pieces)])
)
PHRASES = (
    "fine-tuning",
    "PRM",
    "PRMs",
    "policy learning",
    "policy",
    "process reward models",
    "GPT-4",
    "R&D",
    "a_b",
    "retrieval-augmented generation",
    "RAG",
    "region-aware generation",
    "sine",
    "kaf\u00e9",
    "stra\u00dfe",
    "istanbul",
    "models",
)


@given(st.lists(TEXTS, max_size=5), st.lists(st.sampled_from(PHRASES), min_size=1, max_size=4))
def test_no_text_that_has_a_phrase_is_passed_over(texts: list[str], phrases: list[str]) -> None:
    pattern = pattern_of(phrases)
    having = [pattern.search(text) is not None for text in texts]
    may = Tokens.of(texts).may_have(phrases).tolist()
    assert all(one or not other for one, other in zip(may, having, strict=True))


def test_texts_without_the_words_are_passed_over() -> None:
    texts = ["We fine-tune models", "fine grained tuning", "finetuned", "tuning fine", "", "fine"]
    assert Tokens.of(texts).may_have(["fine-tuning"]).tolist() == [
        True,
        False,
        True,
        False,
        False,
        False,
    ]
    assert Tokens.of(["fine", "tuning"]).may_have(["fine-tuning"]).tolist() == [False, False]
    assert Tokens.of(["a prm", "two PRMs", "PRMX"]).may_have(["PRM"]).tolist() == [
        False,
        True,
        False,
    ]
    assert Tokens.of(["policies", "policy", "polish"]).may_have(["policy"]).tolist() == [
        True,
        True,
        False,
    ]


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_stems_are_counted_as_they_stand_in_lower_case(texts: list[str]) -> None:
    plain = [Counter(stems(text)) for text in texts]
    terms = sorted(set().union(*plain))
    counts = Tokens.of(texts).counts({term: column for column, term in enumerate(terms)})
    expected = [[one[term] for term in terms] for one in plain]
    np.testing.assert_array_equal(
        counts.toarray()[:, : len(terms)], np.reshape(expected, (len(texts), len(terms)))
    )


@given(st.lists(TEXTS, min_size=1, max_size=6), st.lists(TEXTS, max_size=3))
def test_words_are_weighed_as_scikit_learn_weighs_them(texts: list[str], new: list[str]) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    def analyzer(text: str) -> list[str]:
        return [part for part in stems(text) if part not in FUNCTION_WORDS]

    space = WordSpace.fit(texts)
    vectorizer = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True)
    if not any(map(analyzer, texts)):
        assert space.terms == ()
        assert space.transform(texts).shape == (len(texts), 1)
        return
    vectorizer.fit(texts)
    assert space.terms == tuple(vectorizer.get_feature_names_out())
    np.testing.assert_array_equal(space.idf, vectorizer.idf_)
    for some in (texts, [*new, ""]):
        np.testing.assert_allclose(
            space.transform(some).toarray(), vectorizer.transform(some).toarray(), atol=1e-12
        )


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_a_themes_words_stand_where_they_stood(papers: list[tuple[str, str]]) -> None:
    titles, abstracts = [one for one, _ in papers], [other for _, other in papers]
    phrases = ("fine-tuning", "process reward models", "R&D")
    vectors = np.ones((len(papers), 1), dtype=np.float32)
    corpus = Corpus([str(row) for row in range(len(papers))], titles, abstracts, vectors, vectors)
    space = WordSpace.fit([*titles, *abstracts, "fine tuning"])
    found = words_of(phrases, corpus, space)
    pattern = pattern_of(phrases)
    assert found.in_title.tolist() == [pattern.search(title) is not None for title in titles]
    query = space.transform([" ".join(phrases)]).toarray()[0]
    whole = [f"{title}. {abstract}" for title, abstract in papers]
    np.testing.assert_allclose(found.likeness, space.transform(whole) @ query, atol=1e-12)
    np.testing.assert_allclose(found.title_likeness, space.transform(titles) @ query, atol=1e-12)
    plain = [sum(1 for _ in pattern.finditer(abstract)) for abstract in abstracts]
    assert all(one <= most for one, most in zip(found.count, plain, strict=True))
    for row, abstract in enumerate(abstracts):
        # Only what stands after these words is set aside.
        if "without" not in abstract and "no" not in abstract:
            assert found.count[row] == plain[row]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("process reward models (PRMs) and tuning (SFT)", ("PRM",)),
        ("process reward models and others (PRM)", ()),
        ("process reward models (PRO)", ()),
        ("(PRM)", ()),
        ("process reward models (PRM), process-reward models (ProReM)", ("PRM", "ProReM")),
    ],
)
def test_acronyms_are_found_where_the_phrase_defines_them(text: str, found: tuple[str]) -> None:
    assert acronyms_defined(["process reward models"], [text]) == found


def test_weights_of_a_corpus_are_worked_out_once_for_each_space() -> None:
    vectors = np.ones((2, 1), dtype=np.float32)
    corpus = Corpus(["a", "b"], ["one two", "three"], ["two", ""], vectors, vectors)
    one, other = WordSpace.fit(["one two"]), WordSpace.fit(["three"])
    first = corpus.weighed(one)
    assert corpus.weighed(one) is first
    assert corpus.weighed(other)[0].toarray().tolist() == [[0.0], [1.0]]
    assert corpus.weighed(one) is first
    assert corpus.part(np.array([1])).weighed(one)[0].toarray().tolist() == [[0.0, 0.0]]
