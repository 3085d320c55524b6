"""Tests of the page in a real browser: drawn, quiet, offline, usable, and not to be run into."""

from __future__ import annotations

import itertools

import pytest

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


@pytest.mark.parametrize("width", [360, 1280, 2560])
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


def test_a_finer_theme_opens_by_keyboard_and_leads_to_its_papers(opened, summaries):
    with opened("nested") as page:
        card = next(c for c in summaries["nested"].themes if c.theme_id == "d3")
        part = page.locator("[id='theme=d3']")
        assert not part.locator(".verdict").is_visible()
        part.locator("> summary").focus()
        page.keyboard.press("Enter")
        assert part.locator(".verdict").is_visible()
        assert card.brief in part.locator("> summary").inner_text()
        part.get_by_text(card.papers_link_text).click()
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


def test_hostile_text_stays_text(opened, sample):
    with opened("hostile", width=360) as page:
        page.locator("#more").click()
        page.locator("#more").click()
        for summary in page.locator("#rows details summary").all()[-12:]:
            summary.click()
        page.fill("#query", "script")
        assert page.evaluate("window.hacked") is None
        assert page.evaluate("document.scripts.length") == 5
        forms = "form:not(.filters, .switches)"
        assert page.locator(f"img, iframe, object, embed, {forms}, b, i, sub").count() == 0
        links = page.evaluate("[...document.links].map((link) => link.protocol)")
        assert set(links) <= {"file:", "https:", "http:"}
        for link in page.locator("#rows a[href^='http']").all()[:5]:
            assert link.get_attribute("rel") == "noopener noreferrer"
        shown = " ".join(page.locator("#rows").inner_text().split())
        assert "<script>alert(1)</script>" in shown
        assert overflow(page) <= 0


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
