"""Tests of the summary: every number from the tables, no claim without its q-value."""

from __future__ import annotations

import json
import math
import re
from dataclasses import FrozenInstanceError, replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.report import words
from papertrends.report.summary import summarise
from papertrends.tables import CHANGES, MEMBERSHIPS, PAPERS, THEMES, TRENDS, UNASSIGNED, conform


def counted(n_old, n_new, *, q=0.01, verdict="rising", effect=2.0, name="prompt learning",
            kind="named", totals=(86, 69), theme_id="n1", parent=""):  # fmt: skip
    """Return one theme's rows: themes, trends, changes."""
    theme = {"theme_id": theme_id, "name": name, "kind": kind, "keywords": "prompt, tuning",
             "n_papers": n_old + n_new, "stability": 0.9, "parent": parent}  # fmt: skip
    trends = [
        {"theme_id": theme_id, "period": day, "n_theme": k, "n_papers": n, "share": k / n,
         "share_low": max(0.0, k / n - 0.05), "share_high": k / n + 0.05, "partial": False}
        for day, k, n in zip(("2025-07-31", "2025-08-05"), (n_old, n_new), totals, strict=True)
    ]  # fmt: skip
    change = {"theme_id": theme_id, "verdict": verdict, "basis": "last change", "effect": effect,
              "effect_low": effect / 2, "effect_high": effect * 2,
              "p_value": q, "q_value": q}  # fmt: skip
    return theme, trends, change


def made(sample, *themes, by="digest"):
    """Summarise tables made of what `counted` returns."""
    rows = [
        {"paper_id": f"p{day}{i}", "title": f"Paper {i}", "digest_date": day, "position": i + 1}
        for day, n in (("2025-07-31", 86), ("2025-08-05", 69))
        for i in range(n)
    ]
    tables = replace(
        sample.two_digests(),
        papers=conform(pd.DataFrame(rows), PAPERS),
        themes=conform(pd.DataFrame([t[0] for t in themes]), THEMES),
        trends=conform(pd.DataFrame([row for t in themes for row in t[1]]), TRENDS),
        changes=conform(pd.DataFrame([t[2] for t in themes]), CHANGES),
        memberships=conform(pd.DataFrame(), MEMBERSHIPS),
        unassigned=conform(pd.DataFrame(), UNASSIGNED),
    )
    return summarise(tables, sample.LoadReport(), settings={"by": by}, versions={}, notes=())


def said(summary) -> list[str]:
    return [sentence.text for sentence in summary.headline]


class TestHeadline:
    def test_a_significant_rise(self, sample):
        summary = made(sample, counted(7, 17, q=0.02))
        assert said(summary)[0] == (
            "Prompt learning rose from 8 % to 25 % of the digest (7 of 86 papers to 17 of 69, "
            "q = 0.02)."
        )
        assert summary.headline[0].theme_id == "n1"
        assert summary.headline[0].subject == "Prompt learning"

    def test_a_significant_fall(self, sample):
        summary = made(sample, counted(20, 3, verdict="falling", effect=0.2))
        assert said(summary)[0].startswith("Prompt learning fell from 23 % to 4 % of the digest (")

    def test_gone(self, sample):
        theme = counted(7, 0, verdict="falling", effect=0.0, name="process reward models")
        assert said(made(sample, theme))[0] == (
            "All 7 papers on process reward models are in the digest of 31 July 2025; "
            "that of 5 August has none (q = 0.01)."
        )

    def test_gone_without_significance_says_chance(self, sample):
        theme = counted(4, 0, verdict="too little data", effect=0.0, q=0.12, name="PRMs")
        text = " ".join(said(made(sample, theme)))
        assert (
            "that of 5 August has none, a difference that chance alone could give (q = 0.12)"
            in text
        )

    def test_new(self, sample):
        text = said(made(sample, counted(0, 9, effect=math.inf)))[0]
        assert text == (
            "Prompt learning appeared in 9 of 69 papers on 5 August 2025, after none of 86 on "
            "31 July 2025 (q = 0.01)."
        )

    def test_without_significance_it_claims_nothing(self, sample):
        summary = made(sample, counted(10, 13, q=0.3, verdict="too little data"))
        text = " ".join(said(summary))
        assert (
            "The share of prompt learning was 12 % of the digest and is 19 % (10 of 86 and 13 of "
            "69 papers), a difference that chance alone could give (q = 0.3" in text
        )
        for claim in ("rose", "fell", "rising", "falling"):
            assert claim not in text

    @pytest.mark.parametrize("q", [0.05, 0.2, 1.0, float("nan")])
    def test_a_verdict_is_not_believed_without_its_q(self, sample, q):
        summary = made(sample, counted(7, 17, q=q, verdict="rising"))
        text = " ".join(said(summary))
        assert "rose" not in text
        assert "rising" not in text
        assert summary.themes[0].brief == "24 papers, too little data"

    def test_two_digests_always_say_that_it_is_no_trend(self, sample, summaries):
        caveat = "Two digests can show a change, never a trend."
        many = [counted(5, 9, theme_id=f"d{i}", kind="discovered", name=f"T{i}") for i in range(12)]
        for summary in (made(sample, counted(7, 17)), made(sample, *many), summaries["two"]):
            assert said(summary)[-1] == caveat
            assert 2 <= len(summary.headline) <= 6

    def test_order_named_first_then_others_then_the_still(self, sample):
        summary = made(
            sample,
            counted(9, 10, q=0.8, verdict="steady", theme_id="n2", name="still named"),
            counted(3, 20, q=0.001, theme_id="d1", kind="discovered", name="moved found"),
            counted(7, 17, q=0.04, theme_id="n1", name="moved named"),
            counted(7, 8, q=0.9, verdict="steady", theme_id="d2", kind="discovered", name="calm"),
        )
        assert [s.theme_id for s in summary.headline] == ["n1", "d1", "n2", ""]

    @staticmethod
    def broad(**given):
        return counted(9, 30, theme_id="d1", kind="discovered", name="Broad", **given)

    @staticmethod
    def finer(theme_id="d2", parent="d1", **given):
        return counted(2, 17, theme_id=theme_id, kind="discovered", name="Finer", parent=parent,
                       **given)  # fmt: skip

    def test_a_broad_theme_and_its_finer_one_are_told_once(self, sample):
        # The finer one is the surer, and takes no place of its own.
        summary = made(sample, self.broad(q=0.03), self.finer(q=0.001))
        assert [s.theme_id for s in summary.headline][:1] == ["d1"]
        assert "Finer" not in " ".join(said(summary))

    def test_a_part_of_a_named_theme_is_told_with_it(self, sample):
        under = self.finer(parent="n1")
        text = " ".join(said(made(sample, counted(7, 17), under)))
        assert "Prompt learning rose" in text
        assert text.lower().count("prompt learning") == 1
        assert "Finer" not in text

    def test_three_levels_that_moved_alike_are_told_once(self, sample):
        summary = made(sample, counted(9, 40), self.broad(parent="n1"), self.finer())
        assert [s.theme_id for s in summary.headline if s.theme_id] == ["n1"]

    def test_a_finer_theme_is_never_told_for_its_size(self, sample):
        large = counted(60, 50, q=0.9, verdict="steady", theme_id="d2", kind="discovered",
                        name="Finer", parent="d1")  # fmt: skip
        summary = made(sample, self.broad(q=0.4, verdict="too little data"), large)
        assert [s.theme_id for s in summary.headline] == ["", "d1", ""]

    def test_a_finer_theme_that_moved_alone_is_told_with_its_broad_one(self, sample):
        summary = made(sample, self.broad(q=0.4, verdict="too little data"), self.finer())
        assert said(summary)[0].startswith("Finer, part of Broad, rose from 2 % to 25 % of")
        assert summary.headline[0].theme_id == "d2"

    def test_both_are_told_where_they_moved_apart(self, sample):
        down = counted(20, 3, theme_id="d2", kind="discovered", name="Finer", parent="d1",
                       verdict="falling", effect=0.2)  # fmt: skip
        summary = made(sample, self.broad(q=0.001), down)
        assert [s.theme_id for s in summary.headline][:2] == ["d1", "d2"]
        assert said(summary)[1].startswith("Finer, part of Broad, fell from 23 % to 4 % of")

    def test_a_finer_theme_of_a_broad_one_not_told_for_want_of_room_is_not_told(self, sample):
        """The broad theme stands where its surest part would have stood."""
        others = [counted(3, 20, q=0.01 + i / 1000, theme_id=f"d{i}", kind="discovered",
                          name=f"T{i}") for i in range(10, 18)]  # fmt: skip
        summary = made(sample, self.broad(q=0.04), self.finer(q=0.001), *others)
        assert summary.headline[0].theme_id == "d1"

    def test_new_and_gone_name_the_broad_theme_too(self, sample):
        calm = self.broad(q=0.4, verdict="too little data")
        new = counted(0, 9, effect=math.inf, theme_id="d2", kind="discovered", name="Finer",
                      parent="d1")  # fmt: skip
        assert said(made(sample, calm, new))[0].startswith(
            "Finer, part of Broad, appeared in 9 of 69"
        )
        gone = counted(7, 0, effect=0.0, verdict="falling", theme_id="d2", kind="discovered",
                       name="Finer", parent="d1")  # fmt: skip
        assert said(made(sample, calm, gone))[0].startswith(
            "All 7 papers on Finer, part of Broad, are in the digest of 31 July 2025;"
        )

    def test_finer_themes_are_not_among_the_largest(self, sample, summarised):
        tables = sample.nested()
        tables.themes.loc[tables.themes["theme_id"] == "d3", "n_papers"] = 999
        last = tables.papers["source"] == "2025-08-05.txt"
        one = summarised(
            replace(
                tables,
                papers=tables.papers[last].reset_index(drop=True),
                trends=tables.trends[tables.trends["period"] == "2025-08-05"],
            )
        )
        finer = {card.theme_id for card in one.themes if card.level == "finer"}
        assert not finer & {sentence.theme_id for sentence in one.headline}

    def test_no_theme_is_told_twice(self, summaries):
        for summary in summaries.values():
            told = [s.theme_id for s in summary.headline if s.theme_id]
            assert len(told) == len(set(told))

    def test_a_still_theme_is_not_told_again_as_the_largest(self, sample):
        calm = counted(30, 31, q=0.9, verdict="steady")
        text = said(made(sample, calm, counted(2, 3, q=0.8, verdict="steady", theme_id="d1",
                                               kind="discovered", name="Other")))  # fmt: skip
        assert sum("rompt learning" in sentence for sentence in text) == 1

    def test_no_papers_in_a_theme_is_said(self, summaries):
        assert "No paper belongs to quantum chemistry." in said(summaries["two"])

    def test_one_digest_shows_shares_only(self, summaries):
        text = " ".join(said(summaries["one"]))
        assert "There is one digest, so this report shows shares and no change." in text
        for word in ("rose", "fell", "q =", "trend"):
            assert word not in text

    def test_a_trend_has_odds_interval_and_q(self, summaries):
        row = summaries["many"].tables.changes.set_index("theme_id").loc["n3"]
        text = said(summaries["many"])[0]
        assert text.startswith("Prompt learning rose from about ")
        assert f"(odds ratio {row['effect']:.2f} a month" in text
        assert f"95 % interval {row['effect_low']:.2f} to {row['effect_high']:.2f}" in text

    def test_equal_shares_do_not_become_a_difference(self, sample):
        summary = made(sample, counted(0, 0, totals=(10, 20), q=float("nan"), effect=float("nan")))
        assert "No paper belongs to prompt learning." in said(summary)


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


class TestWords:
    @given(st.floats(0, 1))
    def test_q_never_crosses_the_bound_in_print(self, q):
        text = words.q_text(q)
        if "<" in text:
            assert q < 0.001
        else:
            assert (float(text.removeprefix("q = ")) < 0.05) == (q < 0.05)

    @given(st.floats(0, 1), st.floats(0, 1))
    def test_percents_are_near_what_they_say(self, one, other):
        for share, text in zip((one, other), words.percents(one, other), strict=True):
            assert abs(float(text.removesuffix(" %")) - 100 * share) <= 0.5 + 1e-9

    def test_a_small_difference_shows(self):
        assert words.percents(0.121, 0.124) == ("12.1 %", "12.4 %")

    @pytest.mark.parametrize(
        ("value", "text"),
        [(0.0, "0"), (0.0432, "0.043"), (0.7, "0.70"), (1.126, "1.13"), (4.56, "4.6"),
         (45.6, "46"), (12345.0, "12,345"), (math.inf, "infinite")],
    )  # fmt: skip
    def test_ratio(self, value, text):
        assert words.ratio(value) == text
