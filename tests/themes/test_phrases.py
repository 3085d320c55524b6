"""A theme's words, however they are inflected or hyphenated."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from papertrends.themes.phrases import (
    acronyms_defined,
    is_acronym,
    pattern_of,
    shorter_forms,
    stem,
    stems,
    words,
)


def found(phrase: str, text: str) -> bool:
    return pattern_of([phrase]).search(text) is not None


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("fine-tuning", "we fine-tuned it"),
        ("fine-tuning", "Finetuning"),
        ("fine-tuning", "fine tune"),
        ("fine-tuning", "fine\u2011tunings"),
        ("prompt learning", "Prompts learned"),
        ("prompt learning", "PROMPT\nLEARNING"),
        ("prompt optimization", "prompt optimizer"),
        ("soft prompts", "a soft-prompt."),
        ("reward model", "reward models"),
        ("reward models", "the reward model"),
        ("policy", "policies"),
        ("policies", "policy"),
        ("policies", "policies"),
        ("process", "processes"),
        ("transformers", "transformer"),
        ("PRM", "PRMs"),
        ("PRMs", "one PRM"),
        ("PRM", "PRM-based"),
        ("LoRA", "(LoRA)"),
        ("AI/ML", "AI/ML"),
        ("AI/ML", "AI-ML"),
        ("C++ compilers", "a C++ compiler"),
        ("naïve Bayes", "NAÏVE BAYES"),
        ("машинное обучение", "Машинное обучение"),
        ("機械学習", "機械学習"),
    ],
)
def test_inflections_are_found(phrase: str, text: str) -> None:
    assert found(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("fine-tuning", "define tuning"),
        ("fine-tuning", "fine, tuning"),
        ("fine-tuning", "fine-tuningless"),
        ("prompt learning", "prompt deep learning"),
        ("PRM", "prm"),
        ("PRM", "SPRM"),
        ("PRM", "PRMX"),
        ("LoRA", "Lora"),
        ("LoRA", "LORA"),
        ("transformers", "transformation"),
        ("papers", "papal"),
        ("process", "proceed"),
    ],
)
def test_other_words_are_not_found(phrase: str, text: str) -> None:
    assert not found(phrase, text)


def test_the_longest_phrase_is_found_first() -> None:
    pattern = pattern_of(["prompt", "prompt tuning", "visual prompt tuning"])
    assert pattern.findall("visual prompt tuning and prompts") == [
        "visual prompt tuning",
        "prompts",
    ]


def test_a_phrase_is_not_cut_short_by_a_part_of_it() -> None:
    assert pattern_of(["prompt", "prompt tuning"]).findall("prompt tuning") == ["prompt tuning"]


def test_phrases_without_a_word_match_nowhere() -> None:
    assert pattern_of([]).search("anything") is None
    assert pattern_of(["++", "—"]).search("a ++ — b") is None
    assert pattern_of(["++", "b"]).findall("a ++ b") == ["b"]


# Everything but what no reader's text holds: control characters and lone surrogates.
any_text = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)


@given(any_text)
@example("a.b*c (d)")
@example("C++ [x] {y} ^z$ |")
@example("İstanbul")
@example("ǅ ß ﬁ")
@example("ΛΌΓΟΣ")
@example("मशीन लर्निंग")
@example("under_scored")
@example("ABs")
@example("Zombies 1ies")
def test_a_phrase_finds_itself(phrase: str) -> None:
    assert found(phrase, phrase) == bool(words(phrase))
    assert found(phrase, f"see {phrase}, and more") == bool(words(phrase))


@given(st.lists(any_text, max_size=4), any_text)
def test_the_order_of_phrases_changes_nothing(phrases: list[str], text: str) -> None:
    assert pattern_of(phrases).pattern == pattern_of(reversed(phrases)).pattern


@given(st.text(st.characters(categories=("Ll",)), min_size=1, max_size=15))
def test_a_stem_is_never_empty_nor_longer(word: str) -> None:
    assert 0 < len(stem(word)) <= len(word)


@pytest.mark.parametrize(
    "alike",
    [
        "tuning tuned tune tunes",
        "model models",
        "policy policies",
        "learning learns learned",
        "paper papers",
        "transformer transformers",
        "process processes",
    ],
)
def test_inflections_have_one_stem(alike: str) -> None:
    assert len(set(stems(alike))) == 1


@pytest.mark.parametrize(
    "others", ["paper pap", "number numb", "string str", "class clas", "thing th"]
)
def test_other_words_have_other_stems(others: str) -> None:
    assert len(set(stems(others))) == 2


def test_words_are_runs_of_letters_and_digits() -> None:
    assert words("GPT-4o's über_cool 数据!") == ["GPT", "4o", "s", "über", "cool", "数据"]


@pytest.mark.parametrize(
    ("phrase", "answer"),
    [("PRM", True), ("LoRA", True), ("PRMs", True), ("Figure", False), ("PR models", False)],
)
def test_acronyms_have_two_capitals_and_no_space(phrase: str, answer: bool) -> None:
    assert is_acronym(phrase) is answer


@pytest.mark.parametrize(
    ("phrase", "text", "acronyms"),
    [
        ("process reward models", "Process reward models (PRMs) score", ("PRM",)),
        ("process reward models", "a process-reward model (PRM)", ("PRM",)),
        ("low-rank adaptation", "low-rank adaptation (LoRA)", ("LoRA",)),
        ("mixture of experts", "a mixture of experts (MoE)", ("MoE",)),
        ("process reward models", "process reward models (Figure)", ()),
        ("process reward models", "process reward models (ABC)", ()),
        ("process reward models", "process reward models (PR)", ()),
        ("process reward models", "process reward models, or (PRMs)", ()),
        ("process reward models", "reward models (PRMs)", ()),
        ("process rewards", "process rewards (Pr)", ()),
        ("rewards", "rewards (RW)", ()),
        ("PRM", "PRM (PRM)", ()),
    ],
)
def test_acronyms_that_a_text_defines(phrase: str, text: str, acronyms: tuple[str, ...]) -> None:
    assert acronyms_defined([phrase], [text]) == acronyms


def test_acronyms_of_several_texts_are_sorted_and_stand_once() -> None:
    texts = ["soft prompts (SPs)", "reward model (RM)", "a soft prompt (SP)"]
    assert acronyms_defined(["soft prompts", "reward models"], texts) == ("RM", "SP")
    assert acronyms_defined(["soft prompts", "reward models"], texts[::-1]) == ("RM", "SP")


def test_stems_are_of_folded_words() -> None:
    assert unicodedata.normalize("NFC", stems("ÉCOLES")[0]) == stem("écoles")


def test_an_acronym_may_leave_out_the_small_words() -> None:
    text = "Reinforcement learning with verifiable rewards (RLVR) and mixture of experts (MoE)."
    assert acronyms_defined(["reinforcement learning with verifiable rewards"], [text]) == ("RLVR",)
    assert acronyms_defined(["mixture of experts"], [text]) == ("MoE",)
    assert acronyms_defined(["verifiable rewards"], [text]) == ()


@pytest.mark.parametrize(
    ("phrase", "forms"),
    [
        ("state-space models", ("state-space",)),
        ("large language model agents", ("agents",)),
        ("jailbreaks and LLM safety", ("jailbreaks", "LLM safety", "safety")),
        ("learning from human feedback", ("human feedback",)),
        ("mixture of experts", ()),
        ("prompt learning", ()),
        ("models", ()),
        ("deep neural networks", ("deep neural", "networks", "neural")),
    ],
)
def test_shorter_forms_leave_out_general_words(phrase: str, forms: tuple[str, ...]) -> None:
    assert shorter_forms([phrase]) == forms


def test_a_form_that_is_a_phrase_already_is_not_given_again() -> None:
    assert shorter_forms(["diffusion models", "Diffusion"]) == ()
