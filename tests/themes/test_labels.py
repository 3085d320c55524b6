"""Words for groups of papers."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.themes.labels import (
    N_KEYWORDS,
    Phrasing,
    Wording,
    candidates,
    normal_form,
    phrase_analyzer,
    vocabulary,
    word_themes,
)
from papertrends.themes.stopwords import BREAKS, GENERIC

PAPERS = [
    ("Soft Prompts for Vision", "We propose soft prompts. Soft prompts help vision encoders."),
    ("Tuning a soft prompt", "The soft prompt is short; Qwen2.5 and GPT-4 use a soft prompt."),
    ("Soft-prompt transfer", "Soft prompts transfer between encoders, and AIME24 shows it."),
    ("Protein Folding with Diffusion", "Protein folding is hard. Protein structures fold."),
    ("Folding proteins", "We study protein folding and enzymes of the cell."),
    ("Enzymes", "Protein folding of enzymes, using the proposed state-of-the-art method."),
    ("Speech Recognition at Scale", "Speech recognition of noisy audio by CTC."),
    ("Noisy audio", "We show speech recognition results; noisy audio is everywhere."),
    ("Audio for speech recognition", "This paper presents noisy audio and speech recognition."),
]
GROUPS = {0: [0, 1, 2], 1: [3, 4, 5], 2: [6, 7, 8]}


def word(order: list[int] | None = None) -> dict[int, Wording]:
    order = list(range(len(PAPERS))) if order is None else order
    place = {row: number for number, row in enumerate(order)}
    titles = [PAPERS[row][0] for row in order]
    texts = [f"{PAPERS[row][0]}. {PAPERS[row][1]}" for row in order]
    return word_themes(
        Phrasing.of(titles, texts),
        {group: np.array(sorted(place[row] for row in rows)) for group, rows in GROUPS.items()},
    )


def all_phrases(wordings: dict[int, Wording]) -> list[str]:
    return [
        phrase
        for wording in wordings.values()
        for phrase in (*wording.label.split(" & "), *wording.keywords)
    ]


def test_labels_name_the_groups() -> None:
    labels = {group: wording.label.casefold() for group, wording in word().items()}
    assert labels[0].startswith("soft prompt")
    assert "protein folding" in labels[1]
    assert "speech recognition" in labels[2]


def test_plurals_and_singulars_are_one_phrase() -> None:
    assert normal_form(["Soft", "Prompts"]) == normal_form(["soft", "prompt"]) == "soft prompt"
    assert normal_form(["policies"]) == normal_form(["policy"])
    assert normal_form(["losses"]) == normal_form(["loss"])
    assert normal_form(["physics"]) == "physics"
    keywords = [keyword.casefold() for keyword in word()[0].keywords]
    assert ("soft prompts" in keywords) != ("soft prompt" in keywords)


def test_no_keyword_is_part_of_another() -> None:
    for wording in word().values():
        assert 1 <= len(wording.keywords) <= N_KEYWORDS
        sets = [set(keyword.casefold().split()) for keyword in wording.keywords]
        for number, one in enumerate(sets):
            assert not any(one <= other or other <= one for other in sets[number + 1 :])


def test_no_phrase_is_made_of_stop_words_or_model_numbers() -> None:
    for phrase in all_phrases(word()):
        single = phrase.casefold().split()
        assert not set(single) & BREAKS
        assert not set(single) <= GENERIC
        assert not any(letter.isdigit() for letter in phrase)


def test_no_two_labels_are_alike() -> None:
    """Groups with the same words still get labels of their own."""
    texts = ["Speech recognition. Noisy audio for speech recognition."] * 12
    groups = {group: np.arange(3) + 3 * group for group in range(4)}
    labels = [w.label for w in word_themes(Phrasing.of(texts, texts), groups).values()]
    assert len({frozenset(label.casefold().split()) for label in labels}) == 4


def test_a_label_in_use_is_not_given_again() -> None:
    titles = [title for title, _ in PAPERS]
    texts = [f"{title}. {abstract}" for title, abstract in PAPERS]
    groups = {0: np.array([3, 4, 5])}
    free = word_themes(Phrasing.of(titles, texts), groups)[0].label
    taken = word_themes(Phrasing.of(titles, texts), groups, taken=["Proteins folding"])[0].label
    assert free.casefold() == "protein folding"
    assert taken.casefold() != free.casefold()


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_papers_changes_nothing(seed: int) -> None:
    order = list(range(len(PAPERS)))
    random.Random(seed).shuffle(order)
    assert word(order) == word()


def test_given_weights_choose_the_phrases() -> None:
    titles = [title for title, _ in PAPERS]
    texts = [f"{title}. {abstract}" for title, abstract in PAPERS]
    weights = {0: {"noisy audio": 1.0, "nowhere at all": 2.0}}
    wording = word_themes(Phrasing.of(titles, texts), {0: np.array([6, 7, 8])}, weights)[0]
    assert wording == Wording("Noisy audio", ("noisy audio",))


def test_a_group_without_any_phrase_is_still_named() -> None:
    wordings = word_themes(Phrasing.of(["?", "!"], ["?", "!"]), {0: np.array([0, 1])}, {0: {}})
    assert wordings[0].label == "Theme 1"
    assert wordings[0].keywords == ()


def test_phrases_stop_at_stop_words_numbers_and_punctuation() -> None:
    text = "Soft prompts, with GPT-4 noisy audio of LoRA 3D meshes."
    assert set(phrase_analyzer(text)) == {
        "soft",
        "prompt",
        "soft prompt",
        "noisy",
        "audio",
        "noisy audio",
        "lora",
        "lora 3d",
        "lora 3d mesh",
        "3d",
        "3d mesh",
        "mesh",
    }


def test_phrases_are_yielded_as_written() -> None:
    assert ("vision-language model", "Vision-Language Models") in list(
        candidates("for Vision-Language Models.")
    )
    assert phrase_analyzer(r"see \textbf{soft prompts} at https://example.org/soft-audio") == [
        "soft",
        "soft prompt",
        "prompt",
    ]


def test_the_vocabulary_counts_papers_not_places() -> None:
    texts = ["soft soft soft audio", "audio", "mesh mesh"]
    assert vocabulary(texts) == ["audio"]
    assert vocabulary(texts, min_papers=1)[:2] == ["audio", "mesh"]


def test_sentence_capitals_go_and_names_stay() -> None:
    texts = ["CLIP Encoders are used. Frozen CLIP encoders.", "Clip art by CLIP encoders"]
    keywords = word_themes(Phrasing.of(texts, texts), {0: np.array([0, 1])})[0].keywords
    assert "CLIP encoders" in keywords


@given(st.text(max_size=80))
def test_any_text_has_phrases_of_at_most_three_words(text: str) -> None:
    for form, written in candidates(text):
        assert 1 <= len(written.split()) <= 3
        assert form
        assert not {token for token in written.casefold().split() if token in BREAKS}


def test_phrases_read_once_are_those_of_each_text() -> None:
    texts = [
        "Vision-Language Models for CLIP's soft prompts: a 3D look at Qwen2.5 (and x).",
        "We propose novel soft prompts; novel approach, novel vision-language model soft prompts",
        r"see \\textbf{soft prompts}, the AI of U Y and y, e.g. policies' policy",
        "",
        "?",
    ]
    phrasing = Phrasing.of(texts, texts)
    expected = [Counter(phrase_analyzer(text)) for text in texts]
    assert [dict(one) for one in phrasing.present] == [dict(one) for one in expected]
    assert list(phrasing.titled) == [set(one) for one in expected]
    assert phrasing.written["vision-language model"] in {
        "vision-language models",
        "vision-language model",
    }
    assert phrasing.vocabulary == vocabulary(texts)
    counted = phrasing.counts.toarray().tolist()
    assert counted == [[one[form] for form in phrasing.vocabulary] for one in expected]
