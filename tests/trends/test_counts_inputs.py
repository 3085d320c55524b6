"""What tables papers are counted in, and which are refused by name."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from papertrends.errors import InputError
from papertrends.trends import PERIODS, resolve_period, theme_trends

made = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("made.py"))))
FIVE, members_of, papers_of = made.FIVE, made.members_of, made.papers_of
MEMBERS = members_of(("a", "x"), ("a", "x"), ("a", "y"), ("d", "y"))


def test_unknown_values_are_told_the_near_ones():
    with pytest.raises(
        InputError, match=r"'moth' is no period.*did you mean 'month'.*digest, week"
    ):
        theme_trends(FIVE, MEMBERS, by="moth")
    with pytest.raises(InputError, match=r"'publised' is no date.*did you mean 'published'"):
        theme_trends(FIVE, MEMBERS, date="publised")
    with pytest.raises(InputError, match=r"'all' is no way to count .*Allowed: every, first"):
        theme_trends(FIVE, MEMBERS, count="all")
    with pytest.raises(
        InputError, match=r"belong to no digest; .*week, month, quarter, year, auto"
    ):
        theme_trends(FIVE, MEMBERS, date="published")


def test_memberships_of_papers_that_are_not_there_are_named():
    members = members_of(*((f"q{i}", "x") for i in (5, 4, 3, 2, 2)), ("a", "x"))
    message = r"4 papers that are not in papers \(q2, q3, q4, \.\.\.\); give the papers"
    with pytest.raises(InputError, match=message):
        theme_trends(FIVE, members)


def test_papers_without_a_date_are_counted():
    papers = FIVE.assign(digest_date=FIVE["digest_date"].where(FIVE["paper_id"] != "a"))
    with pytest.raises(InputError, match=r"2 of 5 rows .* have no digest_date; .*dropna"):
        theme_trends(papers, MEMBERS)
    with pytest.raises(InputError, match=r"2 of 5 rows"):
        resolve_period(papers)


@pytest.mark.parametrize(
    "dates", [["2025-07-31"] * 5, pd.to_datetime(["2025-07-31"] * 5, utc=True)]
)
def test_dates_must_be_dates_without_a_zone(dates):
    with pytest.raises(InputError, match=r"not dates without a time zone; .*to_datetime"):
        theme_trends(FIVE.assign(digest_date=dates), MEMBERS)


def test_no_papers():
    with pytest.raises(InputError, match="papers table is empty; load a dump"):
        theme_trends(FIVE.iloc[:0], MEMBERS.iloc[:0])


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ((FIVE.drop(columns="digest_date"), MEMBERS, None), "papers table lacks digest_date"),
        ((FIVE, MEMBERS.drop(columns="theme_id"), None), "memberships table lacks theme_id"),
        ((FIVE, MEMBERS, pd.DataFrame({"name": []})), "themes table lacks theme_id"),
        ((FIVE, members_of(("a", None)), None), "1 rows of the memberships table have no theme_id"),
        ((FIVE, members_of((None, "x")), None), "1 rows of the memberships table have no paper_id"),
        ((FIVE, members_of(("a", "")), None), "1 rows of the memberships table have no theme_id"),
        ((FIVE, members_of((" ", "x")), None), "1 rows of the memberships table have no paper_id"),
        ((FIVE, MEMBERS, pd.DataFrame({"theme_id": ["", "x"]})), "1 rows of the themes table have"),
    ],
)
def test_incomplete_tables_are_named(frames, message):
    papers, members, themes = frames
    with pytest.raises(InputError, match=message):
        theme_trends(papers, members, themes=themes)


@pytest.mark.parametrize("kind", ["object", "str", "category", "int64", "float64"])
def test_the_type_of_identifiers_does_not_matter(kind):
    papers = FIVE.assign(paper_id=[1, 2, 3, 1, 4]).astype({"paper_id": kind})
    members = pd.DataFrame({"paper_id": [1, 1, 1, 4], "theme_id": [7, 7, 8, 8]})
    trends = theme_trends(papers, members.astype({"paper_id": kind, "theme_id": kind}))
    names = ["7.0", "8.0"] if kind == "float64" else ["7", "8"]
    expected = theme_trends(FIVE, MEMBERS.replace({"x": names[0], "y": names[1]}))
    pd.testing.assert_frame_equal(trends, expected)


def test_identifiers_of_mixed_types_are_told_apart_as_strings():
    papers = FIVE.assign(paper_id=pd.Series([1, "2", "3", "1", 4], dtype=object))
    members = members_of(("1", "x"), (1, "x"), (1, "y"), (4, "y"))
    pd.testing.assert_frame_equal(theme_trends(papers, members), theme_trends(FIVE, MEMBERS))


def test_a_digest_decades_away_is_one_more_period():
    papers = pd.concat([FIVE, papers_of(("z", "2125-08-05"))])
    for by in PERIODS[1:]:
        assert len(theme_trends(papers, MEMBERS, by)) == len(theme_trends(FIVE, MEMBERS, by)) + 2


def test_the_input_is_left_alone():
    papers, members = FIVE.copy(), MEMBERS.copy()
    theme_trends(papers, members, "auto")
    theme_trends(papers, members, count="first")
    pd.testing.assert_frame_equal(papers, FIVE)
    pd.testing.assert_frame_equal(members, MEMBERS)
