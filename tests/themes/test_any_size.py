"""Themes of corpora of any size: from one paper on, in any order, with any seed."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from papertrends.papers import load_papers
from papertrends.results import Analysis
from papertrends.themes.model import ThemeModel
from papertrends.themes.theme import Theme

holding = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("holding.py"))))
FOUND, broad_themes, check = holding.FOUND, holding.broad_themes, holding.check
groups_in, members_of, once = holding.groups_in, holding.members_of, holding.once


SIZES = (1, 2, 5, 10, 30, 100)


@pytest.fixture(scope="module")
def many(make_papers: Any) -> pd.DataFrame:
    """Return 100 papers: enough for finer themes."""
    return make_papers(25)


@pytest.fixture(scope="module")
def of_many(many: pd.DataFrame, themes: Any, bag_encoder: Any) -> ThemeModel:
    return ThemeModel(themes, encoder=bag_encoder()).fit(many)


# From one paper on.


@pytest.mark.parametrize("n_papers", SIZES)
def test_any_number_of_papers_has_named_themes_and_discovered_ones_that_hold(
    many: pd.DataFrame, themes: Any, bag_encoder: Any, n_papers: int
) -> None:
    some = once(many).sample(n_papers, random_state=1)
    model = ThemeModel(themes, encoder=bag_encoder()).fit(some)
    check(model, some)
    assert model.themes["theme_id"].tolist()[:2] == ["prompt-learning", "quantum-gravity"]
    about = {paper for paper in some["paper_id"] if paper.startswith("prompt")}
    assert members_of(model, "prompt-learning") == about
    assert not members_of(model, "quantum-gravity")
    groups = [groups_in(members_of(model, theme)) for theme in broad_themes(model)]
    if n_papers >= 30:
        assert sorted(map(sorted, groups)) == [["diffusion"], ["protein"], ["speech"]]


@pytest.mark.slow
@pytest.mark.parametrize("n_papers", SIZES)
def test_any_number_of_real_papers_has_themes(
    analysis: Analysis, data: Path, n_papers: int
) -> None:
    del analysis  # it has filled the cache of vectors
    papers = load_papers(data)
    some = papers[papers["paper_id"].isin(once(papers)["paper_id"].head(n_papers))]
    model = ThemeModel().fit(some)
    check(model, some)
    assert model.themes["kind"].tolist()[:3] == ["named"] * 3
    if n_papers == 100:
        assert len(broad_themes(model)) >= 2
        assert len(model.unassigned) < 25


@pytest.mark.slow
def test_the_two_dumps_have_themes_that_hold(analysis: Analysis) -> None:
    check(analysis.model, analysis.papers)


# What changes nothing.


def test_the_order_of_the_papers_changes_no_byte(
    of_many: ThemeModel, many: pd.DataFrame, themes: Any, bag_encoder: Any
) -> None:
    assert (of_many.themes["parent"] != "").any()
    shuffled = many.sample(frac=1, random_state=11)
    again = ThemeModel(themes, encoder=bag_encoder()).fit(shuffled)
    for name in (*FOUND, "map"):
        assert getattr(again, name).to_csv() == getattr(of_many, name).to_csv()


def test_another_seed_changes_no_byte_but_the_map(
    of_many: ThemeModel, many: pd.DataFrame, themes: Any, bag_encoder: Any
) -> None:
    again = ThemeModel(themes, encoder=bag_encoder(), seed=12345).fit(many)
    for name in FOUND:
        assert getattr(again, name).to_csv() == getattr(of_many, name).to_csv()
    assert not again.map.equals(of_many.map)


_IN_ANOTHER_PROCESS = """
import sys
sys.path.insert(0, sys.argv[1])
import conftest
from papertrends.themes.model import ThemeModel
model = ThemeModel([conftest.PROMPTS, conftest.GHOST], encoder=conftest.BagEncoder())
model.fit(conftest.made_up_papers())
for table in (model.themes, model.memberships, model.unassigned, model.map):
    sys.stdout.write(table.to_csv())
"""


@pytest.mark.slow
@pytest.mark.parametrize("hash_seed", ["1", "4242"])
def test_the_hash_seed_changes_no_byte(fitted: ThemeModel, hash_seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IN_ANOTHER_PROCESS, str(Path(__file__).parent)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "".join(getattr(fitted, name).to_csv() for name in (*FOUND, "map"))


def test_a_named_theme_added_elsewhere_leaves_the_others_alone(
    of_many: ThemeModel, many: pd.DataFrame, themes: Any, bag_encoder: Any
) -> None:
    speech = Theme("speech recognition", aliases=("phoneme alignment", "speaker voices"))
    more = ThemeModel([*themes, speech], encoder=bag_encoder()).fit(many)
    check(more, many)
    assert groups_in(members_of(more, "speech-recognition")) == {"speech"}

    def elsewhere(model: ThemeModel) -> list[Any]:
        memberships = model.memberships
        rows = memberships[~memberships["paper_id"].str.startswith("speech")]
        return rows.values.tolist()

    assert elsewhere(more) == elsewhere(of_many)
    left = of_many.themes[of_many.themes["theme_id"].isin(more.themes["theme_id"])]
    kept = more.themes[more.themes["theme_id"].isin(left["theme_id"])]
    pd.testing.assert_frame_equal(
        kept[~kept["theme_id"].isin(members_only(of_many, "speech"))].reset_index(drop=True),
        left[~left["theme_id"].isin(members_only(of_many, "speech"))].reset_index(drop=True),
    )


def members_only(model: ThemeModel, group: str) -> list[str]:
    """Return the themes that only have papers of a group."""
    themes = model.themes["theme_id"]
    return [theme for theme in themes if groups_in(members_of(model, theme)) == {group}]


def test_papers_it_was_not_learned_from_are_assigned_where_they_belong(
    many: pd.DataFrame, bag_encoder: Any
) -> None:
    half = many["paper_id"].str[-1].isin(list("02468"))
    model = ThemeModel([], encoder=bag_encoder()).fit(many[half])
    found, old = model.assign(many[~half]), model.memberships
    found, old = found[found["primary"]], old[old["primary"]]

    def group(ids: pd.Series) -> pd.Series:
        return ids.str.rsplit("-", n=1).str[0]

    usual = group(old["paper_id"]).groupby(old["theme_id"]).agg(lambda names: names.mode()[0])
    assert (found["theme_id"].map(usual) == group(found["paper_id"])).mean() >= 0.95
    assert len(found) >= 0.85 * many.loc[~half, "paper_id"].nunique()


def test_the_papers_under_new_ids_are_assigned_nowhere_else(
    of_many: ThemeModel, many: pd.DataFrame
) -> None:
    found = of_many.assign(many.assign(paper_id="again-" + many["paper_id"]))
    old = of_many.memberships
    pairs = set(zip(found["paper_id"].str.removeprefix("again-"), found["theme_id"], strict=True))
    had = list(zip(old["paper_id"], old["theme_id"], strict=True))
    assert len(pairs - set(had)) <= 0.1 * len(had)
