"""Tests of the other date's view: its words, its numbers, and what it leaves to the own one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from papertrends.report.captions import charts_over_time
from papertrends.report.model import Summary
from papertrends.tables import TRENDS, blank

OVER_TIME = ["shares", "multiples", "changes", "heatmap"]


def numbers(text: str) -> tuple[int, str]:
    count, share = text.split(" (")
    return int(count.replace(",", "")), share


class TestOtherView:
    def test_there_is_none_without_another_date(self, sample, summarised, summaries):
        assert summaries["two"].other is None
        tables = replace(sample.many_months(), other_trends=blank(TRENDS))
        assert summarised(tables, "month").other is None

    def test_charts_over_time_and_no_others(self, summaries):
        for name, date in (("many", "published"), ("gapped", "published"), ("published", "digest")):
            other = summaries[name].other
            assert (other.date, other.by) == (date, summaries[name].by)
            assert [chart.chart_id for chart in other.charts] == OVER_TIME

    def test_by_digest_the_other_periods_are_those_of_the_calendar(self, sample, summarised):
        papers = sample.months_of_papers(3, 70)
        days = papers["digest_date"].dt.to_period("M").dt.start_time
        tables = sample.tables_of(papers.assign(digest_date=days + pd.Timedelta(days=27)))
        summary = summarised(sample.with_other(tables, "digest"))
        assert (summary.by, summary.other.by) == ("digest", "month")
        assert summary.other.periods[-1].label == "August 2024"

    @pytest.mark.parametrize("name", ["many", "gapped", "published"])
    def test_tables_agree_with_the_trends_by_that_date(self, summaries, name):
        other = summaries[name].other
        table = summaries[name].tables.other_trends.set_index(["theme_id", "period"])
        chart = other.chart("shares")
        assert set(chart.table.row_keys) == {card.theme_id for card in summaries[name].themes}
        for key, row in zip(chart.table.row_keys, chart.table.rows, strict=True):
            for day, cell in zip(chart.table.column_keys, row[1:], strict=True):
                counted = table.loc[(key, pd.Timestamp(day))]
                n, share = numbers(cell)
                assert n == counted["n_theme"]
                assert abs(float(share.split(" ")[0]) - 100 * counted["share"]) <= 0.5
        assert [period.key for period in other.periods] == list(chart.table.column_keys)

    def test_changes_are_those_by_that_date(self, summaries):
        own, other = (
            view.chart("changes").table for view in (summaries["many"], summaries["many"].other)
        )
        verdicts = summaries["many"].tables.other_changes.set_index("theme_id")["verdict"]
        assert [row[1] for row in other.rows] == [verdicts[key] for key in other.row_keys]
        assert other.rows != own.rows

    def test_the_same_themes_are_drawn(self, summaries):
        for name in ("many", "gapped", "published"):
            for chart in summaries[name].other.charts:
                own = summaries[name].chart(chart.chart_id)
                assert chart.theme_ids == own.theme_ids
                assert chart.stands_out == own.stands_out
                assert "those that changed" not in chart.caption

    def test_words_are_for_the_date(self, summaries):
        by_month, by_quarter = (summaries[name].other for name in ("many", "published"))
        assert by_month.chart("shares").caption.startswith(
            "Share of the papers published in each month over time. "
        )
        assert by_month.chart("shares").table.caption.endswith("counted by publication date")
        assert "counted by digest" in by_quarter.chart("heatmap").alt
        assert "quarter's papers" in by_quarter.chart("heatmap").caption
        assert "published in each quarter" in summaries["published"].chart("heatmap").caption

    def test_events_are_told_of_the_own_date_alone(self, summaries):
        assert "A ring marks where a theme emerged" in summaries["many"].chart("shares").caption
        assert "ring" not in summaries["many"].other.chart("shares").caption

    def test_lines_are_smoothed_by_that_date(self, sample, summarised, summaries):
        assert "a smoothed line" in summaries["many"].other.chart("shares").caption
        tables = sample.many_months()
        bare = replace(tables, other_curves=tables.other_curves[:0])
        summary = summarised(bare, "month")
        assert "with a 95 % interval" in summary.other.chart("shares").caption
        assert "with its 95 % interval" in summary.other.chart("multiples").caption
        assert "a smoothed line" in summary.chart("shares").caption

    def test_note(self, sample, summarised, summaries):
        assert summaries["many"].other.note == (
            "Counted by publication date, each paper once. The newest months lack the papers that "
            "no digest has listed yet. The sentences and the themes' cards count by digest."
        )
        assert summaries["published"].other.note == (
            "Counted by digest: a paper counts in each quarter that lists it. The sentences and "
            "the themes' cards count by publication date."
        )
        papers = sample.months_of_papers()
        papers.loc[:99, "published_date"] = pd.NaT
        some = summarised(sample.with_other(sample.tables_of(papers, by="month"), "month"), "month")
        assert some.other.note.startswith(
            "Counted by publication date: 740 of 840 papers have one. The newest months lack"
        )
        first = sample.with_other(sample.published(), "quarter", date="published", count="first")
        assert "counts in the first quarter that lists it" in (
            summarised(first, "quarter", date="published", count="first").other.note
        )

    def test_sentences_count_by_the_own_date(self, sample, summarised, summaries):
        alone = replace(sample.many_months(), other_trends=blank(TRENDS))
        one, both = summarised(alone, "month"), summaries["many"]
        for part in ("headline", "themes", "charts", "caveats", "digest"):
            assert one.as_dict()[part] == both.as_dict()[part]


class TestCharts:
    def test_small_multiples_need_many_themes_and_periods(self, sample, summarised, summaries):
        assert [c.chart_id for c in summaries["many"].charts][:3] == OVER_TIME[:3]
        assert summaries["two"].chart("multiples") is None
        for n, there in ((6, False), (7, True)):
            tables = sample.tables_of(
                sample.months_of_papers(), themes=sample.THEMES[:n], by="month"
            )
            assert (summarised(tables, "month").chart("multiples") is not None) == there

    def test_small_multiples_have_a_table_of_their_themes_alone(self, summaries):
        summary = summaries["wide"]
        chart, shares = summary.chart("multiples"), summary.chart("shares")
        assert len(chart.theme_ids) == len(summary.top_themes) == 34
        assert set(chart.table.row_keys) == set(chart.theme_ids)
        assert len(shares.table.row_keys) == len(summary.themes) > 34
        cells = dict(zip(shares.table.row_keys, shares.table.rows, strict=True))
        assert all(
            row == cells[key]
            for key, row in zip(chart.table.row_keys, chart.table.rows, strict=True)
        )

    def test_no_more_small_multiples_than_can_be_drawn(self, sample, summarised):
        summary = summarised(sample.wide(broad=42, finer=1), "month")
        assert len(summary.top_themes) == 46
        assert len(summary.chart("multiples").theme_ids) == 40
        assert "Shown are 40 of 46 themes" in summary.chart("multiples").caption

    def test_numbers_of_papers_have_words_of_their_own(self, summaries: dict[str, Summary]):
        counts = {c.chart_id: c.count_caption for c in summaries["many"].charts}
        assert {key for key, text in counts.items() if text} == {"shares", "multiples", "heatmap"}
        assert counts["shares"].startswith(
            "Papers of each theme in each month. Numbers rise and fall with the size of the "
            "digest: compare shares."
        )
        assert "interval" not in counts["shares"]
        other = summaries["many"].other.chart("shares").count_caption
        assert "what the digests list of each month: compare shares." in other

    def test_charts_over_time_are_made_by_one_function_for_both_dates(self, summaries):
        from papertrends.report.counted import Counted

        summary = summaries["many"]
        own = Counted(summary.date, summary.by, summary.periods, summary.themes)
        assert charts_over_time(own) == summary.charts[:4]
