"""Tests that nobody is shut out of the page: axe's rules, keyboard, names for screen readers."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

#: What the colours of a page can change; all other rules find the same whichever they are.
OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
NAMES = ("two", "one", "many", "hostile", "nested", "wide", "published")


def violations(page, scheme: str = "light") -> list[str]:
    """Return what axe finds, each with the element that it is about; in the dark, of colours."""
    from axe_playwright_python.sync_playwright import Axe

    # What passes need not be listed element by element, which takes most of its time.
    options = {"resultTypes": ["violations"], **(OF_COLOURS if scheme == "dark" else {})}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(opened, name, scheme):
    width = 360 if name in ("one", "wide") else 1280
    with opened(name, width=width, scheme=scheme) as page:
        assert violations(page, scheme) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_everything_open(opened, scheme):
    with opened("many", scheme=scheme) as page:
        # One look with all that unfolds unfolded, one with the papers behind a point.
        page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
        page.locator(".numbers table").nth(3).wait_for(state="attached")
        page.fill("#query", "prompt")
        assert violations(page, scheme) == []
        page.evaluate("location.hash = '#behind&theme=n3'")
        page.locator("dialog[open]").wait_for()
        assert violations(page, scheme) == []


def test_axe_would_complain(opened):
    """The check can fail: a button without a name is found."""
    with opened("one") as page:
        page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert any(one.startswith("button-name") for one in violations(page))


def test_axe_would_complain_of_the_dark(opened):
    """The check can fail there, too: text that is hard to tell from what is behind it is found."""
    with opened("one", scheme="dark") as page:
        page.evaluate("document.querySelector('h1').style.color = '#333'")
        assert any(one.startswith("color-contrast") for one in violations(page, "dark"))


@pytest.mark.parametrize("name", ["two", "published"])
def test_the_tab_key_reaches_every_control(opened, name):
    with opened(name) as page:
        wanted = page.evaluate(
            """() => {
              const seen = (e) => e.checkVisibility() && !e.disabled
                && !e.closest("[disabled], dialog:not([open])")
                && !e.closest("details:not([open]) > :not(summary)");
              const all = [...document.querySelectorAll(
                "a[href], button, input, select, summary, [tabindex='0']")].filter(seen);
              // Of radio buttons Tab reaches the one that is chosen; arrow keys the others.
              const told = all.filter((e) => e.type !== "radio" || e.checked);
              told.forEach((e, place) => { e.dataset.wanted = place; });
              return told.length;
            }"""
        )
        reached = set()
        page.evaluate("document.body.focus()")
        for _ in range(wanted + 30):
            page.keyboard.press("Tab")
            place = page.evaluate("document.activeElement.dataset.wanted")
            if place is not None:
                reached.add(int(place))
        missed = page.evaluate(
            """(reached) => [...document.querySelectorAll("[data-wanted]")]
              .filter((e) => !reached.includes(Number(e.dataset.wanted)))
              .map((e) => e.outerHTML.slice(0, 120))""",
            sorted(reached),
        )
        assert wanted > 40
        assert missed == []


def test_every_chart_has_a_name_and_a_table(opened, summaries):
    for name in ("two", "many"):
        with opened(name) as page:
            for chart in summaries[name].charts:
                plot = page.locator(f"#plot-{chart.chart_id}")
                assert plot.get_attribute("aria-label").startswith(chart.alt.split(".")[0])
                page.locator(f"#chart-{chart.chart_id} .numbers > summary").press("Enter")
                rows = page.locator(f"#chart-{chart.chart_id} .numbers tbody tr")
                rows.first.wait_for()
                assert rows.count() == len(chart.table.rows)
