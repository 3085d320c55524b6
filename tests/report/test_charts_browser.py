"""Tests of the charts in a real browser: switches, clicks, keys, tables behind, pictures."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from papertrends.report import render

pytestmark = pytest.mark.browser

KINDS = ("shares", "multiples", "changes", "heatmap", "map", "volume")
SPOT = """([id, key]) => {
  const div = papertrends.charts.plots[id];
  const wanted = JSON.stringify(key);
  const place = (curve, point) => {
    const { xaxis = "x", yaxis = "y", type } = div._fullData[curve];
    const axis = (name) => div._fullLayout[`${name[0]}axis${name.slice(1)}`];
    const [across, up] = [axis(xaxis), axis(yaxis)];
    const dot = div.calcdata[curve][type === "heatmap" ? 0 : point];
    const [x, y] = type === "heatmap" ? [point[1], point[0]]
      : type === "bar" ? [dot.p, dot.s / 2] : [dot.x, dot.y];
    return [across._offset + across.c2p(x), up._offset + up.c2p(y)];
  };
  const seen = ([x, y]) => {
    const top = div.getBoundingClientRect().top + y - window.innerHeight / 2;
    window.scrollBy({ top, behavior: "instant" });
    const corner = div.getBoundingClientRect();
    // A point at nought lies on the edge of what takes the mouse.
    return [corner.x + x + 1, corner.y + y];
  };
  for (const [curve, trace] of div.data.entries()) {
    if (!trace.customdata || trace.meta === "event" || trace.hoverinfo === "skip") continue;
    const rows = trace.type === "heatmap" ? trace.customdata : [trace.customdata];
    for (const [row, cells] of rows.entries()) {
      const column = cells.findIndex((cell) => JSON.stringify(cell) === wanted);
      if (column < 0) continue;
      return seen(place(curve, trace.type === "heatmap" ? [row, column] : column));
    }
  }
  return null;
}"""
SPY = """() => {
  papertrends.behind.show = (wanted, div) => { window.shown = { ...wanted, from: div.id }; };
}"""


def keys(page, chart: str) -> list[list[str]]:
    """What stands behind each point of a chart, in the order of its figure."""
    found = page.evaluate(
        """id => papertrends.charts.plots[id].data
          .filter((t) => t.customdata && t.hoverinfo !== "skip" && t.meta !== "event")
          .flatMap((t) => t.type === "heatmap" ? t.customdata.flat() : t.customdata)
          .filter(Boolean)""",
        chart,
    )
    assert found
    return found


def hover(page, chart: str, key: list[str]) -> str:
    """Move the mouse to a point and return the text beside it."""
    page.mouse.move(1, 1)
    settled(page)
    page.mouse.move(*page.evaluate(SPOT, [chart, key]))
    page.locator(f"#plot-{chart} .hovertext").first.wait_for()
    return page.locator(f"#plot-{chart} .hoverlayer").text_content()


def plain(text: str) -> str:
    """The text of a chart's words as the page writes it, with ordinary spaces."""
    return text.replace("\u00a0", " ")


def theme_heights(page, chart: str, theme: str) -> list[float]:
    """The heights of a theme's points in a chart of lines."""
    return page.evaluate(
        """([id, theme]) => papertrends.charts.plots[id].data.find((t) => t.customdata
          && t.mode !== "lines" && t.meta !== "event" && t.customdata[0][0] === theme)
          .y.filter((y) => y !== null)""",
        [chart, theme],
    )


def settled(page) -> None:
    page.wait_for_timeout(150)


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


# Keyboard


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


# Tables behind


@pytest.mark.parametrize("chart", KINDS)
def test_the_table_behind_a_chart_has_its_numbers(opened, summaries, chart):
    with opened("many") as page:
        table = summaries["many"].chart(chart).table
        details = page.locator(f"#chart-{chart} details.numbers")
        assert details.locator("table").count() == 0
        details.locator("summary").press("Enter")
        details.locator("table.behind-table").wait_for()
        assert details.locator("caption").text_content() == table.caption
        title = summaries["many"].chart(chart).title
        name = details.locator("[role=region]").get_attribute("aria-label")
        assert name == f"{title}: {table.caption}"
        assert tuple(details.locator("thead th").all_text_contents()) == table.columns
        cells = details.locator("tbody tr").evaluate_all(
            "rows => rows.map((row) => [...row.children].map((cell) => cell.textContent))"
        )
        assert cells == [list(row) for row in table.rows]
        links = details.locator("tbody th a").evaluate_all("all => all.map((a) => a.hash)")
        if table.row_keys:
            assert links == [f"#theme={key}" for key in table.row_keys]
        else:
            assert links == [f"#papers&period={key}" for key in table.row_periods]
        cell = details.locator("tbody tr").nth(1).locator("td a")
        assert cell.count() == (len(table.column_keys) if table.row_keys else 0)
        for place, key in enumerate(table.column_keys):
            wanted = f"#papers&theme={table.row_keys[1]}&period={key}"
            assert cell.nth(place).evaluate("a => a.hash") == wanted


def test_the_table_follows_the_date(opened, summaries):
    with opened("many") as page:
        table = summaries["many"].other.chart("shares").table
        details = page.locator("#chart-shares details.numbers")
        details.locator("summary").click()
        details.locator("table").wait_for()
        page.locator("#chart-shares [name=date][value=published]").check()
        settled(page)
        assert tuple(details.locator("thead th").all_text_contents()) == table.columns
        link = details.locator("tbody td a").first.evaluate("a => a.hash")
        assert link.endswith("&date=published")


def test_finer_themes_are_marked_in_the_table(opened, summaries):
    with opened("nested") as page:
        page.locator("#chart-changes details.numbers summary").click()
        page.locator("#chart-changes tbody tr").first.wait_for()
        finer = {card.theme_id for card in summaries["nested"].themes if card.level == "finer"}
        shown = page.locator("#chart-changes tr.finer th a").evaluate_all(
            "all => all.map((a) => a.hash.slice(7))"
        )
        assert set(shown) == finer & set(summaries["nested"].chart("changes").table.row_keys)
        assert shown


def test_a_huge_table_opens_at_once(opened):
    with opened("two") as page:
        took = page.evaluate(
            """() => {
              const columns = Array.from({ length: 438 }, (_, i) => `column ${i}`);
              const table = papertrends.charts.wordsOf("changes").table;
              Object.assign(table, {
                columns, rows: Array.from({ length: 99 }, () => columns),
                row_keys: Array.from({ length: 99 }, (_, i) => `t${i}`),
                column_keys: columns.slice(1),
              });
              const details = document.querySelector("#chart-changes details.numbers");
              const from = performance.now();
              details.open = true;
              return new Promise((done) => details.addEventListener("toggle", () => {
                details.getBoundingClientRect();
                done(performance.now() - from);
              }));
            }"""
        )
        page.locator("#chart-changes tbody tr").nth(98).wait_for(state="attached")
        assert page.locator("#chart-changes tbody td").count() == 99 * 437
        assert page.locator("#chart-changes tbody td a").count() == 0
        # Twice what it may take, for a machine that is busy.
        assert took < 600


# Pictures


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_is_saved_as_a_picture(opened, summaries, scheme):
    with opened("many", scheme=scheme) as page:
        for chart in KINDS:
            with page.expect_download() as download:
                page.locator(f"#chart-{chart} [data-picture=svg]").click()
            assert download.value.suggested_filename == f"papertrends-{chart}.svg"
            text = download.value.path().read_text(encoding="utf-8")
            root = ElementTree.fromstring(text)
            assert root.tag.endswith("svg")
            words = re.sub(r"\s+", "", html.unescape("".join(root.itertext())))
            assert re.sub(r"\s+", "", summaries["many"].chart(chart).title) in words
            background = "rgb(22, 24, 27)" if scheme == "dark" else "rgb(252, 251, 248)"
            assert f"background: {background}" in text or background in text
        with page.expect_download() as download:
            page.locator("#chart-map [data-picture=png]").click()
        assert download.value.suggested_filename == "papertrends-map.png"
        data = download.value.path().read_bytes()
        assert data.startswith(b"\x89PNG")
        size = page.locator("#plot-map").bounding_box()
        assert int.from_bytes(data[16:20], "big") == 2 * round(size["width"])
        assert len(data) > 20_000


# Places


@pytest.mark.parametrize(("width", "columns"), [(360, 2), (1280, 5), (2560, None)])
def test_small_panels_stand_in_as_many_columns_as_fit(opened, width, columns):
    with opened("many", width=width) as page:
        names = page.locator("#plot-multiples .annotation").evaluate_all(
            "all => all.map((one) => one.getBoundingClientRect().toJSON())"
        )
        assert len(names) == 14
        columns = columns or round(page.locator("#plot-multiples").bounding_box()["width"] / 230)
        lefts = sorted({round(box["x"] / 20) for box in names[:columns]})
        assert len(lefts) == columns
        assert round(names[columns]["x"]) == round(names[0]["x"])
        for one, box in enumerate(names):
            for other in names[one + 1 :]:
                apart = (
                    box["right"] <= other["left"] + 2
                    or other["right"] <= box["left"] + 2
                    or box["bottom"] <= other["top"] + 2
                    or other["bottom"] <= box["top"] + 2
                )
                assert apart


def test_nothing_moves_when_the_charts_come_in(opened):
    with opened("many", width=360) as page:
        heights = page.evaluate(
            """() => [...document.querySelectorAll(".plot")].map((div) => [
              div.clientHeight, div.querySelector(".main-svg").getBoundingClientRect().height])"""
        )
        for place, drawn in heights:
            assert abs(place - drawn) < 1


def test_charts_follow_light_and_dark_and_print(opened):
    ink = "getComputedStyle(document.querySelector('#plot-shares .xtick text')).fill"
    width = "document.querySelector('#plot-shares .main-svg').getBoundingClientRect().width"
    with opened("many", width=1280) as page:
        assert page.evaluate(ink) == "rgb(27, 29, 32)"
        wide = page.evaluate(width)
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(1500)
        assert page.evaluate(ink) == "rgb(235, 234, 230)"
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(ink) == "rgb(0, 0, 0)"
        assert page.evaluate(width) == 660
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        page.wait_for_timeout(1500)
        assert page.evaluate(width) == wide
        assert page.locator(".modebar").count() == 0


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
