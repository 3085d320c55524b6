"""Tests of all charts: counts beside shares, text as text, and never an exception."""

from __future__ import annotations

import html
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.drawing.looks import hover_text, period_label
from papertrends.errors import InputError
from papertrends.figures import plot_changes, plot_heatmap, plot_map, plot_multiples, plot_shares
from papertrends.tables import CHANGES, MAP, MEMBERSHIPS, TRENDS, conform

reading = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("reading.py"))))
all_text, points, themes_of = reading.all_text, reading.points, reading.themes_of


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
