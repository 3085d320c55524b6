"""Tests of the lines: drawn by the curve where there is one, broken over gaps, events marked."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from papertrends.drawing.looks import SYMBOLS, rgba, theme_styles
from papertrends.drawing.strokes import EVENT_SYMBOLS
from papertrends.errors import InputError
from papertrends.figures import plot_shares
from papertrends.tables import CURVES, EVENTS, THEMES, TRENDS, conform


def drawn(tables, **given):
    return plot_shares(
        tables.trends, tables.themes, curves=tables.curves, events=tables.events, **given
    )


def trace(figure, theme, *, mode=None, meta=None):
    """Return the trace of a theme, found by what its points are."""
    [found] = [
        one
        for one in figure.data
        if one.legendgroup == theme and one.meta == meta and mode in (None, one.mode)
    ]
    return found


def per_cent(column) -> list[float]:
    return [round(100 * value, 4) for value in column]


class TestCurves:
    def test_a_loud_theme_has_points_a_smoothed_line_and_its_band(self, many):
        figure = drawn(many, by="month", highlight={"n3"})
        counted = many.trends[many.trends["theme_id"] == "n3"]
        curve = many.curves[many.curves["theme_id"] == "n3"]
        points = trace(figure, "n3", mode="markers")
        assert list(points.y) == per_cent(counted["share"])
        assert [key[0] for key in points.customdata] == ["n3"] * len(counted)
        line = trace(figure, "n3", meta="curve")
        assert (line.mode, list(line.y)) == ("lines", per_cent(curve["smooth"]))
        band = trace(figure, "n3", meta="band")
        ends = per_cent(curve["smooth_high"]) + per_cent(curve["smooth_low"])[::-1]
        assert list(band.y) == ends
        assert band.fill == "toself"

    def test_a_faint_theme_is_its_smoothed_line_with_the_counts_in_the_hover(self, many):
        figure = drawn(many, by="month", highlight={"n3"})
        line = trace(figure, "d4")
        curve = many.curves[many.curves["theme_id"] == "d4"]
        assert (line.mode, list(line.y)) == ("lines", per_cent(curve["smooth"]))
        row = many.trends[many.trends["theme_id"] == "d4"].iloc[0]
        assert f"{row['n_theme']} of {row['n_papers']} papers" in line.hovertext[0]
        smooth = curve.iloc[0]
        low, high = 100 * smooth["smooth_low"], 100 * smooth["smooth_high"]
        told = f"smoothed: {100 * smooth['smooth']:.1f} %, 95 % band {low:.1f} to {high:.1f} %"
        assert told in line.hovertext[0]

    def test_without_a_curve_the_shares_are_joined(self, many):
        curves = many.curves[many.curves["theme_id"] != "n3"]
        figure = plot_shares(
            many.trends, many.themes, curves=curves, by="month", highlight={"n3", "d4"}
        )
        joined = trace(figure, "n3", mode="lines+markers")
        share = many.trends[many.trends["theme_id"] == "n3"]
        assert list(joined.y) == per_cent(share["share"])
        band = trace(figure, "n3", meta="band")
        assert list(band.y[: len(share)]) == per_cent(share["share_high"])
        assert trace(figure, "d4", meta="curve").mode == "lines"
        assert "smoothed" not in joined.hovertext[0]

    def test_order_of_the_rows_changes_nothing(self, many):
        shuffled = {
            name: getattr(many, name).sample(frac=1, random_state=2)
            for name in ("trends", "curves", "events")
        }
        themes, trends = many.themes, shuffled.pop("trends")
        assert drawn(many).to_json() == plot_shares(trends, themes, **shuffled).to_json()

    def test_few_periods_take_no_curve(self, many):
        few = many.trends[many.trends["period"] < "2024-09-01"]
        with_curve = plot_shares(few, many.themes, curves=many.curves, events=many.events)
        assert with_curve.to_json() == plot_shares(few, many.themes).to_json()

    @pytest.mark.parametrize("table", ["curves", "events"])
    def test_a_missing_column_is_said(self, many, table):
        schema = {"curves": CURVES, "events": EVENTS}[table]
        frame = conform(pd.DataFrame(), schema).drop(columns="theme_id")
        with pytest.raises(InputError, match=f"the {table} table lacks theme_id"):
            plot_shares(many.trends, many.themes, **{table: frame})


class TestGaps:
    def test_line_and_band_break_where_months_are_missing(self, gapped):
        figure = drawn(gapped, by="month", highlight={"n1"})
        line = trace(figure, "n1", meta="curve")
        months = [day and day[:7] for day in line.x]
        assert months[months.index(None) - 1 : months.index(None) + 2] == [
            "2024-10", None, "2025-01",
        ]  # fmt: skip
        assert list(line.y).count(None) == 1
        assert list(trace(figure, "n1", meta="band").y).count(None) == 1

    def test_faint_lines_and_joined_shares_break_too(self, gapped):
        faint = trace(drawn(gapped, by="month", highlight={"n1"}), "d4")
        joined = trace(plot_shares(gapped.trends, gapped.themes, by="month"), "n1", meta=None)
        for one in (faint, joined):
            at = list(one.x).index(None)
            assert one.y[at] is None
            assert one.customdata[at] is None
            assert (one.x[at - 1][:7], one.x[at + 1][:7]) == ("2024-10", "2025-01")

    def test_a_period_that_is_not_over_is_an_open_point_beyond_the_line(self, gapped):
        figure = drawn(gapped, by="month", highlight={"n1"})
        points, line = trace(figure, "n1", mode="markers"), trace(figure, "n1", meta="curve")
        assert points.x[-1] == "2025-06-01"
        assert points.marker.symbol[-1].endswith("-open")
        assert line.x[-1] == "2025-05-01"

    def test_no_break_where_nothing_is_missing(self, many):
        for one in drawn(many, by="month").data:
            assert None not in list(one.x)


class TestEvents:
    def test_an_emergence_is_marked_on_the_line(self, many):
        figure = drawn(many, by="month", highlight={"n3"})
        mark = trace(figure, "n3", meta="event")
        curve = many.curves.set_index(["theme_id", "period"])["smooth"]
        height = 100 * curve["n3", pd.Timestamp("2024-11-01")]
        assert (list(mark.x), list(mark.y)) == (["2024-11-01"], [pytest.approx(height, abs=1e-3)])
        assert mark.customdata == (["n3", "2024-11-01"],)
        lines = mark.hovertext[0].split("<br>")
        assert lines == [
            "<b>prompt learning</b>",
            "emerged: November 2024",
            "from 7.0 % to 30.0 % of the papers",
            "began between October 2024 and December 2024 (95 %)",
            "q = 0.004",
        ]

    def test_a_burst_is_marked_with_another_symbol(self, many):
        figure = drawn(many, by="month", highlight={"n3", "d4"})
        mark = trace(figure, "d4", meta="event")
        assert mark.marker.symbol == (EVENT_SYMBOLS["burst"],)
        assert "burst: February 2025 to April 2025" in mark.hovertext[0]
        assert "20.0 % of the papers, 10.0 % before" in mark.hovertext[0]
        assert "began February 2025 (95 %)" in mark.hovertext[0]
        assert EVENT_SYMBOLS["emergence"] != EVENT_SYMBOLS["burst"]

    def test_marks_have_the_theme_s_colour_and_are_no_theme_s_symbol(self, many):
        styles = theme_styles(many.themes)
        for one in drawn(many, highlight={"n3", "d4"}).data:
            if one.meta == "event":
                assert one.marker.line.color == styles[one.legendgroup].color
                assert one.marker.color == "#ffffff"
        assert EVENT_SYMBOLS["burst"] not in SYMBOLS

    def test_faint_themes_and_unknown_events_have_none(self, many):
        assert not [one for one in drawn(many, highlight={"n1"}).data if one.meta == "event"]
        odd = many.events.assign(event="something else")
        figure = plot_shares(many.trends, many.themes, events=odd, highlight={"n3", "d4"})
        assert not [one for one in figure.data if one.meta == "event"]

    @pytest.mark.parametrize("q", [0.05, 0.6, float("nan")])
    def test_what_chance_could_give_is_not_marked(self, many, q):
        events = many.events.assign(q_value=q)
        figure = plot_shares(many.trends, many.themes, events=events, highlight={"n3", "d4"})
        assert not [one for one in figure.data if one.meta == "event"]

    def test_an_event_outside_the_periods_is_left_out(self, many):
        events = many.events.assign(start=pd.Timestamp("2020-01-01"))
        figure = plot_shares(many.trends, many.themes, events=events, highlight={"n3"})
        assert not [one for one in figure.data if one.meta == "event"]

    def test_names_are_text(self, many):
        themes = many.themes.assign(name="<img src=x> $x$")
        figure = plot_shares(
            many.trends, themes, curves=many.curves, events=many.events, highlight={"n3", "d4"}
        )
        marks = [one for one in figure.data if one.meta == "event"]
        assert len(marks) == 2
        for one in marks:
            assert "&lt;img" in one.hovertext[0]
            assert "<img" not in one.hovertext[0]
            assert "$" not in one.hovertext[0]


def a_hundred_digests(outlier: float) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    days = pd.date_range("2025-01-01", periods=100)
    shares = np.full(300, 0.1)
    shares[50] = outlier
    trends = pd.DataFrame(
        {"theme_id": np.repeat(["a", "b", "c"], 100), "period": np.tile(days, 3), "n_theme": 2,
         "n_papers": 20, "share": shares, "share_low": 0.02, "share_high": 0.3, "partial": False}
    )  # fmt: skip
    curves = trends.assign(smooth=0.1, smooth_low=0.05, smooth_high=0.2)
    themes = pd.DataFrame(
        {"theme_id": list("abc"), "name": list("ABC"), "kind": "named", "n_papers": 200}
    )
    return conform(trends, TRENDS), conform(themes, THEMES), conform(curves, CURVES)


def test_one_of_many_points_does_not_flatten_the_lines():
    trends, themes, curves = a_hundred_digests(1.0)
    figure = plot_shares(trends, themes, curves=curves, by="digest")
    assert figure.layout.yaxis.range[1] == pytest.approx(26)
    notes = [note.text for note in figure.layout.annotations if note.name == "above"]
    assert notes == ["↑ 1 point lies higher"]
    points = trace(figure, "a", mode="markers")
    assert max(points.y) == 100  # it is there, and the axis can be moved
    calm = plot_shares(*a_hundred_digests(0.2)[:2], curves=curves, by="digest")
    assert calm.layout.yaxis.range is None


def test_points_are_translucent_in_the_theme_s_colour(many):
    points = trace(drawn(many, highlight={"n3"}), "n3", mode="markers")
    assert points.marker.color == rgba(theme_styles(many.themes)["n3"].color, 0.55)


def test_same_tables_same_bytes(many, gapped):
    for tables in (many, gapped):
        assert drawn(tables).to_json() == drawn(tables).to_json()
        assert json.loads(drawn(tables).to_json())["layout"]["height"] == 460
