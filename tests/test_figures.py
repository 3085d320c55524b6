"""Tests of the charts: right numbers, one look a theme, text as text, never an exception."""

from __future__ import annotations

import html
import importlib.util
import itertools
import math
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.drawing.looks import hover_text, period_label, theme_styles
from papertrends.errors import InputError
from papertrends.figures import (
    plot_changes,
    plot_heatmap,
    plot_map,
    plot_multiples,
    plot_shares,
)
from papertrends.tables import CHANGES, LOOKS, MAP, MEMBERSHIPS, THEMES, TRENDS, Tables, conform


@pytest.fixture(scope="session")
def sample():
    path = Path(__file__).parent / "report" / "sample.py"
    spec = importlib.util.spec_from_file_location("papertrends_figures_sample", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def two(sample) -> Tables:
    return sample.two_digests()


@pytest.fixture(scope="session")
def many(sample) -> Tables:
    return sample.many_months()


@pytest.fixture(scope="session")
def hostile(sample) -> Tables:
    return sample.hostile()


@pytest.fixture(scope="session")
def nested(sample) -> Tables:
    return sample.nested()


def points(figure) -> dict[tuple, tuple]:
    """Return customdata -> (x, y, hover) of every point that can be clicked."""
    found = {}
    for trace in figure.data:
        if trace.customdata is None:
            continue
        told = trace.hovertext
        if isinstance(told, str):  # one for all points
            told = [told] * len(trace.x)
        for key, x, y, hover in zip(trace.customdata, trace.x, trace.y, told, strict=True):
            found[tuple(key)] = (x, y, hover)
    return found


def all_text(figure) -> str:
    hovers = [t.hovertext for t in figure.data if t.hovertext is not None]
    flat = np.array(list(itertools.chain.from_iterable(np.ravel(h) for h in hovers)), dtype=object)
    notes = [note.text for note in figure.layout.annotations]
    return "\n".join([*map(str, flat), *notes, *(str(t.name) for t in figure.data)])


def themes_of(*ids: str, kind: str = "named") -> pd.DataFrame:
    return conform(
        pd.DataFrame(
            {"theme_id": list(ids), "name": [f"Theme {i}" for i in ids],
             "kind": kind, "n_papers": range(len(ids))}
        ),
        THEMES,
    )  # fmt: skip


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


class TestCounts:
    """Numbers of papers in place of shares: as counted, without intervals."""

    def test_lines_join_the_counts(self, many):
        given = {"curves": many.curves, "events": many.events, "by": "month"}
        figure = plot_shares(many.trends, many.themes, unit="count", highlight={"n3"}, **given)
        shown = points(figure)
        assert not [t for t in figure.data if t.meta in ("band", "curve")]
        counted = many.trends.set_index(["theme_id", "period"])["n_theme"]
        for (theme, day), (_, height, hover) in shown.items():
            assert height == counted[theme, pd.Timestamp(day)]
            assert "95 % interval" in hover or "emerged" in hover
            assert "smoothed" not in hover
        [mark] = [t for t in figure.data if t.meta == "event"]
        assert list(mark.y) == [counted["n3", pd.Timestamp("2024-11-01")]]
        axis = figure.layout.yaxis
        assert (axis.title.text, axis.ticksuffix) == ("number of papers", "")

    def test_dots_stand_on_an_axis_of_papers(self, two):
        figure = plot_shares(two.trends, two.themes, unit="count")
        shown = points(figure)
        for row in two.trends.itertuples():
            assert shown[row.theme_id, str(row.period.date())][0] == row.n_theme
        drawn = [t for t in figure.data if t.customdata is not None]
        assert not any(t.error_x.array for t in drawn)
        moves = [t.x[1] - t.x[0] for t in drawn]
        assert moves == sorted(moves)
        axis = figure.layout.xaxis
        assert (axis.title.text, axis.ticksuffix) == ("number of papers", "")
        assert axis.range[1] >= two.trends["n_theme"].max()

    def test_cells_show_counts(self, many):
        cells = plot_heatmap(many.trends, many.themes, unit="count").data[0]
        counted = many.trends.set_index(["theme_id", "period"])["n_theme"]
        for keys, values in zip(cells.customdata, cells.z, strict=True):
            for (theme, period), value in zip(keys, values, strict=True):
                assert value == counted[theme, pd.Timestamp(period)]
        assert cells.colorbar.title.text == "papers"
        assert cells.colorbar.ticksuffix == ""

    def test_a_period_without_papers_is_a_gap_and_no_zero(self):
        nan = float("nan")
        rows = [("a", f"2025-0{m}-01", 0, 0, nan, nan, nan, False) for m in range(1, 4)]
        rows += [("a", f"2025-0{m}-01", 0, 9, 0.0, 0.0, 0.3, False) for m in range(4, 8)]
        trends = conform(pd.DataFrame(rows, columns=list(TRENDS)), TRENDS)
        line = plot_shares(trends, themes_of("a"), unit="count", by="month").data[-1]
        assert (next(iter(line.x)), list(line.y)) == ("2025-04-01", [0] * 4)
        cells = plot_heatmap(trends, themes_of("a"), unit="count").data[0]
        assert list(cells.z[0]) == [*[None] * 3, *[0] * 4]

    @pytest.mark.parametrize("draw", [plot_shares, plot_multiples, plot_heatmap])
    def test_an_unknown_unit_is_refused(self, two, draw):
        with pytest.raises(InputError, match="'percent' is no unit; Allowed: share, count"):
            draw(two.trends, two.themes, unit="percent")


def test_heatmap_has_a_cell_for_each_theme_and_period(many):
    figure = plot_heatmap(many.trends, many.themes, by="month")
    cells = figure.data[0]
    table = many.trends.set_index(["theme_id", "period"])["share"]
    for keys, values in zip(cells.customdata, cells.z, strict=True):
        for (theme, period), value in zip(keys, values, strict=True):
            assert value == pytest.approx(100 * table[theme, pd.Timestamp(period)], abs=1e-3)
    assert np.size(cells.z) == len(many.trends)


class TestText:
    def test_hover_is_wrapped_and_escaped(self):
        text = hover_text("<b>A</b> & " + "word " * 40)
        lines = text.split("<br>")
        assert lines[0].startswith("&lt;b&gt;A&lt;/b&gt; &amp;")
        assert len(lines) > 2
        assert all(len(html.unescape(line)) <= 60 for line in lines)

    @given(st.text())
    def test_no_tag_of_the_text_survives(self, text):
        left = hover_text(text).replace("<br>", "")
        assert "<" not in left
        assert ">" not in left
        assert "$" not in left
        assert "%{" not in left
        assert not any(sign in left for sign in "\u202e\u202d\u2066\x00")

    def test_hostile_names_and_titles_reach_no_chart_as_markup(self, hostile):
        t = hostile
        for figure in (
            plot_shares(t.trends, t.themes),
            plot_changes(t.changes, t.themes),
            plot_map(t.map, t.memberships, t.themes, papers=t.papers),
            plot_map(t.map, t.memberships, t.themes),
            plot_heatmap(t.trends, t.themes),
            plot_multiples(t.trends, t.themes),
        ):
            text = re.sub(r"</?b>|<br>|</?span( style=\"color:#\w{6}\")?>", "", all_text(figure))
            assert "&lt;script&gt;" in text
            assert "<" not in text
            assert "%{" not in text
            assert not any(trace.hovertemplate for trace in figure.data)

    @pytest.mark.parametrize(
        ("day", "by", "short", "name"),
        [
            ("2025-08-05", "digest", False, "5 August 2025"),
            ("2025-08-05", "", True, "5 Aug 2025"),
            ("2025-08-04", "week", False, "week of 4 August 2025"),
            ("2025-08-01", "month", True, "Aug 2025"),
            ("2025-10-01", "quarter", False, "Q4 2025"),
            ("2025-01-01", "year", False, "2025"),
        ],
    )
    def test_periods_are_named(self, day, by, short, name):
        assert period_label(pd.Timestamp(day), by, short=short) == name


class TestLittleData:
    def test_nothing_at_all(self):
        empty = themes_of()
        frames = {
            "trends": conform(pd.DataFrame(), TRENDS),
            "changes": conform(pd.DataFrame(), CHANGES),
            "map": conform(pd.DataFrame(), MAP),
            "memberships": conform(pd.DataFrame(), MEMBERSHIPS),
        }
        for figure in (
            plot_shares(frames["trends"], empty),
            plot_changes(frames["changes"], empty),
            plot_map(frames["map"], frames["memberships"], empty),
            plot_heatmap(frames["trends"], empty),
            plot_multiples(frames["trends"], empty),
        ):
            assert "There" in figure.layout.annotations[0].text

    def test_one_paper(self):
        trends = conform(
            pd.DataFrame(
                {"theme_id": ["a"], "period": "2025-07-31", "n_theme": 1, "n_papers": 1,
                 "share": 1.0, "share_low": 0.2, "share_high": 1.0, "partial": False}
            ),
            TRENDS,
        )  # fmt: skip
        themes = themes_of("a")
        figure = plot_shares(trends, themes)
        assert points(figure)[("a", "2025-07-31")][0] == 100
        assert plot_heatmap(trends, themes).data[0].z[0][0] == 100

    def test_unknown_shares_leave_gaps(self):
        nan = float("nan")
        trends = conform(
            pd.DataFrame(
                {"theme_id": "a", "period": pd.date_range("2025-01-01", periods=6, freq="MS"),
                 "n_theme": 0, "n_papers": 0, "share": nan, "share_low": nan, "share_high": nan,
                 "partial": False}
            ),
            TRENDS,
        )  # fmt: skip
        assert set(plot_shares(trends, themes_of("a")).data[-1].y) == {None}
        assert plot_shares(trends[:2], themes_of("a")).data[-1].x == (None, None)

    def test_three_hundred_themes_show_the_largest(self):
        ids = [f"d{i}" for i in range(300)]
        rows = [
            (theme, day, 1, 10, 0.1, 0.02, 0.4, False)
            for theme in ids
            for day in ("2025-07-31", "2025-08-05")
        ]
        trends = conform(pd.DataFrame(rows, columns=list(TRENDS)), TRENDS)
        shown = points(plot_shares(trends, themes_of(*ids, kind="discovered")))
        assert {key[0] for key in shown} == set(ids[-40:])

    def test_missing_column_is_said(self):
        with pytest.raises(InputError, match="the trends table lacks share_low"):
            plot_shares(conform(pd.DataFrame(), TRENDS).drop(columns="share_low"), themes_of())

    def test_only_svg_traces(self, two, many):
        for t in (two, many):
            figures = (
                plot_shares(t.trends, t.themes),
                plot_changes(t.changes, t.themes),
                plot_map(t.map, t.memberships, t.themes),
                plot_heatmap(t.trends, t.themes),
                plot_multiples(t.trends, t.themes),
            )
            types = {trace.type for figure in figures for trace in figure.data}
            assert types <= {"scatter", "heatmap"}


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
