"""Tests of the papers of the page: each once, in the periods that it counts in."""

from __future__ import annotations

import pandas as pd
import pytest

from papertrends.report.listed import paper_rows
from papertrends.report.model import Period
from papertrends.tables import PAPERS, conform

PERIODS = tuple(
    Period(day, day, day, 1, False) for day in ("2025-01-01", "2025-02-01", "2025-03-01")
)


def papers(*rows: tuple) -> pd.DataFrame:
    columns = ["paper_id", "digest_date", "published_date"]
    frame = pd.DataFrame(rows, columns=columns).assign(title="T", position=1)
    return conform(frame, PAPERS)


def periods_of(table, *, date="digest", count_in="every") -> dict[str, list[str]]:
    rows = paper_rows(table, PERIODS, date=date, count_in=count_in)
    return {row.paper_id: [seen.period for seen in row.appearances] for row in rows}


AGAIN = papers(
    ("a", "2025-01-05", None), ("a", "2025-01-09", None), ("a", "2025-03-01", None),
    ("b", "2025-02-28", None),
)  # fmt: skip


def test_every_appearance_counts_in_its_period():
    told = periods_of(AGAIN)
    assert told == {"a": ["2025-01-01", "2025-01-01", "2025-03-01"], "b": ["2025-02-01"]}


def test_the_first_one_only():
    told = periods_of(AGAIN, count_in="first")
    assert told == {"a": ["2025-01-01", "2025-01-01", ""], "b": ["2025-02-01"]}


def test_by_publication_wherever_it_was_listed():
    table = papers(
        ("a", "2025-02-05", "2025-01-31"), ("a", "2025-03-09", "2025-01-31"),
        ("none", "2025-02-05", None),
        ("late", "2025-02-05", "2025-02-20"),  # a date that cannot be right
        ("old", "2025-02-05", "2024-01-01"),  # before every period that is shown
    )  # fmt: skip
    told = periods_of(table, date="published")
    assert told == {
        "a": ["2025-01-01", "2025-01-01"], "none": [""], "late": [""], "old": [""],
    }  # fmt: skip


def test_papers_behind_a_point_are_as_many_as_it_says(summaries):
    """Also where months are missing, papers stand in two of them, or publication counts."""
    for name in ("gapped", "published"):
        summary = summaries[name]
        for card in summary.themes:
            own = {paper.paper_id for paper in card.papers}
            for point in card.points:
                behind = [
                    paper
                    for paper in summary.papers
                    if paper.paper_id in own
                    and any(seen.period == point.period for seen in paper.appearances)
                ]
                assert len(behind) == point.n_theme, (name, card.theme_id, point.period)


@pytest.mark.parametrize("name", ["many", "gapped", "published"])
def test_papers_behind_a_point_of_the_other_date_are_as_many_as_it_says(summaries, name):
    assert_other_points_agree(summaries[name])


@pytest.mark.parametrize("count", ["every", "first"])
@pytest.mark.parametrize("by", ["month", "quarter"])
@pytest.mark.parametrize("date", ["digest", "published"])
def test_so_they_are_for_every_way_to_count(sample, summarised, date, by, count):
    """Some papers stand in digests of several periods, some have no date or a wrong one."""
    papers = sample.months_of_papers(7, 40)
    again = papers.iloc[::9].assign(digest_date=papers["digest_date"].max())
    papers.loc[::11, "published_date"] = pd.NaT
    papers.loc[5::13, "published_date"] += pd.Timedelta(days=200)
    papers = pd.concat([papers, again]).sort_values("digest_date", kind="stable")
    column = "digest_date" if date == "digest" else "published_date"
    tables = sample.tables_of(conform(papers, PAPERS), by=by, day=column)
    tables = sample.with_other(tables, by, date=date, count=count)
    summary = summarised(tables, by, date=date, count=count)
    assert_other_points_agree(summary)
    several = [paper for paper in summary.papers if len(paper.other_periods) > 1]
    assert bool(several) == (date == "published" and count == "every")


def assert_other_points_agree(summary):
    table = summary.tables.other_trends
    members = {card.theme_id: {one.paper_id for one in card.papers} for card in summary.themes}
    assert {period.key for period in summary.other.periods} == set(
        table["period"].dt.strftime("%Y-%m-%d")
    )
    for row in table.to_dict("records"):
        key = row["period"].strftime("%Y-%m-%d")
        there = [paper for paper in summary.papers if key in paper.other_periods]
        own = [paper for paper in there if paper.paper_id in members[row["theme_id"]]]
        assert len(own) == row["n_theme"], (row["theme_id"], key)
        assert len(there) == row["n_papers"], key


def test_without_another_date_no_paper_has_a_period_of_it(summaries):
    assert not any(paper.other_periods for paper in summaries["two"].papers)


def test_no_papers():
    assert paper_rows(papers(), PERIODS, date="published", count_in="every") == ()
