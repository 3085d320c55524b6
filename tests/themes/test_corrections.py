"""What a person merges, retires and teaches is so from then on, and everything fits it."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.encoders.lsa import unit_rows
from papertrends.errors import InputError
from papertrends.themes.corrections import TAKEN_OUT, merge, retire, rows_of, taught
from papertrends.themes.examples import examples_among
from papertrends.themes.fitted import one_row_each
from papertrends.themes.named import describe
from papertrends.themes.search import find_named
from papertrends.themes.theme import Theme

hand = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "hand_made.py")))
papers_in, parents_of = hand.papers_in, hand.parents_of


@pytest.fixture(scope="module")
def memory() -> Any:
    before = hand.remembered()
    hand.check_consistent(before)
    return before


def merged(memory: Any, themes: list[str], into: str) -> Any:
    return hand.corrected(
        memory, merge(memory.fitted, memory.corpus(), themes, into, hand.names_of(memory))
    )


def retired(memory: Any, theme: str) -> Any:
    return hand.corrected(
        memory, retire(memory.fitted, memory.corpus(), theme, hand.names_of(memory))
    )


def learned(memory: Any, theme: Theme, themes: tuple[str, ...] = ()) -> Any:
    corpus = memory.corpus()
    vectors = hand.BagEncoder().encode([describe(theme)])
    masks = examples_among((theme,), one_row_each(memory.papers))
    found = find_named((theme,), vectors, corpus, memory.fitted.space, masks)
    correction = taught(
        memory.fitted,
        corpus,
        found.fitted[0],
        found.scores[:, 0],
        found.stability[0],
        told="it was told",
        names=hand.names_of(memory),
        merged=themes,
    )
    return hand.corrected(memory, correction)


def last_events(memory: Any) -> pd.DataFrame:
    history = memory.registry.history
    return history[history["run"] == history["run"].max()].set_index("theme_id")


def test_a_broad_theme_goes_into_another_with_its_papers_and_the_finer_ones(memory: Any) -> None:
    after = merged(memory, ["reasoning"], "vision")
    both = papers_in(memory, "vision") | papers_in(memory, "reasoning")
    assert papers_in(after, "vision") == both
    assert parents_of(after)["reasoning-steps"] == parents_of(after)["vision-video"] == "vision"
    moved = papers_in(memory, "reasoning", primary=True)
    stayed = papers_in(memory, "vision", primary=True)
    assert papers_in(after, "vision", primary=True) == moved | stayed
    for untouched in ("agents", "fine-tuning", "reasoning-steps"):
        assert papers_in(after, untouched) == papers_in(memory, untouched)
    old = memory.fitted.memberships
    best = old[old["theme_id"].isin(["vision", "reasoning"])].groupby("paper_id")["score"].max()
    new = after.fitted.memberships.query("theme_id == 'vision'").set_index("paper_id")["score"]
    assert new.to_dict() == best.to_dict()
    event = last_events(after).loc["reasoning"]
    assert (event["event"], event["others"], event["by"]) == ("merged", "vision", "person")
    assert event["reason"] == (
        f"its {len(papers_in(memory, 'reasoning'))} papers are in 'Vision & language' from now on"
    )
    assert set(event["papers"].split(", ")) <= papers_in(memory, "reasoning")
    assert after.registry.pinned == {"vision"}


def test_new_papers_are_measured_by_all_papers_of_a_merged_theme(memory: Any) -> None:
    after = merged(memory, ["reasoning"], "vision")
    corpus, place = memory.corpus(), after.fitted.discovered_ids.index("vision")
    rows = rows_of(corpus, papers_in(after, "vision", primary=True))
    middle = unit_rows(corpus.joined[rows].astype(float).sum(axis=0, keepdims=True))[0]
    assert np.allclose(after.fitted.centroids.centres[place], middle, atol=1e-6)
    assert after.fitted.scores(corpus).shape == (86, len(after.tables.themes))


def test_near_misses_of_what_was_merged_are_near_misses_of_what_it_went_into(memory: Any) -> None:
    after = merged(memory, ["vision", "reasoning"], "agents")
    old, new = (
        one.fitted.near_misses[
            one.fitted.near_misses["theme_id"].isin(["vision", "reasoning", "agents"])
        ]
        for one in (memory, after)
    )
    expected = (
        old.groupby("paper_id")["score"].max().drop(papers_in(after, "agents"), errors="ignore")
    )
    assert len(expected)
    assert dict(zip(new["paper_id"], new["score"], strict=True)) == expected.to_dict()
    assert set(new["theme_id"]) == {"agents"}


def test_a_finer_theme_goes_into_the_broad_one_it_is_part_of(memory: Any) -> None:
    after = merged(memory, ["vision-video"], "vision")
    assert papers_in(after, "vision") == papers_in(memory, "vision")
    assert papers_in(after, "vision", primary=True) == papers_in(memory, "vision", primary=True)
    assert "vision-video" not in parents_of(after)


def test_finer_themes_of_one_broad_theme_merge_within_it(memory: Any) -> None:
    after = merged(memory, ["vision-video"], "vision-images")
    both = papers_in(memory, "vision-video") | papers_in(memory, "vision-images")
    assert papers_in(after, "vision-images") == both
    assert parents_of(after)["vision-images"] == "vision"
    assert not papers_in(after, "vision-images", primary=True)


def test_finer_themes_of_two_broad_themes_become_one_of_its_own(memory: Any) -> None:
    after = merged(memory, ["vision-video"], "reasoning-steps")
    assert parents_of(after)["reasoning-steps"] == ""
    assert papers_in(after, "reasoning-steps") == (
        papers_in(memory, "vision-video") | papers_in(memory, "reasoning-steps")
    )
    for broad in ("vision", "reasoning"):
        assert papers_in(after, broad, primary=True) == papers_in(memory, broad, primary=True)
    assert (
        last_events(after)
        .loc["vision-video", "reason"]
        .endswith(
            "; as it holds papers of 'Reasoning' and 'Vision & language', it is part of neither now"
        )
    )


def test_a_finer_theme_goes_into_another_broad_one_and_papers_keep_their_primary_theme(
    memory: Any,
) -> None:
    after = merged(memory, ["vision-video"], "reasoning")
    moved = papers_in(memory, "vision-video")
    assert papers_in(after, "reasoning") == papers_in(memory, "reasoning") | moved
    assert papers_in(after, "vision", primary=True) == papers_in(memory, "vision", primary=True)
    assert parents_of(after)["reasoning"] == ""


def test_a_broad_theme_goes_into_no_finer_one(memory: Any) -> None:
    message = (
        "'Video' is part of 'Vision & language' and cannot take in 'Agents', which is part of no "
        "theme; merge 'Video' into 'Agents'"
    )
    with pytest.raises(InputError, match=message):
        merged(memory, ["agents"], "vision-video")


def test_merges_follow_each_other(memory: Any) -> None:
    after = merged(merged(memory, ["vision"], "reasoning"), ["reasoning"], "agents")
    every = set().union(*(papers_in(memory, one) for one in ("vision", "reasoning", "agents")))
    assert papers_in(after, "agents") == every
    assert {parents_of(after)[one] for one in ("vision-video", "reasoning-steps")} == {"agents"}
    at_once = merged(memory, ["vision", "reasoning", "vision-video"], "agents")
    assert papers_in(at_once, "agents") == every
    registry = after.registry.themes.set_index("theme_id")
    assert registry.loc[["vision", "reasoning"], "became"].tolist() == ["reasoning", "agents"]
    assert registry.loc[["vision", "reasoning"], "status"].tolist() == ["merged", "merged"]


def test_a_retired_theme_takes_the_finer_ones_along(memory: Any) -> None:
    after = retired(memory, "vision")
    gone = {"vision", "vision-video", "vision-images"}
    assert not gone & set(parents_of(after))
    assert set(after.barred) == gone
    assert set(after.barred["vision-video"]) == papers_in(memory, "vision-video")
    before, now = memory.fitted.memberships, after.fitted.memberships
    kept = before[~before["theme_id"].isin(gone)]
    assert sorted(zip(kept["paper_id"], kept["theme_id"], kept["score"], strict=True)) == sorted(
        zip(now["paper_id"], now["theme_id"], now["score"], strict=True)
    )
    loose = after.fitted.unassigned.set_index("paper_id")["reason"]
    fallen = papers_in(memory, "vision") - set(kept["paper_id"])
    assert len(fallen) > 5
    assert set(loose[list(fallen)]) == {TAKEN_OUT}
    reasons = last_events(after)["reason"]
    assert reasons["vision"] == (
        f"it had {len(papers_in(memory, 'vision'))} papers, of which {len(fallen)} are in no "
        "theme now"
    )
    assert reasons["vision-video"] == "it was part of 'Vision & language', which was retired"


def test_papers_that_were_in_no_theme_before_are_not_said_to_be_taken_out(memory: Any) -> None:
    loose = memory.fitted.unassigned
    nearest = [one for one in loose["nearest_theme"] if one in ("vision", "reasoning", "agents")]
    theme = nearest[0]
    after = retired(memory, theme)
    were = set(loose.loc[loose["nearest_theme"] == theme, "paper_id"])
    now = after.fitted.unassigned.set_index("paper_id")
    assert not now.loc[sorted(were), "reason"].str.contains("corrected").any()
    same = loose[loose["nearest_theme"] != theme].set_index("paper_id")
    pd.testing.assert_frame_equal(now.loc[same.index], same)


def test_retiring_a_named_theme_takes_along_all_that_lies_under_it(memory: Any) -> None:
    after = retired(memory, "fine-tuning")
    assert not {"fine-tuning", "instructions", "instructions-code"} & set(parents_of(after))
    assert [one.theme.theme_id for one in after.fitted.named] == ["prompt-learning"]
    assert [one.theme_id for one in after.themes_asked] == ["prompt-learning"]


def test_all_themes_can_be_retired(memory: Any) -> None:
    after = memory
    for theme in ("fine-tuning", "prompt-learning", "vision", "reasoning", "agents"):
        after = retired(after, theme)
    assert after.fitted.memberships.empty
    assert set(after.fitted.unassigned["reason"]) == {"there is no theme"}


def test_a_discovered_theme_is_taught_and_keeps_its_id_and_its_papers(memory: Any) -> None:
    papers = tuple(sorted(papers_in(memory, "agents")))
    theme = Theme("Agents", aliases=("autonomous agents",), examples=papers, id="agents")
    after = learned(memory, theme)
    assert papers_in(after, "agents") >= set(papers)
    assert papers_in(after, "agents", primary=True) >= papers_in(memory, "agents", primary=True)
    row = after.tables.themes.set_index("theme_id").loc["agents"]
    assert (row["kind"], row["parent"], row["name"]) == ("named", "", "Agents")
    assert after.fitted.theme_ids[:3] == ("fine-tuning", "prompt-learning", "agents")
    assert after.themes_asked[-1] == theme
    event = last_events(after).loc["agents"]
    added = len(papers_in(after, "agents")) - len(papers)
    assert event["reason"] == (
        f"it was told; {len(papers) + added} papers are in it now"
        + (f", {added} newly" if added else "")
    )


def test_a_finer_theme_that_is_taught_stands_for_itself(memory: Any) -> None:
    papers = sorted(papers_in(memory, "vision-video"))
    after = learned(
        memory,
        Theme("Video", examples=tuple(papers[1:]), not_examples=(papers[0],), id="vision-video"),
    )
    assert papers[0] not in papers_in(after, "vision-video")
    assert set(papers[1:]) <= papers_in(after, "vision-video")
    assert parents_of(after)["vision-video"] == ""
    assert papers_in(after, "vision", primary=True) == papers_in(memory, "vision", primary=True)
    assert "and 1 is no longer" in last_events(after).loc["vision-video", "reason"]


def test_what_lies_under_a_theme_stays_there_when_it_is_taught(memory: Any) -> None:
    papers = tuple(sorted(papers_in(memory, "vision")))
    after = learned(memory, Theme("Vision", examples=papers, id="vision"))
    assert parents_of(after)["vision-video"] == parents_of(after)["vision-images"] == "vision"
    assert papers_in(after, "vision-video") == papers_in(memory, "vision-video")
    for finer in ("vision-video", "vision-images"):
        assert not papers_in(after, finer, primary=True)


def scored(memory: Any, scores: dict[str, float], themes: tuple[str, ...] = ()) -> Any:
    """Return what is remembered after prompt learning was learned with these scores."""
    corpus = memory.corpus()
    column = np.array([scores.get(key, 0.1) for key in corpus.paper_ids])
    correction = taught(
        memory.fitted,
        corpus,
        memory.fitted.named[1],
        column,
        0.9,
        told="it was told",
        names=hand.names_of(memory),
        merged=themes,
    )
    return hand.corrected(memory, correction)


def test_near_misses_of_a_theme_that_is_taught_are_told_anew(memory: Any) -> None:
    one, other, third = memory.corpus().paper_ids[:3]
    after = scored(memory, {one: 0.45, other: 0.39, third: 0.5})
    near = after.fitted.near_misses
    near = near[near["theme_id"] == "prompt-learning"]
    assert near[["paper_id", "score"]].to_numpy(dtype=object).tolist() == [[one, 0.45]]
    assert papers_in(after, "prompt-learning") == {third}
    assert last_events(after).loc["prompt-learning", "reason"] == (
        "it was told; 1 paper is in it now, 1 newly, and 5 are no longer"
    )


def test_who_takes_in_others_keeps_own_papers_but_those_that_are_not_examples(memory: Any) -> None:
    own = sorted(papers_in(memory, "prompt-learning"))
    given = dict.fromkeys(papers_in(memory, "agents"), 1.0) | {own[0]: 0.0, own[1]: 0.99}
    after = scored(memory, given, ("agents",))
    assert papers_in(after, "prompt-learning") == {*papers_in(memory, "agents"), *own[1:]}
    old, new = (
        one.fitted.memberships.query("theme_id == 'prompt-learning'").set_index("paper_id")["score"]
        for one in (memory, after)
    )
    assert new[own[2:]].to_dict() == old[own[2:]].to_dict()
    assert new[own[1]] == max(old[own[1]], 0.99)


def test_a_named_theme_takes_in_others_and_loses_no_paper_by_that(memory: Any) -> None:
    old = memory.fitted.named[1].theme
    examples = tuple(sorted(papers_in(memory, "vision") | papers_in(memory, "agents")))
    theme = Theme(old.name, aliases=old.aliases, examples=examples)
    after = learned(memory, theme, ("vision", "agents"))
    assert papers_in(after, "prompt-learning") >= {
        *examples, *papers_in(memory, "prompt-learning")
    }  # fmt: skip
    assert not {"vision", "agents"} & set(parents_of(after))
    assert parents_of(after)["vision-video"] == "prompt-learning"
    moved = papers_in(memory, "vision", primary=True) | papers_in(memory, "agents", primary=True)
    assert papers_in(after, "prompt-learning", primary=True) >= moved
    events = last_events(after)
    assert events["event"].to_dict() == {
        "prompt-learning": "taught", "vision": "merged", "agents": "merged"
    }  # fmt: skip


def test_the_same_is_done_whatever_the_order_of_the_rows(memory: Any) -> None:
    shuffled = replace(
        memory.fitted,
        memberships=memory.fitted.memberships.sample(frac=1, random_state=1),
        near_misses=memory.fitted.near_misses.sample(frac=1, random_state=2),
        unassigned=memory.fitted.unassigned.sample(frac=1, random_state=3),
    )
    names = hand.names_of(memory)
    one, other = (
        merge(fitted, memory.corpus(), ["reasoning", "agents"], "vision", names)
        for fitted in (memory.fitted, shuffled)
    )
    for table in ("memberships", "near_misses", "unassigned", "themes"):
        pd.testing.assert_frame_equal(getattr(one.fitted, table), getattr(other.fitted, table))
    assert one.events == other.events
