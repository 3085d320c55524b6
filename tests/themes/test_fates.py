"""What became of themes, told from the tables before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from papertrends.tables import MEMBERSHIPS, THEMES, conform
from papertrends.themes.fates import fates
from papertrends.themes.registry import SHOWN, ThemeEvent
from papertrends.themes.relearning import Anchors

OLD = [f"old{number:02}" for number in range(40)]
NEW = [f"new{number:02}" for number in range(20)]


def tables(
    members: Mapping[str, Sequence[str]], parents: Mapping[str, str], named: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return themes and memberships; papers of a theme come with falling scores."""
    themes = pd.DataFrame({"theme_id": list(members)})
    themes["name"] = themes["theme_id"].str.upper()
    themes["kind"] = ["named" if one in named else "discovered" for one in members]
    themes["parent"] = [parents.get(one, "") for one in members]
    themes["n_papers"] = [len(papers) for papers in members.values()]
    rows = [
        (paper, theme, 0.9 - place / 100, theme not in parents)
        for theme, papers in members.items()
        for place, paper in enumerate(papers)
    ]
    memberships = pd.DataFrame(rows, columns=list(MEMBERSHIPS))
    return conform(themes, THEMES), conform(memberships, MEMBERSHIPS)


def told(
    before: Mapping[str, Sequence[str]],
    after: Mapping[str, Sequence[str]],
    parents: Mapping[str, str] | None = None,
    parents_after: Mapping[str, str] | None = None,
    gone: Mapping[str, tuple[str, tuple[str, ...]]] | None = None,
    named: Sequence[str] = (),
) -> tuple[ThemeEvent, ...]:
    parents = parents or {}
    themes, memberships = tables(before, parents, named)
    anchors = Anchors(
        themes, memberships, frozenset(OLD), frozenset(), gone or {}, {}, frozenset(before)
    )
    after_parents = parents if parents_after is None else parents_after
    return fates(anchors, *tables(after, after_parents, named), named)


def test_nothing_became_of_themes_that_stand() -> None:
    assert told({"a": OLD[:9], "b": OLD[9:]}, {"b": OLD[:9], "a": NEW}) == ()


def test_a_theme_of_new_papers_is_born() -> None:
    papers = [*NEW[:3], *OLD[20:22], *NEW[3:14]]
    assert told({"a": OLD[:20]}, {"a": OLD[:20], "b": papers}) == (
        ThemeEvent(
            "b",
            "born",
            "16 papers, 14 of them new, hold together as a theme of their own",
            (),
            tuple(papers[:SHOWN]),
        ),
    )


def test_one_that_came_out_of_another_says_so() -> None:
    (event,) = told({"a": OLD[:20]}, {"a": OLD[:12], "b": [*OLD[12:17], *OLD[30:34], NEW[0]]})
    assert event.others == ("a",)
    assert event.reason == (
        "10 papers, 1 of them new, hold together as a theme of their own; "
        "5 of the 9 others were in 'A'"
    )
    (event,) = told({"a": OLD[:20]}, {"a": OLD[:12], "b": [*OLD[12:16], *OLD[30:34]]})
    assert event.others == ()  # half is not most


def test_a_finer_one_says_what_it_lies_under() -> None:
    (event,) = told({"a": OLD}, {"a": OLD, "b": OLD[:1]}, parents_after={"b": "a"})
    assert event.event == "born"
    assert event.reason == (
        "1 paper, none of them new, hold together as a theme of their own within 'A'"
    )


def test_one_most_of_which_went_into_another_was_merged_into_it() -> None:
    assert told({"a": OLD[:10], "b": OLD[10:30]}, {"b": [*OLD[4:30], *NEW], "c": OLD[30:]})[1:] == (
        ThemeEvent("a", "merged", "6 of its 10 papers are in 'B' now", ("b",), tuple(OLD[4:10])),
    )


def test_one_that_came_apart_was_split() -> None:
    after = {"b": OLD[:12], "c": OLD[12:17], "d": [OLD[17], *OLD[20:]]}
    split = told({"a": OLD[:20]}, after)[-1]
    assert (split.event, split.others) == ("split", ("b", "c"))
    assert split.reason == "its 20 papers have come apart: 12 in 'B', 5 in 'C'"
    assert split.papers == tuple(OLD[:12])


def test_one_that_went_into_several_that_were_there_was_split_too() -> None:
    before = {"a": OLD[:20], "b": OLD[20:30], "c": OLD[30:]}
    (split,) = told(before, {"b": [*OLD[:10], *OLD[20:30]], "c": [*OLD[10:14], *OLD[30:]]})
    assert (split.event, split.others) == ("split", ("b", "c"))


def test_parts_that_were_finer_themes_are_what_it_was_split_into() -> None:
    before = {"a": OLD[:20], "b": OLD[:12], "c": OLD[12:20]}
    (split,) = told(
        before, {"b": OLD[:12], "c": OLD[12:20]}, parents={"b": "a", "c": "a"}, parents_after={}
    )
    assert (split.theme_id, split.event, split.others) == ("a", "split", ("b", "c"))


def test_one_whose_papers_went_nowhere_is_retired() -> None:
    (event,) = told({"a": OLD[:10], "b": OLD[10:]}, {"b": [OLD[0], *OLD[10:]]})
    assert (event.event, event.others, event.papers) == ("retired", (), tuple(OLD[:10]))
    assert event.reason == "its 10 papers no longer hold together as a theme"


def test_the_broad_theme_above_takes_nothing_from_a_finer_one() -> None:
    before = {"a": OLD, "b": OLD[:10]}
    (event,) = told(before, {"a": OLD}, parents={"b": "a"})
    assert event.event == "retired"
    after = {"a": OLD, "c": OLD[2:20]}
    born, merged = told(before, after, parents={"b": "a"}, parents_after={"c": "a"})
    assert (born.event, merged.event, merged.others) == ("born", "merged", ("c",))


def test_a_named_theme_takes_only_what_it_did_not_have() -> None:
    before = {"n": OLD[:10], "a": OLD[:10]}
    (event,) = told(before, {"n": OLD[:10]}, named=["n"])
    assert event.event == "retired"
    (event,) = told({**before, "n": OLD[:2]}, {"n": OLD[:10]}, named=["n"])
    assert (event.event, event.others) == ("merged", ("n",))


def test_nothing_becomes_of_a_named_theme() -> None:
    assert told({"n": OLD[:10]}, {"n": []}, named=["n"]) == ()
    themes, memberships = tables({"x": OLD[:10]}, {})
    anchors = Anchors(themes, memberships, frozenset(OLD), frozenset(), {}, {}, frozenset(["x"]))
    assert fates(anchors, *tables({"x": OLD[:10]}, {}, ["x"]), ["x"]) == ()


def test_one_that_was_retired_returns() -> None:
    gone = {"b": ("B", (OLD[30], OLD[31], OLD[39]))}
    (event,) = told({"a": OLD[:9]}, {"a": OLD[:9], "b": [*OLD[30:33], *NEW[:2]]}, gone=gone)
    assert (event.theme_id, event.event) == ("b", "returned")
    assert event.reason == (
        "2 of its 3 typical papers are in one group again: 5 papers, 2 of them new"
    )
