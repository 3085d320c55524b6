"""Keywords that stand in the same papers."""

from __future__ import annotations

import math

from papertrends.themes.keywords import going_together

PAPERS = [{"a", "b", "d"}, {"a", "b", "d"}, {"a", "c"}, {"c"}, {"c"}, {"e"}, {"e"}, {"e"}]


def test_the_strongest_comes_first_and_then_what_goes_with_it() -> None:
    strengths = {"a": 3.0, "c": 1.1, "b": 1.0, "d": 0.9}
    assert going_together(strengths, PAPERS, 4) == ["a", "b", "d", "c"]
    assert going_together(strengths, PAPERS, 2) == ["a", "b"]


def test_a_much_stronger_phrase_wins_over_one_that_goes_together() -> None:
    def npmi(both: int, one: int, other: int) -> float:
        return math.log(both * 8 / (one * other)) / math.log(8 / both)

    gap = npmi(2, 3, 2) - npmi(1, 3, 3)
    for factor, second in ((math.exp(gap) * 1.01, "c"), (math.exp(gap) * 0.99, "b")):
        assert going_together({"a": 9.0, "c": factor, "b": 1.0}, PAPERS, 2)[1] == second


def test_phrases_that_never_meet_are_shown_all_the_same() -> None:
    assert going_together({"a": 2.0, "e": 1.0}, PAPERS, 8) == ["a", "e"]


def test_phrases_that_set_nothing_apart_are_not_shown_unless_there_are_no_others() -> None:
    assert going_together({"a": 1.0, "c": 0.0}, PAPERS, 8) == ["a"]
    assert going_together({"a": 0.0, "c": 0.0}, PAPERS, 8) == ["a"]
    assert going_together({}, PAPERS, 8) == []


def test_only_the_strongest_twenty_are_chosen_from() -> None:
    papers = [{f"w{number}" for number in range(30)} | {"x"}, {"y"}]
    strengths = {f"w{number:02}": 1.0 for number in range(30)}
    assert set(going_together(strengths, papers, 99)) == {f"w{number:02}" for number in range(20)}


def test_phrases_of_every_paper_count_neither_way() -> None:
    everywhere = [{"a", "b", "c"}, {"a", "b"}]
    assert going_together({"a": 3.0, "c": 1.01, "b": 1.0}, everywhere, 3) == ["a", "c", "b"]
