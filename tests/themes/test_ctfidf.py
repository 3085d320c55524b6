"""c-TF-IDF as BERTopic has it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from papertrends.themes.ctfidf import c_tf_idf, sizes_first, weights_of
from papertrends.themes.labels import Phrasing


@pytest.mark.parametrize("seed", range(4))
def test_the_weights_are_bertopics(seed: int) -> None:
    from bertopic.vectorizers import ClassTfidfTransformer

    rng = np.random.default_rng(seed)
    counts = sparse.csr_matrix(rng.poisson(0.7, size=(6, 40)).astype(np.float64) + np.eye(6, 40))
    if seed == 3:
        counts = sparse.csr_matrix(np.vstack([counts.toarray()[:5], np.zeros(40)]))
    counts = counts[:, np.asarray(counts.sum(axis=0)).ravel() > 0]
    theirs = ClassTfidfTransformer(reduce_frequent_words=True).fit_transform(counts.copy())
    np.testing.assert_allclose(c_tf_idf(counts).toarray(), theirs.toarray(), rtol=1e-12)


def test_phrases_of_groups_are_weighted_by_their_counts() -> None:
    texts = ["Audio codecs. Audio codecs.", "audio codecs", "mesh grids", "mesh grids, audio"]
    weights = weights_of(Phrasing.of([""] * 4, texts), np.array([0, 0, 1, -1]))
    assert sorted(weights) == [0, 1]
    # Groups have 9, 3 and 4 phrases of the vocabulary (mean 5); "mesh" stands in all twice.
    assert weights[1]["mesh"] == pytest.approx(np.sqrt(1 / 3) * np.log(1 + 5 / 2))
    assert weights[0]["audio codec"] == pytest.approx(np.sqrt(3 / 9) * np.log(1 + 5 / 3))
    assert list(weights[1]) == ["grid", "mesh", "mesh grid"]


def test_without_phrases_there_are_no_weights() -> None:
    phrasing = Phrasing.of(["", ""], ["?", "!"])
    assert weights_of(phrasing, np.array([0, 1])) == {0: {}, 1: {}}
    assert weights_of(phrasing, np.array([-1, -1])) == {}


def test_the_largest_group_is_the_first() -> None:
    labels = np.array([3, -1, -1, -1, 7, 1, 1, 7, 5, 5, 5])
    assert sizes_first(labels) == {5: 0, 7: 1, 1: 2, 3: 3}
    assert sizes_first(np.array([-1])) == {}
