"""What a notebook shows: fragments that are whole, safe, and say what the tables say."""

from __future__ import annotations

import dataclasses
import html
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from markupsafe import escape

from papertrends import tables as schema
from papertrends.errors import InputError
from papertrends.report import Summary
from papertrends.report.charted import figures
from papertrends.report.model import Example, Sentence
from papertrends.report.notebook import (
    MOST_CARDS,
    MOST_ROWS,
    ThemeCardView,
    analysis_html,
    figure,
    theme_card,
    theme_cards,
)
from papertrends.tables import Tables, blank

VOID = {"br"}
# Elements of a drawing that end themselves.
CLOSED = {"path", "rect", "polygon", "polyline"}
NAMES = (
    "n" * 200,
    "دراسة النماذج اللغوية \u202e الكبيرة",
    "大型语言模型的推理",
    "😀 emoji 👩‍🔬",
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} ${x} %{y}",
    "\x00\ud800 broken",
)
DAY = "5 August 2025"
PAPERS = (
    Example("p1", "Soft <b>prompts</b>", "https://a.org/?a=1&b=2", DAY, 0.9, "It fits."),
    Example("p2", "A trap", "javascript:alert(1)", DAY, 0.8, "It says <i>."),
)


class Fragment(HTMLParser):
    """Checks that elements are closed in order, and keeps rows, tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in CLOSED
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open or "svg" in self.open:
            return
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def read(text: str) -> Fragment:
    """Parse a fragment and check what holds of every one of them."""
    found = Fragment(text)
    # Inert, and alone: nothing runs, nothing loads, nothing clashes with another output.
    assert not {"script", "img", "iframe", "link", "object", "meta", "html", "body"} & set(
        found.tags
    )
    names = {name for _, name, _ in found.attributes}
    assert not {"id", "name", "src"} & names
    assert not [name for name in names if name.startswith("on")]
    links = [value for _, name, value in found.attributes if name in ("href", "xlink:href")]
    assert all(re.match("https?://", link or "") for link in links)
    # On light and dark: no colour of text, no background but the none that undoes stripes.
    css = text[: text.index("</style>")]
    rules = re.sub(r"\s+", " ", css[css.index("<style>") + 7 :])
    assert all(
        part.strip().startswith(".papertrends")
        for rule in re.findall(r"([^{}]+)\{", rules)
        for part in rule.split(",")
    )
    assert set(re.findall(r"(?<![-\w])color: ([^;}]+)", rules)) == {"inherit"}
    assert set(re.findall(r"background[^:;]*: ([^;}]+)", rules)) <= {"none"}
    styles = " ".join(value or "" for _, name, value in found.attributes if name == "style")
    assert "background" not in styles
    assert not re.search(r"(^|[; ])color:", styles)
    assert "url(" not in css
    text.encode("utf-8")
    return found


def tight(text: str) -> str:
    return text.replace("\u00a0", " ")


def renamed(summary: Summary, *names: str) -> Summary:
    """Give the first themes other names, in cards and sentences."""
    cards = list(summary.themes)
    told = []
    for place, name in enumerate(names):
        cards[place] = dataclasses.replace(cards[place], name=name, keywords=(name, "word"))
        told.append(Sentence("Before ", name, " after.", cards[place].theme_id))
    return dataclasses.replace(summary, themes=tuple(cards), headline=tuple(told))


@pytest.fixture(scope="module")
def empty(summarised) -> Summary:
    schemas = {
        one: getattr(schema, one.removeprefix("other_").upper())
        for one in Tables.__dataclass_fields__
    }
    return summarised(Tables(**{one: blank(columns) for one, columns in schemas.items()}))


@pytest.fixture(scope="module")
def crowd(sample, summarised) -> Summary:
    """Return 300 themes and more at the top."""
    few = summarised(sample.two_digests())
    card = few.themes[-1]
    copies = [
        dataclasses.replace(card, theme_id=f"x{n}", name=f"Theme {n}", n_papers=n + 1)
        for n in range(300)
    ]
    row = few.tables.themes.tail(1)
    themes = pd.concat([few.tables.themes, *(row.assign(theme_id=one.theme_id) for one in copies)])
    return dataclasses.replace(
        few,
        themes=(*few.themes, *copies),
        tables=dataclasses.replace(few.tables, themes=themes.reset_index(drop=True)),
    )


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


# A card.


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
