"""What a notebook shows: fragments that are whole, safe, and say what the tables say."""

from __future__ import annotations

import dataclasses
import html
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from markupsafe import escape

from papertrends import tables as schema
from papertrends.errors import InputError
from papertrends.report.charted import figures
from papertrends.report.model import Sentence
from papertrends.report.notebook import (
    MOST_CARDS,
    MOST_ROWS,
    analysis_html,
    figure,
    theme_card,
    theme_cards,
)

fragments = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fragments.py"))))
NAMES, read, renamed, tight = fragments.NAMES, fragments.read, fragments.renamed, fragments.tight


# An analysis.


@pytest.mark.parametrize("name", ["two", "one", "many", "hostile", "nested", "wide", "gapped"])
def test_an_analysis_is_whole_and_inert(summaries, name):
    summary = summaries[name]
    found = read(analysis_html(summary))
    text = tight(found.text)
    for sentence in summary.headline:
        assert tight(sentence.after).strip()[:80] in text
    for fact in summary.facts:
        assert f"{tight(fact.value)} {fact.label}" in text
    assert analysis_html(summary) == analysis_html(dataclasses.replace(summary))


def test_the_table_has_the_numbers_of_the_tables(summaries):
    summary = summaries["two"]
    trends = summary.tables.trends
    head, *rows = read(analysis_html(summary)).rows
    assert head == ["Theme", "Papers", "Share, 5 August 2025", "Over time", "Verdict"]
    themes = summary.tables.themes.set_index("name")
    changes = summary.tables.changes.set_index("theme_id")
    assert {row[0].strip() for row in rows} == set(themes.index)
    for name, papers, share, _, verdict in rows:
        theme_id = themes.loc[name.strip(), "theme_id"]
        last = trends[trends["theme_id"] == theme_id].sort_values("period").iloc[-1]
        assert int(papers) == themes.loc[name.strip(), "n_papers"]
        low, high = 100 * last["share_low"], 100 * last["share_high"]
        assert f"({last['n_theme']} of {last['n_papers']})" in share
        assert f"95 % interval {low:.1f} to {high:.1f} %" in tight(share)
        change = changes.loc[theme_id]
        assert verdict.lower().startswith(change["verdict"] if int(papers) else "no paper")
        if change["verdict"] == "rising":
            assert f"odds ratio {change['effect']:.1f}" in verdict


def test_names_in_sentences_are_bold_with_the_colour_of_the_theme(summaries):
    summary = summaries["two"]
    text = analysis_html(summary)
    looks = summary.tables.looks.set_index("theme_id")["color"].to_dict()
    from papertrends.drawing.looks import theme_styles

    looks = looks or {
        one: style.color for one, style in theme_styles(summary.tables.themes).items()
    }
    about = [sentence for sentence in summary.headline if sentence.theme_id]
    assert about
    for sentence in about:
        assert re.search(
            rf'<strong style="[^"]*{looks[sentence.theme_id]}[^"]*"><bdi>'
            rf"{re.escape(html.escape(sentence.subject))}</bdi></strong>",
            text,
        )


def test_known_looks_are_kept(summaries):
    summary = summaries["two"]
    looks = schema.conform(
        summary.tables.themes[["theme_id"]].assign(color="#123456", symbol="star", dash="solid"),
        schema.LOOKS,
    )
    kept = dataclasses.replace(summary, tables=dataclasses.replace(summary.tables, looks=looks))
    assert analysis_html(kept).count('fill="#123456"') >= len(summary.top_themes)
    assert 'fill="#123456"' in theme_cards(kept)[0]._repr_html_()


def test_a_curve_over_many_periods_is_a_line_and_over_few_bars(summaries):
    many, two = analysis_html(summaries["many"]), analysis_html(summaries["two"])
    assert "<polyline" in many
    assert "<rect" not in many
    assert "<polyline" not in two
    drawn = [card for card in summaries["two"].top_themes if card.points]
    assert two.count("<rect") == 2 * len(drawn)
    assert html.escape(drawn[0].points[0].text) in two  # the drawing in words


def test_finer_themes_are_told_by_number(summaries):
    found = read(analysis_html(summaries["wide"]))
    assert len(found.rows) == 1 + MOST_ROWS
    n_top = len(summaries["wide"].top_themes)
    assert f"{n_top - MOST_ROWS} more themes and 60 finer ones are in .themes." in found.text
    assert "in .themes" not in read(analysis_html(summaries["two"])).text


def test_three_hundred_themes_show_those_that_matter(crowd):
    found = read(analysis_html(crowd))
    n_top = len(crowd.top_themes)
    assert len(found.rows) == 1 + MOST_ROWS
    assert f"{n_top - MOST_ROWS} more themes are in .themes." in found.text
    named = {card.name for card in crowd.themes if card.kind == "named"}
    assert named <= {row[0].strip() for row in found.rows}
    grid = theme_cards(crowd)
    assert len(grid) == len(crowd.themes)
    shown = read(grid._repr_html_())
    assert shown.attributes.count(("div", "class", "papertrends-card")) == MOST_CARDS
    assert f"{n_top - MOST_CARDS} more themes are in .themes." in shown.text


def test_without_papers_it_says_so(empty):
    found = read(analysis_html(empty))
    assert "No papers yet" in found.text
    assert found.rows == []
    assert len(theme_cards(empty)) == 0
    assert "There are no themes." in read(theme_cards(empty)._repr_html_()).text
    with pytest.raises(InputError, match="there is no theme 'x'; the analysis has no themes"):
        theme_card(empty, "x")


def test_one_paper(sample, summarised):
    one = summarised(sample.tables_of(sample.dump_papers()[:1]))
    assert "1 paper" in read(analysis_html(one)).text
    read(theme_cards(one)._repr_html_())


@pytest.mark.parametrize("name", NAMES, ids=["long", "Arabic", "Chinese", "emoji", *"abcd"])
def test_names_are_text_whatever_they_are(summaries, name):
    strange = renamed(summaries["two"], name)
    shown = name.replace("\x00", "\ufffd").replace("\ud800", "?")
    for text in (
        analysis_html(strange),
        theme_cards(strange)[0]._repr_html_(),
        theme_cards(strange)._repr_html_(),
    ):
        found = read(text)
        assert shown in found.text.replace("\x00", "\ufffd")
        assert f"<bdi>{escape(name)}</bdi>".replace("\ud800", "?") in text
    assert repr(theme_cards(strange)[0]).isprintable()


def test_a_name_beyond_measure_is_cut(summaries):
    endless = renamed(summaries["two"], "x" * 3000)
    assert "x" * 199 + "…" in analysis_html(endless)
    assert "x" * 200 not in analysis_html(endless)


def test_what_the_last_run_changed_is_said(sample, summaries):
    from papertrends.report.model import Changed

    card = summaries["two"].themes[0]
    news = Changed(
        (Sentence("In this run ", card.name, " got 7 papers.", card.theme_id),),
        "", False, (), (), "", (), "",
    )  # fmt: skip
    found = read(analysis_html(dataclasses.replace(summaries["two"], changed=news)))
    assert f"In this run {card.name} got 7 papers." in found.text
    assert "Since the last run" in found.text


def test_assumptions_are_said(summaries):
    told = dataclasses.replace(summaries["two"], notices=("The year was assumed to be 2025.",))
    assert "Mind: The year was assumed to be 2025." in read(analysis_html(told)).text


# Charts.


@pytest.mark.parametrize(("name", "ids"), [("two", ()), ("many", ("shares", "heatmap"))])
def test_a_figure_is_the_one_of_the_report(summaries, name, ids):
    summary = summaries[name]
    if ids:
        charts = tuple(chart for chart in summary.charts if chart.chart_id in ids)
        other = summary.other and dataclasses.replace(summary.other, charts=charts[:1])
        summary = dataclasses.replace(summary, charts=charts, other=other)
    drawn = figures(summary)
    for key in drawn:
        chart, _, unit = key.removeprefix("other/").partition("/")
        date = summary.other.date if key.startswith("other/") else None
        found = figure(summary, chart, unit=unit or "share", date=date)
        assert found.to_json() == drawn[key].to_json(), key
        assert found.layout.template.layout.font.color == "#767b84"
    assert set(drawn) >= set(ids or ("shares", "changes", "map"))


def test_whoever_changes_a_figure_does_not_change_the_next(summaries):
    figure(summaries["two"], "shares").update_layout(title="mine")
    assert figure(summaries["two"], "shares").layout.title.text is None


def test_unit_and_date_choose_among_the_figures(summaries, monkeypatch):
    import plotly.graph_objects as go

    import papertrends.report.charted as charted
    from papertrends.report.model import View

    summary = summaries["two"]
    charts = tuple(
        dataclasses.replace(chart, count_caption="counts" if chart.chart_id == "shares" else "")
        for chart in summary.charts
    )
    other = View("published", "month", "", (), charts[:1])
    both = dataclasses.replace(summary, charts=charts, other=other)
    keys = ("shares", "shares/count", "other/shares", "other/shares/count")
    seen = []

    def fake(asked):
        seen.append((asked.charts, asked.other and asked.other.charts))
        return {key: go.Figure(layout={"title": key}) for key in keys}

    monkeypatch.setattr(charted, "figures", fake)
    asked = [{}, {"unit": "count"}, {"date": "published"}, {"unit": "count", "date": "published"}]
    found = [figure(both, "shares", **one).layout.title.text for one in asked]
    assert found == list(keys)
    plain = dataclasses.replace(charts[0], count_caption="")
    assert seen == [((plain,), None), (charts[:1], None), ((), (plain,)), ((), charts[:1])]
    assert figure(both, "shares", date="digest").layout.title.text == "shares"
    with pytest.raises(InputError, match=r"of numbers of papers 'changes'; .*Allowed: shares"):
        figure(both, "changes", unit="count")
    with pytest.raises(InputError, match=r"no chart 'map'; Allowed: shares$"):
        figure(both, "map", date="published")
    with pytest.raises(InputError, match="date 'x'; Allowed: digest, published"):
        figure(both, "shares", date="x")


def test_a_wrong_figure_is_refused_with_those_there_are(summaries):
    summary = dataclasses.replace(summaries["two"], other=None)
    there = ", ".join(chart.chart_id for chart in summary.charts)
    with pytest.raises(
        InputError, match=f"no chart 'share'; did you mean 'shares'\\? Allowed: {there}$"
    ):
        figure(summary, "share")
    with pytest.raises(InputError, match="no unit 'papers'; Allowed: share, count"):
        figure(summary, "shares", unit="papers")
    with pytest.raises(InputError, match="not counted by the date 'published'; Allowed: digest"):
        figure(summary, "shares", date="published")


def test_without_charts_there_is_none(empty):
    bare = dataclasses.replace(empty, charts=())
    with pytest.raises(InputError, match="no chart 'shares'; there are none of this kind"):
        figure(bare, "shares")
    assert ".figure(" not in analysis_html(bare)
