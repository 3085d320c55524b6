"""A user's own BERTopic in the theme model: fitted or not yet, and one that cannot embed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from papertrends.errors import InputError
from papertrends.themes.model import ThemeModel


def test_a_bertopic_of_ones_own_is_fitted_and_handed_out(
    papers: pd.DataFrame, themes: Any, bag_encoder: Any, fitted: ThemeModel
) -> None:
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.dimensionality import BaseDimensionalityReduction
    from hdbscan import HDBSCAN

    own = BERTopic(
        embedding_model=BaseEmbedder(),
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=HDBSCAN(min_cluster_size=5, core_dist_n_jobs=1),
    )
    model = ThemeModel(themes, encoder=bag_encoder(), bertopic=own)
    assert model.bertopic is own
    model.fit(papers)
    assert own.topics_ is None  # what was passed in is left as it was
    model.fit(papers)
    assert len(model.bertopic.topics_) == 48
    names = sorted(set(papers["paper_id"]))
    by_topic = pd.Series(model.bertopic.topics_, index=names)
    discovered_themes = model.themes.query("kind == 'discovered'")
    assert len(discovered_themes) >= 2
    assert discovered_themes["stability"].isna().all()
    for theme in discovered_themes["theme_id"]:
        members = model.memberships.loc[model.memberships["theme_id"] == theme, "paper_id"]
        topic = by_topic[members].mode()[0]
        assert topic != -1
        assert set(by_topic.index[by_topic == topic]) <= set(members)


def test_a_fitted_bertopic_that_cannot_embed_is_refused(
    papers: pd.DataFrame, bag_encoder: Any
) -> None:
    class Deaf:
        topics_ = (0, 1)

        def transform(self, texts: list[str]) -> Any:
            raise ValueError("no embedding model")

    with pytest.raises(
        InputError,
        match=r"the fitted BERTopic cannot embed the papers \(no embedding model\); fit it with an",
    ):
        ThemeModel([], encoder=bag_encoder(), bertopic=Deaf()).fit(papers)


def test_a_fitted_bertopic_assigns_its_topics(papers: pd.DataFrame, bag_encoder: Any) -> None:
    class ByGroup:
        topics_ = (0,)

        def transform(self, texts: list[str]) -> Any:
            return [
                0 if "phoneme" in text or "speech" in text.lower() else -1 for text in texts
            ], None

    own = ByGroup()
    model = ThemeModel([], encoder=bag_encoder(), bertopic=own).fit(papers)
    assert model.bertopic is own
    assert len(model.themes) == 1
    members = model.memberships["paper_id"]
    assert set(members.str.split("-").str[0]) == {"speech"}
