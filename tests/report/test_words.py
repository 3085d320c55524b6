"""Tests of the words for numbers: no rounding that says something else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.report import words


class TestWords:
    @given(st.floats(0, 1))
    def test_q_never_crosses_the_bound_in_print(self, q):
        text = words.q_text(q)
        if "<" in text:
            assert q < 0.001
        else:
            assert (float(text.removeprefix("q = ")) < 0.05) == (q < 0.05)

    @given(st.floats(0, 1), st.floats(0, 1))
    def test_percents_are_near_what_they_say(self, one, other):
        for share, text in zip((one, other), words.percents(one, other), strict=True):
            assert abs(float(text.removesuffix(" %")) - 100 * share) <= 0.5 + 1e-9

    def test_a_small_difference_shows(self):
        assert words.percents(0.121, 0.124) == ("12.1 %", "12.4 %")

    @pytest.mark.parametrize(
        ("value", "text"),
        [(0.0, "0"), (0.0432, "0.043"), (0.7, "0.70"), (1.126, "1.13"), (4.56, "4.6"),
         (45.6, "46"), (12345.0, "12,345"), (math.inf, "infinite")],
    )  # fmt: skip
    def test_ratio(self, value, text):
        assert words.ratio(value) == text
