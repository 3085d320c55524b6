"""Themes learned anew: where papers start from, what is recognised, and what is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from papertrends.encoders import LSA
from papertrends.progress import silent
from papertrends.tables import MEMBERSHIPS, THEMES, conform
from papertrends.themes import grouping
from papertrends.themes import search as searching
from papertrends.themes.discovered import Discovery
from papertrends.themes.fitted import Fitted, corpus_of, one_row_each, texts_of_papers
from papertrends.themes.model import ThemeModel
from papertrends.themes.named import describe
from papertrends.themes.registry import ThemeEvent
from papertrends.themes.relearning import (
    Anchors,
    held_primaries,
    held_scores,
    recognise,
    start_of,
)
from papertrends.themes.search import search
from papertrends.themes.theme import Theme

PAPERS = [f"p{number}" for number in range(8)]
#: A named theme, two broad ones of which one lies under it, and a finer one.
ROWS = [
    ("n", "named", ""),
    ("a", "discovered", ""),
    ("b", "discovered", "n"),
    ("f", "discovered", "a"),
]


def themes(rows: Iterable[tuple[str, str, str]] = ROWS) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["theme_id", "kind", "parent"])
    return conform(frame.assign(name=frame["theme_id"].str.upper(), n_papers=1), THEMES)


def memberships(*rows: tuple[str, str, float, bool]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows, columns=list(MEMBERSHIPS)), MEMBERSHIPS)


def anchors(table: pd.DataFrame, **changed: Any) -> Anchors:
    given: dict[str, Any] = {
        "themes": themes(),
        "memberships": table,
        "settled": frozenset(PAPERS),
        "pinned": frozenset(),
        "gone": {},
        "barred": {},
        "used": frozenset("nabf"),
    }
    return Anchors(**{**given, **changed})


BEFORE = memberships(
    ("p0", "n", 0.9, True),
    ("p0", "a", 0.6, False),
    ("p1", "b", 0.7, True),
    ("p1", "a", 0.6, False),
    ("p2", "a", 0.8, True),
    ("p2", "f", 0.7, False),
    ("p3", "b", 0.8, True),
    ("p3", "f", 0.7, False),
    ("p4", "n", 0.8, True),
)


def test_a_paper_starts_from_the_theme_it_scores_highest_in() -> None:
    given = anchors(
        BEFORE,
        settled=frozenset(PAPERS[:4]),
        pinned=frozenset("bf"),
        barred={"z": frozenset(["p7"]), "y": frozenset(["p6", "p7"])},
    )
    start = start_of(given, PAPERS, ["n"])
    assert (start.broad, start.finer) == (("a", "b"), ("f",))
    broad, finer = start.before.broad, start.before.finer
    assert broad.home.tolist() == [0, 1, 0, 1, -1, -1, -1, -1]
    # The finer theme of p3 lies under another than the one it is in.
    assert finer.home.tolist() == [-1, -1, 0, -1, -1, -1, -1, -1]
    assert broad.settled.tolist() == [True] * 4 + [False] * 4
    assert (broad.pinned.tolist(), finer.pinned.tolist()) == ([False, True], [True])
    assert (broad.nested.tolist(), finer.nested.tolist()) == ([False, True], [False])
    assert [one.sum() for one in broad.barred] == [2, 1]


def test_what_is_looked_for_by_name_now_is_no_group() -> None:
    start = start_of(anchors(BEFORE), PAPERS, ["n", "b"])
    assert start.broad == ("a",)
    assert start.before.broad.home.tolist() == [0, 0, 0, -1, -1, -1, -1, -1]


def discovery(
    topics: list[int], was: dict[int, int], finer: list[int] | None = None, **changed: Any
) -> Discovery:
    names = sorted(set(topics) - {-1})
    parts = finer or [-1] * len(topics)
    given: dict[str, Any] = {
        "topics": np.array(topics),
        "finer": np.array(parts),
        "parents": {},
        "stability": dict.fromkeys(names, 0.9),
        "finer_stability": dict.fromkeys(sorted(set(parts) - {-1}), 0.9),
        "strength": np.ones(len(topics)),
        "nearest": np.array(topics),
        "weights": {},
        "finer_weights": {},
        "bertopic": None,
        "was": was,
        "finer_was": {},
    }
    return Discovery(**{**given, **changed})


def recognised(found: Discovery, given: Anchors) -> Any:
    return recognise(found, start_of(given, PAPERS, ["n"]), given, PAPERS)


def test_groups_that_are_old_themes_have_their_ids_and_names() -> None:
    found = discovery([0, 1, 1, 0, -1, 2, 2, 2], {0: 1, 1: 0}, finer_was={3: 0})
    was = recognised(found, anchors(BEFORE, used=frozenset("nabfz")))
    assert was.broad == {0: ("b", "B"), 1: ("a", "A")}
    assert was.finer == {3: ("f", "F")}
    assert was.names == frozenset("NABF")
    assert was.ids == frozenset("nabfz")
    assert was.parents == {"n": "", "a": "", "b": "n", "f": "a"}


def test_a_finer_theme_that_is_a_broad_group_now_keeps_its_name() -> None:
    table = memberships(
        *((paper, theme, 0.8, theme == "a") for paper in PAPERS[:4] for theme in "af"),
        *((paper, "a", 0.8, True) for paper in PAPERS[4:]),
    )
    risen = [0, 0, 0, -1, 1, 1, 1, 1]
    assert recognised(discovery(risen, {}), anchors(table)).broad == {0: ("f", "F")}
    was = recognised(discovery(risen, {}, finer_was={0: 0}), anchors(table))
    assert was.broad == {}  # it is still a finer one
    hardly = [0, -1, -1, -1, 0, 0, 1, 1]
    assert recognised(discovery(hardly, {}), anchors(table)).broad == {}


def test_a_retired_theme_returns_with_most_of_its_typical_papers() -> None:
    gone = {"z": ("Zed", ("p4", "p5", "elsewhere", "p6")), "y": ("A", ("p4", "p5"))}
    found = discovery([0, 0, 0, 0, 1, 1, -1, -1], {0: 0})
    was = recognised(found, anchors(BEFORE, gone=gone))
    assert was.broad == {0: ("a", "A"), 1: ("z", "Zed")}  # another theme is called A
    assert "Zed" in was.names
    assert "z" in was.ids
    few = {"z": ("Zed", ("p4", "p5", "p6", "p7", "p0"))}
    assert recognised(found, anchors(BEFORE, gone=few)).broad == {0: ("a", "A")}
    finer = discovery([0] * 8, {0: 0}, [-1, -1, -1, -1, 0, 0, 1, 1])
    assert recognised(finer, anchors(BEFORE, gone=gone)).finer == {0: ("z", "Zed")}


def test_what_was_a_theme_is_not_soon_a_named_one_and_what_was_one_stays_it() -> None:
    table = memberships(*((paper, "n", 0.9, True) for paper in PAPERS[5:]))
    found = discovery([0, 0, 1, 1, 2, 2, 3, 3], {0: 0, 1: 1})
    was = recognised(found, anchors(table, pinned=frozenset("b")))
    assert was.same[0] == pytest.approx(0.55)
    assert was.same[1] > 1
    assert 2 not in was.same  # only half of it was in the named theme
    assert was.same[3] == pytest.approx(0.3)


def test_scores_of_settled_papers_move_only_where_that_is_clear() -> None:
    table = memberships(("p0", "a", 0.5, True), ("p1", "a", 0.9, True), ("p3", "a", 0.5, True))
    given = anchors(table, settled=frozenset(["p0", "p1", "p2", "p4"]))
    scores = np.array([[0.41, 0.55], [0.39, 0.6], [0.59, 0.7], [0.45, 0.55], [0.6, 0.2]])
    held = held_scores(scores, ("a", "new"), given, PAPERS[:5])
    expected = [[0.5, 0.55], [0.39, 0.6], [0.5 - 1e-6, 0.7], [0.45, 0.55], [0.6, 0.2]]
    np.testing.assert_allclose(held, expected, atol=1e-12)


def test_a_primary_theme_stays_primary_while_it_is_one() -> None:
    after = memberships(
        ("p0", "b", 0.9, True),
        ("p0", "a", 0.6, False),
        ("p1", "b", 0.9, True),
        ("p2", "b", 0.9, True),
        ("p2", "a", 0.6, False),
    )
    before = memberships(("p0", "a", 0.9, True), ("p1", "a", 0.9, True), ("p2", "a", 0.9, True))
    held = held_primaries(after, anchors(before, settled=frozenset(["p0", "p1"])))
    assert held["primary"].tolist() == [False, True, True, True, False]
    pd.testing.assert_frame_equal(held.drop(columns="primary"), after.drop(columns="primary"))


@pytest.fixture
def refit(monkeypatch: pytest.MonkeyPatch, themes: tuple[Theme, ...], bag_encoder: Any) -> Any:
    """Return a function that learns the themes of papers, anchored or not; without a map."""
    monkeypatch.setattr(grouping, "_BATCHES", 4)
    monkeypatch.setattr(grouping, "_RUNS", 5)
    monkeypatch.setattr(
        searching, "_map", lambda corpus, _: pd.DataFrame({"paper_id": corpus.paper_ids})
    )

    def run(papers: pd.DataFrame, given: Anchors | None) -> tuple[Fitted, tuple[ThemeEvent, ...]]:
        unique = one_row_each(papers)
        texts = texts_of_papers(unique)
        lsa, encode = LSA.fit(texts), bag_encoder().encode
        nobody = np.zeros(len(texts), dtype=bool)
        fitted, _, events = search(
            themes,
            encode([describe(theme) for theme in themes]),
            {theme.theme_id: (nobody, nobody) for theme in themes},
            corpus_of(unique, encode(texts), lsa),
            texts,
            papers,
            lsa=lsa,
            encoder="bag",
            seed=0,
            bertopic=None,
            progress=silent,
            anchors=given,
        )
        return fitted, events

    return run


def anchored_on(fitted: Any, **changed: Any) -> Anchors:
    given: dict[str, Any] = {
        "themes": fitted.themes,
        "memberships": fitted.memberships,
        "settled": frozenset(fitted.map["paper_id"]),
        "pinned": frozenset(),
        "gone": {},
        "barred": {},
        "used": frozenset(fitted.themes["theme_id"]),
    }
    return Anchors(**{**given, **changed})


def groups(fitted: Any) -> Mapping[str, set[str]]:
    """Return the made-up groups that the papers of each discovered theme are of."""
    found = fitted.themes.loc[fitted.themes["kind"] == "discovered", "theme_id"]
    table = fitted.memberships
    return {
        theme: {paper.split("-")[0] for paper in table.loc[table["theme_id"] == theme, "paper_id"]}
        for theme in found
    }


def test_the_same_papers_have_the_same_themes_under_the_names_they_were_given(
    fitted: ThemeModel, papers: pd.DataFrame, refit: Any
) -> None:
    given = fitted.themes.assign(name=[f"my {name}" for name in fitted.themes["name"]])
    again, events = refit(papers.sample(frac=1, random_state=4), anchored_on(fitted, themes=given))
    assert events == ()
    assert set(again.themes["theme_id"]) == set(fitted.themes["theme_id"])
    found = again.themes[again.themes["kind"] == "discovered"].set_index("theme_id")
    assert found["name"].to_dict() == given.set_index("theme_id").loc[found.index, "name"].to_dict()
    assert (found["keywords"] != "").all()
    columns = ["paper_id", "theme_id", "primary"]
    pd.testing.assert_frame_equal(
        again.memberships[columns].sort_values(columns, ignore_index=True),
        fitted.memberships[columns].sort_values(columns, ignore_index=True),
    )


@pytest.fixture
def without_speech(papers: pd.DataFrame, refit: Any) -> Fitted:
    fitted: Fitted
    fitted, _ = refit(papers[~papers["paper_id"].str.startswith("speech")], None)
    return fitted


def test_a_theme_is_born_or_returns_and_nothing_else_changes(
    without_speech: Fitted, papers: pd.DataFrame, refit: Any
) -> None:
    assert sorted(map(sorted, groups(without_speech).values())) == [["diffusion"], ["protein"]]
    after, (event,) = refit(papers, anchored_on(without_speech))
    assert (event.event, event.others) == ("born", ())
    assert groups(after)[event.theme_id] == {"speech"}
    assert "12 papers, all of them new" in event.reason
    assert {one: groups(after)[one] for one in groups(without_speech)} == groups(without_speech)
    used = frozenset([*without_speech.themes["theme_id"], event.theme_id])
    _, (other,) = refit(papers, anchored_on(without_speech, used=used))
    assert other.theme_id == f"{event.theme_id}-2"
    gone = {"voices": ("What voices say", event.papers[:3])}
    again, (returned,) = refit(papers, anchored_on(without_speech, gone=gone))
    assert (returned.theme_id, returned.event) == ("voices", "returned")
    assert again.themes.set_index("theme_id").loc["voices", "name"] == "What voices say"


def test_what_a_person_retired_does_not_come_back(
    fitted: ThemeModel, papers: pd.DataFrame, refit: Any
) -> None:
    speech = next(theme for theme, of in groups(fitted).items() if of == {"speech"})
    left = fitted.themes[fitted.themes["theme_id"] != speech]
    table = fitted.memberships[fitted.memberships["theme_id"] != speech]
    ids = frozenset(paper for paper in papers["paper_id"] if paper.startswith("speech"))
    given = anchored_on(fitted, themes=left, memberships=table, barred={speech: ids})
    after, events = refit(papers, given)
    assert events == ()
    assert {"speech"} not in groups(after).values()
    _, (born,) = refit(papers, anchored_on(fitted, themes=left, memberships=table))
    assert born.event == "born"


def test_two_themes_that_are_one_merge_unless_they_are_pinned(
    fitted: ThemeModel, papers: pd.DataFrame, refit: Any
) -> None:
    whole = next(theme for theme, of in groups(fitted).items() if of == {"protein"})
    ids = sorted(fitted.memberships.loc[fitted.memberships["theme_id"] == whole, "paper_id"])
    taken = fitted.memberships["paper_id"].isin(ids[:5]) & (fitted.memberships["theme_id"] == whole)
    table = fitted.memberships.assign(theme_id=fitted.memberships["theme_id"].mask(taken, "half"))
    one = fitted.themes["theme_id"] == whole
    half = fitted.themes[one].assign(theme_id="half", name="Half of it")
    both = pd.concat([fitted.themes, half], ignore_index=True)
    given = anchored_on(fitted, themes=both, memberships=table)
    after, (merged,) = refit(papers, given)
    assert (merged.theme_id, merged.event, merged.others) == ("half", "merged", (whole,))
    assert "half" not in set(after.themes["theme_id"])
    pinned = anchored_on(fitted, themes=both, memberships=table, pinned=frozenset(["half", whole]))
    kept, events = refit(papers, pinned)
    assert events == ()
    primary = kept.memberships[kept.memberships["primary"]].set_index("paper_id")["theme_id"]
    assert primary[ids].tolist() == ["half"] * 5 + [whole] * (len(ids) - 5)


def test_a_search_that_is_held_to_nothing_holds_no_scores_and_no_primaries(
    without_speech: Fitted, papers: pd.DataFrame, refit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "held_primaries", lambda table, _: table.assign(primary=False))
    monkeypatch.setattr(searching, "held_scores", lambda scores, *_: np.full_like(scores, 0.7))
    held, _ = refit(papers, anchored_on(without_speech))
    assert len(held.memberships) == papers["paper_id"].nunique() * len(held.themes)
    assert not held.memberships["primary"].any()
    free, events = refit(papers, None)
    assert free.memberships["primary"].any()
    assert events == ()
