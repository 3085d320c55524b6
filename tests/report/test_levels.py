"""Tests of the two levels of themes: what stands where, and what a chart leaves out."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from papertrends.report.levels import MOST_BOLD, MOST_ROWS, bold, charted, levels, rest_text, tree


def themes_of(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["theme_id", "kind", "parent"])


class TestLevels:
    def test_named_broad_and_finer(self):
        told = levels(
            themes_of(
                ("n1", "named", ""),
                ("d1", "discovered", ""),
                ("d2", "discovered", "n1"),
                ("d3", "discovered", "d2"),
                ("d4", "discovered", "d1"),
            )
        )
        assert told == {
            "n1": ("named", ""),
            "d1": ("broad", ""),
            "d2": ("broad", "n1"),
            "d3": ("finer", "d2"),
            "d4": ("finer", "d1"),
        }

    def test_a_named_theme_is_never_a_part(self):
        told = levels(themes_of(("d1", "discovered", ""), ("n1", "named", "d1")))
        assert told["n1"] == ("named", "")

    def test_a_part_of_a_part_is_shown_under_the_broad_one(self):
        told = levels(
            themes_of(
                ("d1", "discovered", ""), ("d2", "discovered", "d1"), ("d3", "discovered", "d2")
            )
        )
        assert told["d3"] == ("finer", "d1")

    @pytest.mark.parametrize("parent", ["gone", "d1", float("nan")])
    def test_a_parent_that_is_none_leaves_it_at_the_top(self, parent):
        assert levels(themes_of(("d1", "discovered", parent))) == {"d1": ("broad", "")}

    def test_no_theme_is_lost_in_a_circle(self):
        told = levels(
            themes_of(
                ("d1", "discovered", "d2"), ("d2", "discovered", "d1"), ("d3", "discovered", "d1")
            )
        )
        assert set(told.values()) == {("broad", "")}


class TestTree:
    def test_every_card_once_and_finer_ones_behind_theirs(self, summaries):
        for summary in summaries.values():
            assert sorted(c.theme_id for c in summary.themes) == sorted(
                summary.tables.themes["theme_id"]
            )
            above = ""
            for card in summary.themes:
                if card.level == "finer":
                    assert card.parent_id == above
                else:
                    above = card.theme_id

    def test_named_first_then_by_size(self, summaries):
        top = summaries["wide"].top_themes
        assert [card.level for card in top] == sorted((c.level for c in top), reverse=True)
        for level in ("named", "broad"):
            sizes = [card.n_papers for card in top if card.level == level]
            assert sizes == sorted(sizes, reverse=True)

    def test_order_of_the_table_changes_nothing(self, sample, summarised, summaries):
        tables = sample.nested()
        shuffled = replace(
            tables, themes=tables.themes.sample(frac=1, random_state=4).reset_index(drop=True)
        )
        summary = summarised(shuffled)
        assert summary.as_dict()["themes"] == summaries["nested"].as_dict()["themes"]
        back = tree(summary.themes[::-1])
        assert [card.theme_id for card in back] == [card.theme_id for card in summary.themes]

    def test_parts_are_those_whose_parent_it_is(self, summaries):
        summary = summaries["nested"]
        for card in summary.themes:
            own = {c.theme_id for c in summary.themes if c.parent_id == card.theme_id}
            assert set(card.parts) == own
        sizes = {card.theme_id: card.n_papers for card in summary.themes}
        parts = next(card.parts for card in summary.themes if card.theme_id == "d2")
        assert [sizes[one] for one in parts] == sorted((sizes[p] for p in parts), reverse=True)
        assert len(parts) == 2


class TestCharted:
    def test_never_a_finer_one_and_never_more_than_asked(self, summaries):
        summary = summaries["wide"]
        finer = {card.theme_id for card in summary.themes if card.level == "finer"}
        assert len(finer) == 60
        for chart in summary.charts:
            assert not finer & set(chart.theme_ids)
        assert len(summary.chart("shares").theme_ids) == MOST_ROWS
        assert len(summary.chart("changes").theme_ids) == MOST_ROWS
        assert len(summary.chart("heatmap").theme_ids) == len(summary.top_themes) == 34
        assert len(summary.chart("shares").stands_out) == MOST_BOLD

    def test_named_then_moved_then_largest(self, summaries):
        summary = summaries["wide"]
        top = summary.top_themes
        shown = set(charted(summary.themes, MOST_ROWS))
        assert {card.theme_id for card in top if card.kind == "named"} <= shown
        moved = {card.theme_id for card in top if card.change.significant}
        assert len(moved) < MOST_ROWS - 4
        assert moved <= shown
        left = [card.n_papers for card in top if card.theme_id not in shown]
        calm = [c for c in top if c.theme_id in shown and c.kind != "named"]
        kept = [c.n_papers for c in calm if not c.change.significant]
        assert min(kept) >= max(left)

    def test_what_moved_stands_out_before_what_was_asked_for(self, summaries):
        summary = summaries["wide"]
        by_q = sorted(
            (c for c in summary.top_themes if c.change.significant and c.n_papers),
            key=lambda c: (c.kind != "named", c.change.q_value),
        )
        assert {c.theme_id for c in by_q[:MOST_BOLD]} <= set(summary.chart("shares").stands_out)
        assert "n4" not in summary.chart("shares").stands_out  # it has no papers

    def test_small_themes_that_moved_come_before_large_ones_that_did_not(self, summaries):
        cards = summaries["wide"].themes
        broad = [card.theme_id for card in cards if card.level == "broad" and card.n_papers]
        small = set(broad[-MOST_BOLD:])
        changed = [
            replace(
                card,
                change=replace(card.change, significant=card.theme_id in small, q_value=0.01),
            )
            for card in cards
        ]
        assert set(bold(changed)) == small
        assert small <= set(charted(changed, MOST_ROWS))

    def test_all_of_them_where_they_are_few(self, summaries):
        two = summaries["two"]
        assert charted(two.themes, MOST_ROWS) == tuple(card.theme_id for card in two.themes)
        assert rest_text(two.themes, two.chart("shares").theme_ids) == ""

    def test_the_caption_says_what_is_left_out(self, summaries):
        changes = summaries["wide"].chart("changes")
        assert "Shown are 16 of 34 themes: those asked for by name, those" in changes.caption
        assert "60 finer themes are in the numbers behind it." in changes.caption
        assert "Shown" not in summaries["nested"].chart("changes").caption
        assert "4 finer themes are in the" in summaries["nested"].chart("shares").caption

    def test_the_tables_behind_hold_them_all(self, summaries):
        for chart_id in ("shares", "changes", "heatmap"):
            keys = summaries["wide"].chart(chart_id).table.row_keys
            assert keys == tuple(card.theme_id for card in summaries["wide"].themes)


def test_facts_count_the_levels(summaries):
    def told(name):
        return [(f.value, f.label) for f in summaries[name].facts if f.label.startswith("theme")]

    assert told("wide") == [("94", "themes (4 named, 30 broad, 60 finer)")]
    assert told("nested") == [("14", "themes (4 named, 6 broad, 4 finer)")]
    assert told("two") == [("14", "themes (4 named, 10 broad)")]


def test_method_tells_of_finer_themes_only_where_there_are_some(summaries):
    def told(name):
        return " ".join(passage.text for passage in summaries[name].method)

    assert "finer themes (60 here)" in told("wide")
    assert "finer" not in told("two")


def test_brief_says_size_and_verdict_and_claims_no_more_than_q(summaries):
    for name, summary in summaries.items():
        for card in summary.themes:
            noun = "paper" if card.n_papers == 1 else "papers"
            size = f"{card.n_papers} {noun}"
            assert card.brief.startswith(size)
            if name == "one" or not card.n_papers:
                assert card.brief == size
            elif card.change.significant:
                assert card.brief == f"{size}, {card.change.verdict}"
            else:
                assert card.brief in (f"{size}, steady", f"{size}, too little data")
