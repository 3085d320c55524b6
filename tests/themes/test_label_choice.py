"""Which phrase names a theme."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from papertrends.themes.label_choice import choose_label, joined, keys_of, used_up, words_key


def choose(
    phrases: Sequence[str],
    papers: Sequence[set[str]] | None = None,
    titles: Sequence[set[str]] | None = None,
    used: Sequence[str] = (),
) -> list[str]:
    """Choose among phrases of falling strength; all papers and titles have all unless told."""
    strengths = {phrase: 10.0 * 0.95**place for place, phrase in enumerate(phrases)}
    everywhere = [set(phrases)] * 4
    taken = {key for label in used for key in keys_of(label)}
    return choose_label(strengths, papers or everywhere, titles or everywhere, taken)


def test_a_phrase_of_several_words_wins_over_a_word_that_is_hardly_stronger() -> None:
    assert choose(["policy", "reward model"]) == ["reward model"]
    strengths = {"policy": 10.0, "reward model": 10.0 / 1.51}
    everywhere = [set(strengths)] * 4
    assert choose_label(strengths, everywhere, everywhere, set()) == ["policy"]


@pytest.mark.parametrize("form", ["assessing", "visual", "training-free", "robust generative"])
def test_what_is_no_noun_is_no_label(form: str) -> None:
    assert choose([form, "speech"]) == ["speech"]


@pytest.mark.parametrize("form", ["reasoning", "pruning", "retrieval", "robot learning"])
def test_nouns_that_look_otherwise_are_labels(form: str) -> None:
    assert choose([form, "speech"]) == [form]


def test_what_stands_in_no_title_is_no_label_where_something_does() -> None:
    assert choose(["encompassed talk", "speech"], titles=[{"speech"}, set()]) == ["speech"]
    assert choose(["encompassed talk", "speech"], titles=[set(), set()]) == ["encompassed talk"]


@pytest.mark.parametrize(
    "twin", ["reinforcement learning", "learning reinforcement", "rl", "reinforcement"]
)
def test_twins_acronyms_and_parts_of_a_name_in_use_are_not_chosen(twin: str) -> None:
    assert choose([twin, "speech"], used=["Reinforcement learning"]) == ["speech"]
    assert not used_up("offline reinforcement learning", keys_of("reinforcement learning"))


def test_what_an_acronym_in_use_stands_for_is_not_chosen() -> None:
    assert choose(["vision-language-action model", "speech"], used=["VLA"]) == ["speech"]


def test_a_second_phrase_stands_by_where_one_says_too_little() -> None:
    papers = [{"speech"}, {"speech"}, {"robot"}, {"robot"}, {"robot"}]
    titles = [{"speech", "robot"}]
    assert choose(["speech", "robot"], papers, titles) == ["speech", "robot"]
    assert choose(["robot", "speech"], papers, titles) == ["robot"]  # three of five are enough


def test_a_second_phrase_is_not_the_acronym_of_the_first() -> None:
    papers = [{"vision-language-action model"}, {"vla"}, {"vla"}, {"robot"}, {"robot"}, {"robot"}]
    phrases = ["vision-language-action model", "vla", "robot"]
    assert choose(phrases, papers, [set(phrases)]) == ["vision-language-action model", "robot"]


def test_a_second_phrase_is_no_short_form_of_the_first() -> None:
    papers = [{"mathematical proof"}, {"math"}, {"math"}, {"robot"}, {"robot"}, {"robot"}]
    phrases = ["mathematical proof", "math", "robot"]
    assert choose(phrases, papers, [set(phrases)]) == ["mathematical proof", "robot"]


def test_a_weak_second_phrase_is_left_out() -> None:
    papers = [{"speech"}, {"speech"}, {"robot"}, {"robot"}, {"robot"}]
    for weaker, label in ((4.1, ["speech", "robot"]), (3.9, ["speech"])):
        strengths = {"speech": 10.0, "robot": weaker}
        assert choose_label(strengths, papers, [set(strengths)], set()) == label


def test_the_longer_phrase_that_most_papers_use_is_taken() -> None:
    papers = [{"scene", "dynamic scene"}] * 3 + [{"scene"}]
    strengths = {"scene": 10.0, "dynamic scene": 3.0}
    titles = [set(strengths)]
    assert choose_label(strengths, papers, titles, set()) == ["dynamic scene"]
    papers = [{"scene", "dynamic scene"}] * 2 + [{"scene"}] * 2
    assert choose_label(strengths, papers, titles, set()) == ["scene"]


def test_there_is_always_a_label() -> None:
    assert choose([], [set()], [set()]) == ["theme 1"]
    assert choose(["visual"]) == ["visual"]


def test_labels_begin_with_a_capital() -> None:
    assert joined(["speech", "audio"]) == "Speech & audio"
    assert joined(["iPhone"]) == "iPhone"
    assert words_key("Reward models") == words_key("model reward")
