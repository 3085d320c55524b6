"""Tests of the charts in a real browser: switches, clicks and hover boxes."""

from __future__ import annotations

import re
import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from papertrends.report import render

charts = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("charts_in_browser.py"))))
KINDS, SPOT, SPY, hover, keys = charts.KINDS, charts.SPOT, charts.SPY, charts.hover, charts.keys
plain, settled, theme_heights = charts.plain, charts.settled, charts.theme_heights

pytestmark = pytest.mark.browser


# Switches


def test_the_switches_of_all_charts_move_together(opened, summaries):
    with opened("many") as page:
        chart, other = summaries["many"].chart("shares"), summaries["many"].other.chart("shares")
        caption = page.locator("#chart-shares .caption")
        page.locator("#chart-shares [name=unit][value=count]").check()
        settled(page)
        assert page.locator("[name=unit][value=count]:not(:checked)").count() == 0
        assert "unit=count" in page.evaluate("location.hash")
        assert plain(caption.inner_text()) == chart.count_caption
        own = summaries["many"].tables.trends
        counts = own[own["theme_id"] == "n1"].sort_values("period")["n_theme"].tolist()
        assert theme_heights(page, "shares", "n1") == counts
        page.locator("#chart-heatmap [name=date][value=published]").check()
        settled(page)
        assert page.locator("[name=date][value=published]:not(:checked)").count() == 0
        counted = summaries["many"].tables.other_trends
        counts = counted[counted["theme_id"] == "n1"].sort_values("period")["n_theme"].tolist()
        assert theme_heights(page, "multiples", "n1") == counts
        assert plain(caption.inner_text()).startswith(other.count_caption)
        assert summaries["many"].other.note in plain(caption.inner_text())
        label = page.locator("#plot-shares").get_attribute("aria-label")
        assert label.startswith(other.alt)
        assert label.endswith("Enter shows the papers behind one.")
        page.locator("#chart-changes [name=date][value=digest]").check()
        page.locator("#chart-multiples [name=unit][value=share]").check()
        settled(page)
        assert plain(caption.inner_text()) == chart.caption
        assert page.evaluate("location.hash") == ""


def test_a_deep_link_sets_the_switches(opened, summaries):
    with opened("many", address="#heatmap&unit=count&date=published") as page:
        assert page.locator("#chart-shares [name=unit][value=count]").is_checked()
        assert page.locator("#chart-shares [name=date][value=published]").is_checked()
        assert page.evaluate("papertrends.charts.dateOf('changes')") == "published"
        page.evaluate("location.hash = '#map&unit=share&date=digest'")
        settled(page)
        assert page.locator("#chart-shares [name=unit][value=share]").is_checked()
        assert page.evaluate("papertrends.charts.dateOf('changes')") == "digest"
        caption = page.locator("#chart-shares .caption").inner_text()
        assert plain(caption) == summaries["many"].chart("shares").caption


def test_a_chart_that_has_no_other_date_says_so(visited, summaries, tmp_path):
    whole = summaries["many"]
    charts = tuple(one for one in whole.other.charts if one.chart_id != "heatmap")
    path = tmp_path / "bare.html"
    bare = replace(whole, other=replace(whole.other, charts=charts))
    path.write_text(render(bare), encoding="utf-8")
    with visited(path, len(bare.charts), address="#heatmap&date=published") as page:
        caption = page.locator("#chart-heatmap .caption").inner_text()
        assert caption.endswith("This chart always counts by digest.")
        assert "always" not in page.locator("#chart-shares .caption").inner_text()
        assert page.evaluate("papertrends.charts.dateOf('heatmap')") == "digest"


def test_without_another_date_the_address_cannot_ask_for_it(opened):
    with opened("two", address="#map&date=published") as page:
        assert page.locator("#chart-shares [name=date][value=digest]").is_checked()
        assert page.evaluate("papertrends.charts.dateOf('shares')") == "digest"


# Clicks and hover boxes


@pytest.mark.parametrize("chart", KINDS)
def test_a_click_on_any_point_shows_the_papers_behind_it(opened, chart):
    with opened("many") as page:
        page.evaluate(SPY)
        every = keys(page, chart)
        for key in (every[0], every[len(every) // 2], every[-1]):
            page.evaluate("window.shown = null")
            text = hover(page, chart, key)
            assert text
            style = "id => getComputedStyle(document.querySelector(`#plot-${id} .nsewdrag`)).cursor"
            assert page.evaluate(style, chart) == "pointer"
            page.mouse.click(*page.evaluate(SPOT, [chart, key]))
            shown = page.evaluate("window.shown")
            assert shown["from"] == f"plot-{chart}"
            assert shown["date"] == "digest"
            if chart == "map":
                # Points may lie upon each other: the click shows the paper that the box names.
                title = page.evaluate("id => papertrends.papers.title(id)", shown["only"])
                assert title[:20] in text
            elif chart == "volume":
                assert [shown["period"]] == key
            elif chart == "changes":
                assert [shown["theme"]] == key
            elif chart in ("shares", "multiples"):
                # So may points of several themes.
                assert shown["period"] == key[1]
                assert shown["theme"] in {theme for theme, _ in every}
            else:
                assert [shown["theme"], shown["period"]] == key


def test_dots_of_few_periods_can_be_clicked(opened):
    with opened("two") as page:
        page.evaluate(SPY)
        for key in keys(page, "shares")[::5]:
            hover(page, "shares", key)
            page.mouse.click(*page.evaluate(SPOT, ["shares", key]))
            shown = page.evaluate("window.shown")
            assert [shown["theme"], shown["period"]] == key


def test_a_click_says_which_date_the_chart_counts_by(opened):
    with opened("many", address="#heatmap&date=published") as page:
        page.evaluate(SPY)
        key = keys(page, "heatmap")[0]
        page.mouse.click(*page.evaluate(SPOT, ["heatmap", key]))
        assert page.evaluate("window.shown.date") == "published"


def test_a_click_opens_the_papers(opened, summaries):
    with opened("many") as page:
        row = summaries["many"].tables.trends.query("theme_id == 'n3'").iloc[-1]
        key = ["n3", str(row["period"].date())]
        page.mouse.click(*page.evaluate(SPOT, ["heatmap", key]))
        page.locator("#behind[open]").wait_for()
        address = page.evaluate("location.hash")
        assert address.startswith("#behind")
        assert "theme=n3" in address
        assert f"period={key[1]}" in address
        assert page.locator("#behind-papers > li").count() == min(int(row["n_theme"]), 50)


@pytest.mark.parametrize("chart", KINDS)
def test_hover_boxes_fit_a_phone(opened, chart):
    with opened("many", width=360, height=740) as page:
        every = keys(page, chart)
        for key in (every[0], every[len(every) // 2], every[-1]):
            hover(page, chart, key)
            settled(page)
            box = page.locator(f"#plot-{chart} .hovertext").first.bounding_box()
            plot = page.locator(f"#plot-{chart}").bounding_box()
            # The frame of a box may be cut, its text not.
            assert box["x"] >= plot["x"] - 3
            assert box["x"] + box["width"] <= plot["x"] + plot["width"] + 3
            page.mouse.move(0, 0)


def test_hover_text_from_dumps_stays_text(opened, summaries, sample):
    with opened("hostile") as page:
        assert page.evaluate("window.hacked") is None
        ids = {f"h{place}" for place in range(len(sample.HOSTILE))}
        known = set(summaries["hostile"].tables.map["paper_id"]) & ids
        assert len(known) > 5
        titles = {paper.paper_id: paper.title for paper in summaries["hostile"].papers}
        for paper in sorted(known):
            page.keyboard.press("Escape")
            page.evaluate(
                """id => {
                  const div = papertrends.charts.plots.map;
                  const curve = div.data.findIndex((t) => t.customdata.some(([one]) => one === id));
                  const point = div.data[curve].customdata.findIndex(([one]) => one === id);
                  Plotly.Fx.hover(div, [{ curveNumber: curve, pointNumber: point }]);
                }""",
                paper,
            )
            settled(page)
            label = page.locator("#plot-map .hovertext")
            said = re.sub(r"\s+", "", label.text_content())
            unseen = r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+"
            start = re.sub(unseen, "", titles[paper])[:40]
            assert said.startswith(start), (paper, said, start)
            assert label.locator("a, img, script, style, i, sub, sup, foreignObject").count() == 0
            assert label.bounding_box()["width"] < 700
        assert page.evaluate("window.hacked") is None


def test_names_with_templates_of_plotly_stay_text(visited, summaries, tmp_path):
    name = "%{meta.panels} $x^2$ <b>bold</b> %{y}"
    many = summaries["many"]
    themes = many.tables.themes.copy()
    themes.loc[themes["theme_id"] == "n1", "name"] = name
    path = tmp_path / "templates.html"
    path.write_text(
        render(replace(many, tables=replace(many.tables, themes=themes))), encoding="utf-8"
    )
    with visited(path, len(many.charts), width=2560) as page:
        shown = page.locator("#plot-multiples .annotation-text").all_text_contents()
        assert any(re.sub(r"\s+", "", name) in re.sub(r"\s+", "", text) for text in shown)
        assert "%{y}" in hover(page, "heatmap", ["n1", keys(page, "heatmap")[0][1]])
