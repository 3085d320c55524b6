"""Themes that BERTopic finds, and corpora that would break it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.themes import discovered
from papertrends.themes.discovered import MIN_PAPERS, _found_again, discover
from papertrends.themes.model import ThemeModel

COPY = "We study amino residues together with binding pockets. It holds for enzymes."


@pytest.fixture
def few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use fewer UMAP runs: what is tested does not hang on their number."""
    monkeypatch.setattr(discovered, "_RUNS", 2)


def table(rows: list[tuple[str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["title", "abstract"])
    frame.insert(0, "paper_id", [f"p{row:03}" for row in range(len(rows))])
    return frame.assign(digest_date=pd.Timestamp("2025-07-31"))


def check_tables(model: ThemeModel, papers: pd.DataFrame) -> None:
    """Check what holds for every fit."""
    ids = set(papers["paper_id"])
    memberships, unassigned = model.memberships, model.unassigned
    inside, outside = set(memberships["paper_id"]), set(unassigned["paper_id"])
    assert inside | outside == ids
    assert not inside & outside
    assert (memberships.groupby("paper_id")["primary"].sum() == 1).all()
    assert memberships["score"].between(0, 1).all()
    assert set(memberships["theme_id"]) <= set(model.themes["theme_id"])
    assert model.themes["stability"].between(0, 1).all()
    assert set(model.map["paper_id"]) == ids
    assert np.isfinite(model.map[["x", "y"]].to_numpy()).all()


def test_groups_of_papers_are_found_again(fitted: ThemeModel, papers: pd.DataFrame) -> None:
    """Each made-up group but the named one is one discovered theme."""
    check_tables(fitted, papers)
    kinds = fitted.themes.set_index("theme_id")["kind"]
    found = fitted.memberships[fitted.memberships["theme_id"].map(kinds) == "discovered"]
    groups = {
        frozenset(paper.split("-")[0] for paper in theme["paper_id"])
        for _, theme in found.groupby("theme_id")
    }
    assert groups == {frozenset([name]) for name in ("diffusion", "protein", "speech")}
    assert fitted.themes.loc[fitted.themes["kind"] == "discovered", "n_papers"].tolist() == [12] * 3


def test_the_order_of_papers_changes_nothing_and_the_seed_is_kept(
    papers: pd.DataFrame, bag_encoder: Any, few_runs: None
) -> None:
    first, again = (
        ThemeModel([], encoder=bag_encoder(), seed=3).fit(frame)
        for frame in (papers, papers.sample(frac=1, random_state=1))
    )
    for name in ("themes", "memberships", "unassigned", "map"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
    assert len(first.themes) >= 3


def test_another_seed_is_another_search(papers: pd.DataFrame, bag_encoder: Any) -> None:
    vectors = bag_encoder().encode(papers["title"])
    one, same, other, large = (
        discovered.reduce(vectors, discovered.nearest(vectors), 2, seed=seed)
        for seed in (0, 0, 1, 2**40)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, other)
    assert np.isfinite(large).all()


@pytest.mark.parametrize("n_papers", [1, 2, MIN_PAPERS - 1])
def test_few_papers_are_searched_for_named_themes_only(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any, n_papers: int
) -> None:
    some = papers.drop_duplicates("paper_id").tail(n_papers)
    model = ThemeModel(themes, encoder=bag_encoder()).fit(some)
    check_tables(model, some)
    assert set(model.themes["kind"]) == {"named"}
    assert model.bertopic is None
    (note,) = model.notes
    subject = "1 paper is" if n_papers == 1 else f"{n_papers} papers are"
    assert note == (
        f"{subject} too few to discover themes in (that takes 15): "
        "only named themes were looked for."
    )
    about = some["paper_id"].str.startswith("prompt").sum()
    assert model.themes["n_papers"].tolist() == [about, 0]


LONELY = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike oscar papa "
    "quebec"
).split()


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([("Two twins", COPY)] * 2, id="twins"),
        pytest.param([(f"Title {row}", COPY) for row in range(20)], id="20 copies"),
        pytest.param([("Title", COPY)] * 20, id="20 copies of title and abstract"),
        pytest.param([(f"{'?' * row}!", "") for row in range(16)], id="no words"),
        pytest.param([(word, "") for word in LONELY], id="no shared words"),
        pytest.param([(f"{word}. Galaxies", "") for word in LONELY], id="one shared word"),
        pytest.param([(f"機械学習 {row}", "提示学习 的 方法") for row in range(16)], id="Chinese"),
    ],
)
@pytest.mark.usefixtures("few_runs")
def test_strange_corpora_are_fitted(
    themes: Any, bag_encoder: Any, rows: list[tuple[str, str]]
) -> None:
    papers = table(rows)
    model = ThemeModel(themes, encoder=bag_encoder()).fit(papers)
    check_tables(model, papers)
    assert model.themes["name"].is_unique
    assert (len(model.notes) > 0) == (model.themes["kind"] == "named").all()


@pytest.mark.usefixtures("few_runs")
def test_papers_without_abstracts_are_fitted(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any
) -> None:
    bare = papers.assign(abstract=[None if row % 2 else "" for row in range(len(papers))])
    model = ThemeModel(themes, encoder=bag_encoder()).fit(bare)
    check_tables(model, bare)
    members = model.memberships.query("theme_id == 'prompt-learning'")["paper_id"]
    assert set(members.str.split("-").str[0]) == {"prompt"}


@pytest.mark.usefixtures("few_runs")
def test_what_is_discovered_is_described(papers: pd.DataFrame, bag_encoder: Any) -> None:
    frame = papers.drop_duplicates("paper_id")
    texts = (frame["title"] + ". " + frame["abstract"]).tolist()
    steps: list[tuple[str, int, int]] = []
    found = discover(
        texts,
        bag_encoder().encode(texts),
        seed=0,
        progress=lambda *step: steps.append(step),
    )
    names = sorted(set(found.topics.tolist()) - {-1})
    assert len(found.topics) == len(frame)
    assert sorted(found.stability) == sorted(found.weights) == names
    assert all(0 <= value <= 1 for value in found.stability.values())
    assert all(weight >= 0 for phrases in found.weights.values() for weight in phrases.values())
    assert steps == [("grouping", 1, 2), ("grouping", 2, 2)]
    assert found.bertopic.topics_ == found.topics.tolist()


def test_stability_is_the_mean_of_the_best_overlaps() -> None:
    topic = np.array([1, 1, 1, 0, 0], bool)
    same, half, none = [0, 0, 0, 1, 1], [0, 0, -1, -1, -1], [-1] * 5
    runs = [np.array(run) for run in (same, half, none)]
    assert _found_again(topic, runs) == pytest.approx((1 + 2 / 3 + 0) / 3)
