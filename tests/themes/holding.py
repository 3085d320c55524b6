"""What holds of the themes of any papers, and what is read from a model to say so."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from papertrends.themes.discovered import MIN_PAPERS
from papertrends.themes.model import ThemeModel

#: The map is left out where the seed may move it.
FOUND = ("themes", "memberships", "unassigned")


def check(model: ThemeModel, papers: pd.DataFrame) -> None:
    """Check what holds of the themes of any papers."""
    ids = set(papers["paper_id"])
    themes = model.themes.set_index("theme_id")
    members, unassigned = model.memberships, model.unassigned
    assert themes.index.is_unique
    assert themes["name"].str.strip().ne("").all()
    assert sorted([*set(members["paper_id"]), *unassigned["paper_id"]]) == sorted(ids)
    assert not members.duplicated(["paper_id", "theme_id"]).any()
    assert members["score"].between(0.5, 1).all()
    assert unassigned["score"].between(0, 0.5).all()
    counts = members["theme_id"].value_counts().reindex(themes.index, fill_value=0)
    assert counts.tolist() == themes["n_papers"].tolist()
    assert members.groupby("paper_id")["primary"].sum().le(1).all()
    kind_of_parent = themes["parent"].map(themes["kind"])
    finer = themes.index[kind_of_parent == "discovered"]
    assert not members.loc[members["theme_id"].isin(finer), "primary"].any()
    score = members.set_index(["theme_id", "paper_id"])["score"]
    for theme in finer:
        assert members_of(model, theme) <= members_of(model, themes.loc[theme, "parent"])
        above = score[themes.loc[theme, "parent"]]
        assert (score[theme] <= above[score[theme].index]).all()
    found = themes[themes["kind"] == "discovered"]
    assert (found["n_papers"] >= 3).all()
    assert found["stability"].between(0.5, 1).all()
    assert sorted(model.map["paper_id"]) == sorted(ids)
    assert np.isfinite(model.map[["x", "y"]].to_numpy()).all()
    if len(ids) < MIN_PAPERS:
        assert found.empty
        assert re.match(r"\d papers? (is|are) too few to discover themes in", model.notes[0])
    else:
        held = "No group of papers beside the named themes held together as a theme."
        others = [note for note in model.notes if not note.startswith("Themes were learned from")]
        assert others == ([held] if found.empty else [])


def members_of(model: ThemeModel, theme: str) -> set[str]:
    memberships = model.memberships
    return set(memberships.loc[memberships["theme_id"] == theme, "paper_id"])


def groups_in(papers: Any) -> set[str]:
    return {paper.split("-")[0] for paper in papers}


def broad_themes(model: ThemeModel) -> list[str]:
    themes = model.themes
    return themes.loc[(themes["kind"] == "discovered") & (themes["parent"] == ""), "theme_id"]


def once(papers: pd.DataFrame) -> pd.DataFrame:
    return papers.drop_duplicates("paper_id").reset_index(drop=True)
