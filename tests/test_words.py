"""Texts are split into the words that `\\w+` finds, whichever way is taken."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from papertrends import words
from papertrends.words import blocks, words_of


@given(st.lists(st.text(), max_size=5))
@example(["Ångström's İx, STRASSE", "don't a_b 1.5", "", "\x1c\x85x\x00y", "x" * 3])
def test_words_are_those_of_the_pattern_in_lower_case(texts: list[str]) -> None:
    found = words_of(texts)
    wanted = [re.findall(r"\w+", text.lower()) for text in texts]
    assert [found.distinct[place] for place in found.ids] == [
        word for some in wanted for word in some
    ]
    assert np.diff(found.starts).tolist() == [len(some) for some in wanted]
    assert found.rows.tolist() == [row for row, some in enumerate(wanted) for _ in some]
    assert len(set(found.distinct)) == len(found.distinct)


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_texts_are_split_as_others_are(text: str) -> None:
    found, other = words_of([text]), words_of([f"é {text}"])
    assert [other.distinct[place] for place in other.ids[1:]] == [
        found.distinct[place] for place in found.ids
    ]


def test_blocks_go_through_all_texts() -> None:
    texts = [f"word{number}" for number in range(words.BLOCK + 3)]
    parts = list(blocks(texts))
    assert [part for part, _ in parts] == [
        slice(0, words.BLOCK),
        slice(words.BLOCK, words.BLOCK + 3),
    ]
    assert [word for _, some in parts for word in some.distinct] == texts
    assert list(blocks([])) == []
