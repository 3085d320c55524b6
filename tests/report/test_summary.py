"""Tests of the summary: every number from the tables, in sentences and lists."""

from __future__ import annotations

import json
import re
from dataclasses import FrozenInstanceError, replace

import pandas as pd
import pytest

from papertrends.report.summary import summarise


def said(summary) -> list[str]:
    return [sentence.text for sentence in summary.headline]


class TestTrends:
    """Sentences about five periods or more."""

    @staticmethod
    def moved(sample, n: int):
        """Let `n` themes of many months change, every third of them down."""
        tables = sample.many_months()
        changes = tables.changes.copy()
        changes["verdict"], changes["q_value"] = "too little data", 0.5
        changes.loc[: n - 1, "verdict"] = ["falling" if i % 3 == 0 else "rising" for i in range(n)]
        changes.loc[: n - 1, "q_value"] = [0.001 * (i + 1) for i in range(n)]
        return replace(tables, changes=changes)

    def test_when_is_said_once(self, sample, summarised):
        first, *others = said(summarised(self.moved(sample, 4), "month"))[:4]
        assert "of the papers in June 2024 to" in first
        assert "in July 2025 (odds ratio" in first
        assert all("over the same time (odds ratio" in text for text in others)
        assert "2024" not in "".join(others)

    def test_by_publication_they_are_not_the_digest_s_papers(self, sample, summarised):
        papers = sample.months_of_papers()
        tables = sample.tables_of(papers, by="month", day="published_date")
        text = said(summarised(tables, "month", date="published"))[0]
        assert "of the papers published in February 2024 to" in text
        assert "month's papers" not in " ".join(said(summarised(tables, "month", date="published")))

    def test_how_many_changed_where_not_all_are_told(self, sample, summarised):
        summary = summarised(self.moved(sample, 8), "month")
        assert said(summary)[-1] == "In all, 5 of 14 themes rose and 3 fell."
        assert len(summary.headline) == 6
        for n in (1, 6):
            told = said(summarised(self.moved(sample, n), "month"))
            assert len(told) <= 6
            assert sum(" rose " in text or " fell " in text for text in told) == n
            assert not any("In all" in text for text in told)

    def test_one_digest_says_how_many_papers_are_on_a_theme(self, summaries):
        row = summaries["one"].tables.trends.set_index("theme_id").loc["n1"]
        assert said(summaries["one"])[0].startswith(
            f"{row['n_theme']} of 69 papers are on fine-tuning, {100 * row['share']:.0f} % of the "
            "digest (95 % interval "
        )

    def test_one_paper(self, sample, summarised):
        tables = sample.tables_of(sample.dump_papers().head(1))
        own = tables.memberships["theme_id"].iloc[0]
        name = tables.themes.set_index("theme_id")["name"][own]
        assert f"The only paper is on {name}." in said(summarised(tables))

    def test_of_three_periods_it_is_said_which_are_compared(self, sample, summarised):
        papers = sample.months_of_papers(3, 70)
        tables = sample.tables_of(papers, by="month")
        assert any(
            " of the papers in July 2024 and " in text and " in August 2024 (" in text
            for text in said(summarised(tables, "month"))
        )

    def test_a_change_of_the_last_two_of_three_says_when(self, sample, summarised):
        tables = sample.tables_of(sample.months_of_papers(3, 70), by="month")
        changes = tables.changes.copy()
        changes.loc[changes["theme_id"] == "n3", ["verdict", "q_value"]] = ["rising", 0.01]
        text = said(summarised(replace(tables, changes=changes), "month"))[0]
        assert re.match(
            r"Prompt learning rose from \d+ % of the papers in July 2024 to \d+ % in August 2024 "
            r"\(\d+ of 70 papers to \d+ of 70, q = 0.01\)\.",
            text,
        )

    def test_title_and_standfirst_say_nothing_twice(self, summaries):
        assert summaries["two"].title == "What changed between 31 July and 5 August 2025"
        assert summaries["two"].standfirst.endswith("5 of them in both.")


class TestTree:
    def test_points_agree_with_the_table(self, summaries):
        for summary in summaries.values():
            table = summary.tables.trends.set_index(["theme_id", "period"])
            for card in summary.themes:
                assert len(card.points) == len(summary.periods)
                for point in card.points:
                    row = table.loc[card.theme_id, pd.Timestamp(point.period)]
                    assert (point.n_theme, point.n_papers) == (row["n_theme"], row["n_papers"])
                    assert f"({row['n_theme']} of {row['n_papers']})" in point.text
                    assert point.share == row["share"]

    def test_papers_of_a_theme_are_those_of_the_memberships_by_score(self, summaries):
        summary = summaries["two"]
        for card in summary.themes:
            own = summary.tables.memberships.query("theme_id == @card.theme_id")
            assert {p.paper_id for p in card.papers} == set(own["paper_id"])
            scores = [p.score for p in card.papers]
            assert scores == sorted(scores, reverse=True)
            assert {p.paper_id for p in card.papers if p.primary} == set(
                own[own["primary"]]["paper_id"]
            )

    def test_each_paper_once_with_all_its_digests(self, summaries):
        summary = summaries["two"]
        assert len(summary.papers) == 150
        assert sum(len(paper.appearances) for paper in summary.papers) == 155
        twice = [paper for paper in summary.papers if len(paper.appearances) == 2]
        assert len(twice) == 5
        assert [a.digest for a in twice[0].appearances] == ["2025-07-31", "2025-08-05"]

    def test_papers_behind_a_point_are_as_many_as_it_says(self, summaries):
        """What a click on a chart shows: papers of a theme with an appearance in the period."""
        for name in ("two", "many"):
            summary = summaries[name]
            for card in summary.themes:
                own = {p.paper_id for p in card.papers}
                for point in card.points:
                    behind = [
                        paper
                        for paper in summary.papers
                        if paper.paper_id in own
                        and any(a.period == point.period for a in paper.appearances)
                    ]
                    assert len(behind) == point.n_theme

    def test_unassigned_are_counted_and_named(self, summaries):
        summary = summaries["two"]
        left = summary.tables.unassigned
        assert len(summary.unassigned) == len(left)
        assert summary.unassigned_text.startswith(f"{len(left)} of 150 papers (")
        assert any("in no theme" in fact.label for fact in summary.facts)
        names = set(summary.tables.themes["name"])
        assert {paper.nearest_theme for paper in summary.unassigned} <= names
        assert all(paper.reason for paper in summary.unassigned)

    def test_assumed_dates_stand_at_the_top(self, summaries):
        assert summaries["two"].notices == (
            "The year of 2 digest dates was assumed to be 2025: their headers name none.",
        )
        # It is said once, however many files it is said of.
        assert len(summaries["two"].load_sentences) > 5

    def test_json_has_every_sentence_and_no_nan(self, summaries):
        for summary in summaries.values():
            text = json.dumps(summary.as_dict(), allow_nan=False)
            back = json.loads(text)
            assert [s["text"] for s in back["headline"]] == said(summary)
            assert "tables" not in back
            assert len(back["themes"]) == len(summary.themes)

    def test_frozen(self, summaries):
        with pytest.raises(FrozenInstanceError):
            summaries["two"].title = "other"

    def test_same_tables_same_summary(self, sample, summarised):
        one, two = (summarised(sample.two_digests()) for _ in range(2))
        assert one.as_dict() == two.as_dict()

    def test_no_html_of_its_own(self, summaries):
        text = json.dumps(summaries["two"].as_dict()["charts"])
        text += json.dumps(summaries["two"].as_dict()["method"])
        assert "<" not in text.replace("q < 0.001", "")

    def test_charts_fit_the_number_of_periods(self, summaries):
        ids = {name: [c.chart_id for c in s.charts] for name, s in summaries.items()}
        assert ids["one"] == ["shares", "map"]
        assert ids["two"] == ["shares", "changes", "map"]
        assert ids["many"] == ["shares", "multiples", "changes", "heatmap", "map", "volume"]

    def test_tables_behind_charts_are_rectangular(self, summaries):
        for summary in summaries.values():
            for chart in summary.charts:
                assert {len(row) for row in chart.table.rows} == {len(chart.table.columns)}
                keys = chart.table.row_keys or chart.table.row_periods
                assert len(keys) == len(chart.table.rows)

    def test_no_papers_at_all(self, sample):
        tables = sample.two_digests()
        empty = replace(
            tables,
            papers=tables.papers[:0],
            themes=tables.themes[:0],
            memberships=tables.memberships[:0],
            unassigned=tables.unassigned[:0],
            map=tables.map[:0],
            trends=tables.trends[:0],
            changes=tables.changes[:0],
        )
        summary = summarise(empty, sample.LoadReport(), settings={}, versions={}, notes=())
        assert summary.title == "No papers yet"
        assert summary.unassigned_text == "There are no papers."

    def test_weeks_hold_the_papers_of_their_days(self, sample, summarised):
        tables = sample.tables_of(sample.dump_papers(), by="week")
        summary = summarised(tables, "week")
        assert [period.key for period in summary.periods] == ["2025-07-28", "2025-08-04"]
        assert summary.papers[0].appearances[0].period == "2025-07-28"
        assert "Two weeks can show a change, never a trend." in said(summary)
