"""Papers and digests of each period, gaps and all, counted again by loops."""

import datetime as dt
import runpy
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papertrends.errors import InputError
from papertrends.tables import VOLUME
from papertrends.trends import (
    PERIODS,
    digest_volume,
    resolve_period,
    theme_trends,
    undated,
    volume_jumps,
)

made = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("made.py"))))
days, papers_a_digest, papers_of = made.days, made.papers_a_digest, made.papers_of
starts = made.starts


LISTED = papers_of(
    ("a", "2024-03-01", "2024-02-28"),
    ("b", "2024-03-01", "2023-12-02"),
    ("c", "2024-03-28", "2023-12-29"),
    ("a", "2024-03-28", "2024-02-28"),
    ("d", "2024-03-28"),
    # April is a gap.
    ("b", "2024-05-02", "2023-12-02"),
    ("e", "2024-05-02", "2024-05-03"),
    ("a", "2024-05-20", "2024-02-28"),
    ("f", "2024-05-20", "2024-05-20"),
)


def test_volume_by_month():
    volume = digest_volume(LISTED, "month").set_index("period")
    assert [str(day.date()) for day in volume.index] == ["2024-03-01", "2024-04-01", "2024-05-01"]
    assert volume["n_digests"].tolist() == [2, 0, 2]
    assert volume["n_papers"].tolist() == [4, 0, 4]
    assert volume["n_again"].tolist() == [0, 0, 2]
    assert volume["n_dated"].tolist() == [3, 0, 4]
    # b after 90 days is not late in March, and c after 90 neither; in May a is not (82) and b is.
    assert volume["n_late"].tolist() == [0, 0, 1]
    lags = [[2, 90, 90], [], [152, -1, 82, 0]]
    for column, quantile in [("lag_low", 10), ("lag_median", 50), ("lag_high", 90)]:
        expected = [np.percentile(some, quantile) if some else np.nan for some in lags]
        assert volume[column].tolist() == pytest.approx(expected, nan_ok=True)
    assert volume["partial"].tolist() == [False, False, True]


def test_volume_by_digest():
    volume = digest_volume(LISTED)
    assert volume["period"].tolist() == sorted(set(LISTED["digest_date"]))
    assert volume["n_digests"].tolist() == [1, 1, 1, 1]
    assert volume["n_papers"].tolist() == [2, 3, 2, 2]
    assert volume["n_again"].tolist() == [0, 1, 1, 1]
    assert not volume["partial"].any()


def test_first_counting_leaves_digests_without_papers_of_their_own():
    papers = pd.concat([LISTED, papers_of(("a", "2024-05-21"), ("f", "2024-05-21"))])
    volume = digest_volume(papers, count="first")
    assert volume["n_digests"].tolist() == [1, 1, 1, 1, 1]
    assert volume["n_papers"].tolist() == [2, 2, 1, 1, 0]
    assert volume["n_again"].tolist() == [0] * 5
    assert np.isnan(volume["lag_median"].iloc[-1])


def test_volume_by_publication_date():
    with pytest.warns(UserWarning, match=r"^1 of 6 papers are left out") as told:
        volume = digest_volume(LISTED, "month", date="published").set_index("period")
    assert [Path(warning.filename).name for warning in told] == [Path(__file__).name]
    assert [str(day.date()) for day in volume.index[[0, -1]]] == ["2023-12-01", "2024-05-01"]
    assert volume["n_digests"].tolist() == [0, 0, 0, 2, 0, 2]
    assert volume["n_papers"].tolist() == [2, 0, 1, 0, 0, 2]
    assert volume["n_dated"].tolist() == volume["n_papers"].tolist()
    assert volume["n_again"].tolist() == [0] * 6
    # To the first listing, however often a paper came again.
    assert volume["lag_median"].dropna().tolist() == [90, 2, -0.5]
    assert volume["partial"].tolist() == [False] * 5 + [True]


def test_digests_after_the_last_publication_are_there():
    papers = papers_of(("a", "2024-05-02", "2024-02-01"))
    volume = digest_volume(papers, "month", date="published")
    assert volume["n_papers"].tolist() == [1, 0, 0, 0]
    assert volume["n_digests"].tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(("days", "lag"), [(0, 0), (1, -1), (2, np.nan), (400, np.nan)])
def test_a_paper_is_listed_a_day_before_its_publication_at_most(days, lag):
    published = pd.Timestamp("2024-03-01") + pd.Timedelta(days=days)
    papers = papers_of(("a", "2024-03-01", published), ("z", "2026-01-01"))
    volume = digest_volume(papers)
    assert volume["lag_median"].tolist() == pytest.approx([lag, np.nan], nan_ok=True)
    assert volume["n_dated"].tolist() == [int(not np.isnan(lag)), 0]


def test_late_is_more_than_ninety_days():
    papers = papers_of(("a", "2024-03-31", "2024-01-01"), ("b", "2024-03-31", "2023-12-31"))
    assert digest_volume(papers)["n_late"].tolist() == [1]


def test_without_publication_dates_nothing_is_dated():
    for papers in (
        LISTED.drop(columns="published_date"),
        LISTED.assign(published_date=None),
        LISTED.assign(published_date=pd.NaT),
    ):
        volume = digest_volume(papers, "month")
        assert volume["n_papers"].tolist() == [4, 0, 4]
        assert volume["n_dated"].tolist() == volume["n_late"].tolist() == [0, 0, 0]
        assert volume[["lag_low", "lag_median", "lag_high"]].isna().all(axis=None)


def test_the_table_is_as_promised():
    for papers in (LISTED, LISTED.drop(columns="published_date"), LISTED.iloc[:1]):
        for by in PERIODS:
            volume = digest_volume(papers, by)
            blank = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in VOLUME.items()})
            pd.testing.assert_series_equal(volume.dtypes, blank.dtypes)
            assert volume.index.tolist() == list(range(len(volume)))


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefghij"), days, st.none() | days), min_size=1, max_size=40
    ),
    st.sampled_from(PERIODS[1:]),
    st.sampled_from(["every", "first"]),
)
@settings(deadline=None, max_examples=100)
def test_volume_agrees_with_loops_and_order_does_not_matter(listed, by, count):
    newest = max(day for _, day, _ in listed)
    first = {p: min(day for q, day, _ in listed if q == p) for p, _, _ in listed}
    published = {}
    for paper, _, day in listed:
        limit = min(newest, first[paper] + dt.timedelta(days=1))
        if day is not None and day <= limit:
            published[paper] = min(day, published.get(paper, day))
    there = {}
    for paper, day, _ in listed:
        there.setdefault(starts[by](day), {}).setdefault(paper, []).append(day)
    seen, rows = set(), {}
    for start in sorted(there):
        counted = [p for p in there[start] if count == "every" or p not in seen]
        lags = [(min(there[start][p]) - published[p]).days for p in counted if p in published]
        rows[start] = [
            len({day for some in there[start].values() for day in some}),
            len(counted),
            len(seen & set(counted)),
            len(lags),
            sum(lag > 90 for lag in lags),
            *(np.percentile(lags, [10, 50, 90]) if lags else [np.nan] * 3),
        ]
        seen |= set(there[start])

    papers = papers_of(*listed)
    volume = digest_volume(papers, by, count=count)
    found = {row[0].date(): list(row[1:9]) for row in volume.itertuples(index=False)}
    assert {start for start, row in found.items() if row[0]} == set(rows)
    for start, row in found.items():
        expected = rows.get(start, [0] * 5 + [np.nan] * 3)
        assert row == pytest.approx(expected, nan_ok=True), start
    if by != "digest":
        codes = {"week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
        spans = pd.period_range(min(rows), max(rows), freq=codes[by])
        assert volume["period"].tolist() == spans.start_time.tolist()
        expected = [span.end_time.date() > newest for span in spans]
        assert volume["partial"].tolist() == expected
    assert undated(papers) == len(first) - len(published)
    again = digest_volume(papers.iloc[::-1], by, count=count)
    assert again.to_csv() == volume.to_csv()


@pytest.mark.filterwarnings("ignore:.*papers are left out")
@pytest.mark.parametrize("by", PERIODS)
@pytest.mark.parametrize(
    "options", [{}, {"count": "first"}, {"date": "published"}], ids=["every", "first", "published"]
)
def test_volume_and_trends_count_the_same_papers(by, options):
    if by == "digest" and "date" in options:
        return
    members = pd.DataFrame({"paper_id": ["a"], "theme_id": ["x"]})
    trends = theme_trends(LISTED, members, by, **options)
    volume = digest_volume(LISTED, by, **options)
    some = volume[volume["n_papers"] > 0]
    for column in ("period", "n_papers", "partial"):
        assert some[column].tolist() == trends[column].tolist()


@pytest.mark.parametrize(
    ("papers", "options", "message"),
    [
        (LISTED.iloc[:0], {}, "papers table is empty"),
        (LISTED.drop(columns="digest_date"), {}, "papers table lacks digest_date"),
        (LISTED.assign(digest_date=pd.NaT), {}, "9 of 9 rows .* have no digest_date"),
        (LISTED.assign(digest_date="today"), {}, "digest_date .* not dates without a time zone"),
        (LISTED.assign(published_date="today"), {}, "published_date .* not dates without a time"),
        (LISTED.assign(paper_id=""), {}, "9 rows of the papers table have no paper_id"),
        (LISTED, {"by": "moth"}, "did you mean 'month'"),
        (LISTED, {"date": "print"}, "'print' is no date to count by"),
        (LISTED, {"count": "last"}, "'last' is no way to count"),
        (LISTED, {"date": "published"}, "belong to no digest"),
        (
            LISTED.assign(published_date=None),
            {"date": "published", "by": "month"},
            "none of the 6 papers has a publication date",
        ),
    ],
    ids=str,
)
def test_what_cannot_be_counted_is_told(papers, options, message):
    with pytest.raises(InputError, match=message):
        digest_volume(papers, **options)


def test_one_paper():
    volume = digest_volume(papers_of(("a", "2024-03-01", "2024-02-28")), "auto")
    assert volume.iloc[0, 1:].tolist() == [1, 1, 0, 1, 0, 2.0, 2.0, 2.0, False]


def test_a_digest_centuries_away_costs_rows_but_no_time():
    papers = pd.concat([LISTED, papers_of(("z", "2261-12-31"))])
    begun = time.process_time()
    volume = digest_volume(papers, "week")
    assert time.process_time() - begun < 1
    assert len(volume) == (pd.Timestamp("2261-12-30") - pd.Timestamp("2024-02-26")).days // 7 + 1
    assert volume["n_papers"].sum() == 10


def test_jumps_need_papers():
    with pytest.raises(InputError, match="papers table is empty"):
        volume_jumps(LISTED.iloc[:0])


def test_speed_of_a_hundred_thousand_papers():
    rng = np.random.default_rng(0)
    papers = papers_a_digest([167] * 600).sample(frac=1, random_state=0)
    papers["published_date"] = papers["digest_date"] - pd.to_timedelta(
        rng.integers(0, 200, len(papers)), "D"
    )
    volume_jumps(papers)  # imports are not counted
    begun = time.process_time()
    for by in ("digest", "week", "month"):
        digest_volume(papers, by)
    digest_volume(papers, "auto", date="published")
    resolve_period(papers)
    volume_jumps(papers)
    # Takes 0.4 s on a quiet machine.
    assert time.process_time() - begun < 3
