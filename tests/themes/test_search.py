"""The tables that a search for themes ends in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.themes.model import ThemeModel


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


def test_a_search_and_an_assignment_import_nothing_that_takes_seconds() -> None:
    code = (
        "import sys\n"
        "from tests.themes.conftest import BagEncoder, made_up_papers\n"
        "from papertrends.themes.model import ThemeModel\n"
        "papers = made_up_papers()\n"
        "model = ThemeModel(encoder=BagEncoder()).fit(papers.iloc[4:])\n"
        "assert len(model.themes) > 3 and len(model.assign(papers))\n"
        "print(sorted({'bertopic', 'umap', 'hdbscan', 'numba', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[-2] == "[]"
