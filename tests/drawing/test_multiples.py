"""Tests of the small multiples: one scale for all, panels that can be laid out anew."""

from __future__ import annotations

import itertools
import json
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.drawing.looks import SIGNS, theme_styles
from papertrends.drawing.multiples import (
    MOST_POINTS,
    ROW_HEIGHT,
    TITLE_HEIGHT,
    panel_axes,
    panel_place,
)
from papertrends.errors import InputError
from papertrends.figures import plot_multiples
from papertrends.tables import THEMES, TRENDS, conform

NAMES = (
    "x" * 200,
    "a very long name of many words " * 7,
    "دراسة النماذج اللغوية \u202e الكبيرة",
    "大语言模型的提示学习与微调方法研究及其在多模态推理中的应用",
    "agents 🤖 & tools 🛠️ " * 8,
    "</script><script>alert(1)</script>",
    '<a href="javascript:alert(1)">link</a>',
    "%{customdata[0]} {{7*7}} ${x}",
    "$\\alpha$ and $\\beta$",
    "",
)


def drawn(tables, **given):
    return plot_multiples(
        tables.trends, tables.themes, curves=tables.curves, events=tables.events, **given
    )


def panels(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations if note.name == "panel"]


def of(figure, panel: int) -> list:
    x, y = panel_axes(panel)
    return [t for t in figure.data if (t.xaxis or "x", t.yaxis or "y") == (x, y)]


def axes(figure, letter: str) -> list:
    layout = figure.layout
    return [layout[f"{letter}axis{'' if i == 0 else i + 1}"] for i in range(layout.meta["panels"])]


def table(n_themes: int, n_periods: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    days = pd.date_range("2020-01-01", periods=n_periods, freq="MS")
    rows = [
        (f"d{i}", day, 1 + i % 7, 50, (1 + i % 7) / 50, 0.01, 0.3, False)
        for i in range(n_themes)
        for day in days
    ]
    themes = pd.DataFrame({"theme_id": [f"d{i}" for i in range(n_themes)], "kind": "discovered"})
    themes["name"], themes["n_papers"] = "Theme " + themes["theme_id"], range(n_themes)
    trends = conform(pd.DataFrame(rows, columns=list(TRENDS)), TRENDS)
    return trends, conform(themes, THEMES)


class TestPanels:
    def test_one_panel_a_theme_the_largest_first(self, many):
        figure = drawn(many, by="month")
        sized = many.themes.sort_values("n_papers", ascending=False, kind="stable")
        assert figure.layout.meta["panels"] == len(many.themes)
        firsts = [
            {key[0] for t in of(figure, i) if t.customdata for key in t.customdata}
            for i in range(len(many.themes))
        ]
        counts = dict(zip(sized["theme_id"], sized["n_papers"], strict=True))
        assert all(len(one) == 1 for one in firsts)
        order = [counts[theme] for one in firsts for theme in one]
        assert order == sorted(order, reverse=True)
        assert set().union(*firsts) == set(many.themes["theme_id"])

    def test_its_name_has_the_theme_s_sign_and_colour(self, many):
        styles = theme_styles(many.themes)
        figure = drawn(many, by="month")
        for panel, text in enumerate(panels(figure)):
            [theme] = {t.legendgroup for t in of(figure, panel)}
            style = styles[theme]
            start = f'<span style="color:{style.color}">{SIGNS[style.symbol]}</span> '
            assert text.startswith(start)
            named = many.themes.set_index("theme_id")["name"][theme]
            assert text.removeprefix(start).replace("<br>", " ") == named

    def test_all_are_on_one_scale(self, many):
        figure = drawn(many, by="month")
        for letter in "xy":
            first, *others = axes(figure, letter)
            assert first.matches is None
            assert {axis.matches for axis in others} == {letter}
            assert len({axis.range for axis in axes(figure, letter)}) == 1
        low, high = figure.layout.yaxis.range
        drawn_at = [y for t in figure.data for y in t.y if y is not None]
        assert low < 0 <= min(drawn_at)
        assert max(drawn_at) <= high

    def test_at_most_forty(self):
        figure = plot_multiples(*table(60, 6))
        assert figure.layout.meta["panels"] == 40
        assert "Theme d59" in panels(figure)[0]
        assert len(figure.layout.annotations) == 40


class TestLines:
    def test_the_smoothed_line_its_band_and_the_shares(self, many):
        figure = drawn(many, by="month")
        for panel in range(len(many.themes)):
            own = of(figure, panel)
            theme = own[0].legendgroup
            kinds = {t.meta or t.mode: t for t in own}
            curve = many.curves[many.curves["theme_id"] == theme]
            counted = many.trends[many.trends["theme_id"] == theme]
            assert list(kinds["curve"].y) == [round(100 * v, 4) for v in curve["smooth"]]
            assert list(kinds["markers"].y) == [round(100 * v, 4) for v in counted["share"]]
            high = [round(100 * v, 4) for v in curve["smooth_high"]]
            assert list(kinds["band"].y)[: len(high)] == high
            keys = [[theme, str(day.date())] for day in counted["period"]]
            assert list(map(list, kinds["markers"].customdata)) == keys
            style = theme_styles(many.themes)[theme]
            assert kinds["curve"].line.dash == style.dash
            assert kinds["markers"].marker.symbol[0] == style.symbol

    def test_the_last_value_stands_at_the_end(self, many):
        figure = drawn(many, by="month")
        ends = [t for t in figure.data if t.meta == "end"]
        assert len(ends) == len(many.themes)
        curves = many.curves.sort_values("period").groupby("theme_id").last()
        for end in ends:
            last = curves.loc[end.legendgroup]
            assert end.text[0].strip() == f"{100 * last['smooth']:.1f} %"
            assert (end.x[0], end.y[0]) == (
                str(last["period"].date()),
                pytest.approx(100 * last["smooth"], abs=1e-4),
            )
            assert end.cliponaxis is False

    def test_counts_are_joined_and_have_no_band(self, many):
        figure = drawn(many, by="month", unit="count")
        counted = many.trends.set_index(["theme_id", "period"])["n_theme"]
        assert not [t for t in figure.data if t.meta in ("band", "curve")]
        seen = 0
        for one in figure.data:
            for (theme, day), y in zip(one.customdata or (), one.y, strict=False):
                assert y == counted[theme, pd.Timestamp(day)]
                seen += one.meta is None
        assert seen == len(counted)
        [end, *_] = [t for t in figure.data if t.meta == "end"]
        assert re.fullmatch(r" +\d+", end.text[0])

    def test_events_are_marked(self, many):
        marks = {t.legendgroup: t for t in drawn(many, by="month").data if t.meta == "event"}
        assert set(marks) == {"n3", "d4"}
        assert list(marks["n3"].x) == ["2024-11-01"]

    def test_gaps_break_the_line(self, gapped):
        curves = [t for t in drawn(gapped, by="month").data if t.meta == "curve"]
        assert curves
        assert all(list(t.y).count(None) == 1 for t in curves)

    def test_many_points_are_left_to_the_line(self):
        trends, themes = table(20, MOST_POINTS // 20 + 1)
        curves = trends.assign(smooth=0.1, smooth_low=0.05, smooth_high=0.2)
        figure = plot_multiples(trends, themes, curves=curves, by="month")
        assert {t.mode for t in figure.data} == {"lines", "text"}
        [line] = [t for t in of(figure, 0) if t.customdata]
        assert len(line.hovertext) == MOST_POINTS // 20 + 1
        fewer, _ = table(20, MOST_POINTS // 20)
        figure = plot_multiples(fewer, themes, curves=curves, by="month")
        assert "markers" in {t.mode for t in figure.data}


class TestPlaces:
    @given(st.integers(1, 40), st.integers(1, 8))
    def test_no_two_panels_meet_and_all_stand_inside(self, n, columns):
        places = [panel_place(panel, n, columns) for panel in range(n)]
        rows = -(-n // columns)
        for place in places:
            assert 0 <= place.x[0] < place.x[1] <= 1
            assert -1e-9 <= place.y[0] < place.y[1] <= 1
            assert (place.name_x, place.name_y) == (place.x[0], place.y[1])
            assert place.name_y * ROW_HEIGHT * rows + TITLE_HEIGHT <= ROW_HEIGHT * rows + 1e-2
        for one, other in itertools.combinations(places, 2):
            beside = one.x[1] < other.x[0] or other.x[1] < one.x[0]
            tall = TITLE_HEIGHT / (ROW_HEIGHT * rows)
            apart = one.y[0] >= other.name_y + tall - 1e-5 or other.y[0] >= one.name_y + tall - 1e-5
            assert beside or apart
        assert sum(place.first for place in places) == rows
        assert sum(place.lowest for place in places) == min(n, columns)

    def test_the_figure_is_laid_out_by_the_rule(self, many):
        figure = drawn(many, by="month")
        meta = figure.layout.meta
        n = meta["panels"]
        assert meta["columns"] == 4
        rows = -(-n // 4)
        margin = figure.layout.margin
        assert figure.layout.height == rows * meta["row_height"] + margin.t + margin.b
        for panel, (x, y) in enumerate(zip(axes(figure, "x"), axes(figure, "y"), strict=True)):
            place = panel_place(panel, n, 4)
            assert (x.domain, y.domain) == (place.x, place.y)
            assert (x.anchor, y.anchor) == panel_axes(panel)[::-1]
            assert (x.showticklabels, y.showticklabels) == (place.lowest, place.first)
            note = figure.layout.annotations[panel]
            assert (note.name, note.x, note.y) == ("panel", place.name_x, place.name_y)
            assert (note.xref, note.yref) == ("paper", "paper")

    def test_points_that_lie_higher_are_counted_above_the_panels(self):
        trends, themes = table(3, 100)
        trends.loc[5, "share"] = 1.0
        curves = trends.assign(smooth=0.1, smooth_low=0.05, smooth_high=0.2)
        figure = plot_multiples(trends, themes, curves=curves, by="month")
        assert figure.layout.annotations[-1].text == "↑ 1 point lies higher"
        assert [note.name for note in figure.layout.annotations] == [*["panel"] * 3, "above"]
        assert {axis.range for axis in axes(figure, "y")} == {figure.layout.yaxis.range}
        assert figure.layout.yaxis.range[1] < 30


class TestTicks:
    @pytest.mark.parametrize(
        ("start", "n", "freq", "by", "ticks"),
        [
            ("2024-03-01", 22, "MS", "month", ["Mar<br>2024", "Dec<br>2025"]),
            ("2023-03-01", 34, "MS", "month", ["2024", "2025"]),
            ("2012-06-01", 160, "MS", "month", ["2013", "2017", "2021", "2025"]),
            ("2025-07-31", 2, "5D", "digest", ["31 Jul<br>2025", "5 Aug<br>2025"]),
            ("2025-01-01", 3, "QS", "quarter", ["Q1<br>2025", "Q3<br>2025"]),
            ("2020-01-01", 6, "YS", "year", ["2020", "2025"]),
            ("2025-08-05", 1, "D", "digest", ["5 Aug<br>2025"]),
        ],
    )
    def test_few_and_short(self, start, n, freq, by, ticks):
        trends, themes = table(1, n)
        trends["period"] = pd.date_range(start, periods=n, freq=freq)
        axis = plot_multiples(trends, themes, by=by).layout.xaxis
        assert list(axis.ticktext) == ticks
        low, high = (pd.Timestamp(end) for end in axis.range)
        assert all(low < pd.Timestamp(day) < high for day in axis.tickvals)


class TestLittleAndHostile:
    def test_one_theme_and_one_period(self):
        trends, themes = table(1, 1)
        figure = plot_multiples(trends, themes)
        [point] = [t for t in figure.data if t.customdata]
        assert point.y == (2.0,)
        assert point.y[0] + point.error_y.array[0] == pytest.approx(30)
        assert point.y[0] - point.error_y.arrayminus[0] == pytest.approx(1)
        assert figure.layout.meta["panels"] == figure.layout.meta["columns"] == 1
        json.loads(figure.to_json())

    def test_shares_that_nobody_knows(self):
        trends, themes = table(2, 6)
        nan = float("nan")
        trends = trends.assign(n_theme=0, n_papers=0, share=nan, share_low=nan, share_high=nan)
        for unit in ("share", "count"):
            figure = plot_multiples(trends, themes, unit=unit)
            assert not [t for t in figure.data if t.meta == "end"]
            assert figure.layout.meta["panels"] == 2
        assert plot_multiples(trends[:1], themes).layout.meta["panels"] == 1

    @pytest.mark.parametrize("name", NAMES)
    def test_names_are_text_in_two_lines_at_most(self, name):
        trends, themes = table(2, 6)
        figure = plot_multiples(trends, themes.assign(name=name))
        for title in panels(figure):
            parts = re.sub(r'^<span style="color:#\w{6}">.</span> ', "", title).split("<br>")
            assert len(parts) <= 2
            for part in parts:
                assert "<" not in part
                assert ">" not in part
                assert "$" not in part
                assert "%" not in part
                assert "\u202e" not in part
                assert len(re.sub("&[#a-z0-9]+;", ".", part)) <= 23
        for trace in figure.data:
            assert trace.hovertemplate is None
            assert trace.texttemplate is None
            for text in (trace.name or "", *(trace.hovertext or ())):
                left = re.sub("</?b>|<br>", "", text or "")
                assert "<" not in left
                assert "$" not in left
                assert "%{" not in left

    def test_chinese_names_are_half_as_many_letters(self):
        trends, themes = table(1, 6)
        [title] = panels(plot_multiples(trends, themes.assign(name=NAMES[3])))
        assert max(map(len, title.split("</span> ")[1].split("<br>"))) <= 12

    @pytest.mark.parametrize("given", ["trends", "curves", "events"])
    def test_a_missing_column_is_said(self, many, given):
        frames = {"trends": many.trends, "curves": many.curves, "events": many.events}
        frames[given] = frames[given].drop(columns="theme_id")
        trends = frames.pop("trends")
        with pytest.raises(InputError, match=f"the {given} table lacks theme_id"):
            plot_multiples(trends, many.themes, **frames)

    def test_order_of_the_rows_changes_nothing(self, many):
        shuffled = {
            name: getattr(many, name).sample(frac=1, random_state=2)
            for name in ("trends", "themes", "curves", "events")
        }
        same = plot_multiples(**shuffled, by="month").to_json()
        assert same == drawn(many, by="month").to_json()
