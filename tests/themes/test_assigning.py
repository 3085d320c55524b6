"""New papers in themes learned from others: each paper for itself, however they are dealt out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.hand_made import SECOND, BagEncoder, remembered

from papertrends.themes import assigning
from papertrends.themes.assigning import Assigned, Places, assigned, rows_of_model, with_rows
from papertrends.themes.evidence import Corpus
from papertrends.themes.fitted import Fitted, one_row_each


@pytest.fixture(scope="module")
def model() -> tuple[Fitted, Corpus, Places]:
    """A model of the first dump, the papers of the second, and where those of the first stand."""
    from papertrends.papers import load_papers

    memory = remembered()
    fitted = memory.fitted
    xy = np.random.default_rng(0).normal(size=(len(fitted.map), 2)).round(6)
    fitted.map[["x", "y"]] = xy
    papers = one_row_each(load_papers(SECOND))
    papers = papers[~papers["paper_id"].isin(fitted.map["paper_id"])].reset_index(drop=True)
    texts = [f"{one.title}. {one.abstract}" for one in papers.itertuples()]
    corpus = fitted.corpus(papers, BagEncoder().encode(texts))
    return fitted, corpus, Places.of(fitted.map, memory.joined)


def same(one: Assigned, other: Assigned) -> None:
    for name in ("memberships", "unassigned", "near_misses", "map"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)


def test_every_paper_has_rows(model: Any) -> None:
    fitted, corpus, places = model
    rows = assigned(fitted, corpus, places)
    inside = set(rows.memberships["paper_id"]) | set(rows.unassigned["paper_id"])
    assert inside == set(rows.map["paper_id"]) == set(corpus.paper_ids)
    assert not set(rows.memberships["paper_id"]) & set(rows.unassigned["paper_id"])
    assert rows.map["paper_id"].is_monotonic_increasing
    assert set(rows.memberships["theme_id"]) <= set(fitted.theme_ids)


@pytest.mark.parametrize("block", [1, 7, 30])
def test_the_size_of_a_block_changes_nothing(
    model: Any, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted, corpus, places = model
    whole = assigned(fitted, corpus, places)
    monkeypatch.setattr(assigning, "BLOCK", block)
    same(assigned(fitted, corpus, places), whole)


def test_parts_of_a_corpus_add_up_to_the_whole(model: Any) -> None:
    fitted, corpus, places = model
    half = np.arange(0, len(corpus.paper_ids), 2)
    parts = [half, np.setdiff1d(np.arange(len(corpus.paper_ids)), half), np.arange(0)]
    found = [assigned(fitted, corpus.part(rows), places) for rows in parts]
    same(Assigned.joined(found), assigned(fitted, corpus, places))


def test_scores_can_be_held(model: Any) -> None:
    fitted, corpus, places = model
    seen: list[str] = []

    def held(scores: np.ndarray, ids: list[str]) -> np.ndarray:
        seen.extend(ids)
        return np.zeros_like(scores)

    rows = assigned(fitted, corpus, places, held=held)
    assert seen == list(corpus.paper_ids)
    assert rows.memberships.empty
    assert len(rows.unassigned) == len(seen)


def test_progress_counts_papers(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted, corpus, places = model
    monkeypatch.setattr(assigning, "BLOCK", 50)
    steps: list[tuple[str, int, int]] = []
    assigned(fitted, corpus, places, progress=lambda *step: steps.append(step))
    n = len(corpus.paper_ids)
    assert steps == [("assigning", 50, n), ("assigning", n, n)]


def test_a_paper_stands_in_the_middle_of_its_five_nearest() -> None:
    vectors = np.eye(7, dtype=np.float32)
    xy = np.arange(14.0).reshape(7, 2)
    table = pd.DataFrame({"paper_id": list("abcdefg"), "x": xy[:, 0], "y": xy[:, 1]})
    places = Places.of(table, vectors)
    near = np.array([[0.0, 0.1, 0.2, 0.3, 0.0, 0.4, 0.5]], dtype=np.float32)
    np.testing.assert_allclose(places.near(near), xy[[1, 2, 3, 5, 6]].mean(axis=0)[None])
    few = Places(vectors[:2], xy[:2])
    np.testing.assert_allclose(few.near(near), xy[:2].mean(axis=0)[None])


def test_places_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assigning, "_MOST_PLACES", 3)
    table = pd.DataFrame({"paper_id": list("abcdefg"), "x": range(7), "y": 0.0})
    places = Places.of(table, np.eye(7, dtype=np.float32))
    assert places.xy[:, 0].tolist() == [0, 3, 6]
    np.testing.assert_array_equal(places.vectors, np.eye(7, dtype=np.float32)[::3])


def test_a_model_with_rows_has_both(model: Any) -> None:
    fitted, corpus, places = model
    rows = assigned(fitted, corpus, places)
    grown = with_rows(fitted, rows)
    assert set(grown.map["paper_id"]) == set(fitted.map["paper_id"]) | set(corpus.paper_ids)
    old = grown.memberships[grown.memberships["paper_id"].isin(fitted.map["paper_id"])]
    pd.testing.assert_frame_equal(old.reset_index(drop=True), fitted.memberships)
    same(rows_of_model(with_rows(fitted, Assigned.joined([]))), rows_of_model(fitted))
