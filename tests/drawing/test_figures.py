"""Tests of the charts, each by itself: right numbers, one look a theme, same bytes."""

from __future__ import annotations

import itertools
import math
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from papertrends.drawing.looks import theme_styles
from papertrends.errors import InputError
from papertrends.figures import plot_changes, plot_heatmap, plot_map, plot_multiples, plot_shares
from papertrends.tables import CHANGES, LOOKS, TRENDS, Tables, conform

reading = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("reading.py"))))
all_text, points, themes_of = reading.all_text, reading.points, reading.themes_of


class TestLevels:
    """A finer theme is left to its broad one, unless it is given without it."""

    def drawn(self, tables: Tables, **given) -> list[set[str]]:
        t = Tables(**(dict(tables.items()) | given))
        heat = plot_heatmap(t.trends, t.themes).data
        return [
            {key[0] for key in points(plot_shares(t.trends, t.themes))},
            {key[0] for key in points(plot_changes(t.changes, t.themes))},
            {cell[0] for trace in heat for row in trace.customdata for cell in row},
        ]

    def test_broad_themes_alone_are_drawn(self, nested):
        wanted = set(nested.themes["theme_id"]) - {"d3", "d5", "d8", "d10"}
        assert self.drawn(nested) == [wanted] * 3
        assert "d6" in wanted  # broad, though part of a named theme

    def test_finer_themes_given_alone_are_drawn(self, nested):
        some = {
            "trends": nested.trends[nested.trends["theme_id"].isin({"d5", "d8"})],
            "changes": nested.changes[nested.changes["theme_id"].isin({"d5", "d8"})],
        }
        assert self.drawn(nested, **some) == [{"d5", "d8"}] * 3
        under = nested.themes[nested.themes["parent"] == "d2"]
        assert self.drawn(nested, themes=under) == [{"d5", "d8"}] * 3

    def test_large_finer_themes_push_out_no_broad_one(self):
        broad = [f"d{i}" for i in range(30)]
        finer = [f"f{i}" for i in range(60)]
        themes = themes_of(*broad, *finer, kind="discovered")  # the finer ones are larger
        themes["parent"] = [""] * 30 + [f"d{i % 30}" for i in range(60)]
        rows = [(theme, "2025-07-31", 1, 10, 0.1, 0.02, 0.4, False) for theme in (*broad, *finer)]
        trends = conform(pd.DataFrame(rows, columns=list(TRENDS)), TRENDS)
        assert {key[0] for key in points(plot_shares(trends, themes))} == set(broad)

    def test_names_beside_lines_keep_apart(self, many):
        figure = plot_shares(many.trends, many.themes, highlight=set(many.themes["theme_id"][:8]))
        ends = sorted((n.y, n.text) for n in figure.layout.annotations if n.name == "end")
        assert len(ends) == 8
        peak = 100 * many.trends["share_high"].max()
        for (low, below), (high, above) in itertools.pairwise(ends):
            lines = below.count("<br>") + above.count("<br>") + 2
            assert high - low >= 0.0249 * lines * peak


class TestShares:
    def test_two_digests_show_every_share(self, two):
        shown = points(plot_shares(two.trends, two.themes, by="digest"))
        assert len(shown) == len(two.trends)
        for row in two.trends.itertuples():
            x, _, hover = shown[row.theme_id, str(row.period.date())]
            assert x == pytest.approx(100 * row.n_theme / row.n_papers, abs=1e-3)
            assert f"{row.n_theme} of {row.n_papers} papers" in hover
            assert f"{100 * row.share_low:.1f} to {100 * row.share_high:.1f} %" in hover

    def test_intervals_end_where_the_table_says(self, two):
        figure = plot_shares(two.trends, two.themes)
        table = two.trends.set_index(["theme_id", "period"])
        for trace in figure.data[2:]:
            bars = trace.error_x
            keys = [(theme, pd.Timestamp(period)) for theme, period in trace.customdata]
            for key, x, up, down in zip(keys, trace.x, bars.array, bars.arrayminus, strict=True):
                assert x + up == pytest.approx(100 * table.loc[key, "share_high"], abs=1e-3)
                assert x - down == pytest.approx(100 * table.loc[key, "share_low"], abs=1e-3)

    def test_newer_digest_is_filled_and_older_open(self, two):
        figure = plot_shares(two.trends, two.themes)
        for trace in figure.data[2:]:
            assert trace.marker.color[0].endswith(",0)")
            assert trace.marker.color[1].endswith(",1)")

    def test_rows_are_sorted_by_their_change(self, two):
        figure = plot_shares(two.trends, two.themes)
        moves = [trace.x[1] - trace.x[0] for trace in figure.data[2:]]
        assert moves == sorted(moves)

    def test_many_periods_are_lines_with_bands_for_the_notable(self, many):
        figure = plot_shares(many.trends, many.themes, by="month", highlight={"n3"})
        bands = [t for t in figure.data if t.meta == "band"]
        loud = [t for t in figure.data if t.customdata is not None and t.opacity == 1]
        assert len(bands) == 1
        assert [t.customdata[0][0] for t in loud] == ["n3"]
        assert len(points(figure)) == len(many.trends)
        assert "March 2025" in all_text(figure)

    def test_a_theme_has_one_colour_in_all_charts(self, many):
        styles = theme_styles(many.themes)
        lines = plot_shares(many.trends, many.themes)
        papers = plot_map(many.map, many.memberships, many.themes)
        for trace in lines.data:
            if trace.customdata is not None:
                assert trace.line.color == styles[trace.customdata[0][0]].color
        main = many.memberships[many.memberships["primary"]].set_index("paper_id")["theme_id"]
        for trace in papers.data[1:]:
            style = styles[main[trace.customdata[0][0]]]
            assert (trace.marker.color, trace.marker.symbol) == (style.color, style.symbol)

    def test_partial_period_is_open(self, many):
        trends = many.trends.copy()
        trends.loc[trends["period"] == trends["period"].max(), "partial"] = True
        figure = plot_shares(trends, many.themes, by="month")
        line = next(t for t in figure.data if t.customdata is not None)
        assert line.marker.symbol[-1].endswith("-open")
        assert "not over yet" in line.hovertext[-1]


class TestChanges:
    def test_effects_are_sorted_and_true(self, two):
        figure = plot_changes(two.changes, two.themes)
        shown = points(figure)
        told = two.changes.dropna(subset=["effect"])
        for row in told.itertuples():
            assert shown[(row.theme_id,)][0] == pytest.approx(row.effect)
        by_level = sorted((y, x) for x, y, hover in shown.values() if "odds ratio" in hover)
        assert [x for _, x in by_level] == sorted(x for _, x in by_level)

    def test_without_effect_it_says_too_little_data(self, two):
        figure = plot_changes(two.changes, two.themes)
        assert "too little data" in points(figure)[("n4",)][2]
        assert any("too little data" in str(t.text) for t in figure.data)

    def test_zero_and_infinity_stand_open_at_the_ends(self):
        nan = float("nan")
        changes = conform(
            pd.DataFrame(
                {
                    "theme_id": ["a", "b", "c"], "verdict": ["falling", "rising", "steady"],
                    "basis": "last change", "effect": [0.0, math.inf, 1.0],
                    "effect_low": [0.0, 2.0, 0.8], "effect_high": [0.5, math.inf, 1.25],
                    "p_value": 0.01, "q_value": [0.01, 0.01, nan], "emerged": pd.NaT,
                }
            ),
            CHANGES,
        )  # fmt: skip
        figure = plot_changes(changes, themes_of("a", "b", "c"))
        low, high = (10**end for end in figure.layout.xaxis.range)
        shown = points(figure)
        assert low <= shown[("a",)][0] < 0.5
        assert 2.0 < shown[("b",)][0] <= high
        assert "odds ratio 0 " in shown[("a",)][2]
        assert "infinite" in shown[("b",)][2]
        drawn = [trace for trace in figure.data if trace.customdata is not None]
        symbols = {trace.customdata[0][0]: trace.marker.symbol[0] for trace in drawn}
        assert symbols == {
            "a": "triangle-left-open",
            "b": "triangle-right-open",
            "c": "circle",
        }

    def test_verdicts_differ_in_colour_and_symbol(self, two):
        figure = plot_changes(two.changes, two.themes)
        looks = {
            t.name: (t.marker.color, t.marker.symbol[0]) for t in figure.data if t.marker.color
        }
        assert looks["rising"][0] != looks["steady"][0]
        assert looks["rising"][1] != looks["steady"][1] != looks["too little data"][1]


class TestMap:
    def test_every_paper_is_a_point(self, two):
        figure = plot_map(two.map, two.memberships, two.themes)
        assert {key[0] for key in points(figure)} == set(two.map["paper_id"])

    def test_unassigned_are_grey_and_titles_in_the_hover(self, two):
        figure = plot_map(two.map, two.memberships, two.themes, papers=two.papers)
        grey = figure.data[0]
        assert {key[0] for key in grey.customdata} == set(two.unassigned["paper_id"])
        assert "in no theme" in grey.hovertext[0]
        assert "IRanker" in all_text(figure)

    def test_theme_names_stand_on_the_map(self, two):
        figure = plot_map(two.map, two.memberships, two.themes)
        notes = [note.text for note in figure.layout.annotations]
        assert "prompt learning" in notes
        assert "quantum chemistry" not in notes


class TestLooks:
    """Colours given in earlier runs hold in every chart that draws themes."""

    GIVEN = ("#123456", "star", "dot")

    @pytest.fixture
    def looks(self) -> pd.DataFrame:
        return conform(pd.DataFrame([("n3", *self.GIVEN)], columns=list(LOOKS)), LOOKS)

    def test_lines_dots_panels_and_map(self, many, two, looks):
        lines = plot_shares(many.trends, many.themes, highlight={"n3"}, looks=looks)
        panels = plot_multiples(many.trends, many.themes, looks=looks)
        for figure in (lines, panels):
            [own] = [t for t in figure.data if t.customdata and t.customdata[0][0] == "n3"]
            look = (own.line.color, own.marker.symbol[0], own.line.dash)
            assert look == self.GIVEN
            assert any("#123456" in note.text for note in figure.layout.annotations)
        for figure in (
            plot_shares(two.trends, two.themes, looks=looks),
            plot_map(two.map, two.memberships, two.themes, looks=looks),
        ):
            named = [t for t in figure.data if t.name == "prompt learning"]
            assert [t.marker.symbol for t in named] == ["star"]
            assert "#123456" in (named[0].marker.color, named[0].marker.line.color)

    def test_signs_of_the_heat_map(self, many, looks):
        labels = plot_heatmap(many.trends, many.themes, looks=looks).layout.yaxis.ticktext
        [own] = [label for label in labels if "prompt learning" in label]
        assert own == 'prompt learning <span style="color:#123456">★</span>'

    def test_a_table_without_a_column_is_refused(self, many, looks):
        with pytest.raises(InputError, match="the looks table lacks dash"):
            plot_shares(many.trends, many.themes, looks=looks.drop(columns="dash"))


def test_heatmap_has_a_cell_for_each_theme_and_period(many):
    figure = plot_heatmap(many.trends, many.themes, by="month")
    cells = figure.data[0]
    table = many.trends.set_index(["theme_id", "period"])["share"]
    for keys, values in zip(cells.customdata, cells.z, strict=True):
        for (theme, period), value in zip(keys, values, strict=True):
            assert value == pytest.approx(100 * table[theme, pd.Timestamp(period)], abs=1e-3)
    assert np.size(cells.z) == len(many.trends)


def test_same_tables_same_bytes(two, many):
    for t in (two, many):
        for draw in (
            lambda t: plot_shares(t.trends, t.themes),
            lambda t: plot_changes(t.changes, t.themes),
            lambda t: plot_map(t.map, t.memberships, t.themes),
            lambda t: plot_heatmap(t.trends, t.themes),
            lambda t: plot_multiples(t.trends, t.themes),
        ):
            assert draw(t).to_json() == draw(t).to_json()
