"""A theme falls into the parts that a person names, or into the finer themes under it."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from papertrends.errors import InputError
from papertrends.themes.corrections import merge
from papertrends.themes.evidence import Corpus
from papertrends.themes.splitting import _dealt, split_by_names, split_by_parts

hand = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "hand_made.py")))
papers_in, parents_of = hand.papers_in, hand.parents_of

PARTS = {"first": "video generation", "second": "language models"}


@pytest.fixture(scope="module")
def memory() -> Any:
    return hand.remembered()


def by_names(memory: Any, theme: str, parts: dict[str, str]) -> Any:
    vectors = hand.BagEncoder().encode(list(parts.values()))
    correction = split_by_names(
        memory.fitted, memory.corpus(), theme, parts, vectors, hand.names_of(memory)
    )
    return hand.corrected(memory, correction, parts)


def by_parts(memory: Any, theme: str) -> Any:
    return hand.corrected(
        memory, split_by_parts(memory.fitted, memory.corpus(), theme, hand.names_of(memory))
    )


def test_each_paper_goes_to_one_part_with_its_score(memory: Any) -> None:
    after = by_names(memory, "vision", PARTS)
    first, second = papers_in(after, "first"), papers_in(after, "second")
    assert first | second == papers_in(memory, "vision")
    assert not first & second
    assert min(len(first), len(second)) >= 2
    old = memory.fitted.memberships.query("theme_id == 'vision'").set_index("paper_id")
    new = after.fitted.memberships.query("theme_id in ['first', 'second']").set_index("paper_id")
    assert new["score"].to_dict() == old["score"].to_dict()
    assert new["primary"].to_dict() == old["primary"].to_dict()
    for untouched in ("agents", "reasoning-steps", "fine-tuning"):
        assert papers_in(after, untouched) == papers_in(memory, untouched)


def test_parts_are_themes_like_others(memory: Any) -> None:
    after = by_names(memory, "vision", PARTS)
    themes = after.tables.themes.set_index("theme_id")
    assert themes.loc[["first", "second"], "name"].tolist() == list(PARTS.values())
    assert set(themes.loc[["first", "second"], "kind"]) == {"discovered"}
    assert (themes.loc[["first", "second"], "keywords"].str.split(", ").str.len() >= 3).all()
    assert set(themes.loc[["first", "second"], "stability"]) == {0.8}
    assert np.isfinite(after.fitted.centroids.cuts).all()
    registry = after.registry.themes.set_index("theme_id")
    assert registry.loc[["first", "second"], "named_by"].tolist() == ["person", "person"]
    assert registry.loc["vision", ["status", "became"]].tolist() == ["split", "first, second"]
    assert after.registry.pinned == {"first", "second"}


def test_the_history_tells_what_came_out_of_what(memory: Any) -> None:
    after = by_names(memory, "vision", PARTS)
    rows = after.registry.history
    rows = rows[rows["run"] == 2].set_index("theme_id")
    whole, first = len(papers_in(memory, "vision")), len(papers_in(after, "first"))
    assert rows["event"].to_dict() == {"first": "born", "second": "born", "vision": "split"}
    assert rows["others"].tolist() == ["vision", "vision", "first, second"]
    assert rows["reason"].tolist()[0] == (
        f"of the {whole} papers of 'Vision & language' it has the {first} that are most like it"
    )
    assert rows["reason"].tolist()[2] == (
        f"its {whole} papers are in its parts from now on: {first} in 'video generation', "
        f"{whole - first} in 'language models'"
    )
    assert set(rows.loc["first", "papers"].split(", ")) <= papers_in(after, "first")


def test_near_misses_go_to_a_part_too(memory: Any) -> None:
    for theme in ("vision", "reasoning", "agents"):
        after = by_names(memory, theme, PARTS)
        old, new = memory.fitted.near_misses, after.fitted.near_misses
        old = old[old["theme_id"] == theme]
        new = new[new["theme_id"].isin(PARTS)]
        pairs = [
            sorted(zip(table["paper_id"], table["score"], strict=True)) for table in (old, new)
        ]
        assert pairs[0] == pairs[1]
    assert len(memory.fitted.near_misses)


def test_finer_themes_go_with_the_part_that_most_of_their_papers_went_to(memory: Any) -> None:
    after = by_names(memory, "vision", PARTS)
    for finer in ("vision-video", "vision-images"):
        above = parents_of(after)[finer]
        papers = papers_in(memory, finer)
        shares = {part: len(papers & papers_in(after, part)) for part in PARTS}
        assert shares[above] == max(shares.values())
        assert papers_in(after, finer) == papers & papers_in(after, above)
    assert any(
        papers_in(after, finer) != papers_in(memory, finer)
        for finer in ("vision-video", "vision-images")
    ), "no finer theme was divided: this tests nothing"


def test_a_part_is_split_again(memory: Any) -> None:
    after = by_names(memory, "vision", PARTS)
    again = by_names(after, "second", {"third": "reasoning", "fourth": "language"})
    assert papers_in(again, "third") | papers_in(again, "fourth") == papers_in(after, "second")
    assert papers_in(again, "first") == papers_in(after, "first")


def test_a_part_of_a_finer_theme_is_as_fine(memory: Any) -> None:
    after = by_names(memory, "vision-video", {"first": "video", "second": "language"})
    assert parents_of(after)["first"] == parents_of(after)["second"] == "vision"
    assert not papers_in(after, "first", primary=True)
    assert papers_in(after, "vision", primary=True) == papers_in(memory, "vision", primary=True)


def test_a_named_theme_is_split_and_what_lay_under_it_stands_for_itself(memory: Any) -> None:
    after = by_names(memory, "fine-tuning", PARTS)
    assert [one.theme.theme_id for one in after.fitted.named] == ["prompt-learning"]
    assert [one.theme_id for one in after.themes_asked] == ["prompt-learning"]
    assert papers_in(after, "first") | papers_in(after, "second") == papers_in(
        memory, "fine-tuning"
    )
    assert parents_of(after)["instructions"] == ""
    assert parents_of(after)["instructions-code"] == "instructions"
    assert papers_in(after, "instructions") == papers_in(memory, "instructions")


def test_the_finer_themes_of_a_broad_one_stand_for_themselves(memory: Any) -> None:
    after = by_parts(memory, "vision")
    video, images = papers_in(after, "vision-video"), papers_in(after, "vision-images")
    assert video | images == papers_in(memory, "vision")
    assert not video & images
    assert video > papers_in(memory, "vision-video")
    assert parents_of(after)["vision-video"] == parents_of(after)["vision-images"] == ""
    assert papers_in(after, "vision-video", primary=True) | papers_in(
        after, "vision-images", primary=True
    ) == papers_in(memory, "vision", primary=True)
    history = after.registry.history
    assert history.loc[history["run"] == 2, "event"].tolist() == ["split"]
    assert after.registry.pinned == {"vision-video", "vision-images"}


def test_papers_of_a_finer_theme_stay_in_it_though_another_is_nearer(memory: Any) -> None:
    fitted = memory.fitted
    centres = fitted.centroids.centres.copy()
    places = [fitted.discovered_ids.index(one) for one in ("vision-video", "vision-images")]
    centres[places] = centres[places[::-1]]
    swapped = replace(fitted, centroids=replace(fitted.centroids, centres=centres))
    after = by_parts(replace(memory, fitted=swapped), "vision")
    for one, other in (("vision-video", "vision-images"), ("vision-images", "vision-video")):
        assert papers_in(after, one) >= papers_in(memory, one)
        assert not papers_in(after, one) & papers_in(memory, other)


def test_a_named_theme_falls_into_what_lies_under_it(memory: Any) -> None:
    names = hand.names_of(memory)
    moved = merge(memory.fitted, memory.corpus(), ["agents"], "reasoning", names)
    ready = hand.corrected(memory, moved)
    fitted = ready.fitted
    table = fitted.themes.copy()
    table.loc[table["theme_id"] == "reasoning", "parent"] = "fine-tuning"
    ready = replace(ready, fitted=replace(fitted, themes=table))
    after = by_parts(ready, "fine-tuning")
    assert "fine-tuning" not in parents_of(after)
    assert papers_in(after, "instructions") >= papers_in(memory, "instructions")
    assert parents_of(after)["reasoning-steps"] == "reasoning"
    assert papers_in(after, "reasoning-steps") == papers_in(memory, "reasoning-steps")


@pytest.mark.parametrize(
    ("theme", "message"),
    [
        ("agents", "no finer themes under 'Agents'; name the parts"),
        ("instructions", "only one finer theme under 'Instructions'; name the parts"),
    ],
)
def test_without_finer_themes_parts_have_to_be_named(memory: Any, theme: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        by_parts(memory, theme)


def test_a_part_without_papers_is_refused(memory: Any) -> None:
    parts = {"one": "video", "other": "graphs"}
    message = (
        "hardly a paper of the theme 'Code' is about 'graphs'; name its parts as its papers do"
    )
    with pytest.raises(InputError, match=message):
        by_names(memory, "instructions-code", parts)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_papers_are_dealt_to_the_group_that_a_few_of_them_give_the_name(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth = random.permutation(np.repeat([0, 1, 2], [30, 12, 8]))
    points = np.eye(12)[truth] + random.normal(scale=0.25, size=(50, 12))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    words = ["speech synthesis", "protein folding", "graph layout"]
    titles = [
        f"On {words[one]}" if number % 4 == 0 else "A study"
        for number, one in enumerate(truth.tolist())
    ]
    corpus = Corpus([f"p{n:02}" for n in range(50)], titles, ["none"] * 50, points, points)
    nothing = np.full((3, 12), 12**-0.5, dtype=np.float32)
    labels = _dealt(corpus, np.arange(50), words, nothing)
    assert (labels == truth).mean() > 0.9
