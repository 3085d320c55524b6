"""LSA of the corpus itself."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from papertrends import words
from papertrends.encoders.lsa import LSA, join, unit_rows
from papertrends.words import words_of

WORDS = (
    "diffusion sampler noise image pixel protein residue folding enzyme docking speech phoneme "
    "speaker acoustic prompt tuning backbone template reward verifier"
).split()


def made_up_texts(n_texts: int = 30) -> list[str]:
    chance = random.Random(0)
    return [" ".join(chance.choices(WORDS, k=chance.randint(6, 14))) for _ in range(n_texts)]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return made_up_texts()


@pytest.fixture(scope="module")
def lsa(texts: list[str]) -> LSA:
    return LSA.fit(texts, dimensions=8)


def test_rows_are_those_of_a_full_decomposition(lsa: LSA, texts: list[str]) -> None:
    """The likeness of texts is that of the best rank-8 approximation, found densely."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    weights = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, max_df=0.5, sublinear_tf=True, stop_words="english"
    ).fit_transform(texts)
    left, strength, _ = np.linalg.svd(weights.toarray(), full_matrices=False)
    projected = left[:, :8] * strength[:8]
    projected /= np.linalg.norm(projected, axis=1, keepdims=True)
    found = lsa.transform(texts)
    assert found.shape == (30, 8)
    np.testing.assert_allclose(found @ found.T, projected @ projected.T, atol=1e-5)


def test_it_is_what_scikit_learn_makes_of_the_texts_to_the_last_bit(texts: list[str]) -> None:
    from scipy.sparse.linalg import svds
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, max_df=0.5, sublinear_tf=True, stop_words="english"
    )
    texts = [*texts, "Prompt tuning, PROMPT tuning of the prompt", "naïve noise", "", "the of a"]
    weights = vectorizer.fit_transform(texts)
    _, _, right = svds(weights, k=8, v0=np.linspace(1.0, 2.0, min(weights.shape)))
    lsa = LSA.fit(texts, dimensions=8)
    assert lsa.terms == tuple(vectorizer.get_feature_names_out())
    np.testing.assert_array_equal(lsa.idf, vectorizer.idf_)
    np.testing.assert_array_equal(np.abs(lsa.components), np.abs(right[::-1].T))
    new = ["Backbone of a protein, protein docking", "", "unheard of", *texts]
    again = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, stop_words="english", vocabulary=lsa.terms
    )
    again.idf_ = lsa.idf
    np.testing.assert_array_equal(
        lsa.transform(new), unit_rows(again.transform(new) @ lsa.components)
    )


def test_projections_do_not_depend_on_blocks(
    lsa: LSA, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lsa.transform(texts)
    np.testing.assert_array_equal(lsa.project(words_of(texts)), whole)
    monkeypatch.setattr(words, "BLOCK", 7)
    np.testing.assert_array_equal(lsa.transform(texts), whole)


def test_texts_are_projected_the_same_again_and_alone(lsa: LSA, texts: list[str]) -> None:
    again = LSA.fit(texts, dimensions=8)
    assert again.terms == lsa.terms
    np.testing.assert_array_equal(again.components, lsa.components)
    whole = lsa.transform(texts)
    np.testing.assert_array_equal(again.transform(texts), whole)
    np.testing.assert_allclose(lsa.transform(texts[3:4]), whole[3:4], atol=1e-7)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_texts_changes_the_order_of_rows_only(
    lsa: LSA, texts: list[str], seed: int
) -> None:
    order = list(range(len(texts)))
    random.Random(seed).shuffle(order)
    shuffled = LSA.fit([texts[row] for row in order], dimensions=8)
    assert shuffled.terms == lsa.terms
    np.testing.assert_allclose(shuffled.components, lsa.components, atol=1e-9)
    np.testing.assert_allclose(
        shuffled.transform([texts[row] for row in order]),
        lsa.transform(texts)[order],
        atol=1e-6,
    )


def test_columns_point_where_they_are_strongest(lsa: LSA) -> None:
    strongest = np.abs(lsa.components).argmax(axis=0)
    assert (lsa.components[strongest, range(8)] > 0).all()


def test_a_text_of_unknown_words_is_a_row_of_zeros(lsa: LSA) -> None:
    assert not lsa.transform(["zzz yyy"]).any()
    assert np.linalg.norm(lsa.transform(["diffusion noise"])) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "few",
    [
        pytest.param([], id="none"),
        pytest.param(["red blue", "red green", "blue green", "black white"], id="four"),
        pytest.param([f"word{number} other{number}" for number in range(9)], id="nothing shared"),
        pytest.param(["the same words here"] * 20, id="copies"),
        pytest.param(["", "?", "!", "...", "-", "+"], id="no words"),
        pytest.param(["lonely one", "lonely two", "three", "four", "five"], id="one shared word"),
    ],
)
def test_a_corpus_without_cooccurrence_has_width_zero(few: list[str]) -> None:
    lsa = LSA.fit(few)
    vectors = lsa.transform([*few, "diffusion noise"])
    assert vectors.shape == (len(few) + 1, 0)
    assert vectors.dtype == np.float32


def test_five_texts_are_enough() -> None:
    texts = ["red blue", "red green", "blue green", "black white", "white blue"]
    assert LSA.fit(texts).transform(texts).shape[1] >= 1


def test_dimensions_stay_below_texts_and_terms(texts: list[str]) -> None:
    lsa = LSA.fit(texts[:10])
    assert lsa.components.shape[1] == min(10, len(lsa.terms)) - 1


def test_two_representations_weigh_the_same() -> None:
    one = unit_rows(np.array([[1.0, 2.0], [3.0, 0.0]]))
    other = unit_rows(np.array([[0.0, 1.0, 1.0], [2.0, 2.0, 1.0]]))
    both = join(one, other)
    assert both.shape == (2, 5)
    assert both.dtype == np.float32
    assert both[0] @ both[1] == pytest.approx((one[0] @ one[1] + other[0] @ other[1]) / 2)
    np.testing.assert_array_equal(join(one, np.zeros((2, 0), dtype=np.float32)), one)


# No rows so short that their squares fall below the smallest float.
elements = st.integers(-(10**6), 10**6).map(lambda number: number / 1000)


@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2), elements=elements))
def test_unit_rows_have_length_one_or_zero(rows: np.ndarray) -> None:
    zero = np.linalg.norm(rows, axis=1) == 0
    lengths = np.linalg.norm(unit_rows(rows).astype(np.float64), axis=1)
    np.testing.assert_allclose(lengths[~zero], 1.0, atol=1e-5)
    assert (lengths[zero] == 0).all()


def test_texts_that_repeat_each_other_have_the_directions_there_are_and_no_chance() -> None:
    texts = [
        f"graph neural network {row % 3} on {'agents' if row % 2 else 'vision'} learning model"
        for row in range(40)
    ]
    first = LSA.fit(texts)
    assert first.dimensions == np.linalg.matrix_rank(first.transform(texts))
    for _ in range(3):
        np.testing.assert_array_equal(LSA.fit(texts).components, first.components)
    columns = first.components
    np.testing.assert_allclose(columns.T @ columns, np.eye(first.dimensions), atol=1e-9)


def test_the_number_of_threads_moves_nothing() -> None:
    code = (
        "import hashlib, numpy as np; from papertrends.cores import one_thread\n"
        "from papertrends.encoders.lsa import LSA\n"
        "words = [f'word{n}' for n in range(900)]; draw = np.random.default_rng(0)\n"
        "texts = [' '.join(draw.choice(words, 60)) for _ in range(700)]\n"
        "with one_thread():\n"
        "    print(hashlib.sha256(LSA.fit(texts).components.tobytes()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "4")
    }
    assert len(found) == 1
