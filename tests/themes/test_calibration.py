"""The borders of themes for new papers: a field that has not changed seems not to."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.encoders import LSA, join
from papertrends.themes.calibration import analysed_anew, for_new_papers
from papertrends.themes.centroids import Centroids
from papertrends.themes.evidence import Corpus
from papertrends.themes.fitted import one_row_each, texts_of_papers
from papertrends.themes.model import ThemeModel

TOPICS = 6
WORDS = [
    f"{first}{second}{third}" for first in "bdfgklmn" for second in "aeiou" for third in "lnrst"
]


def field(number: int, seed: int) -> pd.DataFrame:
    """Papers of six topics that share many words, each with words of its own as well."""
    chance, rows = random.Random(seed), []
    for paper in range(number):
        topic = paper % TOPICS
        own = WORDS[topic * 20 : topic * 20 + 26]
        said = chance.choices(own, k=25) + chance.choices(WORDS, k=25)
        said += [f"x{chance.randrange(400)}" for _ in range(15)]
        chance.shuffle(said)
        title = f"{said[0]} {said[1]} {seed} {paper}"
        rows.append((f"p{seed}-{paper:03d}", title, " ".join(said) + ".", topic))
    frame = pd.DataFrame(rows, columns=["paper_id", "title", "abstract", "topic"])
    return frame.assign(digest_date=pd.Timestamp("2025-01-01"), position=1, source="s")


@pytest.fixture(scope="module")
def learned() -> tuple[Corpus, list[str], list[np.ndarray], LSA]:
    papers = one_row_each(field(150, 1))
    texts = texts_of_papers(papers)
    lsa = LSA.fit(texts)
    encoded = np.random.default_rng(0).normal(size=(150, 8)).astype(np.float32)
    encoded /= np.linalg.norm(encoded, axis=1, keepdims=True)
    joined = join(encoded, lsa.transform(texts))
    corpus = Corpus(papers["paper_id"].tolist(), papers["title"].tolist(),
                    papers["abstract"].tolist(), encoded, joined)  # fmt: skip
    groups = [np.flatnonzero(papers["topic"] == topic) for topic in range(TOPICS)]
    return corpus, texts, groups, lsa


def calibrated(
    plain: Centroids, corpus: Corpus, texts: list[str], groups: list[np.ndarray]
) -> Centroids:
    return for_new_papers(plain, corpus, analysed_anew(corpus, texts), groups)


def memberships(centroids: Centroids, joined: np.ndarray) -> float:
    return float((centroids.score(joined) >= 0.5).sum(axis=1).mean())


def test_new_papers_are_in_as_many_themes_as_old_ones(learned: Any) -> None:
    corpus, texts, groups, lsa = learned
    plain = Centroids.fit(corpus.joined, groups, [-1] * TOPICS)
    moved = calibrated(plain, corpus, texts, groups)
    new = one_row_each(field(300, 2))
    encoded = np.random.default_rng(1).normal(size=(300, 8)).astype(np.float32)
    encoded /= np.linalg.norm(encoded, axis=1, keepdims=True)
    joined = join(encoded, lsa.transform(texts_of_papers(new)))
    assert memberships(plain, joined) > 1.4
    assert 0.9 < memberships(moved, joined) < 1.2


def test_borders_move_alike_and_centres_stay(learned: Any) -> None:
    corpus, texts, groups, _ = learned
    plain = Centroids.fit(corpus.joined, groups, [-1] * TOPICS)
    moved = calibrated(plain, corpus, texts, groups)
    np.testing.assert_array_equal(moved.centres, plain.centres)
    np.testing.assert_array_equal(moved.scales, plain.scales)
    np.testing.assert_allclose(moved.cuts - plain.cuts, moved.shifts[:, 0])
    np.testing.assert_allclose(moved.lows - plain.lows, moved.shifts[:, 1])
    assert (moved.shifts == moved.shifts[0]).all()
    assert (moved.shifts[0] > 0.01).all()
    assert (plain.shifts == 0).all()


def test_the_order_of_papers_does_not_matter(learned: Any) -> None:
    corpus, texts, groups, _ = learned
    plain = Centroids.fit(corpus.joined, groups, [-1] * TOPICS)
    order = np.random.default_rng(3).permutation(len(texts))
    back = np.argsort(order)
    turned = calibrated(
        plain, corpus.part(order), [texts[row] for row in order], [back[rows] for rows in groups]
    )
    np.testing.assert_allclose(
        turned.cuts, calibrated(plain, corpus, texts, groups).cuts, atol=1e-6
    )


def test_where_nothing_can_be_learned_nothing_moves(learned: Any) -> None:
    corpus, texts, groups, _ = learned
    none = Centroids.none(corpus.joined.shape[1])
    assert calibrated(none, corpus, texts, []) is none
    two = corpus.part(np.arange(2))
    few = Centroids.fit(two.joined, [np.arange(2)], [-1])
    moved = calibrated(few, two, texts[:2], [np.arange(2)])
    assert np.isfinite(moved.cuts).all()
    empty = Centroids.fit(corpus.joined, groups[:1], [-1])
    odd = calibrated(empty, corpus, texts, [np.array([], dtype=np.int64)])
    assert np.isfinite(odd.cuts).all()


def test_a_model_assigns_new_papers_as_often_as_its_own(bag_encoder: Callable[[], Any]) -> None:
    model = ThemeModel([], encoder=bag_encoder()).fit(field(150, 1))
    assert (model.fitted.centroids.shifts != 0).all()
    own = len(model.memberships) / 150
    new = len(model.assign(field(300, 2))) / 300
    assert new < 1.2 * own
