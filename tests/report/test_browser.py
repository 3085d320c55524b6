"""Tests of the page in a real browser: drawn, quiet, offline, usable, and not to be run into."""

from __future__ import annotations

import itertools
import json

import pytest

from papertrends.report import render

pytestmark = pytest.mark.browser


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280, 2560])
def test_all_charts_are_drawn_and_nothing_overflows(opened, summaries, width, scheme):
    with opened("two", width=width, scheme=scheme) as page:
        tables = summaries["two"].tables
        count = page.evaluate(
            "id => document.querySelectorAll(`#plot-${id} .trace .points path.point`).length", "map"
        )
        assert count == len(tables.map)
        shares = page.locator("#plot-shares .trace .points path.point").count()
        assert shares == len(tables.trends)
        effects = page.locator("#plot-changes .trace .points path.point").count()
        assert effects == tables.changes["effect"].notna().sum()
        assert overflow(page) <= 0
        ink = page.evaluate(
            "getComputedStyle(document.querySelector('#plot-shares .annotation-text')).fill"
        )
        light = int(ink.split("(")[1].split(",")[0]) > 128
        assert light == (scheme == "dark")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["many", "one", "hostile", "gapped", "published"])
def test_other_reports_are_drawn_too(opened, summaries, name, width):
    with opened(name, width=width, scheme="dark") as page:
        assert overflow(page) <= 0
        for chart in summaries[name].charts:
            box = page.locator(f"#plot-{chart.chart_id} svg.main-svg").first.bounding_box()
            assert box["width"] > 200
            assert box["height"] > 120
        if name == "many":
            assert page.locator("#plot-heatmap .hm image").count() == 1
            loud = len(summaries[name].chart("shares").stands_out)
            points = page.locator("#plot-shares .trace .points path.point").count()
            assert points >= loud * len(summaries[name].periods)


def test_charts_stay_inside_when_the_window_narrows(opened):
    with opened("two", width=1280) as page:
        page.set_viewport_size({"width": 400, "height": 800})
        for _ in range(50):
            page.wait_for_timeout(100)
            if page.locator("#plot-shares .main-svg").first.bounding_box()["width"] < 400:
                break
        assert page.locator("#plot-shares .main-svg").first.bounding_box()["width"] < 400
        assert overflow(page) <= 0


def test_search_narrows_the_table(opened, summaries):
    with opened("two") as page:
        assert page.locator("#found").inner_text() == "150 papers"
        assert page.locator("#rows tr").count() == 50
        page.fill("#query", "prompt Learning")
        expected = [
            paper for paper in summaries["two"].papers
            if all(w in f"{paper.title}\n{paper.abstract}".lower() for w in ("prompt", "learning"))
        ]  # fmt: skip
        assert page.locator("#found").inner_text() == f"{len(expected)} of 150 papers"
        titles = {paper.title for paper in expected}
        assert set(page.locator("#rows .title").all_inner_texts()) <= titles
        assert page.locator("#rows mark").count() > 0
        page.fill("#query", "zzz no such word")
        assert page.locator("#rows tr").count() == 0
        page.click("#clear")
        assert page.locator("#found").inner_text() == "150 papers"


def test_more_rows_on_demand_and_abstracts_open(opened, summaries):
    with opened("two") as page:
        page.click("#more")
        assert page.locator("#rows tr").count() == 100
        page.locator("#rows details summary").first.click()
        title = page.locator("#rows .title").first.inner_text()
        abstract = next(p.abstract for p in summaries["two"].papers if p.title == title)
        page.wait_for_selector("#rows details p")
        assert page.locator("#rows details p").first.inner_text() == abstract


def test_filters_by_theme_and_digest_agree_with_the_counts(opened, summaries):
    with opened("two") as page:
        for card in summaries["two"].themes[:4]:
            for point in card.points:
                page.select_option("#theme-filter", card.theme_id)
                page.select_option("#period-filter", point.period)
                told = page.locator("#found").inner_text()
                assert told == f"{point.n_theme} of 150 papers"
        page.select_option("#period-filter", "")
        page.select_option("#theme-filter", "-")
        told = page.locator("#found").inner_text()
        assert told == f"{len(summaries['two'].unassigned)} of 150 papers"


def test_sorting_by_score(opened):
    with opened("two") as page:
        page.select_option("#theme-filter", "n1")
        page.select_option("#order", "score")
        scores = [float(x) for x in page.locator("#rows td.number").all_inner_texts()]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) > 10


@pytest.mark.parametrize("name", ["two", "many"])
def test_click_on_a_point_shows_its_papers(opened, summaries, name):
    with opened(name) as page:
        card = next(c for c in summaries[name].themes if c.theme_id == "n3")
        point = card.points[-1]
        spot = page.evaluate(
            """([theme, period]) => {
              const plot = document.getElementById("plot-shares");
              const at = plot.data.findIndex((t) => t.customdata && t.customdata[0][0] === theme
                && t.meta !== "event");
              const place = plot.data[at].customdata.findIndex((c) => c[1] === period);
              const trace = plot._fullData[at];
              const drawn = [...plot.querySelectorAll(".scatterlayer .trace")]
                .find((node) => node.__data__[0].trace.uid === trace.uid);
              const box = drawn.querySelectorAll("path.point")[place].getBoundingClientRect();
              return [box.x + box.width / 2, box.y + box.height / 2];
            }""",
            [card.theme_id, point.period],
        )
        page.mouse.move(*spot)
        page.wait_for_selector("#plot-shares .hovertext")
        hover = page.locator("#plot-shares .hoverlayer").text_content()
        assert f"{point.n_theme} of {point.n_papers} papers" in hover
        page.mouse.click(*spot)
        total = len(summaries[name].papers)
        assert page.locator("#found").inner_text() == f"{point.n_theme} of {total} papers"
        assert page.input_value("#theme-filter") == "n3"
        assert page.input_value("#period-filter") == point.period
        assert page.evaluate("location.hash") == f"#papers&theme=n3&period={point.period}"


@pytest.mark.parametrize("name", ["gapped", "published"])
def test_click_on_a_bar_shows_the_papers_of_the_period(opened, summaries, name):
    with opened(name) as page:
        summary = summaries[name]
        row = summary.tables.volume.iloc[-1]
        key = str(row["period"].date())
        page.locator("#chart-volume").scroll_into_view_if_needed()
        bars = page.locator("#plot-volume .bars").first.locator(".point")
        assert bars.count() == len(summary.tables.volume)
        box = bars.last.locator("path").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_selector("#plot-volume .hovertext")
        hover = page.locator("#plot-volume .hoverlayer").text_content()
        assert f"{row['n_papers']} papers in " in hover
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        told = f"{row['n_papers']} of {len(summary.papers)} papers"
        assert page.locator("#found").inner_text() == told
        assert page.input_value("#period-filter") == key
        assert page.input_value("#theme-filter") == ""
        page.get_by_text("Back to the chart").click()
        assert page.evaluate("location.hash") == "#chart-volume"
        # The same by keyboard: the table behind the chart.
        page.locator("#chart-volume details.behind > summary").press("Enter")
        page.locator("#chart-volume tbody a").last.press("Enter")
        page.get_by_text(told, exact=True).wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_text_over_the_bars_stays_inside_and_can_be_read(opened, width, scheme):
    with opened("many", width=width, scheme=scheme) as page:
        plot = page.locator("#plot-volume").bounding_box()
        notes = page.locator("#plot-volume .annotation").all()
        assert len(notes) == 1
        for note in notes:
            box = note.bounding_box()
            assert box["x"] >= plot["x"]
            assert box["x"] + box["width"] <= plot["x"] + plot["width"]
            assert box["y"] >= plot["y"]
        ink = page.evaluate(
            "getComputedStyle(document.querySelector('#plot-volume .annotation-text')).fill"
        )
        assert ink == ("rgb(255, 154, 92)" if scheme == "dark" else "rgb(179, 68, 10)")
        assert page.locator("#plot-volume .bars .point path").count() == 14


def test_what_is_counted_is_seen_without_scrolling(opened):
    with opened("published", width=360, height=700) as page:
        box = page.locator(".counted").bounding_box()
        assert box["y"] + box["height"] < 700


def test_click_on_the_map_shows_the_paper(opened, summaries):
    with opened("two") as page:
        shown = page.evaluate(
            """() => {
              const plot = document.getElementById("plot-map");
              plot.emit("plotly_click", { points: [{ customdata: plot.data[1].customdata[0] }] });
              return plot.data[1].customdata[0][0];
            }"""
        )
        title = next(p.title for p in summaries["two"].papers if p.paper_id == shown)
        assert page.locator("#rows .title").all_inner_texts() == [title]


def test_map_hover_has_the_titles(opened, summaries):
    with opened("two") as page:
        hovers = page.evaluate(
            "document.getElementById('plot-map').data.flatMap((trace) => trace.hovertext)"
        )
        assert len(hovers) == len(summaries["two"].tables.map)
        assert any("IRanker: Towards Ranking Foundation Model" in text for text in hovers)
        assert all(len(line) < 90 for text in hovers for line in text.split("<br>"))


def test_deep_link_to_a_theme(opened):
    with opened("two", address="#theme=d5") as page:
        card = page.locator("[id='theme=d5']")
        box = card.bounding_box()
        assert -5 <= box["y"] < 400
        assert "here" in card.get_attribute("class")
        assert page.evaluate("document.activeElement.id") == "theme=d5"


@pytest.mark.parametrize("width", [360, 1280])
def test_deep_link_to_a_finer_theme_opens_it_in_its_card(opened, width):
    with opened("nested", width=width, address="#theme=d3") as page:
        part = page.locator("[id='theme=d3']")
        assert part.evaluate("part => part.open")
        assert part.evaluate("part => part.closest('article').id") == "theme=d1"
        assert page.evaluate("document.activeElement.id") == "theme=d3"
        assert -5 <= part.bounding_box()["y"] < 400
        assert part.locator(".stability").is_visible()
        assert part.locator("[data-theme='d3'] li").count() == 3
        assert overflow(page) <= 0
        page.evaluate("location.hash = '#theme=d5'")
        page.locator("[id='theme=d5'][open]").wait_for()
        assert page.locator(".here").count() == 1


def test_a_finer_theme_opens_by_keyboard_and_leads_to_its_papers(opened, summaries):
    with opened("nested") as page:
        card = next(c for c in summaries["nested"].themes if c.theme_id == "d3")
        part = page.locator("[id='theme=d3']")
        assert not part.locator(".verdict").is_visible()
        part.locator("> summary").focus()
        page.keyboard.press("Enter")
        assert part.locator(".verdict").is_visible()
        assert card.brief in part.locator("> summary").inner_text()
        part.get_by_text("Show them in the table").click()
        page.get_by_text(f"{card.n_papers} of 150 papers", exact=True).wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_thirty_broad_themes_stay_readable(opened, width, scheme):
    with opened("wide", width=width, scheme=scheme) as page:
        assert overflow(page) <= 0
        boxes = [note.bounding_box() for note in page.locator("#plot-shares .annotation").all()]
        right = page.locator("#plot-shares").bounding_box()
        seen = [box for box in boxes if box]
        assert len(seen) == (0 if width == 360 else 6)
        for box in seen:
            assert box["x"] + box["width"] <= right["x"] + right["width"]
        seen.sort(key=lambda box: box["y"])
        for upper, lower in itertools.pairwise(seen):
            assert upper["y"] + upper["height"] <= lower["y"] + 3
        assert page.locator("#plot-changes").bounding_box()["height"] < 1000


def test_deep_link_to_a_filter(opened):
    with opened("two", address="#papers&theme=n3&period=2025-07-31") as page:
        assert page.input_value("#theme-filter") == "n3"
        assert page.input_value("#period-filter") == "2025-07-31"
        assert " of 150 papers" in page.locator("#found").inner_text()


def test_cards_show_their_papers(opened, summaries):
    with opened("two") as page:
        titles = {paper.paper_id: paper.title for paper in summaries["two"].papers}
        for card in summaries["two"].themes:
            shown = page.locator(f"[data-theme='{card.theme_id}'] li > span[dir]").all_inner_texts()
            assert len(shown) == min(3, len(card.papers))
            scores = {titles[p.paper_id]: p.score for p in card.papers}
            best = sorted(scores.values(), reverse=True)[: len(shown)]
            assert sorted((scores[title] for title in shown), reverse=True) == best
        page.locator("[data-rest='n1'] > summary").click()
        page.wait_for_selector("[data-rest='n1'] li")
        rest = page.locator("[data-rest='n1'] li").count()
        assert (
            rest == len(next(c for c in summaries["two"].themes if c.theme_id == "n1").papers) - 3
        )


def test_hostile_text_stays_text(opened, sample):
    with opened("hostile", width=360) as page:
        page.locator("#more").click()
        page.locator("#more").click()
        for summary in page.locator("#rows details summary").all()[-12:]:
            summary.click()
        page.fill("#query", "script")
        assert page.evaluate("window.hacked") is None
        assert page.evaluate("document.scripts.length") == 4
        assert (
            page.locator("img, iframe, object, embed, form:not(.filters), b, i, sub").count() == 0
        )
        links = page.evaluate("[...document.links].map((link) => link.protocol)")
        assert set(links) <= {"file:", "https:", "http:"}
        for link in page.locator("#rows a[href^='http']").all()[:5]:
            assert link.get_attribute("rel") == "noopener noreferrer"
        shown = " ".join(page.locator("#rows").inner_text().split())
        assert "<script>alert(1)</script>" in shown
        assert overflow(page) <= 0


def test_hover_shows_hostile_titles_as_text(opened):
    with opened("hostile") as page:
        texts = page.evaluate(
            """async () => {
              const plot = document.getElementById("plot-map");
              const found = [];
              for (const [curve, trace] of plot.data.entries()) {
                for (const [place, text] of trace.hovertext.entries()) {
                  if (!text.includes("&lt;") && !text.includes("customdata")) continue;
                  Plotly.Fx.hover(plot, [{ curveNumber: curve, pointNumber: place }]);
                  await new Promise((done) => setTimeout(done, 60));
                  found.push(plot.querySelector(".hoverlayer").textContent);
                }
              }
              return found;
            }"""
        )
        joined = "\n".join(texts)
        assert "<script>alert(1)</script>" in joined
        assert "</script><script>window.hacked = 1</script>" in joined
        assert "%{customdata[0]}" in joined
        assert page.locator("#plot-map .hoverlayer a").count() == 0
        assert page.evaluate("window.hacked") is None


def test_the_policy_is_in_force(opened):
    with opened("two", quiet=False) as page:
        page.evaluate(
            """() => {
              const script = document.createElement("script");
              script.textContent = "window.hacked = 1";
              document.body.append(script);
              const image = document.createElement("div");
              image.innerHTML = "<img src='x:' onerror='window.hacked = 2'>";
              document.body.append(image);
              const frame = document.createElement("iframe");
              frame.src = "https://example.org/";
              document.body.append(frame);
            }"""
        )
        fetched = page.evaluate("fetch('https://example.org/').then(() => 'sent', () => 'refused')")
        evaluated = page.evaluate(
            """() => new Promise((done) => {
              const probe = document.createElement("button");
              probe.setAttribute("onclick", "window.hacked = 3");
              document.body.append(probe);
              probe.click();
              setTimeout(() => done(window.policyBroken), 300);
            })"""
        )
        assert fetched == "refused"
        assert page.evaluate("window.hacked") is None
        broken = {line.split()[0] for line in evaluated}
        assert {"script-src-elem", "script-src-attr", "connect-src", "frame-src"} <= broken


def test_everything_is_reached_by_keyboard(opened):
    with opened("one", width=1280) as page:
        seen = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            seen.add(
                page.evaluate("document.activeElement.className || document.activeElement.tagName")
            )
        assert "skip" in seen
        page.focus("#query")
        order = []
        for _ in range(4):
            order.append(page.evaluate("document.activeElement.id"))
            page.keyboard.press("Tab")
        assert order == ["query", "theme-filter", "period-filter", "order"]
        unnamed = page.evaluate(
            """[...document.querySelectorAll("a, button, input, select, summary, [role=img]")]
              .filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label")
                || (e.labels && e.labels.length)) && !e.closest(".modebar")).length"""
        )
        assert unnamed == 0


def test_table_behind_a_chart_leads_to_the_papers(opened, summaries):
    with opened("two") as page:
        page.locator("#chart-shares details.behind > summary").click()
        row = page.locator("#chart-shares tbody tr", has_text="prompt learning")
        point = next(c for c in summaries["two"].themes if c.theme_id == "n3").points[0]
        row.locator("td a").first.click()
        page.get_by_text(f"{point.n_theme} of 150 papers", exact=True).wait_for()


def test_print_is_light_and_fits(opened, tmp_path):
    with opened("two", scheme="dark") as page:
        page.evaluate(
            """() => addEventListener("beforeprint", () => {
              window.printed = [...document.querySelectorAll("#plot-shares .main-svg:first-child")]
                .map((svg) => [svg.getAttribute("width"),
                  getComputedStyle(svg.querySelector("text")).fill]);
            })"""
        )
        path = tmp_path / "report.pdf"
        page.pdf(path=str(path), format="A4")
        assert path.read_bytes().startswith(b"%PDF")
        assert {width for width, _ in page.evaluate("window.printed")} == {"660"}
        assert {ink for _, ink in page.evaluate("window.printed")} == {"rgb(0, 0, 0)"}
        page.emulate_media(media="print")
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb(255, 255, 255)"


def test_five_thousand_papers_answer(browser, sample, summarised, tmp_path):
    """The table is drawn in parts and a search still answers at once."""
    tables = sample.many_months(months=14, papers_a_month=360)
    path = tmp_path / "large.html"
    path.write_text(render(summarised(tables, "month")), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(path.as_uri())
    page.locator(".plot[data-drawn]").nth(3).wait_for(timeout=60_000)
    assert page.locator("#rows tr").count() == 50
    page.fill("#query", "warm")
    spent = page.evaluate(
        """() => {
          const query = document.getElementById("query");
          query.value = "prompt learning";
          const start = performance.now();
          query.dispatchEvent(new Event("input"));
          return performance.now() - start;
        }"""
    )
    assert json.loads(page.locator("#found").inner_text().split()[0].replace(",", "")) > 100
    assert spent < 400
    page.close()
