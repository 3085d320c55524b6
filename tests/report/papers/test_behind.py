"""Tests of the papers behind a point: its numbers, and a dialog that gives everything back."""

from __future__ import annotations

import pytest

from papertrends.report.words import interval, percent

pytestmark = pytest.mark.browser


def found(page) -> str:
    return page.locator("#found").inner_text()


def place(page) -> str:
    return page.evaluate("location.hash")


def focused(page) -> str:
    return page.evaluate("document.activeElement.id")


@pytest.mark.parametrize("name", ["two", "gapped", "published"])
def test_numbers_of_a_point_are_those_of_the_table(opened_at, summaries, name, show):
    with opened_at(name) as page:
        summary = summaries[name]
        labels = {period.key: period.label for period in summary.periods}
        rows = summary.tables.trends
        for row in rows[rows["theme_id"].isin(["n3", "n4"])].itertuples():
            key = str(row.period.date())
            show(page, theme=row.theme_id, period=key)
            card = next(c for c in summary.themes if c.theme_id == row.theme_id)
            assert page.locator("#behind-title").inner_text() == f"{card.name}, {labels[key]}"
            told = page.locator("#behind-text").inner_text().replace("\u00a0", " ")
            numbers = (
                f"{row.n_theme} of {row.n_papers} papers ({percent(row.share)}, 95 % interval "
            )
            assert told.startswith(numbers + interval(row.share_low, row.share_high) + ")")
            assert ("not over yet" in told) == row.partial
            assert page.locator("#behind-papers li").count() == row.n_theme
            page.click("#behind-close")


def test_numbers_by_the_other_date(at, both, show):
    summary, path = both
    row = summary.tables.other_trends.query("theme_id == 'n3'").iloc[-2]
    with at(path, f"#behind&theme=n3&period={row['period'].date()}&date=published") as page:
        told = page.locator("#behind-text").inner_text()
        assert told.startswith(f"{row['n_theme']} of {row['n_papers']} papers")
        assert page.locator("#behind-papers li").count() == row["n_theme"]
        page.click("#behind-all")
        page.locator("#behind").wait_for(state="hidden")
        assert found(page) == f"{row['n_theme']} of {len(summary.papers)} papers"
        assert "date=published" in place(page)
    own = summary.tables.volume.iloc[-1]
    with at(path, "#date=published") as page:
        show(page, chart="volume", period=str(own["period"].date()), date="digest")
        assert page.locator("#behind-text").inner_text() == f"{own['n_papers']} papers."
        page.keyboard.press("Escape")
        page.wait_for_timeout(200)
        assert place(page) == "#date=published"


def test_shares_are_written_as_everywhere_else(opened_at):
    shares = [
        k / n for n in (1, 3, 7, 8, 16, 32, 64, 80, 400, 1000) for k in range(0, n + 1, 1 + n // 40)
    ]
    with opened_at("one") as page:
        told = page.evaluate(
            """(shares) => shares.map((share) =>
              [papertrends.text.percent(share), papertrends.text.interval(share, share)])""",
            shares,
        )
        for share, (one, two) in zip(shares, told, strict=True):
            assert one.replace("\u00a0", " ") == percent(share)
            assert two.replace("\u00a0", " ") == interval(share, share)


@pytest.mark.parametrize("way", ["escape", "button", "backdrop", "back"])
def test_the_dialog_closes_and_gives_the_focus_back(opened_at, way, show):
    with opened_at("two", "#papers&query=prompt") as page:
        before = place(page)
        page.evaluate("scrollTo({ top: 600, behavior: 'instant' })")
        show(page, theme="n3", period="2025-08-05")
        assert page.locator("#behind").is_visible()
        assert focused(page) == "behind-title"
        assert place(page) == "#behind&theme=n3&period=2025-08-05"
        where = page.evaluate("scrollY")
        if way == "escape":
            page.keyboard.press("Escape")
        elif way == "button":
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
            page.locator("#behind-close").press("Enter")
        elif way == "backdrop":
            page.mouse.click(5, 450)
        else:
            page.go_back()
        page.locator("#behind").wait_for(state="hidden")
        page.wait_for_timeout(200)
        assert place(page) == before
        assert page.evaluate("document.activeElement.className").startswith("plot")
        assert page.evaluate("scrollY") == where
        if way != "back":
            page.go_forward()
            page.locator("#behind[open]").wait_for()


def test_deep_link_to_the_papers_behind_a_point(opened_at):
    with opened_at("two", "#behind&theme=n3&period=2025-08-05") as page:
        assert page.locator("#behind-papers li").count() > 5
        page.keyboard.press("Escape")
        page.locator("#behind").wait_for(state="hidden")
        page.wait_for_timeout(100)
        assert place(page) == ""
        assert page.evaluate("document.activeElement !== document.body")


def test_a_link_in_the_dialog_closes_it(opened_at, show):
    with opened_at("two") as page:
        show(page, theme="n3")
        page.locator("#behind-text a").click()
        page.locator("#behind").wait_for(state="hidden")
        assert place(page) == "#theme=n3"
        page.wait_for_timeout(100)
        assert focused(page) == "theme=n3"
        page.go_back()
        page.locator("#behind[open]").wait_for()


def test_more_than_fifty_are_shown_in_the_list(opened_at, summaries, show):
    with opened_at("many") as page:
        summary = summaries["many"]
        row = summary.tables.volume.iloc[-1]
        show(page, chart="volume", period=str(row["period"].date()))
        assert page.locator("#behind-papers li").count() == 50
        link = page.locator("#behind-all")
        assert link.inner_text() == f"Show all {row['n_papers']} in the list of papers"
        link.press("Enter")
        page.locator("#behind").wait_for(state="hidden")
        assert found(page) == f"{row['n_papers']} of {len(summary.papers)} papers"
        assert page.input_value("#period-filter") == str(row["period"].date())


def test_a_paper_of_the_map(opened_at, summaries, show):
    with opened_at("two") as page:
        themed = {p.paper_id: card.name for card in summaries["two"].themes for p in card.papers}
        paper = next(p for p in summaries["two"].papers if p.url and p.paper_id in themed)
        show(page, chart="map", only=paper.paper_id)
        assert page.locator("#behind-title").inner_text() == paper.title
        told = page.locator("#behind-papers").inner_text()
        assert paper.abstract in told
        assert themed[paper.paper_id] in told
        assert page.locator("#behind-papers a[target=_blank]").get_attribute("href") == paper.url
        page.click("#behind-all")
        page.locator("#behind").wait_for(state="hidden")
        assert found(page) == "1 of 150 papers"
