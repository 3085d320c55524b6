"""How named and discovered themes meet in one table."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.themes.discovered import Discovery
from papertrends.themes.evidence import THRESHOLD, Corpus
from papertrends.themes.labels import phrase_analyzer
from papertrends.themes.model import ThemeModel
from papertrends.themes.search import NamedThemes, _ids, find_discovered

#: Twelve papers: six on prompts, four of them soft; six on enzymes.
TITLES = ["Soft prompts"] * 4 + ["Hard prompts"] * 2 + ["Enzyme folding"] * 6
TOPICS = np.array([0, 0, 0, 0, -1, -1, 1, 1, 1, 1, 1, 1])


def found(named: Sequence[float], stability: Sequence[float] = (1.0, 1.0)) -> Any:
    """Find themes where the one named theme has these scores."""
    vectors = np.eye(4, dtype=np.float32)[[0] * 4 + [1] * 2 + [2] * 6]
    corpus = Corpus([f"p{row:02}" for row in range(12)], TITLES, [""] * 12, vectors, vectors)
    theme = SimpleNamespace(theme=SimpleNamespace(theme_id="prompts"), phrases=("prompts",))
    weights = {
        topic: dict.fromkeys(
            (
                form
                for row in np.flatnonzero(topic == TOPICS)
                for form in phrase_analyzer(TITLES[row])
            ),
            1.0,
        )
        for topic in (0, 1)
    }
    discovery = Discovery(TOPICS, dict(enumerate(stability)), weights, None)
    scores = np.array(named, dtype=float)[:, None]
    return find_discovered(discovery, NamedThemes((theme,), scores, (1.0,)), corpus, TITLES)


def test_a_group_within_a_named_theme_lies_under_it() -> None:
    # Four of eleven papers in both: a Jaccard index of 0.36, below that of the same theme.
    others = found([0.9] * 4 + [0.9] * 2 + [0.9] * 5 + [0.1])
    assert dict(zip(others.ids, others.parents, strict=True))["soft-prompts"] == "prompts"


def test_a_group_that_is_a_named_theme_is_left_to_it() -> None:
    others = found([0.9] * 6 + [0.1] * 6)
    assert others.ids == ("enzyme-folding",)
    assert others.parents == ("",)


def test_a_group_that_single_runs_do_not_find_is_no_theme() -> None:
    others = found([0.1] * 12, stability=[0.9, 0.2])
    assert others.ids == ("soft-prompts",)
    assert others.stability == (0.9,)


def test_larger_groups_come_first_and_all_their_papers_are_members() -> None:
    others = found([0.1] * 12)
    assert others.ids == ("enzyme-folding", "soft-prompts")
    for column, topic in enumerate([1, 0]):
        assert (others.scores[topic == TOPICS, column] >= THRESHOLD).all()
        assert (others.scores[topic != TOPICS, column] < THRESHOLD).all()


def test_identifiers_are_slugs_that_no_other_theme_has() -> None:
    labels = ["Soft prompts", "soft-prompts", "!", "?", "fine-tuning", "機械学習"]
    assert _ids(labels, taken=["fine-tuning"]) == (
        "soft-prompts",
        "soft-prompts-2",
        "theme",
        "theme-2",
        "fine-tuning-2",
        "機械学習",
    )


def test_the_themes_table_counts_each_paper_once(fitted: ThemeModel, papers: pd.DataFrame) -> None:
    memberships = fitted.memberships
    for theme in fitted.themes.itertuples():
        members = memberships.loc[memberships["theme_id"] == theme.theme_id, "paper_id"]
        assert theme.n_papers == members.nunique()
        dates = papers.loc[papers["paper_id"].isin(members), "digest_date"]
        if len(dates):
            assert (theme.first_digest, theme.last_digest) == (dates.min(), dates.max())
        else:
            assert pd.isna(theme.first_digest)
            assert pd.isna(theme.last_digest)


def test_a_named_theme_without_papers_stays_in_the_table(fitted: ThemeModel) -> None:
    ghost = fitted.themes.set_index("theme_id").loc["quantum-gravity"]
    assert (ghost["n_papers"], ghost["kind"], ghost["parent"]) == (0, "named", "")
    assert ghost["keywords"] == "quantum gravity, loop quantisation"


def test_named_themes_come_first_and_ids_are_unique(fitted: ThemeModel) -> None:
    themes = fitted.themes
    assert themes["theme_id"].tolist()[:2] == ["prompt-learning", "quantum-gravity"]
    assert themes["kind"].tolist() == ["named"] * 2 + ["discovered"] * (len(themes) - 2)
    assert themes["theme_id"].is_unique
    assert themes["name"].is_unique
    assert (themes["keywords"] != "").all()


@pytest.mark.parametrize("n_papers", [1, 2, 3, 8])
def test_few_papers_have_a_map(papers: pd.DataFrame, bag_encoder: Any, n_papers: int) -> None:
    some = papers.drop_duplicates("paper_id").iloc[::6].head(n_papers)
    places = ThemeModel([], encoder=bag_encoder()).fit(some).map
    assert set(places["paper_id"]) == set(some["paper_id"])
    assert np.isfinite(places[["x", "y"]].to_numpy()).all()
    if n_papers > 2:
        assert places[["x", "y"]].drop_duplicates().shape[0] == n_papers
