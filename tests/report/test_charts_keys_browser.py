"""Tests of the charts in a real browser by keyboard and by touch."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

charts = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("charts_in_browser.py"))))
KINDS, SPOT, SPY, keys, settled = charts.KINDS, charts.SPOT, charts.SPY, charts.keys, charts.settled

pytestmark = pytest.mark.browser


def press(page, chart: str, *names: str) -> str:
    for name in names:
        page.locator(f"#plot-{chart}").press(name)
    settled(page)
    return page.locator("#told-point").text_content()


def test_the_arrow_keys_walk_from_point_to_point(opened, summaries):
    with opened("two") as page:
        trends = summaries["two"].tables.trends
        periods = [period.label for period in summaries["two"].periods]
        first = press(page, "shares", "ArrowRight")
        assert periods[0] in first
        assert re.search(r"\d+ of 86 papers", first)
        box = page.locator("#plot-shares .hovertext")
        assert periods[0] in box.text_content()
        second = press(page, "shares", "ArrowRight")
        assert periods[1] in second
        assert second.split(",")[0] == first.split(",")[0]
        assert press(page, "shares", "ArrowRight") == second
        below = press(page, "shares", "ArrowDown")
        assert periods[1] in below
        assert below.split(",")[0] != second.split(",")[0]
        assert press(page, "shares", "ArrowUp") == second
        assert press(page, "shares", "Home") == first
        assert press(page, "shares", "End") == second
        seen = {first.split(",")[0]}
        for _ in range(trends["theme_id"].nunique()):
            seen.add(press(page, "shares", "ArrowDown").split(",")[0])
        assert len(seen) == trends["theme_id"].nunique()
        outline = "getComputedStyle(document.querySelector('#plot-shares')).outlineStyle"
        assert page.evaluate(outline) == "solid"
        assert press(page, "shares", "Escape") == ""
        assert page.locator("#plot-shares .hovertext").count() == 0


@pytest.mark.parametrize("chart", KINDS)
def test_every_point_of_every_chart_is_reached_by_keyboard(opened, chart):
    with opened("many") as page:
        page.evaluate(SPY)
        first = press(page, chart, "ArrowRight")
        assert first
        assert page.locator(f"#plot-{chart} .hovertext").count() == 1
        page.evaluate(
            """id => {
              const div = document.getElementById(`plot-${id}`);
              const press = (key) => div.dispatchEvent(new KeyboardEvent("keydown", { key }));
              const said = new Set();
              const at = () => {
                press("Enter");
                const { theme, period, only } = window.shown;
                said.add(JSON.stringify([theme ?? only ?? period, theme && period]));
                return document.getElementById("told-point").textContent + theme + period + only;
              };
              const walk = (key) => { for (let before; before !== (before = at());) press(key); };
              press("Home");
              for (let row, last = null; (row = at()) !== last;) {
                last = row;
                walk("ArrowRight");
                press("Home");
                press("ArrowDown");
              }
              window.reached = [...said];
            }""",
            chart,
        )
        reached = {tuple(json.loads(text)) for text in page.evaluate("reached")}
        expected = {(key[0], key[1] if len(key) > 1 else None) for key in keys(page, chart)}
        assert reached == expected


def test_enter_opens_what_a_click_opens(opened):
    with opened("many") as page:
        told = press(page, "heatmap", "ArrowRight", "ArrowRight")
        page.locator("#plot-heatmap").press("Enter")
        page.locator("#behind[open]").wait_for()
        assert told.split(",")[0] in page.locator("#behind-title").inner_text()
        page.keyboard.press("Escape")
        page.locator("#behind:not([open])").wait_for(state="attached")
        assert page.evaluate("document.activeElement.id") == "plot-heatmap"


def test_the_map_is_zoomed_by_keys_and_buttons(opened):
    with opened("two") as page:
        width = "(([low, high]) => high - low)(papertrends.charts.plots.map.layout.xaxis.range)"
        whole = page.evaluate(width)
        press(page, "map", "+", "+")
        assert page.evaluate(width) == pytest.approx(0.36 * whole)
        # A zoomed map stays so when its place changes, and a point walked to is brought in.
        page.set_viewport_size({"width": 900, "height": 900})
        page.wait_for_timeout(600)
        assert page.evaluate(width) == pytest.approx(0.36 * whole)
        assert press(page, "map", "Home")
        settled(page)
        box = page.locator("#plot-map .hovertext").bounding_box()
        plot = page.locator("#plot-map").bounding_box()
        assert plot["x"] <= box["x"] <= plot["x"] + plot["width"]
        press(page, "map", "0")
        assert page.evaluate(width) == pytest.approx(whole, rel=0.05)
        page.locator("[data-zoom=in]").click()
        settled(page)
        assert page.evaluate(width) < 0.7 * whole
        page.locator("[data-zoom=out]").click()
        page.locator("[data-zoom=all]").click()
        settled(page)
        assert page.evaluate(width) == pytest.approx(whole, rel=0.05)


def test_on_a_touch_screen_a_tap_opens_and_a_swipe_scrolls(browser, files):
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(files["two"].as_uri())
    page.locator("#plot-map[data-drawn]").wait_for()
    page.locator("html[data-ready]").wait_for()
    assert page.evaluate("papertrends.charts.plots.map.layout.dragmode") is False
    x, y = page.evaluate(SPOT, ["map", keys(page, "map")[0]])
    session = context.new_cdp_session(page)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = page.evaluate("scrollY")
    touch("touchStart", x, y)
    for step in range(1, 11):
        touch("touchMove", x, y - 20 * step)
    touch("touchEnd")
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") > before + 100
    assert page.locator("#behind[open]").count() == 0
    page.touchscreen.tap(*page.evaluate(SPOT, ["map", keys(page, "map")[0]]))
    page.locator("#behind[open]").wait_for()
    assert "only=" in page.evaluate("location.hash")
    page.wait_for_timeout(500)
    assert page.locator("#behind[open]").count() == 1
    context.close()
