"""Tests of the headline: what is told first, and no claim without its q-value."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

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
