"""Cards of themes in a notebook: they say what the page says, of the theme that was asked for."""

from __future__ import annotations

import dataclasses
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from papertrends.errors import InputError
from papertrends.report.model import Example
from papertrends.report.notebook import (
    ThemeCardView,
    analysis_html,
    theme_card,
    theme_cards,
)

fragments = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fragments.py"))))
NAMES, read, renamed, tight = fragments.NAMES, fragments.read, fragments.renamed, fragments.tight


DAY = "5 August 2025"


PAPERS = (
    Example("p1", "Soft <b>prompts</b>", "https://a.org/?a=1&b=2", DAY, 0.9, "It fits."),
    Example("p2", "A trap", "javascript:alert(1)", DAY, 0.8, "It says <i>."),
)


def test_a_card_says_what_the_page_says(summaries):
    summary = summaries["nested"]
    for view in theme_cards(summary):
        card = view.card
        text = tight(read(view._repr_html_()).text)
        assert card.name in text
        assert f"{card.n_papers:,} paper" in text
        assert card.change.text in text
        assert card.stability_text in text
        for said in (card.doubt, *(remark.text for remark in card.remarks), *card.keywords):
            assert said in text
        for point in card.points:
            assert f"{point.label}: {point.text}" in text
        assert ("asked for by name" in text) == (card.kind == "named")
        assert (f"part of {card.parent}" in text) == bool(card.parent)
        names = {one.theme_id: one.name for one in summary.themes}
        assert all(names[part] in text for part in card.parts)


def test_doubt_stands_in_card_and_table(summaries):
    summary = summaries["two"]
    change = dataclasses.replace(summary.themes[0].change, doubt="without 3 papers it is steady")
    card = dataclasses.replace(summary.themes[0], change=change)
    doubted = dataclasses.replace(summary, themes=(card, *summary.themes[1:]))
    wanted = "Mind: Without 3 papers it is steady."
    assert wanted in read(analysis_html(doubted)).text
    assert wanted in read(theme_card(doubted, card.theme_id)._repr_html_()).text


def test_papers_of_a_card_are_shown_with_why_and_linked_only_where_that_is_safe(summaries):
    summary = summaries["two"]
    card = dataclasses.replace(summary.themes[0], typical=PAPERS, newest=PAPERS[:1])
    text = ThemeCardView(card, summary)._repr_html_()
    found = read(text)
    assert "Soft <b>prompts</b> 5 August 2025. It fits." in " ".join(found.text.split())
    assert "A trap 5 August 2025. It says <i>." in " ".join(found.text.split())
    links = [value for _, name, value in found.attributes if name == "href"]
    assert links == ["https://a.org/?a=1&b=2"] * 2
    assert "noopener" in text
    assert "Most typical of it" in found.text
    assert "Newest in it" in found.text
    bare = ThemeCardView(dataclasses.replace(card, typical=(), newest=()), summary)._repr_html_()
    assert "Most typical of it" not in bare
    assert "Newest in it" not in bare


def test_the_last_period_of_a_long_curve_is_told_even_if_not_over(summaries):
    card = next(one for one in summaries["gapped"].themes if one.n_papers)
    assert card.points[-1].partial
    text = tight(read(ThemeCardView(card, summaries["gapped"])._repr_html_()).text)
    assert f"{card.points[0].label}: {card.points[0].text}" in text
    assert f"{card.points[-1].label} (not over yet): {card.points[-1].text}" in text
    head = read(analysis_html(summaries["gapped"])).rows[0]
    assert head[2] == f"Share, {card.points[-1].label} (not over yet)"


@pytest.mark.parametrize("asked", ["prompt learning", "Prompt  LEARNING ", "n3", "N3"])
def test_a_card_is_found_by_name_or_id(summaries, asked):
    view = theme_card(summaries["two"], asked)
    assert view.card.theme_id == "n3"
    assert view == theme_cards(summaries["two"])[list(summaries["two"].themes).index(view.card)]
    assert repr(view) == (
        f"Theme 'prompt learning' ({view.card.brief}): its numbers and sentences are in .card, "
        "its papers in .memberships as 'n3'"
    )


def test_an_unknown_theme_is_refused_with_those_that_are_near(summaries, crowd):
    with pytest.raises(
        InputError,
        match=r"no theme 'PROMT LERNING'; did you mean 'prompt learning'\? Allowed: .*,",
    ):
        theme_card(summaries["two"], "PROMT LERNING")
    with pytest.raises(InputError, match="no theme 'zzz'; Allowed: ") as none_near:
        theme_card(summaries["two"], "zzz")
    assert "did you mean" not in str(none_near.value)
    with pytest.raises(
        InputError,
        match=r"did you mean 'Theme 17' or .*\? The names of all 314 are in \.themes$",
    ):
        theme_card(crowd, "Theme 17a")
    hostile = renamed(summaries["two"], *NAMES)
    with pytest.raises(InputError) as refused:
        theme_card(hostile, "\x1b[31m" + "q" * 5000)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 1500


def test_two_themes_of_one_name_are_asked_for_by_id(summaries):
    twins = renamed(summaries["two"], "Twin", "twin")
    first, second = (card.theme_id for card in twins.themes[:2])
    with pytest.raises(
        InputError, match=f"2 themes are called 'TWIN'; ask by theme_id: {first}, {second}"
    ):
        theme_card(twins, "TWIN")
    assert theme_card(twins, second).card.theme_id == second


def test_the_cards_are_a_grid_with_their_papers_folded(summaries):
    summary = summaries["two"]
    cards = theme_cards(summary)
    assert [view.card for view in cards] == list(summary.themes)
    filled = tuple(dataclasses.replace(card, typical=PAPERS) for card in summary.themes)
    found = read(theme_cards(dataclasses.replace(summary, themes=filled))._repr_html_())
    assert found.tags.count("details") == len(summary.top_themes)
    assert repr(cards).startswith(f"Cards of {len(summary.themes)} themes: loop over them")
