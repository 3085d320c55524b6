"""Coherence and diversity, recomputed by counting texts by hand or with plain sets."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.evaluation import keyword_figures, single_words

TEXTS = [
    "Reward models score each step.",
    "A reward model is trained; prompts are not.",
    "Prompt tuning with soft prompts",
    "Soft prompts, tuned and frozen",
    "Fine-tuned reward-models",
]


def npmi(both: float, one: float, other: float) -> float:
    """Return Bouma's measure of probabilities."""
    return math.log(both / (one * other)) / -math.log(both)


def test_coherence_is_the_mean_over_pairs_then_over_themes() -> None:
    figures = keyword_figures([["reward model", "step", "prompt"], ["soft", "prompt"]], TEXTS)
    # Texts (of five) with: reward model 0 1 4, step 0, prompt 1 2 3, soft 2 3.
    first = (npmi(1 / 5, 3 / 5, 1 / 5) + npmi(1 / 5, 3 / 5, 3 / 5) - 1) / 3
    second = npmi(2 / 5, 2 / 5, 3 / 5)
    assert figures.by_theme == pytest.approx((first, second))
    assert figures.npmi == pytest.approx((first + second) / 2)
    assert figures.diversity == 4 / 5
    assert (figures.n_keywords, figures.n_absent) == (5, 0)


@given(st.lists(st.sets(st.sampled_from(["kat", "dog", "fox"])), min_size=2, max_size=8))
def test_coherence_of_words_is_that_of_sets(words: list[set[str]]) -> None:
    expected = []
    for one, other in combinations(["kat", "dog", "fox"], 2):
        n_both = sum({one, other} <= some for some in words)
        shares = [sum(word in some for some in words) / len(words) for word in (one, other)]
        some = -1.0 if not n_both else 0.0 if n_both == len(words) else None
        expected.append(npmi(n_both / len(words), *shares) if some is None else some)
    texts = [" ".join(sorted(some)) for some in words]
    figures = keyword_figures([["kat", "dog", "fox"]], texts)
    assert figures.npmi == pytest.approx(sum(expected) / 3, abs=1e-12)
    assert -1 <= figures.npmi <= 1


@pytest.mark.parametrize(
    "keyword", ["reward model", "Reward-Models", "reward modeling", "REWARD  MODELS"]
)
def test_a_phrase_is_found_however_it_is_inflected_or_hyphenated(keyword: str) -> None:
    texts = ["reward models", "Reward-model", "a reward, a model", "cats", "cats"]
    # "a reward, a model" has the words, but not next to each other.
    figures = keyword_figures([[keyword, "cat"], [keyword, "reward"]], texts)
    assert figures.by_theme == pytest.approx((-1.0, npmi(2 / 5, 2 / 5, 3 / 5)))


def test_keywords_that_always_meet_count_one_and_those_everywhere_nothing() -> None:
    assert keyword_figures([["kat", "dog"]], ["kat dog", "dog kat", "fox"]).npmi == 1.0
    assert keyword_figures([["kat", "dog"]], ["kat dog", "dog kat"]).npmi == 0.0


def test_a_keyword_that_stands_nowhere_costs_all_its_pairs() -> None:
    texts = ["kat dog", "kat dog", "fox", "fox"]
    figures = keyword_figures([["kat", "dog", "unicorn"]], texts)
    assert figures.npmi == pytest.approx((1 - 1 - 1) / 3)
    assert figures.n_absent == 1


def test_twins_do_not_raise_coherence_and_lower_diversity() -> None:
    texts = ["model prompts", "models", "prompt", "cats"]
    with_twin = keyword_figures([["model", "models", "prompt"]], texts)
    without = keyword_figures([["model", "prompt"]], texts)
    assert with_twin.npmi == without.npmi
    assert (with_twin.diversity, without.diversity) == (pytest.approx(2 / 3), 1.0)


def test_only_the_first_count() -> None:
    themes = [["kat", "dog", "fox"], ["kat", "emu"]]
    texts = ["kat dog", "kat dog emu", "fox", "fox"]
    assert keyword_figures(themes, texts, top=2).diversity == 3 / 4
    assert keyword_figures(themes, texts, top=2).by_theme[0] == 1.0
    assert keyword_figures(themes, texts).by_theme[0] < 0
    assert keyword_figures(themes, texts, top=1).by_theme == pytest.approx(
        (math.nan, math.nan), nan_ok=True
    )


@pytest.mark.parametrize(
    ("keywords", "texts"), [([], ["kat"]), ([[]], ["kat"]), ([["", "!"]], ["kat"])]
)
def test_without_keywords_there_is_nothing_to_measure(
    keywords: list[list[str]], texts: list[str]
) -> None:
    figures = keyword_figures(keywords, texts)
    assert math.isnan(figures.npmi)
    assert math.isnan(figures.diversity)
    assert figures.n_keywords == 0


def test_themes_with_one_keyword_are_left_out_of_the_mean_coherence() -> None:
    figures = keyword_figures([["kat"], ["dog", "fox"]], ["dog fox", "kat"])
    assert figures.npmi == 1.0
    assert math.isnan(figures.by_theme[0])


def test_without_texts_there_is_no_coherence() -> None:
    assert math.isnan(keyword_figures([["kat", "dog"]], []).npmi)


def test_phrases_are_split_into_words_each_once() -> None:
    assert single_words([["fine-tuning", "Tuning LoRA"], []]) == [["fine", "tuning", "lora"], []]
