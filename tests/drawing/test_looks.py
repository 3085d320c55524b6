"""Tests of the looks that all charts share: one look a theme, told apart by everyone."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.drawing.looks import (
    PALETTE,
    text_lines,
    theme_looks,
    theme_styles,
    top_level,
)
from papertrends.errors import InputError
from papertrends.tables import LOOKS, conform

NESTED = pd.DataFrame(
    [
        ("n1", "named", ""),
        ("d1", "discovered", ""),
        ("d2", "discovered", "n1"),
        ("d3", "discovered", "d1"),
        ("d4", "discovered", "d1"),
        ("d5", "discovered", "d2"),
    ],
    columns=["theme_id", "kind", "parent"],
)


def test_top_level_is_named_or_broad():
    tops = {"n1": "n1", "d1": "d1", "d2": "d2", "d3": "d1", "d4": "d1", "d5": "d2"}
    assert top_level(NESTED) == tops
    assert top_level(NESTED[["theme_id"]]) == {tid: tid for tid in tops}


class TestStyles:
    def test_same_ids_same_look_whatever_the_order(self):
        shuffled = NESTED.sample(frac=1, random_state=3)
        assert theme_styles(shuffled) == theme_styles(NESTED)

    def test_a_finer_theme_has_the_colour_of_its_broad_one_and_another_symbol(self):
        styles = theme_styles(NESTED)
        for tid, top in (("d3", "d1"), ("d4", "d1"), ("d5", "d2")):
            assert styles[tid].color == styles[top].color
            assert styles[tid].symbol != styles[top].symbol
        assert styles["d3"].symbol != styles["d4"].symbol

    def test_finer_themes_change_no_look_at_the_top(self):
        top = NESTED[NESTED["theme_id"].isin({"n1", "d1", "d2"})]
        styles = theme_styles(NESTED)
        assert {tid: styles[tid] for tid in top["theme_id"]} == theme_styles(top)

    def test_twenty_finer_themes_of_one_differ(self):
        ids = ["d", *(f"f{i}" for i in range(20))]
        themes = pd.DataFrame({"theme_id": ids, "kind": "discovered", "parent": ["", *["d"] * 20]})
        assert len({(s.symbol, s.dash) for s in theme_styles(themes).values()}) == 21

    @given(st.lists(st.text("abcn0123456789", min_size=1, max_size=4), unique=True, max_size=80))
    def test_no_two_of_eighty_look_alike_without_a_dash(self, ids):
        styles = theme_styles(pd.DataFrame({"theme_id": ids}))
        looks = [(s.color, s.symbol) for s in styles.values()]
        assert len(set(looks)) == len(ids)

    def test_three_hundred_themes_differ(self):
        styles = theme_styles(pd.DataFrame({"theme_id": [f"d{i}" for i in range(300)]}))
        assert len({(s.color, s.symbol, s.dash) for s in styles.values()}) == 300

    def test_the_first_ten_have_ten_colours(self):
        styles = theme_styles(pd.DataFrame({"theme_id": [f"d{i}" for i in range(10)]}))
        assert {s.color for s in styles.values()} == set(PALETTE)

    def test_a_theme_added_later_changes_no_other(self):
        before = theme_styles(pd.DataFrame({"theme_id": [f"d{i}" for i in range(12)]}))
        after = theme_styles(pd.DataFrame({"theme_id": [f"d{i}" for i in range(20)]}))
        assert {tid: after[tid] for tid in before} == before

    @pytest.mark.parametrize("sight", ["normal", "protan", "deutan", "tritan"])
    def test_colours_can_be_told_apart(self, sight):
        """OKLab distances after Machado et al. (2009), severity 1."""
        seen = [_oklab(_simulated(_linear(color), sight)) for color in PALETTE]
        least = min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))
        assert least > 0.075

    @pytest.mark.parametrize("background", ["#ffffff", "#161616"])
    def test_contrast_on_both_backgrounds(self, background):
        weights = np.array([0.2126, 0.7152, 0.0722])
        other = float(_linear(background) @ weights)
        for color in PALETTE:
            own = float(_linear(color) @ weights)
            assert (max(own, other) + 0.05) / (min(own, other) + 0.05) >= 2.99, color


@st.composite
def runs(draw) -> list[pd.DataFrame]:
    """Draw the themes of several runs: some come, some go, some become finer or broad."""
    ids = [f"{sign}{number}" for number in range(12) for sign in "anz"]
    tables = []
    for _ in range(draw(st.integers(2, 4))):
        own = draw(st.lists(st.sampled_from(ids), unique=True, max_size=len(ids)))
        parents = [draw(st.sampled_from(["", "", *own])) for _ in own]
        kinds = [draw(st.sampled_from(["discovered", "discovered", "named"])) for _ in own]
        tables.append(
            pd.DataFrame({"theme_id": own, "kind": kinds, "parent": parents}, dtype=object)
        )
    return tables


class TestReruns:
    @given(runs())
    def test_every_theme_keeps_its_look_and_no_two_share_one(self, tables):
        looks = conform(pd.DataFrame(), LOOKS)
        for themes in tables:
            after = theme_looks(themes, looks)
            pd.testing.assert_frame_equal(after.head(len(looks)), looks)
            assert set(themes["theme_id"]) <= set(after["theme_id"])
            assert after["theme_id"].is_unique
            assert not after.duplicated(["color", "symbol", "dash"]).any()
            pd.testing.assert_frame_equal(theme_looks(themes[::-1], looks), after)
            looks = after

    @given(runs())
    def test_styles_are_those_of_the_table(self, tables):
        looks = theme_looks(tables[0])
        styles = theme_styles(tables[1], looks)
        assert set(styles) == set(tables[1]["theme_id"])
        told = {row["theme_id"]: row for row in looks.to_dict("records")}
        for theme in set(styles) & set(told):
            style = styles[theme]
            row = told[theme]
            assert (style.color, style.symbol, style.dash) == (
                row["color"],
                row["symbol"],
                row["dash"],
            )

    def test_ids_that_sort_before_change_nothing(self):
        before = theme_looks(pd.DataFrame({"theme_id": ["m", "n"]}))
        after = theme_looks(pd.DataFrame({"theme_id": ["a", "m", "b", "n"]}), before)
        assert list(after["theme_id"]) == ["m", "n", "a", "b"]
        pd.testing.assert_frame_equal(after.head(2), before)

    def test_a_broad_theme_that_became_finer_keeps_its_look(self):
        before = theme_looks(NESTED)
        finer = NESTED.assign(parent=["", "d2", "", "d1", "d1", "d2"])
        assert top_level(finer)["d1"] == "d2"
        pd.testing.assert_frame_equal(theme_looks(finer, before), before)

    def test_forty_finer_themes_differ_also_from_those_that_are_gone(self):
        ids = ["d", *(f"f{i}" for i in range(40))]
        themes = pd.DataFrame({"theme_id": ids, "kind": "discovered", "parent": ["", *["d"] * 40]})
        looks = theme_looks(pd.DataFrame({"theme_id": [f"g{i}" for i in range(200)]}))
        after = theme_looks(themes, looks)
        assert not after.duplicated(["color", "symbol", "dash"]).any()

    @pytest.mark.parametrize(
        ("column", "value", "allowed"),
        [
            ("color", "red", "one like #3d96fd"),
            ("color", '#ffffff"><b>', "one like #3d96fd"),
            ("symbol", "circle-open", "one of circle, square"),
            ("dash", "wavy", "one of solid, dash, dot, dashdot"),
        ],
    )
    def test_a_look_that_cannot_be_drawn_is_refused(self, column, value, allowed):
        looks = theme_looks(NESTED)
        looks.loc[1, column] = value
        with pytest.raises(InputError, match=f"gives 'd2' the {column} .*; give it {allowed}"):
            theme_styles(NESTED, looks)


@given(st.text(max_size=80), st.integers(8, 40), st.integers(1, 3))
def test_lines_are_no_wider_than_asked(text, width, most):
    assert len(text_lines(text, width, most)) <= most
    for line in text_lines("深" * 30 + text, width, most):
        assert "<" not in line


def test_wide_letters_take_the_room_of_two():
    assert [len(line) for line in text_lines("深度学习与大语言模型推理", 12, 2)] == [6, 6]
    assert len(text_lines("deep learning", 13, 2)) == 1


def _linear(color: str) -> np.ndarray:
    values = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _simulated(linear: np.ndarray, sight: str) -> np.ndarray:
    matrices = {
        "normal": np.eye(3),
        "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
        "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                   [-0.011820, 0.042940, 0.968881]],
        "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
    }  # fmt: skip
    return np.clip(np.asarray(matrices[sight]) @ linear, 0, 1)


def _oklab(linear: np.ndarray) -> np.ndarray:
    cones = np.array(
        [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
         [0.0883024619, 0.2817188376, 0.6299787005]]
    )  # fmt: skip
    lab = np.array(
        [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
         [0.0259040371, 0.7827717662, -0.8086757660]]
    )  # fmt: skip
    return lab @ np.cbrt(cones @ linear)
