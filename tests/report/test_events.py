"""Tests of the words beside a verdict: emergence, bursts, papers near the threshold."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from papertrends.report import words
from papertrends.report.events import doubt, event_text, jump_near, jump_text, scores_text
from papertrends.report.model import Period
from papertrends.tables import EVENTS, JUMPS, SENSITIVITY, conform

EMERGENCE = {
    "theme_id": "n3", "event": "emergence", "start": "2025-01-01", "start_low": "2024-10-01",
    "start_high": "2025-04-01", "share_before": 0.004, "share_during": 0.05, "q_value": 0.003,
}  # fmt: skip
BURST = {
    "theme_id": "n3", "event": "burst", "start": "2025-03-01", "start_low": "2025-03-01",
    "start_high": "2025-03-01", "end": "2025-05-01", "share_before": 0.02, "share_during": 0.11,
    "q_value": 0.0004,
}  # fmt: skip


def event(given: dict, **changed) -> dict:
    return conform(pd.DataFrame([given | changed]), EVENTS).to_dict("records")[0]


def scores(n_papers=48, n_borderline=12, n_near=8, **given) -> dict:
    row = {
        "theme_id": "n3", "n_papers": n_papers, "n_borderline": n_borderline, "n_near": n_near,
        "most_down": 0.031, "most_up": 0.02, "n_beyond": 0, "verdict": "rising",
        "verdict_strict": "rising", "verdict_lenient": "rising",
    }  # fmt: skip
    return conform(pd.DataFrame([row | given]), SENSITIVITY).to_dict("records")[0]


def told(summary, theme_id: str, kind: str) -> list[str]:
    card = next(card for card in summary.themes if card.theme_id == theme_id)
    return [remark.text for remark in card.remarks if remark.kind == kind]


class TestEvents:
    def test_emergence_and_how_sure(self):
        assert event_text(event(EMERGENCE), "quarter") == (
            "Emerged in Q1 2025 (95 %: Q4 2024 to Q2 2025; q = 0.003), from 0.4 % to 5 % of the "
            "papers."
        )

    @pytest.mark.parametrize(
        ("by", "start", "end", "text"),
        [
            ("month", "2025-01-01", "2025-01-01", "in January 2025 (95 %: that month alone; q"),
            ("month", "2024-12-01", "2025-01-01", "(95 %: December 2024 to January 2025; q"),
            ("week", "2025-01-06", "2025-01-13", "(95 %: week of 6 January to week of 13"),
            ("digest", "2025-01-03", "2025-01-13", "(95 %: 3 January to 13 January 2025; q"),
            ("year", "2024-01-01", "2025-01-01", "(95 %: 2024 to 2025; q = 0.003)"),
        ],
    )
    def test_every_kind_of_period(self, by, start, end, text):
        row = event(EMERGENCE, start=end, start_low=start, start_high=end)
        assert text in event_text(row, by)
        assert f"Emerged {words.when(pd.Timestamp(end), by)} (" in event_text(row, by)

    def test_without_an_interval_only_q(self):
        row = event(EMERGENCE, start_low=None)
        assert event_text(row, "month").startswith("Emerged in January 2025 (q = 0.003), from")

    def test_burst(self):
        assert event_text(event(BURST), "month") == (
            "A burst from March to May 2025: 11 % of the papers against 2 % before, gone since "
            "(q < 0.001)."
        )
        one = event_text(event(BURST, end="2025-03-01"), "month")
        assert one.startswith("A burst in March 2025: 11 %")
        assert "None" not in event_text(event(BURST, end=None), "month")

    def test_near_shares_are_told_apart(self):
        row = event(EMERGENCE, share_before=0.051, share_during=0.054)
        assert "from 5.1 % to 5.4 % of the papers" in event_text(row, "month")


class TestOnCards:
    def test_they_stand_on_the_card_in_order_of_time(self, summaries):
        summary = summaries["many"]
        assert told(summary, "n3", "emergence") == [
            "Emerged in November 2024 (95 %: October to December 2024; q = 0.004), from 7 % to "
            "30 % of the papers."
        ]
        assert told(summary, "d4", "burst")[0].startswith("A burst from February to April 2025:")
        assert told(summary, "d4", "emergence") == []

    @pytest.mark.parametrize("q", [0.05, 0.4, float("nan")])
    def test_none_is_told_that_its_q_does_not_carry(self, sample, summarised, q):
        tables = sample.many_months()
        tables = replace(tables, events=tables.events.assign(q_value=q))
        summary = summarised(tables, "month")
        for card in summary.themes:
            assert {remark.kind for remark in card.remarks} <= {"scores"}
        assert "Emergence and bursts" not in {passage.title for passage in summary.method}
        assert "ring" not in summary.chart("shares").caption

    def test_an_emergence_of_the_changes_table_is_told_once(self, sample, summarised):
        tables = sample.many_months()
        since = tables.changes["theme_id"].isin(["n3", "n1"])
        start = pd.Timestamp("2024-12-01")
        tables.changes.loc[since, "emerged"] = start
        summary = summarised(tables, "month")
        assert len(told(summary, "n3", "emergence")) == 1
        assert "November" in told(summary, "n3", "emergence")[0]
        assert told(summary, "n1", "emergence") == ["Emerged in December 2024."]

    def test_the_caption_names_the_signs_of_those_that_are_drawn(self, sample, summarised):
        summary = summarised(sample.many_months(), "month")
        assert "A ring marks where a theme emerged" in summary.chart("shares").caption
        shown = "d4" in summary.chart("shares").stands_out
        assert ("hourglass" in summary.chart("shares").caption) == shown


class TestJumps:
    PERIODS = tuple(
        Period(str(day.date()), "", "", 10, False)
        for day in pd.date_range("2025-01-01", periods=6, freq="MS")
    )

    @pytest.mark.parametrize(
        ("jump", "near"),
        [("2025-01-31", False), ("2025-02-01", True), ("2025-03-20", True), ("2025-04-30", True),
         ("2025-05-01", False)],
    )  # fmt: skip
    def test_within_one_period(self, jump, near):
        table = conform(
            pd.DataFrame({"start": [jump], "papers_before": 1, "papers_after": 2}), JUMPS
        )
        found = jump_near(pd.Timestamp("2025-03-01"), table, self.PERIODS)
        assert (found is not None) == near

    def test_the_card_says_that_the_digest_changed(self, summaries):
        assert told(summaries["many"], "n3", "digest") == [
            "The digest itself changed around then, from about 2 to 3.5 papers on 15 October 2024: "
            "what it takes in may have changed with it."
        ]
        assert told(summaries["many"], "d4", "digest") == []

    def test_two_events_near_one_jump_say_it_once(self, sample, summarised):
        tables = sample.with_events(sample.many_months(), sample.EMERGENCE,
                                    ("n3", *sample.EMERGENCE[1:]))  # fmt: skip
        assert len(told(summarised(tables, "month"), "n3", "digest")) == 1

    def test_levels_are_rounded(self):
        row = {"start": pd.Timestamp("2025-04-07"), "papers_before": 13.2, "papers_after": 27.6}
        assert "from about 13 to 28 papers on 7 April 2025" in jump_text(row)


class TestScores:
    def test_borderline_and_near(self):
        assert scores_text(scores(), "month") == (
            "12 of its 48 papers score close to the threshold: without them its share would be up "
            "to 3 points lower and it would still be called rising; 8 more just miss it, which "
            "would add up to 2 points."
        )

    def test_one_of_each(self):
        text = scores_text(scores(n_borderline=1, n_near=1), "month")
        assert text.startswith("1 of its 48 papers scores close to the threshold: without it its")
        assert "; 1 more just misses it, which" in text

    def test_none_near(self):
        assert scores_text(scores(n_borderline=0, n_near=0), "month") == (
            "None of its 48 papers scores close to the threshold."
        )
        assert scores_text(scores(n_papers=1, n_borderline=1, n_near=0), "month").startswith(
            "Its only pap"
        )
        assert "does not" in scores_text(scores(n_papers=1, n_borderline=0, n_near=0), "month")

    def test_no_papers(self):
        none = {"n_papers": 0, "n_borderline": 0}
        assert scores_text(scores(**none, n_near=0), "month") == ""
        assert scores_text(scores(**none, n_near=3), "month") == "3 papers just miss it."

    def test_where_that_is_more_than_chance(self):
        text = scores_text(scores(n_beyond=3), "month")
        assert text.endswith(" points. In 3 months this takes the share out of its 95 % interval.")
        one = scores_text(scores(n_near=0, n_beyond=1), "digest")
        assert one.endswith("rising. In 1 digest this takes the share out of its 95 % interval.")

    def test_unknown_moves_are_left_out(self):
        text = scores_text(scores(most_down=float("nan"), most_up=float("nan")), "month")
        assert "points" not in text
        assert "without them it would still be called rising; 8 more just miss it." in text

    def test_no_verdict_is_repeated_where_there_is_none(self):
        every = dict.fromkeys(("verdict", "verdict_strict", "verdict_lenient"), "too little data")
        assert "called" not in scores_text(scores(**every), "month")

    def test_every_theme_with_a_row_has_its_sentence(self, summaries):
        summary = summaries["two"]
        rows = summary.tables.sensitivity.set_index("theme_id")
        for card in summary.themes:
            row = rows.loc[card.theme_id].to_dict()
            text = scores_text(row, "digest")
            assert told(summary, card.theme_id, "scores") == ([text] if text else [])


class TestDoubt:
    def test_none_where_the_verdict_holds(self):
        assert doubt(scores()) == ""

    def test_without_the_borderline(self):
        text = doubt(scores(verdict_strict="steady"))
        assert text == "without the 12 papers that only just belong, it would be called steady"

    def test_too_little_data_is_not_called_a_standstill(self):
        text = doubt(scores(n_borderline=1, verdict_strict="too little data"))
        assert text == (
            "without the 1 paper that only just belongs, there would be too little data to tell"
        )

    def test_with_the_near_misses(self):
        text = doubt(scores(verdict="steady", verdict_strict="steady", n_near=1))
        assert text == "with the 1 that only just misses it, it would be called rising"

    def test_both_ways(self):
        same = doubt(scores(verdict_strict="steady", verdict_lenient="steady"))
        assert same == (
            "without the 12 papers that only just belong, or with the 8 that only just miss it, it "
            "would be called steady"
        )
        apart = doubt(scores(verdict_strict="steady", verdict_lenient="falling"))
        assert apart == (
            "without the 12 papers that only just belong, it would be called steady, and with the "
            "8 that only just miss it, it would be called falling"
        )

    def test_papers_of_other_themes_can_change_a_verdict(self):
        text = doubt(scores(n_borderline=0, n_near=0, verdict_strict="steady"))
        assert text == "without papers that only just belong, it would be called steady"

    def test_it_stands_on_the_card_and_in_the_headline(self, sample, summarised):
        tables = sample.many_months()
        of_it = tables.sensitivity["theme_id"] == "n3"
        tables.sensitivity.loc[of_it, "verdict_strict"] = "too little data"
        n = tables.sensitivity.loc[of_it, "n_borderline"].item()
        summary = summarised(tables, "month")
        clause = (
            f"without the {n} papers that only just belong, there would be too little data to tell"
        )
        card = next(card for card in summary.themes if card.theme_id == "n3")
        assert card.doubt == f"W{clause[1:]}."
        assert "still be called" not in told(summary, "n3", "scores")[0]
        sentences = [s.text for s in summary.headline if s.theme_id == "n3"]
        assert sentences[0].endswith(f"; q < 0.001); {clause}.")
        assert [s.text for s in summary.headline if clause in s.text] == sentences
        others = [card for card in summary.themes if card.theme_id != "n3"]
        assert not any(card.doubt for card in others)


class TestWords:
    @pytest.mark.parametrize(
        ("first", "last", "by", "text"),
        [
            ("2025-03-01", "2025-05-01", "month", "from March to May 2025"),
            ("2024-03-01", "2025-05-01", "month", "from March 2024 to May 2025"),
            ("2025-01-01", "2025-04-01", "quarter", "from Q1 to Q2 2025"),
            ("2025-01-01", "2025-01-01", "quarter", "in Q1 2025"),
            ("2024-01-01", "2025-01-01", "year", "from 2024 to 2025"),
            ("2025-03-03", "2025-03-10", "digest", "from 3 March to 10 March 2025"),
            ("2025-03-03", "2025-03-03", "digest", "on 3 March 2025"),
            ("2025-03-03", "2025-03-10", "week",
             "from the week of 3 March to week of 10 March 2025"),
        ],
    )  # fmt: skip
    def test_lasted(self, first, last, by, text):
        assert words.lasted(pd.Timestamp(first), pd.Timestamp(last), by) == text

    @pytest.mark.parametrize(
        ("value", "text"),
        [(0.0002, "less than 0.1 points"), (0.0006, "0.1 points"), (0.0095, "1 point"),
         (0.0149, "1 point"), (0.25, "25 points"), (0.0094, "0.9 points")],
    )  # fmt: skip
    def test_points(self, value, text):
        assert words.points(value) == text

    @pytest.mark.parametrize(
        ("value", "text"),
        [(1.0, "1.00"), (1.004, "1.004"), (0.9991, "0.9991"), (1.00002, "1.00002"),
         (1 + 1e-9, "1.000000"), (1.011, "1.01")],
    )  # fmt: skip
    def test_ratios_close_to_one_are_told_from_it(self, value, text):
        assert words.ratio(value) == text
