"""Which period a day lies in, and which periods suit the papers."""

import datetime as dt
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.errors import InputError
from papertrends.trends import PERIODS, resolve_period, theme_trends, undated
from papertrends.trends.periods import are_partial, number_of, starts_of

made = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("made.py"))))
FIVE, papers_a_digest, papers_of = made.FIVE, made.papers_a_digest, made.papers_of


def published_before(papers, days=3):
    return papers.assign(published_date=papers["digest_date"] - pd.Timedelta(days=days))


@given(st.dates(min_value=dt.date(1678, 1, 1), max_value=dt.date(2261, 12, 31)), st.data())
def test_periods_are_those_of_pandas(date, data):
    newest = date + dt.timedelta(days=data.draw(st.integers(0, 400)))
    day = np.array([date.toordinal() - dt.date(1970, 1, 1).toordinal()])
    newest_day = newest.toordinal() - dt.date(1970, 1, 1).toordinal()
    for by, code in [("week", "W-SUN"), ("month", "M"), ("quarter", "Q"), ("year", "Y")]:
        period = pd.Period(date, code)
        number = number_of(day, by)
        assert starts_of(number, by)[0] == period.start_time
        assert starts_of(number + 1, by)[0] == (period + 1).start_time
        assert are_partial(number, by, newest_day)[0] == (period.end_time.date() > newest)
    assert starts_of(number_of(day, "digest"), "digest")[0] == pd.Timestamp(date)
    assert not are_partial(day, "digest", newest_day)[0]


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        (FIVE, "digest"),
        (papers_a_digest([1]), "digest"),
        (papers_a_digest([1] * 12, freq="90D"), "digest"),
        (papers_a_digest([100] * 30, freq="7D"), "digest"),
        (papers_a_digest([20] * 30), "week"),
        (papers_a_digest([20] * 200), "week"),
        (papers_a_digest([20] * 400), "month"),
        (papers_a_digest([5] * 1500), "quarter"),
        (papers_a_digest([1] * 5000), "year"),
        (papers_a_digest([1] * 20), "week"),
        (papers_a_digest([1] * 100), "quarter"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} papers",
)
def test_auto_goes_by_span_and_volume(papers, expected):
    assert resolve_period(papers) == expected
    members = pd.DataFrame({"paper_id": papers["paper_id"][:1], "theme_id": ["x"]})
    pd.testing.assert_frame_equal(
        theme_trends(papers, members, "auto"), theme_trends(papers, members, expected)
    )


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        (papers_a_digest([1]), "week"),
        (papers_a_digest([100] * 12, freq="7D"), "week"),
        (papers_a_digest([100] * 30, freq="7D"), "week"),
        (papers_a_digest([20] * 400), "month"),
        (papers_a_digest([5] * 1500), "quarter"),
        (papers_a_digest([1] * 100), "quarter"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} papers",
)
def test_auto_by_publication_date_takes_a_period_of_the_calendar(papers, expected):
    papers = published_before(papers, days=0)
    assert resolve_period(papers, date="published") == expected
    members = pd.DataFrame({"paper_id": papers["paper_id"][:1], "theme_id": ["x"]})
    pd.testing.assert_frame_equal(
        theme_trends(papers, members, "auto", date="published"),
        theme_trends(papers, members, expected, date="published"),
    )


def test_auto_by_publication_date_goes_by_the_publications():
    papers = papers_a_digest([5] * 1500)
    listed_at_once = papers.assign(
        published_date=papers["digest_date"], digest_date=papers["digest_date"].max()
    )
    assert resolve_period(listed_at_once) == "digest"
    assert resolve_period(listed_at_once, date="published") == "quarter"


def test_auto_counts_the_papers_that_will_be_counted():
    # The same hundred papers every day: seven hundred listings a week, no new paper after one.
    papers = papers_a_digest([100] * 40)
    papers["paper_id"] = np.tile([f"p{i}" for i in range(100)], 40)
    assert resolve_period(papers) == "week"
    assert resolve_period(papers, count="first") == "digest"


@pytest.mark.parametrize("by", PERIODS[1:])
def test_a_period_that_is_named_stands_for_itself(by):
    assert resolve_period(FIVE, by) == by
    if by != "digest":
        assert resolve_period(FIVE, by, date="published", count="first") == by


def test_unknown_values_are_told_the_near_ones():
    with pytest.raises(
        InputError, match=r"'moth' is no period.*did you mean 'month'.*digest, week"
    ):
        resolve_period(FIVE, "moth")
    with pytest.raises(InputError, match=r"'day' is no period to count by; Allowed: auto, digest"):
        resolve_period(FIVE, "day")
    with pytest.raises(
        InputError, match=r"'publish' is no date.*did you mean 'published'.*digest, published"
    ):
        resolve_period(FIVE, date="publish")
    with pytest.raises(InputError, match=r"'frist' is no way .*did you mean 'first'.*every, first"):
        resolve_period(FIVE, count="frist")
    with pytest.raises(InputError, match=r"None is no period"):
        resolve_period(FIVE, None)


def test_publications_belong_to_no_digest():
    with pytest.raises(
        InputError, match=r"belong to no digest; .*week, month, quarter, year, auto"
    ):
        resolve_period(FIVE, "digest", date="published")


def test_undated_papers_are_counted_once_each():
    papers = papers_of(
        ("dated", "2025-08-01", "2025-07-30"),
        ("no date", "2025-08-01"),
        ("no date", "2025-08-04"),
        ("known later", "2025-08-01"),
        ("known later", "2025-08-04", "2025-07-31"),
        ("other zone", "2025-08-01", "2025-08-02"),
        ("too late", "2025-08-01", "2025-08-03"),
        ("after all", "2025-08-04", "2025-08-05"),
        ("one wrong", "2025-08-01", "2026-01-01"),
        ("one wrong", "2025-08-04", "2024-01-01"),
        # Listed before: what is dated later is no first publication.
        ("revised", "2025-08-01"),
        ("revised", "2025-08-04", "2025-08-03"),
    )
    assert undated(papers) == 4
    expected = {"no date", "too late", "after all", "revised"}
    for paper, rows in papers.groupby("paper_id"):
        # The newest digest stays in the data, with another paper.
        alone = pd.concat([rows, papers_of(("z", "2025-08-04", "2025-08-04"))])
        assert undated(alone) == (paper in expected), paper
    assert undated(papers.iloc[::-1]) == 4


def test_without_publication_dates_all_are_undated():
    assert undated(FIVE) == 4
    assert undated(FIVE.drop(columns="published_date")) == 4
    for empty in (None, np.nan, pd.NaT):
        assert undated(FIVE.assign(published_date=empty)) == 4


def test_to_count_by_publication_some_date_is_needed():
    message = r"none of the 4 papers has a publication date; count by digest date, or load dumps"
    for papers in (FIVE, FIVE.drop(columns="published_date")):
        with pytest.raises(InputError, match=message):
            resolve_period(papers, date="published")
    wrong_year = published_before(FIVE, days=-365)
    with pytest.raises(
        InputError, match=r"every published_date .*after the listing.*year of the digests"
    ):
        resolve_period(wrong_year, date="published")


@pytest.mark.parametrize("column", ["digest_date", "published_date"])
@pytest.mark.parametrize(
    "dates",
    [["2025-07-31"] * 5, pd.to_datetime(["2025-07-31"] * 5, utc=True), range(5)],
    ids=["strings", "with zone", "numbers"],
)
def test_dates_must_be_dates_without_a_zone(column, dates):
    papers = FIVE.assign(**{column: dates})
    message = (
        rf"{column} of the papers table holds .*, not dates without a time zone; .*to_datetime"
    )
    with pytest.raises(InputError, match=message):
        undated(papers)
    with pytest.raises(InputError, match=message):
        resolve_period(papers, date="published")


def test_papers_without_a_digest_date_are_counted():
    papers = FIVE.assign(digest_date=FIVE["digest_date"].where(FIVE["paper_id"] != "a"))
    with pytest.raises(InputError, match=r"2 of 5 rows .* have no digest_date; .*dropna"):
        resolve_period(papers)
    with pytest.raises(InputError, match=r"5 of 5 rows .* have no digest_date"):
        resolve_period(FIVE.assign(digest_date=None))


@pytest.mark.parametrize("year", ["1677", "2262", "9999"])
def test_digests_out_of_all_time_are_refused(year):
    dates = np.array([f"{year}-06-01", "2025-08-05"], dtype="datetime64[s]")
    papers = pd.DataFrame({"paper_id": ["a", "b"], "digest_date": dates})
    with pytest.raises(InputError, match=r"1 of 2 rows .* not between the years 1678 and 2261"):
        resolve_period(papers)


@pytest.mark.parametrize("year", ["0001", "1677", "9999"])
def test_publications_out_of_all_time_are_undated(year):
    dates = np.array([f"{year}-06-01", "2025-08-05"], dtype="datetime64[s]")
    papers = papers_of(("a", "2025-08-05"), ("b", "2025-08-05")).assign(published_date=dates)
    assert undated(papers) == 1


def test_no_papers():
    with pytest.raises(InputError, match="papers table is empty; load a dump"):
        resolve_period(FIVE.iloc[:0])
    with pytest.raises(InputError, match="papers table is empty; load a dump"):
        undated(FIVE.iloc[:0])


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_papers_without_an_identifier_are_counted(blank):
    papers = FIVE.assign(paper_id=["a", blank, "c", "a", blank])
    with pytest.raises(
        InputError, match=r"2 rows of the papers table have no paper_id; fill it in"
    ):
        resolve_period(papers)


def test_a_digest_decades_away_is_no_burden():
    papers = pd.concat(
        [published_before(papers_a_digest([20] * 400)), papers_of(("z", "2105-08-05"))]
    )
    assert resolve_period(papers) == "month"
    assert undated(papers) == 1
