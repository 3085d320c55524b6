"""Tests of the tables behind the charts, in a real browser."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

charts = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("charts_in_browser.py"))))
KINDS, settled = charts.KINDS, charts.settled

pytestmark = pytest.mark.browser


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
