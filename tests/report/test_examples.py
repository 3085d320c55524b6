"""Tests of the papers in a theme's card: which, and why they are said to belong."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from papertrends.report.examples import terms_of, typical, why, words_pattern
from papertrends.themes.theme import Theme


def themes_of(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["theme_id", "name", "kind", "keywords"])


def told(title: str, abstract: str, *terms: str, score: float = 0.83, found: bool = False) -> str:
    return why(title, abstract, words_pattern(terms), score, found=found)


class TestTerms:
    def test_of_a_named_theme_its_name_and_aliases(self):
        table = themes_of(("prm", "Process rewards", "named", "step, verifier"))
        asked = [Theme("process reward models", aliases=("PRM",), id="prm").as_dict()]
        # The name in use is another one than that asked for.
        assert terms_of(table, asked) == {
            "prm": ("Process rewards", "process reward models", "PRM")
        }

    def test_an_acronym_behind_the_name_is_a_word_of_its_own(self):
        table = themes_of(("process-reward-models", "process reward models", "named", ""))
        asked = [Theme("process reward models (PRMs)").as_dict()]
        assert terms_of(table, asked)["process-reward-models"] == ("process reward models", "PRMs")

    @pytest.mark.parametrize(
        "asked", [[], ["graph neural networks"], [{"name": "graph neural networks"}], [None, 3, ""]]
    )
    def test_without_aliases_its_name_and_keywords(self, asked):
        table = themes_of(("g", "graph neural networks", "named", "graph, node"))
        assert terms_of(table, asked)["g"] == ("graph neural networks", "graph", "node")

    def test_of_a_discovered_theme_its_keywords_or_else_its_name(self):
        table = themes_of(
            ("d1", "Agents & tools", "discovered", "agent, tool"),
            ("d2", "Robots", "discovered", ""),
        )
        assert terms_of(table, ["Agents & tools"]) == {"d1": ("agent", "tool"), "d2": ("Robots",)}


class TestWhy:
    def test_words_as_they_stand_in_the_paper(self):
        text = told("Prompt-Tuning again", "Soft  prompts\nhelp prompt learners.",
                    "prompt tuning", "soft prompt", "prompt learning")  # fmt: skip
        assert text == (
            "Its title has “Prompt-Tuning”; its abstract has “Soft prompts” and "
            "“prompt learners”. Score 0.83."
        )

    def test_only_in_the_abstract(self):
        assert told("T", "We train a PRM.", "PRMs") == "Its abstract has “PRM”. Score 0.83."

    def test_a_word_is_named_once_however_it_is_written(self):
        text = told("Fine-tuning", "We finetune. Fine tuned models. PRM, PRMs.",
                    "fine-tuning", "PRM")  # fmt: skip
        assert text == "Its title has “Fine-tuning”; its abstract has “PRM”. Score 0.83."

    def test_at_most_four_the_most_frequent_first(self):
        terms = ["alpha", "beta", "gamma", "delta", "kappa"]
        text = told("Alpha", "beta gamma delta kappa kappa", *terms)
        assert text == (
            "Its title has “Alpha”; its abstract has “kappa”, “beta” and “gamma”. Score 0.83."
        )
        assert told(" ".join(terms), "", *terms).count("“") == 4

    def test_none_of_them(self):
        assert told("T", "A", "prompt", score=0.52) == (
            "None of the theme's words stand in it: it reads like the theme's other papers. "
            "Score 0.52."
        )

    def test_one_word_alone_is_no_reason_for_a_theme_that_was_found(self):
        assert told("T", "It is complete.", "complete", found=True) == (
            "It reads like the theme's other papers; its abstract has “complete”. Score 0.83."
        )
        assert "reads like" not in told("T", "It is complete.", "complete")
        assert "reads like" not in told("Agent", "Tool.", "agent", "tool", found=True)

    def test_in_scripts_without_spaces_a_word_stands_anywhere(self):
        assert told("面向大模型的提示学习方法", "提示学习很好", "提示学习") == (
            "Its title has “提示学习”. Score 0.83."
        )
        assert "“الضبط الدقيق”" in told("الضبط الدقيق للنماذج", "", "الضبط الدقيق")

    def test_a_single_letter_is_no_word(self):
        assert told("I is", "i", "<i>&").startswith("None of")

    def test_no_words_at_all(self):
        assert told("T", "A").startswith("None of")


class TestExamples:
    def test_typical_ones_have_the_highest_scores(self, summaries):
        for card in summaries["many"].themes:
            scores = [one.score for one in card.typical]
            assert [one.paper_id for one in card.typical] == [p.paper_id for p in card.papers[:3]]
            assert scores == [p.score for p in card.papers[:3]]

    def test_newest_ones_are_others_from_the_newest_digests_there_by_score(self, summaries):
        checked = 0
        for card in summaries["many"].themes:
            days = {p.paper_id: p.appearances[-1].digest for p in summaries["many"].papers}
            typical = {one.paper_id for one in card.typical}
            others = [p for p in card.papers if p.paper_id not in typical]
            chosen = sorted(others, key=lambda p: (days[p.paper_id], p.score), reverse=True)
            assert {days[one.paper_id] for one in card.newest} == {
                days[p.paper_id] for p in chosen[:3]
            }
            assert [one.score for one in card.newest] == [p.score for p in chosen[:3]]
            assert not typical & {one.paper_id for one in card.newest}
            checked += len(card.newest)
        assert checked > 30

    def test_a_theme_of_one_paper_shows_it_and_one_of_none_shows_nothing(self, sample, summarised):
        tables = sample.two_digests()
        members = tables.memberships
        rest = members[members["theme_id"] == "n1"].index[1:]
        fewer = replace(tables, memberships=members.drop(rest))
        cards = {card.theme_id: card for card in summarised(fewer).themes}
        assert len(cards["n1"].typical) == 1
        assert cards["n1"].newest == ()
        assert cards["n4"].typical == ()

    def test_words_named_stand_in_the_paper(self, summaries):
        papers = {paper.paper_id: paper for paper in summaries["two"].papers}
        named = 0
        for card in summaries["two"].themes:
            for one in (*card.typical, *card.newest):
                paper = papers[one.paper_id]
                text = " ".join(f"{paper.title} {paper.abstract}".split())
                for form in re.findall("“([^”]+)”", one.why):
                    assert form in text
                    named += 1
                assert one.why.endswith(f"Score {one.score:.2f}.")
        assert named > 50

    def test_addresses_that_are_none_are_left_out_and_long_titles_cut(self, summaries):
        card = summaries["two"].themes[0]
        row = next(p for p in summaries["two"].papers if p.paper_id == card.papers[0].paper_id)
        for url, there in (("javascript:alert(1)", ""), ("https://a.org/1", "https://a.org/1")):
            one = typical(card, {row.paper_id: replace(row, url=url, title="x" * 5000)})[0]
            assert one.url == there
            assert one.title == "x" * 299 + "…"

    def test_digest_is_the_newest_that_has_the_paper(self, summaries):
        twice = {p.paper_id for p in summaries["two"].papers if len(p.appearances) == 2}
        shown = [
            one
            for card in summaries["two"].themes
            for one in (*card.typical, *card.newest)
            if one.paper_id in twice
        ]
        assert shown
        assert {one.digest for one in shown} == {"5 August 2025"}
