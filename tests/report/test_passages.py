"""Tests of the method: it tells of what the tables hold, and reads a steady theme as a finding."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from papertrends.trends.changes import STEADY_ODDS


def titles(summary) -> list[str]:
    return [passage.title for passage in summary.method]


def passage(summary, title: str) -> str:
    return next(one.text for one in summary.method if one.title == title)


def steady(tables, *theme_ids: str):
    """Call the themes steady, and no other anything."""
    changes = tables.changes.copy()
    changes["verdict"] = "too little data"
    changes["q_value"] = changes["q_value"].clip(lower=0.5)
    own = changes["theme_id"].isin(theme_ids)
    changes.loc[own, ["verdict", "effect", "effect_low", "effect_high"]] = ["steady", 1, 0.99, 1.01]
    return replace(tables, changes=changes)


class TestMethod:
    def test_what_there_is_to_tell(self, summaries):
        shared = ["What is counted", "Intervals", "Changes"]
        ends = ["Papers near the threshold", "Themes"]
        assert titles(summaries["two"]) == [*shared, *ends]
        assert titles(summaries["many"]) == [
            *shared, "Smoothed lines", "Emergence and bursts", *ends
        ]  # fmt: skip
        assert "Emergence and bursts" not in titles(summaries["gapped"])

    @pytest.mark.parametrize(
        ("table", "title"),
        [("curves", "Smoothed lines"), ("events", "Emergence and bursts"),
         ("sensitivity", "Papers near the threshold")],
    )  # fmt: skip
    def test_nothing_of_an_empty_table(self, sample, summarised, table, title):
        tables = sample.many_months()
        bare = summarised(replace(tables, **{table: getattr(tables, table)[:0]}), "month")
        assert title not in titles(bare)
        assert len(titles(bare)) == len(titles(summarised(tables, "month"))) - 1

    def test_a_trend_and_a_change_are_told_apart(self, summaries):
        trend, change = (passage(summaries[name], "Changes") for name in ("many", "two"))
        assert "quasi-binomial" in trend
        assert "learned from all themes together" in trend
        assert "Fisher" not in trend
        assert "Fisher" in change
        assert "quasi-binomial" not in change

    def test_the_bound_of_steady_is_that_of_the_statistics(self, summaries):
        for name in ("many", "two"):
            assert f"less than a factor of {STEADY_ODDS:g}" in passage(summaries[name], "Changes")

    def test_the_caption_says_points_and_lines_only_where_they_are_drawn(self, sample, summarised):
        tables = sample.many_months()
        with_curves, without = (
            summarised(one, "month").chart("shares").caption
            for one in (tables, replace(tables, curves=tables.curves[:0]))
        )
        assert "points for the counted shares, a smoothed line and its 95 % band" in with_curves
        assert "smoothed" not in without
        assert "with a 95 % interval" in without


class TestSteady:
    def test_a_named_theme_over_many_months(self, sample, summarised):
        summary = summarised(steady(sample.many_months(), "n1"), "month")
        texts = {s.theme_id: s.text for s in summary.headline}
        curve = summary.tables.curves.set_index(["theme_id", "period"])["smooth"]["n1"]
        first, last = (round(100 * share) for share in (curve.iloc[0], curve.iloc[-1]))
        assert texts["n1"] == (
            f"The share of fine-tuning is steady: about {first} % in June 2024, {last} % in July "
            "2025, and over the whole time its odds changed by less than a factor of 1.5, up or "
            "down."
        )
        card = next(card for card in summary.themes if card.theme_id == "n1")
        assert card.change.text.startswith("Steady, and sure of it: over the whole time its odds")
        assert card.brief.endswith(", steady")

    def test_between_two_digests(self, sample, summarised):
        summary = summarised(steady(sample.two_digests(), "n1"), "digest")
        [text] = [s.text for s in summary.headline if s.theme_id == "n1"]
        assert text == (
            "The share of fine-tuning is steady: 27 % on 31 July 2025, 49 % on 5 August 2025, and "
            "its odds changed by less than a factor of 1.5, up or down."
        )
        assert "whole time" not in " ".join(card.change.text for card in summary.themes)

    def test_how_many_are_known_to_be_steady(self, sample, summarised):
        text = summarised(steady(sample.many_months(), "n1", "d2", "d3"), "month").headline[0].text
        assert text == (
            "No theme changed by more than chance alone could give (13 tested, 3 of them steady "
            "for certain)."
        )
        none = summarised(steady(sample.many_months()), "month").headline[0].text
        assert none.endswith("could give (13 tested).")

    def test_it_is_not_shown_as_what_is_not_known(self, sample, summarised):
        from papertrends.report import render

        text = render(summarised(steady(sample.many_months(), "n1"), "month"))
        assert text.count('<p class="verdict steady">') == 1


class TestTrendSentences:
    def test_the_ends_of_a_trend_are_those_of_the_line(self, sample, summarised):
        """What the first and last month happened to hold says little of a trend."""
        tables = sample.many_months()
        curve = tables.curves.set_index(["theme_id", "period"])["smooth"]["n3"]
        share = tables.trends.set_index(["theme_id", "period"])["share"]["n3"]
        ends = [f"{100 * one.iloc[i]:.0f} %" for one in (curve, share) for i in (0, -1)]
        assert ends[:2] != ends[2:]
        smooth = summarised(tables, "month").headline[0].text
        assert f"rose from about {ends[0]} of" in smooth
        assert f" to {ends[1]} in July 2025" in smooth
        counted = summarised(replace(tables, curves=tables.curves[:0]), "month").headline[0].text
        assert f"rose from {ends[2]} of" in counted
        assert f" to {ends[3]} in July 2025" in counted

    def test_points_hold_the_curve(self, summaries):
        curve = summaries["gapped"].tables.curves.set_index(["theme_id", "period"])
        for card in summaries["gapped"].themes:
            for point in card.points:
                key = (card.theme_id, pd.Timestamp(point.period))
                if key in curve.index:
                    assert point.smooth == curve.loc[key, "smooth"]
                    assert point.smooth_high == curve.loc[key, "smooth_high"]
                else:
                    assert point.smooth != point.smooth
