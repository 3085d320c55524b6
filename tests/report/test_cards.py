"""Tests of what a card says of itself, so that no template has to."""

from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.fixture
def cards(summaries):
    return {card.theme_id: card for card in summaries["nested"].themes}


def test_kind_and_size(cards):
    assert cards["n1"].kind_text == "asked for by name"
    assert cards["d1"].kind_text == "found in the papers"
    assert cards["n1"].size_text == f"{cards['n1'].n_papers} papers, 31 July 2025 to 5 August 2025"
    assert replace(cards["n1"], n_papers=12345, when="").size_text == "12,345 papers"
    assert replace(cards["n1"], n_papers=1, when="").size_text == "1 paper"


@pytest.mark.parametrize(
    ("n", "text"),
    [(0, ""), (1, "Show its only paper"), (49, "Show its 49 papers"),
     (1234, "Show its 1,234 papers")],
)  # fmt: skip
def test_link_to_its_papers(cards, n, text):
    assert replace(cards["n1"], n_papers=n).papers_link_text == text


def test_parts(cards):
    assert cards["n1"].parts_title == "Themes found in it"
    assert cards["d2"].parts_title == "Finer themes in it"
    assert cards["n3"].parts_title == ""
    assert cards["d5"].option_text == f"– {cards['d5'].name}"
    assert cards["d2"].option_text == cards["d2"].name


@pytest.mark.parametrize(
    ("verdict", "significant", "sure"),
    [("rising", True, True), ("rising", False, False), ("steady", False, True),
     ("too little data", False, False)],
)  # fmt: skip
def test_a_verdict_is_sure_if_it_says_something(cards, verdict, significant, sure):
    change = replace(cards["n1"].change, verdict=verdict, significant=significant)
    assert change.sure == sure


def test_what_stands_over_the_sections(summaries):
    assert summaries["two"].opening_title == "What changed"
    assert summaries["one"].opening_title == "What is in it"
    assert (summaries["two"].opening_link, summaries["one"].opening_link) == ("Changed", "Shares")
    assert summaries["two"].themes_lead.endswith("the largest first.")
    assert "finer themes stand under" in summaries["nested"].themes_lead
