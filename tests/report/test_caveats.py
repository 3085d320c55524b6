"""Tests of the caveats: they fit this report, and say nothing that is said elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest


def with_verdicts(tables, n: int):
    """Call the first `n` themes rising, and nothing of the others."""
    changes = tables.changes.copy()
    changes["verdict"], changes["q_value"] = "too little data", 0.4
    changes.loc[: n - 1, ["verdict", "q_value"]] = ["rising", 0.01]
    return replace(tables, changes=changes)


def text(summary) -> str:
    return " ".join(summary.caveats)


class TestCaveats:
    def test_four_to_eight_and_each_once(self, summaries):
        for name, summary in summaries.items():
            assert 4 <= len(summary.caveats) <= 8, name
            assert len(set(summary.caveats)) == len(summary.caveats)
            assert all(one.endswith(".") for one in summary.caveats)

    def test_periods(self, summaries):
        assert "One digest shows how large themes are" in text(summaries["one"])
        assert "Two digests are compared: whether" in text(summaries["two"])
        assert "A trend is about all 14 months together" in text(summaries["many"])

    def test_of_three_the_last_two_are_compared(self, sample, summarised):
        tables = sample.tables_of(sample.months_of_papers(3), by="month")
        assert "The last two months are compared" in text(summarised(tables, "month"))

    def test_a_period_that_is_not_over(self, summaries):
        assert "A trend is about all 10 complete months" in text(summaries["gapped"])
        assert "June 2025 is not over yet: its numbers are small, and trends leave it out." in (
            text(summaries["gapped"])
        )
        assert "not over" not in text(summaries["many"])

    @pytest.mark.parametrize(
        ("n", "told"),
        [
            (0, ""),
            (1, "One theme is called rising or falling. One in twenty such calls is expected to be "
                "wrong, and this may be it."),
            (12, "12 themes are called rising or falling. One in twenty such calls is expected to "
                 "be wrong: one of these may be."),
            (54, "54 themes are called rising or falling. One in twenty such calls is expected to "
                 "be wrong: about 3 of these are."),
        ],
    )  # fmt: skip
    def test_how_many_calls_may_be_wrong(self, sample, summarised, n, told):
        tables = sample.wide() if n > 14 else sample.many_months()
        said = [one for one in summarised(with_verdicts(tables, n), "month").caveats
                if "called rising" in one]  # fmt: skip
        assert said == ([told] if told else [])

    def test_of_how_many_themes_nothing_is_known(self, sample, summarised):
        # Quantum chemistry has no paper: of it nothing is to be known.
        assert "For 11 of 14 themes there is too little data to call them rising" in text(
            summarised(with_verdicts(sample.two_digests(), 2))
        )

    def test_late_papers(self, sample, summarised):
        papers = sample.months_of_papers()
        papers["published_date"] -= pd.to_timedelta(papers["position"].mod(4).eq(0) * 900, unit="D")
        told = text(summarised(sample.tables_of(papers, by="month"), "month"))
        assert "25 % of the papers with a publication date were listed more than 90 days" in told
        assert "90 days" not in text(summarised(sample.many_months(), "month"))

    def test_undated_papers(self, summaries):
        assert "The dumps do not say when papers were published" in text(summaries["two"])
        assert "do not say" not in text(summaries["many"])
        assert "The newest quarters lack the papers" in text(summaries["published"])

    def test_themes_that_come_out_differently(self, sample, summarised):
        tables = sample.many_months()
        tables.themes.loc[tables.themes["theme_id"].isin(["d1", "d4"]), "stability"] = 0.3
        told = text(summarised(tables, "month"))
        assert "2 of 10 such themes come out differently when they are found again." in told

    def test_verdicts_in_doubt(self, sample, summarised):
        tables = sample.many_months()
        tables.sensitivity.loc[0, "verdict_strict"] = "rising"
        assert "1 verdict would be another if" in text(summarised(tables, "month"))

    def test_the_method_does_not_say_the_same(self, summaries):
        for name in ("two", "many", "published"):
            method = " ".join(passage.text for passage in summaries[name].method)
            assert "one in twenty" not in method
            assert "misplaced" not in method
            assert "no digest has listed yet" not in method

    def test_nothing_without_papers(self, sample, summarised):
        tables = sample.two_digests()
        assert summarised(replace(tables, trends=tables.trends[:0])).caveats == ()
