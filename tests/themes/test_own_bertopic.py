"""The BERTopic that is handed out: it is made on demand, and says what was found without it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from papertrends.themes.discovered import Discovery, discover
from papertrends.themes.own_bertopic import FoundGroups, OnDemand


@pytest.fixture(scope="module")
def texts(make_papers: Any) -> list[str]:
    frame = make_papers(30).drop_duplicates("paper_id").iloc[:-9]
    return (frame["title"] + ". " + frame["abstract"]).tolist()


@pytest.fixture(scope="module")
def found(texts: list[str], bag_encoder: Any) -> Discovery:
    return discover(texts, bag_encoder().encode(texts))


def test_its_topics_are_those_that_were_found(found: Discovery, texts: list[str]) -> None:
    model = found.bertopic.build()
    assert model.topics_ == found.topics.tolist()
    sizes = {name: model.topics_.count(name) for name in set(model.topics_)}
    assert model.topic_sizes_ == sizes
    assert model.get_topic_info()["Count"].sum() == len(texts)
    for name, weights in found.weights.items():
        own = {form: weight for form, weight in model.get_topic(name) if form}
        assert sorted(own.values()) == pytest.approx(sorted(weights.values()), rel=1e-9)
        # Of equally strong phrases at the end of the list each takes its own.
        last = min(weights.values()) * (1 + 1e-9)
        firm = {form for form, weight in weights.items() if weight > last}
        assert firm == {form for form, weight in own.items() if weight > last}
        assert {form: own[form] for form in firm} == pytest.approx(
            {form: weights[form] for form in firm}, rel=1e-9
        )


def test_its_own_plots_work_and_it_is_made_once(found: Discovery) -> None:
    model = found.bertopic.build()
    assert found.bertopic.build() is model
    assert len(model.visualize_barchart().data) == len(found.stability)
    assert model.visualize_hierarchy().data


def test_it_assigns_papers_it_never_saw(
    found: Discovery, texts: list[str], bag_encoder: Any
) -> None:
    inside = np.flatnonzero(found.topics >= 0)[:5]
    new = [f"Again. {texts[row]}" for row in inside]
    topics, _ = found.bertopic.build().transform(new, embeddings=bag_encoder().encode(new))
    assert list(topics) == found.topics[inside].tolist()


def test_topics_of_one_size_keep_their_numbers() -> None:
    words = ("amino residues", "speech samplers", "prompt schedules")
    texts = [f"{words[row % 3]} and {words[row % 3]} number" for row in range(18)]
    topics = np.array([[2, 0, 1][row % 3] for row in range(18)])
    vectors = np.eye(3, 4, dtype=np.float32)[topics]
    vocabulary = ["amino residue", "prompt schedule", "speech sampler"]
    model = OnDemand(texts, vectors, topics, vocabulary).build()
    assert model.topics_ == topics.tolist()
    assert [model.get_topic(topic)[0][0] for topic in (0, 1, 2)] == [
        "speech sampler",
        "prompt schedule",
        "amino residue",
    ]


@pytest.mark.parametrize("vocabulary", [[], ["one phrase"]])
def test_without_phrases_there_are_no_words(vocabulary: list[str]) -> None:
    vectors = np.eye(3, 4, dtype=np.float32)[np.arange(9) % 3]
    model = OnDemand(["?"] * 9, vectors, np.arange(9) % 3, vocabulary).build()
    assert model.topics_ == (np.arange(9) % 3).tolist()


def test_where_nothing_was_found_nothing_is_near() -> None:
    groups = FoundGroups(np.full(4, -1)).fit(np.eye(4, dtype=np.float32))
    assert groups.predict(np.eye(4, dtype=np.float32)).tolist() == [-1] * 4
