"""Tests of pages that are too small, too large or named in any script, in a real browser."""

from __future__ import annotations

import pandas as pd
import pytest

from papertrends.report import render
from papertrends.tables import PAPERS, conform

pytestmark = pytest.mark.browser

NAMES = (
    "العربية: تعلم التعليمات",
    "提示学习与大型语言模型的推理能力" * 4,
    "🙂👩‍👩‍👧‍👦🏳️‍🌈 emoji 🧪",
    "long " * 39 + "name.",
    "unbroken" * 25,
    "עברית \u202e תערובת",
    "ไทยไม่มีช่องว่างระหว่างคำ" * 3,
)


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def checked(page, summary) -> None:
    """Check that the page stands: nothing sticks out, search answers, all cards are there."""
    assert overflow(page) <= 0
    total = len(summary.papers)
    assert page.locator("#found").inner_text().startswith(f"{total:,} paper")
    cards = page.locator("article.card, details.part[id^='theme=']").count()
    assert cards == len(summary.themes)
    page.fill("#query", "no such word anywhere")
    page.wait_for_timeout(400)
    assert page.locator("#rows tr").count() == 0


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("n_papers", [0, 1, 2])
def test_hardly_any_papers(visited, sample, summarised, tmp_path, n_papers, width):
    papers = sample.dump_papers()[:n_papers]
    tables = sample.tables_of(papers) if n_papers else sample.nothing()
    summary = summarised(tables)
    path = tmp_path / "few.html"
    path.write_text(render(summary), encoding="utf-8")
    with visited(path, len(summary.charts), width=width, scheme="dark") as page:
        checked(page, summary)


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_names_in_every_script_and_of_any_length(
    visited, sample, summarised, tmp_path, width, scheme
):
    themes = tuple(
        (f"d{place}", name, "discovered" if place % 2 else "named", words, least)
        for place, (name, (_, _, _, words, least)) in enumerate(
            zip(NAMES, sample.THEMES, strict=False)
        )
    )
    summary = summarised(sample.tables_of(sample.dump_papers(), themes=themes))
    path = tmp_path / "names.html"
    path.write_text(render(summary), encoding="utf-8")
    with visited(path, len(summary.charts), width=width, scheme=scheme) as page:
        titles = page.locator("article.card h3").all_inner_texts()
        for name in NAMES:
            assert any(name.split()[0] in title for title in titles)
        for box in page.locator("article.card h3, .plot .annotation, .chips a").all()[:60]:
            place = box.bounding_box()
            assert place is None or place["x"] + place["width"] <= width + 1
        checked(page, summary)


@pytest.mark.parametrize("width", [360, 1280])
def test_three_hundred_themes(visited, sample, summarised, tmp_path, width):
    summary = summarised(sample.wide(broad=100, finer=2), "month")
    assert len(summary.themes) >= 300
    path = tmp_path / "wide.html"
    path.write_text(render(summary), encoding="utf-8")
    with visited(path, len(summary.charts), width=width) as page:
        for chart in summary.charts:
            box = page.locator(f"#plot-{chart.chart_id}").bounding_box()
            assert box["height"] < 6000
        checked(page, summary)


def test_a_paper_of_the_far_past_and_an_empty_abstract(visited, sample, summarised, tmp_path):
    rows = sample.dump_papers()[:20].assign(abstract="")
    rows.loc[0, "digest_date"] = pd.Timestamp("1991-08-14")
    tables = sample.tables_of(conform(rows.sort_values("digest_date"), PAPERS), by="year")
    summary = summarised(tables, "year")
    path = tmp_path / "old.html"
    path.write_text(render(summary), encoding="utf-8")
    with visited(path, len(summary.charts)) as page:
        assert page.locator("#rows details").count() == 0
        checked(page, summary)
