"""Ids are for ever, and what became of a theme can be told."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from papertrends.errors import InputError
from papertrends.tables import HISTORY, REGISTRY, THEMES, conform
from papertrends.themes.registry import Registry, ThemeEvent, find_theme, most_typical, new_id
from papertrends.themes.theme import Theme

DATE = pd.Timestamp("2025-07-31")


def themes(**names: str) -> pd.DataFrame:
    rows = pd.DataFrame({"theme_id": list(names), "name": list(names.values())})
    return conform(rows.assign(kind="discovered", n_papers=3), THEMES)


def events(
    registry: Registry, *told: tuple[Any, ...], run: int = 2, by: Any = "person", **more: Any
) -> Registry:
    """Return the registry after events, each given as theme, event, others."""
    made = [ThemeEvent(one[0], one[1], "because", tuple(one[2:])) for one in told]
    born = {one[0]: one[0].title() for one in told if one[1] == "born"}
    table = more.pop("themes", themes(**born))
    return registry.with_events(made, run=run, date=DATE, by=by, themes=table, **more)


@pytest.fixture
def registry() -> Registry:
    """Return a registry of five themes, `a` to `e`."""
    return events(Registry.empty(), *((key, "born") for key in "abcde"), run=1, by="fit")


def test_a_theme_is_born_active_with_its_date_and_whose_name_it_has() -> None:
    definition = Theme("B", aliases=("bee",))
    found = events(
        Registry.empty(), ("a", "born"), ("b", "born"),
        named_by={"b": "person"}, definitions={"b": definition},
    )  # fmt: skip
    assert list(found.themes.columns) == list(REGISTRY)
    assert list(found.history.columns) == list(HISTORY)
    assert found.active == ("a", "b")
    assert found.used == {"a", "b"}
    assert found.themes["born"].tolist() == [DATE, DATE]
    assert found.themes["named_by"].tolist() == ["corpus", "person"]
    assert found.themes["pinned"].tolist() == [False, False]
    assert found.definitions == (definition,)


def test_a_renamed_theme_keeps_its_id(registry: Registry) -> None:
    after = events(registry, ("b", "renamed"), themes=themes(b="New"), named_by={"b": "person"})
    assert after.name("b") == "New"
    assert after.themes["theme_id"].tolist() == list("abcde")
    assert after.themes.set_index("theme_id").loc["b", "named_by"] == "person"
    assert after.pinned == {"b"}


def test_what_was_merged_or_split_stays_known_and_its_heirs_are_pinned(registry: Registry) -> None:
    after = events(
        registry, ("a", "merged", "b"), ("f", "born", "c"), ("g", "born", "c"),
        ("c", "split", "f", "g"), ("d", "retired"),
    )  # fmt: skip
    rows = after.themes.set_index("theme_id")
    assert rows["status"].tolist() == [
        "merged", "active", "split", "retired", "active", "active", "active"
    ]  # fmt: skip
    assert rows["became"].tolist() == ["b", "", "f, g", "", "", "", ""]
    assert after.pinned == {"b", "f", "g"}
    assert after.active == ("b", "e", "f", "g")
    assert after.used == set("abcdefg")
    assert after.history["run"].tolist() == [1] * 5 + [2] * 5


def test_only_a_person_pins(registry: Registry) -> None:
    after = events(registry, ("a", "merged", "b"), by="refit")
    assert after.pinned == frozenset()


def test_what_a_run_retired_may_return_and_what_a_person_retired_may_not(
    registry: Registry,
) -> None:
    one = events(registry, ("a", "retired"), run=2, by="refit")
    both = events(one, ("b", "retired"), run=3, by="person")
    assert {key: name for key, (name, _) in both.gone().items()} == {"a": "A"}
    back = events(both, ("a", "returned"), run=4, by="refit")
    assert "a" in back.active
    assert back.gone() == {}
    again = events(back, ("a", "retired"), run=5, by="person")
    assert again.gone() == {}


def test_a_theme_that_is_taught_is_named_from_then_on(registry: Registry) -> None:
    definition = Theme("A", examples=("p1",), id="a")
    after = events(registry, ("a", "taught"), definitions={"a": definition})
    assert after.themes["kind"].tolist() == ["named", *["discovered"] * 4]
    assert after.definitions == (definition,)
    assert events(after, ("a", "retired"), run=3).definitions == ()


def test_a_dozen_papers_show_an_event(registry: Registry) -> None:
    papers = tuple(f"p{number}" for number in range(20))
    event = ThemeEvent("a", "retired", "because", papers=papers)
    after = registry.with_events([event], run=2, date=DATE, by="person", themes=themes())
    assert after.shown("a") == papers[:12]
    assert after.shown("b") == ()


def test_the_clearest_papers_are_typical() -> None:
    members = pd.DataFrame(
        {
            "paper_id": ["b", "a", "c", "d"],
            "theme_id": ["x", "x", "x", "y"],
            "score": [0.9, 0.9, 1, 1],
        }
    )
    assert most_typical(members, "x") == ("c", "a", "b")


def test_an_id_is_never_given_twice() -> None:
    assert new_id("World models", {}) == "world-models"
    assert new_id("World models", {"world-models", "world-models-2"}) == "world-models-3"
    assert new_id("???", {"theme"}) == "theme-2"


@pytest.mark.parametrize("given", ["b", " b ", "Bees & honey", "bees & HONEY "])
def test_a_theme_is_found_by_its_id_or_its_name(registry: Registry, given: str) -> None:
    after = events(registry, ("b", "renamed"), themes=themes(b="Bees & honey"))
    assert find_theme(after.themes, given) == "b"


def test_an_id_goes_before_a_name(registry: Registry) -> None:
    after = events(registry, ("b", "renamed"), themes=themes(b="a"))
    assert find_theme(after.themes, "a") == "a"


def test_of_two_themes_of_one_name_the_id_is_asked_for(registry: Registry) -> None:
    after = events(registry, ("b", "renamed"), themes=themes(b="Same"))
    after = events(after, ("c", "renamed"), themes=themes(c="same"))
    with pytest.raises(InputError, match="2 themes have the name 'SAME'; give an id: b, c"):
        find_theme(after.themes, "SAME")


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("vision-langage", r"did you mean 'vision-language'\? "),
        ("Visual reading", r"did you mean 'vision-language'\? "),
        ("vision", r"did you mean 'vision-language'\? "),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_a_theme_that_is_not_there_is_looked_for_nearby(given: str, hint: str) -> None:
    table = themes(**{"vision-language": "Visual reeding", "agents": "Agents"})
    found = events(Registry.empty(), ("vision-language", "born"), ("agents", "born"), themes=table)
    message = (
        f"^there is no theme '{given}'; {hint}'papertrends themes --store FILE' lists them all"
    )
    with pytest.raises(InputError, match=message):
        find_theme(found.themes, given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("a", r"the theme 'A' was merged; its papers are in 'C' \(c\) now; name that instead"),
        ("b", r"the theme 'B' was merged; its papers are in 'C' \(c\) now"),
        ("d", r"the theme 'D' was split; its papers are in 'C' \(c\), 'F' \(f\) now"),
        ("E", "the theme 'E' was retired; name one that is in use"),
    ],
)
def test_a_theme_that_is_no_more_is_told_of(registry: Registry, given: str, message: str) -> None:
    after = events(registry, ("a", "merged", "b"), run=2)
    after = events(after, ("b", "merged", "c"), ("f", "born", "d"), run=3)
    after = events(after, ("d", "split", "a", "f"), ("e", "retired"), run=4)
    with pytest.raises(InputError, match=message):
        find_theme(after.themes, given)


def test_a_name_that_is_free_again_means_the_theme_in_use(registry: Registry) -> None:
    after = events(registry, ("a", "retired"))
    after = events(after, ("a-2", "born"), themes=themes(**{"a-2": "A"}), run=3)
    assert find_theme(after.themes, "A") == "a-2"
