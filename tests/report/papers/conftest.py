"""Pages of papers, opened, and what a reader does with them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest

from papertrends.report import render

#: A character of each kind that an address, a selector or a template could trip over.
ODD = 'a&b=c%20+#d?"<é> 😀 ي'


@pytest.fixture(scope="session")
def odd_id():
    return ODD


@pytest.fixture
def at(browser):
    """Open a page by its path, wait until it answers, and fail on any error of its own."""

    @contextmanager
    def open_path(path, address="", *, width=1280, height=900):
        context = browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        noise: list[str] = []
        page.on("console", lambda m: m.type == "error" and noise.append(m.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on("dialog", lambda dialog: (noise.append("dialog"), dialog.dismiss()))
        page.goto(path.as_uri() + address)
        page.locator("html[data-ready]").wait_for(timeout=60_000)
        yield page
        assert noise == []
        context.close()

    return open_path


@pytest.fixture
def opened_at(at, files):
    return lambda name, address="", **size: at(files[name], address, **size)


@pytest.fixture
def show():
    """Open the papers behind a point as a chart does, from the first of them."""

    def ask(page, **wanted):
        page.evaluate(
            """(wanted) => {
              const opener = document.querySelector(".plot");
              opener.tabIndex = 0;
              opener.focus({ preventScroll: true });
              papertrends.behind.show({ chart: "shares", ...wanted }, opener);
            }""",
            wanted,
        )
        page.locator("#behind[open]").wait_for()

    return ask


@pytest.fixture
def saved():
    """Click a button and return the name and the bytes of the file that it gives."""

    def click(page, selector):
        with page.expect_download() as waiting:
            page.locator(selector).click()
        download = waiting.value
        # Chromium refuses more than ten downloads a second.
        page.wait_for_timeout(110)
        return download.suggested_filename, download.path().read_bytes()

    return click


@pytest.fixture(scope="module")
def both(sample, summarised, tmp_path_factory):
    """Return months counted by digest and by publication: the summary and its page."""
    papers = sample.months_of_papers()
    other = sample.tables_of(papers, by="month", day="published_date")
    tables = replace(
        sample.many_months(),
        other_trends=other.trends,
        other_curves=other.curves,
        other_changes=other.changes,
    )
    summary = summarised(tables, "month")
    path = tmp_path_factory.mktemp("both") / "both.html"
    path.write_text(render(summary), encoding="utf-8")
    return summary, path


@pytest.fixture(scope="module")
def odd(sample, summarised, tmp_path_factory):
    """Return a page whose theme n3 and first paper have ids of odd characters."""
    tables = sample.two_digests()
    frames = {}
    for name, table in tables.items():
        own = table.copy()
        if "theme_id" in own:
            own["theme_id"] = own["theme_id"].replace({"n3": ODD}).astype("str")
        frames[name] = own
    first = tables.papers["paper_id"][0]
    for name in ("papers", "memberships", "unassigned", "map"):
        frames[name]["paper_id"] = frames[name]["paper_id"].replace({first: ODD}).astype("str")
    path = tmp_path_factory.mktemp("odd") / "odd.html"
    path.write_text(render(summarised(replace(tables, **frames))), encoding="utf-8")
    return path
