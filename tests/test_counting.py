"""All tables of an analysis in a row: what is counted by which date."""

from __future__ import annotations

import runpy
from pathlib import Path

import pandas as pd
import pytest

from papertrends.counting import put_together
from papertrends.memory import Memory
from papertrends.tables import TRENDS, blank
from papertrends.trends import theme_changes, theme_curves, theme_trends

MADE = runpy.run_path(str(Path(__file__).parent / "hand_made.py"))


@pytest.fixture(scope="module")
def memory() -> Memory:
    made: Memory = MADE["remembered"]()
    return made


@pytest.fixture(scope="module")
def dated(memory: Memory) -> pd.DataFrame:
    """Return the papers with publication dates two months apart from those of the digests."""
    days = pd.to_timedelta([30 + 40 * (row % 3) for row in range(len(memory.papers))], unit="D")
    return memory.papers.assign(published_date=memory.papers["digest_date"] - days)


@pytest.mark.parametrize(("date", "other"), [("digest", "published"), ("published", "digest")])
def test_the_other_date_is_counted_too(
    memory: Memory, dated: pd.DataFrame, date: str, other: str
) -> None:
    fitted = memory.fitted
    tables = put_together(dated, fitted, fitted.themes, by="month", date=date, count="every")
    for table, by_date in ((tables.trends, date), (tables.other_trends, other)):
        counted = theme_trends(
            dated, fitted.memberships, by="month", date=by_date, themes=fitted.themes
        )
        pd.testing.assert_frame_equal(table, counted)
    assert not tables.other_trends.equals(tables.trends)
    pd.testing.assert_frame_equal(tables.other_curves, theme_curves(tables.other_trends))
    pd.testing.assert_frame_equal(tables.other_changes, theme_changes(tables.other_trends))


def test_by_digest_the_other_date_has_periods_of_its_own(
    memory: Memory, dated: pd.DataFrame
) -> None:
    fitted = memory.fitted
    tables = put_together(dated, fitted, fitted.themes, by="digest", date="digest", count="every")
    assert set(tables.trends["period"]) == set(dated["digest_date"])
    assert tables.other_trends["n_papers"].groupby(tables.other_trends["period"]).first().sum() == (
        dated["paper_id"].nunique()
    )


def test_without_publication_dates_there_is_no_other(memory: Memory) -> None:
    fitted, papers = memory.fitted, memory.papers.assign(published_date=pd.NaT)
    tables = put_together(papers, fitted, fitted.themes, by="digest", date="digest", count="every")
    pd.testing.assert_frame_equal(tables.other_trends, blank(TRENDS))
    assert tables.other_changes.empty
    assert tables.other_curves.empty
