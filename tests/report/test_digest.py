"""Tests of what is said of the digest itself: papers, gaps, jumps, lag."""

from __future__ import annotations

from statistics import median

import pandas as pd
import pytest

from papertrends.report.digest import counted_text, digest_sentences, volume_chart
from papertrends.tables import JUMPS, VOLUME, conform

NAN = float("nan")
NONE = conform(pd.DataFrame(), JUMPS)


def volume(sizes=(100, 120, 90, 110, 105), *, by="month", starts=None, **given) -> pd.DataFrame:
    freq = {"month": "MS", "digest": "D", "quarter": "QS"}[by]
    if starts is None:
        starts = pd.date_range("2025-01-01", periods=len(sizes), freq=freq)
    table = {
        "period": starts, "n_digests": 1 if by == "digest" else 20, "n_papers": list(sizes),
        "n_again": 0, "n_dated": list(sizes), "n_late": 0, "lag_low": 0.0, "lag_median": 2.0,
        "lag_high": 5.0, "partial": False,
    }  # fmt: skip
    return conform(pd.DataFrame(table | given), VOLUME)


def jumps(*given: tuple) -> pd.DataFrame:
    return conform(pd.DataFrame(given, columns=list(JUMPS)), JUMPS)


def said(table, told=NONE, *, by="month", date="digest") -> list[str]:
    return list(digest_sentences(table, told, by=by, date=date))


class TestSizes:
    def test_range_and_median(self):
        assert said(volume())[0] == "100 digests: 90 to 120 papers a month (median 105)."

    def test_by_digest_the_digests_are_the_periods(self):
        assert said(volume(by="digest"), by="digest")[0] == (
            "5 digests with 90 to 120 papers a digest (median 105)."
        )

    def test_a_period_that_is_not_over_does_not_count(self):
        late = [False] * 4 + [True]
        table = volume((100, 120, 90, 110, 7), partial=late)
        assert "90 to 120 papers a month (median 105)" in said(table)[0]

    def test_equal_sizes(self):
        assert said(volume((60,) * 5))[0] == "100 digests: 60 papers a month."

    def test_real_numbers_agree_with_the_table(self, summaries):
        summary = summaries["gapped"]
        table = summary.tables.volume
        there = table[(table["n_papers"] > 0) & ~table["partial"]]["n_papers"]
        assert summary.digest[0] == (
            f"{table['n_digests'].sum()} digests: {there.min()} to {there.max()} papers a month "
            f"(median {median(there):.0f})."
        )


class TestFewPeriods:
    def test_two_digests_take_two_sentences_and_no_chart(self, summaries):
        summary = summaries["two"]
        assert summary.digest == (
            "86 and 69 papers, 5 of them listed again: compare shares, not counts.",
            "No paper has a publication date, so it is not known how late they are listed.",
        )
        assert summary.chart("volume") is None

    def test_one_digest_has_nothing_to_compare(self, summaries):
        assert summaries["one"].digest == ()
        dated = said(volume((9,), by="digest"), by="digest")
        assert dated == [
            "The median paper is listed 2 days after its publication, and none more than 90 days "
            "after."
        ]

    def test_four_months(self):
        assert said(volume((9, 8, 1000, 6)))[0] == (
            "80 digests: 9, 8, 1,000 and 6 papers: compare shares, not counts."
        )

    def test_no_papers(self):
        assert said(volume(())) == []
        assert said(volume((0, 0))) == []
        assert volume_chart(volume(()), NONE, by="month") is None

    @pytest.mark.parametrize(("sizes", "drawn"), [((1, 2, 0, 3, 4), False), ((1,) * 5, True)])
    def test_the_chart_takes_five_periods_with_papers(self, sizes, drawn):
        assert (volume_chart(volume(sizes), NONE, by="month") is not None) == drawn


class TestGaps:
    def test_months_without_papers_are_named(self):
        assert said(volume((9, 0, 8, 7, 6, 5)))[1] == (
            "One month has no papers (February 2025): curves break there."
        )
        assert said(volume((9, 0, 0, 8, 0, 7, 6, 5)))[1] == (
            "3 of 8 months have no papers (February to March 2025 and May 2025): curves break "
            "there."
        )

    def test_many_of_them_are_counted(self):
        text = said(volume((9, 0) * 8 + (1,)))[1]
        assert text.startswith("8 of 17 months have no papers (February 2025, April 2025, June")
        assert text.endswith("August 2025 and 4 more): curves break there.")

    def test_a_long_time_without_digests(self):
        days = [*pd.date_range("2024-03-20", periods=6), *pd.date_range("2024-05-27", periods=4)]
        table = volume((9,) * 10, by="digest", starts=days)
        assert said(table, by="digest")[1] == (
            "There is no digest between 25 March 2024 and 27 May 2024: curves break there."
        )

    def test_what_is_said_is_what_is_drawn(self, summaries):
        """The same gaps break the lines."""
        summary = summaries["gapped"]
        assert "2 of 13 months have no papers (November to December 2024)" in summary.digest[1]
        assert not any("break" in text for text in summaries["many"].digest)


class TestJumps:
    def test_one(self):
        assert said(volume(), jumps(("2025-04-07", 13.2, 27.6)))[1] == (
            "A digest grew from about 13 to 28 papers on 7 April 2025: compare shares, not counts."
        )

    def test_levels_one_after_the_other(self):
        two = jumps(("2025-06-19", 41.0, 18.0), ("2025-05-16", 13.0, 41.0))
        assert said(volume(), two)[1] == (
            "A digest grew from about 13 to 41 papers on 16 May 2025 and shrank to 18 on 19 June "
            "2025: compare shares, not counts."
        )


class TestLag:
    def test_median_range_and_late_ones(self):
        table = volume(lag_median=[1.0, 2, 2, 3, 4.5], n_late=[0, 1, 0, 2, 0])
        assert said(table)[-1] == (
            "The median paper is listed 2 days after its publication (1 to 4.5 by month), and 3 of "
            "525 more than 90 days after."
        )

    def test_one_day_and_none_late(self):
        assert said(volume(lag_median=1.0))[-1] == (
            "The median paper is listed 1 day after its publication, and none more than 90 days "
            "after."
        )

    def test_for_how_many_the_date_is_missing(self):
        table = volume(n_dated=[100, 0, 0, 0, 0], lag_median=[2.0, NAN, NAN, NAN, NAN])
        assert said(table)[-1].endswith(" 425 of 525 have no publication date.")

    def test_for_all(self):
        table = volume(n_dated=0, lag_median=NAN, lag_low=NAN, lag_high=NAN)
        assert said(table)[-1] == (
            "No paper has a publication date, so it is not known how late they are listed."
        )
        chart = volume_chart(table, NONE, by="month")
        assert "Below" not in chart.caption
        assert chart.table.columns == ("Month", "Digests", "Papers", "Listed before")


def test_listed_again():
    assert "7 papers had been listed in an earlier month as well." in said(
        volume(n_again=[7, *[0] * 4])
    )
    assert "1 paper was listed in an earlier month as well." in said(volume(n_again=[1, *[0] * 4]))
    assert not any("earlier" in text for text in said(volume()))
    by_date = said(volume(n_again=[7, *[0] * 4]), date="published")
    assert not any("earlier" in text for text in by_date)


class TestChart:
    def test_the_caption_says_what_there_is_to_see(self):
        late = [False] * 4 + [True]
        full = volume_chart(
            volume(partial=late, n_again=1), jumps(("2025-04-07", 13.2, 27.6)), by="month"
        )
        for words in ("listed before", "hatched is a month that", "dotted line", "middle 80 %"):
            assert words in full.caption
        plain = volume_chart(volume(n_dated=0), NONE, by="month")
        assert plain.caption == "Each bar is the papers of a month."

    def test_the_table_has_every_number(self, summaries):
        summary = summaries["gapped"]
        table = summary.chart("volume").table
        rows = {row[0]: row for row in table.rows}
        may = summary.tables.volume.set_index("period").loc["2025-05-01"]
        assert rows["May 2025"][1:6] == (
            str(may["n_digests"]), str(may["n_papers"]), str(may["n_again"]),
            str(may["n_dated"]), str(may["n_late"]),
        )  # fmt: skip
        assert rows["November 2024"][1:] == ("0", "0", "0", "0", "0", "", "")
        assert "June 2025 (not over yet)" in rows
        assert table.row_periods[0] == "2024-06-01"


class TestCounted:
    def test_nothing_where_it_is_the_usual(self, summaries):
        for name in ("two", "one", "many"):
            assert summaries[name].counted == ""

    def test_publication_dates_and_who_is_left_out(self, summaries):
        assert summaries["published"].counted == (
            "Papers count by publication date, not by the digest that lists them. 3 papers without "
            "a publication date, or with one after their listing, are left out of every count."
        )
        text = counted_text(volume(), 526, by="month", date="published", count_in="every")
        assert "1 paper without a publication date, or with one after its listing, is left" in text
        all_there = counted_text(volume(), 525, by="month", date="published", count_in="every")
        assert "left out" not in all_there

    def test_first_listing_only(self):
        text = counted_text(volume(), 525, by="month", date="digest", count_in="first")
        assert text == "A paper counts in the first month that lists it only."

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({}, "One that stands in two digests counts in both."),
            ({"count": "first"}, "One that stands in two digests counts in the first only."),
            ({"date": "published"}, "Counted is when a paper was published, once"),
        ],
    )
    def test_the_method_says_it_too(self, sample, summarised, settings, words):
        summary = summarised(sample.published(), "quarter", **settings)
        [passage] = [one for one in summary.method if one.title == "What is counted"]
        assert words in passage.text
