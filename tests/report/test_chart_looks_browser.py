"""Tests of how charts look in a real browser: as pictures, on any screen, light and dark."""

from __future__ import annotations

import html
import re
import runpy
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

charts = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("charts_in_browser.py"))))
KINDS = charts.KINDS

pytestmark = pytest.mark.browser


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
