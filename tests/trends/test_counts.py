import datetime as dt
import random
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papertrends.errors import InputError
from papertrends.tables import TRENDS
from papertrends.trends import PERIODS, resolve_period, theme_trends


def papers_of(*listed):
    return pd.DataFrame(
        {
            "paper_id": [paper for paper, _ in listed],
            "digest_date": pd.to_datetime([day for _, day in listed]),
        }
    )


def members_of(*pairs):
    return pd.DataFrame(pairs, columns=["paper_id", "theme_id"], dtype=object)


def daily(n_days, papers_a_day, start="2024-01-01", freq="D"):
    days = pd.date_range(start, periods=n_days, freq=freq)
    return pd.DataFrame(
        {
            "paper_id": [f"p{i:06d}" for i in range(n_days * papers_a_day)],
            "digest_date": np.repeat(days, papers_a_day),
        }
    )


FIVE = papers_of(
    ("a", "2025-07-31"),
    ("b", "2025-07-31"),
    ("c", "2025-08-05"),
    ("a", "2025-08-05"),
    ("d", "2025-08-05"),
)
MEMBERS = members_of(("a", "x"), ("a", "x"), ("a", "y"), ("d", "y"))


def cells(trends):
    return {
        (row.theme_id, str(row.period.date())): (row.n_theme, row.n_papers)
        for row in trends.itertuples()
    }


def test_counts_by_digest():
    trends = theme_trends(FIVE, MEMBERS)
    assert cells(trends) == {
        ("x", "2025-07-31"): (1, 2),
        ("x", "2025-08-05"): (1, 3),
        ("y", "2025-07-31"): (1, 2),
        ("y", "2025-08-05"): (2, 3),
    }
    assert trends["share"].tolist() == [1 / 2, 1 / 3, 1 / 2, 2 / 3]
    assert not trends["partial"].any()


def test_the_table_is_as_promised():
    trends = theme_trends(FIVE, MEMBERS)
    blank = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in TRENDS.items()})
    pd.testing.assert_series_equal(trends.dtypes, blank.dtypes)
    assert list(trends.index) == [0, 1, 2, 3]


def test_a_paper_of_two_digests_counts_once_in_their_period():
    assert cells(theme_trends(FIVE, MEMBERS, by="year")) == {
        ("x", "2025-01-01"): (1, 4),
        ("y", "2025-01-01"): (2, 4),
    }


def test_themes_without_papers_have_zero_rows():
    trends = theme_trends(FIVE, MEMBERS, themes=pd.DataFrame({"theme_id": ["z", "x"]}))
    assert [n for (theme, _), (n, _) in cells(trends).items() if theme == "z"] == [0, 0]
    assert trends["theme_id"].unique().tolist() == ["x", "y", "z"]
    assert trends.loc[trends["theme_id"] == "z", "share_low"].tolist() == [0.0, 0.0]


def test_no_memberships_and_no_themes_give_an_empty_table():
    trends = theme_trends(FIVE, MEMBERS.iloc[:0])
    assert trends.empty
    assert list(trends) == list(TRENDS)


def test_one_paper():
    trends = theme_trends(papers_of(("a", "2025-07-31")), members_of(("a", "x")))
    assert cells(trends) == {("x", "2025-07-31"): (1, 1)}
    # Wilson's bound for one of one: 1 / (1 + z squared).
    assert trends.loc[0, "share_low"] == pytest.approx(1 / (1 + 1.959963984540054**2))
    assert trends.loc[0, "share_high"] == 1.0


@pytest.mark.parametrize(("count", "total"), [(0, 69), (7, 86), (17, 69), (86, 86)])
def test_the_interval_is_wilsons(count, total):
    from scipy.stats import binomtest

    ids = [f"p{i:03d}" for i in range(total)]
    trends = theme_trends(
        papers_of(*((i, "2025-07-31") for i in ids)),
        members_of(*((i, "x") for i in ids[:count])),
        themes=pd.DataFrame({"theme_id": ["x"]}),
    )
    expected = binomtest(count, total).proportion_ci(method="wilson")
    row = trends.iloc[0]
    assert row["share_low"] == pytest.approx(expected.low, abs=1e-12)
    assert row["share_high"] == pytest.approx(expected.high, abs=1e-12)
    assert (row["share_low"] == 0.0) == (count == 0)
    assert (row["share_high"] == 1.0) == (count == total)


@pytest.mark.parametrize(
    ("by", "start", "last"),
    [
        ("week", "2025-08-04", "2025-08-10"),
        ("month", "2025-08-01", "2025-08-31"),
        ("quarter", "2025-07-01", "2025-09-30"),
        ("year", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_period_is_its_first_day_and_partial_until_its_last(by, start, last):
    for newest, partial in [(last, False), (pd.Timestamp(last) - pd.Timedelta(days=1), True)]:
        papers = papers_of(("a", "2024-01-10"), ("b", start), ("c", newest))
        trends = theme_trends(papers, members_of(("a", "x")), by=by)
        assert str(trends["period"].iloc[-1].date()) == start
        assert trends["partial"].tolist() == [False, partial]
        assert trends["n_papers"].tolist() == [1, 2]


def test_weeks_begin_on_monday():
    papers = papers_of(("a", "2025-08-03"), ("b", "2025-08-04"), ("c", "2025-08-10"))
    trends = theme_trends(papers, members_of(("a", "x")), by="week")
    assert [str(day.date()) for day in trends["period"]] == ["2025-07-28", "2025-08-04"]


def test_periods_without_papers_have_no_rows():
    papers = papers_of(("a", "2024-03-31"), ("b", "2024-06-01"))
    assert len(theme_trends(papers, members_of(("a", "x")), by="month")) == 2


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_the_resolution_of_the_dates_does_not_matter(unit):
    papers = FIVE.assign(digest_date=FIVE["digest_date"].astype(f"datetime64[{unit}]"))
    for by in PERIODS:
        pd.testing.assert_frame_equal(
            theme_trends(papers, MEMBERS, by), theme_trends(FIVE, MEMBERS, by)
        )


def test_hours_do_not_split_a_digest():
    papers = papers_of(("a", "2025-07-31 06:00"), ("b", "2025-07-31 18:00"))
    assert cells(theme_trends(papers, members_of(("a", "x")))) == {("x", "2025-07-31"): (1, 2)}


listings = st.lists(
    st.tuples(
        st.sampled_from("abcdefghij"),
        st.dates(min_value=dt.date(2023, 12, 20), max_value=dt.date(2025, 1, 10)),
    ),
    min_size=1,
    max_size=40,
)


@given(listings, st.data(), st.sampled_from(PERIODS))
@settings(deadline=None, max_examples=60)
def test_counts_agree_with_sets_and_order_does_not_matter(listed, data, by):
    known = sorted({paper for paper, _ in listed})
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(known), st.sampled_from("xyz"))))
    themes = pd.DataFrame({"theme_id": ["w", "x"]})
    papers, members = papers_of(*listed), members_of(*pairs)
    trends = theme_trends(papers, members, by, themes=themes)

    resolved = resolve_period(papers, by)
    starts = {
        "digest": lambda d: d,
        "week": lambda d: d - dt.timedelta(days=d.weekday()),
        "month": lambda d: d.replace(day=1),
        "quarter": lambda d: d.replace(month=(d.month - 1) // 3 * 3 + 1, day=1),
        "year": lambda d: d.replace(month=1, day=1),
    }
    in_period = {}
    for paper, day in listed:
        in_period.setdefault(starts[resolved](day), set()).add(paper)
    expected = {
        (theme, str(start)): (len(there & {p for p, t in pairs if t == theme}), len(there))
        for theme in sorted({"w", "x"} | {t for _, t in pairs})
        for start, there in sorted(in_period.items())
    }
    assert cells(trends) == expected
    assert list(cells(trends)) == list(expected), "in the order of theme and period"
    assert (trends["share"] == trends["n_theme"] / trends["n_papers"]).all()
    assert (trends["share_low"] <= trends["share"]).all()
    assert (trends["share"] <= trends["share_high"]).all()
    assert trends[["share_low", "share_high"]].stack().between(0, 1).all()

    random.Random(1).shuffle(listed)
    random.Random(2).shuffle(pairs)
    again = theme_trends(papers_of(*listed), members_of(*pairs), by, themes=themes.iloc[::-1])
    assert again.to_csv() == trends.to_csv()


def test_periods_of_disjoint_papers_add_up():
    papers = daily(400, 3, "2024-02-10")
    rng = np.random.default_rng(0)
    members = members_of(*((p, t) for p in papers["paper_id"] for t in "xy" if rng.random() < 0.2))
    days = theme_trends(papers, members, "digest")
    for by, code in [("week", "W-SUN"), ("month", "M"), ("quarter", "Q"), ("year", "Y")]:
        summed = days.groupby(["theme_id", days["period"].dt.to_period(code)])[
            ["n_theme", "n_papers"]
        ].sum()
        whole = theme_trends(papers, members, by)
        assert whole[["n_theme", "n_papers"]].to_numpy().tolist() == summed.to_numpy().tolist()


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        (FIVE, "digest"),
        (daily(1, 1), "digest"),
        (daily(12, 1, freq="90D"), "digest"),
        (daily(30, 100, freq="7D"), "digest"),
        (daily(30, 20), "week"),
        (daily(200, 20), "week"),
        (daily(400, 20), "month"),
        (daily(1500, 5), "quarter"),
        (daily(5000, 1), "year"),
        (daily(20, 1), "week"),
        (daily(100, 1), "quarter"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} papers",
)
def test_auto_goes_by_span_and_volume(papers, expected):
    assert resolve_period(papers) == expected
    members = members_of((papers["paper_id"][0], "x"))
    pd.testing.assert_frame_equal(
        theme_trends(papers, members, "auto"), theme_trends(papers, members, expected)
    )


@pytest.mark.parametrize("by", PERIODS[1:])
def test_a_period_that_is_named_stands_for_itself(by):
    assert resolve_period(FIVE, by) == by


def test_an_unknown_period_is_told_the_near_one():
    with pytest.raises(
        InputError, match=r"'moth' is no period.*did you mean 'month'.*digest, week"
    ):
        theme_trends(FIVE, MEMBERS, by="moth")
    with pytest.raises(InputError, match=r"'day' is no period to count by; Allowed: auto, digest"):
        resolve_period(FIVE, "day")


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
    ],
)
def test_incomplete_tables_are_named(frames, message):
    papers, members, themes = frames
    with pytest.raises(InputError, match=message):
        theme_trends(papers, members, themes=themes)


def test_the_input_is_left_alone():
    papers, members = FIVE.copy(), MEMBERS.copy()
    theme_trends(papers, members, "auto")
    pd.testing.assert_frame_equal(papers, FIVE)
    pd.testing.assert_frame_equal(members, MEMBERS)


def test_speed_of_a_hundred_thousand_papers():
    from papertrends.trends import theme_changes

    rng = np.random.default_rng(0)
    papers = daily(600, 167).iloc[:100_000]
    members = pd.DataFrame(
        {
            "paper_id": rng.choice(papers["paper_id"].to_numpy(), 200_000),
            "theme_id": rng.choice([f"t{i:03d}" for i in range(200)], 200_000),
        }
    )
    theme_changes(theme_trends(FIVE, MEMBERS))  # imports are not counted
    begun = time.perf_counter()
    trends = theme_trends(papers, members, "digest")
    changes = theme_changes(trends)
    # Takes 0.3 s on a quiet machine; the promise is 5 s on any.
    assert time.perf_counter() - begun < 5
    assert (len(trends), len(changes)) == (200 * 599, 200)
