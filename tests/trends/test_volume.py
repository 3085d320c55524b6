import datetime as dt
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papertrends.errors import InputError
from papertrends.tables import JUMPS, VOLUME
from papertrends.trends import (
    PERIODS,
    digest_volume,
    resolve_period,
    theme_trends,
    undated,
    volume_jumps,
)

ARCHIVE = Path(__file__).parents[2].parent / "shared" / "data" / "hf_daily_2024-2025.parquet"


def papers_of(*listed):
    """Build a papers table of (paper, digest) or (paper, digest, published) triples."""
    return pd.DataFrame(
        {
            "paper_id": [row[0] for row in listed],
            "digest_date": pd.to_datetime([row[1] for row in listed]),
            "published_date": pd.to_datetime([(*row, None)[2] for row in listed]),
        }
    )


def papers_a_digest(numbers, freq="D"):
    """Build a papers table with so many papers in each digest, all of them new."""
    days = pd.date_range("2024-01-01", periods=len(numbers), freq=freq)
    return pd.DataFrame(
        {
            "paper_id": [f"p{i:06d}" for i in range(sum(numbers))],
            "digest_date": np.repeat(days, numbers),
        }
    )


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


days = st.dates(min_value=dt.date(2023, 12, 20), max_value=dt.date(2025, 1, 10))
starts = {
    "digest": lambda d: d,
    "week": lambda d: d - dt.timedelta(days=d.weekday()),
    "month": lambda d: d.replace(day=1),
    "quarter": lambda d: d.replace(month=(d.month - 1) // 3 * 3 + 1, day=1),
    "year": lambda d: d.replace(month=1, day=1),
}


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


def test_the_level_of_a_jump_is_told():
    numbers = [10, 12, 11, 13, 9] * 8 + [25, 23, 27, 24, 26] * 6
    jumps = volume_jumps(papers_a_digest(numbers))
    assert jumps["start"].tolist() == [pd.Timestamp("2024-01-01") + pd.Timedelta(days=40)]
    assert jumps[["papers_before", "papers_after"]].to_numpy().tolist() == [[11.0, 25.0]]
    assert {name: str(kind) for name, kind in jumps.dtypes.items()} == dict(JUMPS)


def test_a_surge_goes_up_and_down_again():
    rng = np.random.default_rng(0)
    levels = np.repeat([13, 45, 16], [200, 25, 100])
    jumps = volume_jumps(papers_a_digest(rng.poisson(levels)))
    assert jumps["start"].tolist() == [
        pd.Timestamp("2024-01-01") + pd.Timedelta(days=day) for day in (200, 225)
    ]
    # From 13 to 16 alone would be no jump.
    assert jumps["papers_before"].tolist() == pytest.approx([13, 45], abs=4)
    assert jumps["papers_after"].tolist() == pytest.approx([45, 16], abs=4)


def test_small_changes_are_not_told():
    numbers = [20] * 50 + [29] * 50
    assert volume_jumps(papers_a_digest(numbers)).empty
    assert len(volume_jumps(papers_a_digest([20] * 50 + [30] * 50))) == 1
    # In three steps, each too small alone, from one level to twice as many.
    numbers = [20, 21] * 20 + [26, 27] * 5 + [33, 34] * 5 + [42, 43] * 20
    assert len(volume_jumps(papers_a_digest(numbers))) == 1


def test_a_small_change_beside_a_large_one_goes_by_itself():
    jumps = volume_jumps(papers_a_digest([20] * 40 + [26] * 40 + [60] * 40))
    assert jumps["start"].tolist() == [pd.Timestamp("2024-01-01") + pd.Timedelta(days=80)]
    assert jumps[["papers_before", "papers_after"]].to_numpy().tolist() == [[23.0, 60.0]]


def test_papers_that_are_listed_again_are_volume_too():
    numbers = [10] * 20 + [30] * 20
    papers = papers_a_digest(numbers).assign(
        paper_id=[f"p{i}" for number in numbers for i in range(number)]
    )
    assert volume_jumps(papers)["papers_after"].tolist() == [30.0]


@pytest.mark.parametrize(
    "numbers",
    [
        [20] * 30 + [500] + [20] * 30,
        [20] * 30 + [1, 900, 1] + [20] * 30,
        [24, 22, 20, 23, 21, 2, 3] * 20,
        ([20, 22, 24, 18, 21] * 20)[:80] + [3, 2, 4, 2, 1] + [20, 22, 24, 18, 21] * 4,
        [20] * 60,
        [1, 40] * 30,
    ],
    ids=["odd day", "odd days", "weekends", "holidays", "constant", "every other day"],
)
def test_odd_days_are_no_level(numbers):
    assert volume_jumps(papers_a_digest(numbers)).empty


def test_with_few_digests_no_level_is_told():
    for numbers in ([5], [5] * 2, [5] * 9 + [50] * 10):
        jumps = volume_jumps(papers_a_digest(numbers))
        assert jumps.empty
        assert list(jumps) == list(JUMPS)
    assert len(volume_jumps(papers_a_digest([5] * 10 + [50] * 10))) == 1


def test_jumps_count_distinct_papers_of_a_digest_in_any_order():
    papers = papers_a_digest([10] * 20 + [30] * 20)
    twice = pd.concat([papers, papers.iloc[:150]]).sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(volume_jumps(twice), volume_jumps(papers))


def test_gaps_are_no_jumps():
    papers = papers_a_digest([20, 21, 19, 22] * 15)
    later = papers["digest_date"] >= "2024-02-01"
    papers.loc[later, "digest_date"] += pd.Timedelta(days=60)
    assert volume_jumps(papers).empty


@pytest.mark.parametrize(("mean", "most"), [(2, 0.08), (13, 0.01), (80, 0.01)])
def test_constant_levels_are_seldom_said_to_jump(mean, most):
    rng = np.random.default_rng(3)
    found = [
        len(volume_jumps(papers_a_digest(np.maximum(rng.poisson(mean, 60), 1)))) > 0
        for _ in range(150)
    ]
    assert np.mean(found) <= most


@pytest.mark.parametrize("n_digests", [20, 60, 300])
def test_a_doubling_is_nearly_always_found(n_digests):
    rng = np.random.default_rng(4)
    half = n_digests // 2
    found = 0
    for _ in range(60):
        jumps = volume_jumps(papers_a_digest(rng.poisson(np.repeat([13, 26], half))))
        if len(jumps) == 1:
            off = (jumps["start"][0] - pd.Timestamp("2024-01-01")).days - half
            found += abs(off) <= 2
    assert found >= 55


def test_jumps_need_papers():
    with pytest.raises(InputError, match="papers table is empty"):
        volume_jumps(LISTED.iloc[:0])


@pytest.fixture(scope="module")
def archive():
    """Return the identifiers and dates of the real Daily Papers, where they are."""
    if not ARCHIVE.exists():
        pytest.skip("the archive is not here")
    import duckdb

    rows = duckdb.sql(
        f"select arxiv_id, digest_date, published_date from '{ARCHIVE}' order by all"
    ).fetchall()
    return papers_of(*rows)


def test_the_archive_jumps_before_deadlines(archive):
    jumps = volume_jumps(archive)
    assert [str(start.date()) for start in jumps["start"]] == [
        "2025-05-16",
        "2025-06-19",
        "2025-09-26",
        "2025-11-06",
    ]
    levels = archive.groupby("digest_date").size()
    edges = [levels.index[0], *jumps["start"], pd.Timestamp("2026-01-01")]
    medians = [
        levels[(levels.index >= begin) & (levels.index < end)].median()
        for begin, end in pairwise(edges)
    ]
    assert jumps["papers_before"].tolist() == medians[:-1]
    assert jumps["papers_after"].tolist() == medians[1:]


def test_the_archive_shuffled_seldom_jumps(archive):
    rng = np.random.default_rng(5)
    numbers = archive.groupby("digest_date").size().to_numpy()
    found = [len(volume_jumps(papers_a_digest(rng.permutation(numbers)))) > 0 for _ in range(60)]
    assert np.mean(found) <= 0.05


def test_the_gap_of_the_archive_is_there(archive):
    volume = digest_volume(archive, "week").set_index("period")
    gap = volume.loc["2024-04-08":"2024-05-20"]
    assert len(gap) == 7
    assert (gap["n_papers"] == 0).all()
    assert (volume["n_dated"] == volume["n_papers"]).all()
    assert undated(archive) == 0


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
