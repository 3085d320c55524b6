"""Tests of the list of papers: found, filtered, sorted, marked."""

from __future__ import annotations

import itertools

import pytest

from papertrends.report import render
from papertrends.themes.phrases import pattern_of

pytestmark = pytest.mark.browser


def found(page) -> str:
    return page.locator("#found").inner_text()


def place(page) -> str:
    return page.evaluate("location.hash")


def focused(page) -> str:
    return page.evaluate("document.activeElement.id")


def test_search_narrows_the_table(opened_at, summaries):
    with opened_at("two") as page:
        assert found(page) == "150 papers"
        assert page.locator("#rows tr").count() == 50
        assert page.locator("#save-found").is_hidden()
        page.fill("#query", "Learning prompt")
        expected = [
            paper for paper in summaries["two"].papers
            if all(w in f"{paper.title}\n{paper.abstract}".lower() for w in ("prompt", "learning"))
        ]  # fmt: skip
        assert found(page) == f"{len(expected)} of 150 papers"
        titles = {paper.title for paper in expected}
        assert set(page.locator("#rows .title").all_inner_texts()) <= titles
        assert page.locator("#rows tr:has(mark)").count() == page.locator("#rows tr").count()
        page.fill("#query", '"prompt learning')
        phrase = sum(
            "prompt learning" in f"{p.title}\n{p.abstract}".lower() for p in summaries["two"].papers
        )
        assert 0 < phrase < len(expected)
        assert found(page) == f"{phrase} of 150 papers"
        page.fill("#query", "zzz no such word")
        assert page.locator("#rows tr").count() == 0
        page.click("#clear")
        assert found(page) == "150 papers"
        assert focused(page) == "query"
        assert place(page) == "#papers"


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Schrödinger équations", "SCHRODINGER EQUATIONS"),
        ("Łódź naïve ﬁne-tuning", "naive fine-tuning"),
        ("long–range “prompt” tuning", 'long-range "prompt" tuning'),
        ("دِرَاسَة النماذج", "دراسة"),
        ("İstanbul ΣΊΣΥΦΟΣ", "istanbul σισυφος"),
        ("soft\u00adhyphen and bi\u202edi", "softhyphen bidi"),
        ("大语言模型 and 😀", "语言模型 😀"),
    ],
)
def test_search_sees_through_case_accents_and_signs(opened_at, text, query):
    with opened_at("one") as page:
        words, folded, marked = page.evaluate(
            """([text, query]) => {
              const { wordsOf, fold, marked } = papertrends.text;
              const words = wordsOf(query);
              return [words, fold(text), marked(text, words)
                .map((part) => (part.tagName ? `[${part.textContent}]` : part)).join("")];
            }""",
            [text, query],
        )
        assert all(word in folded for word in words)
        assert marked.replace("[", "").replace("]", "") == text
        assert marked.count("[") == len(words)


def test_filters_by_theme_and_digest_agree_with_the_counts(opened_at, summaries):
    with opened_at("two") as page:
        trends = summaries["two"].tables.trends
        for row in trends[trends["theme_id"].isin(["n1", "n3", "d2", "n4"])].itertuples():
            page.select_option("#theme-filter", row.theme_id)
            page.select_option("#period-filter", str(row.period.date()))
            assert found(page) == f"{row.n_theme} of 150 papers"
        page.select_option("#period-filter", "")
        page.select_option("#theme-filter", "-")
        lost = summaries["two"].tables.unassigned
        assert found(page) == f"{len(lost)} of 150 papers"
        assert lost["reason"][0] in page.locator("#rows td[data-label=Themes]").first.inner_text()


def test_periods_follow_the_date_that_the_charts_show(at, both):
    summary, path = both
    total = len(summary.papers)
    with at(path, "#papers&theme=n3&date=published") as page:
        assert page.locator("#period-label").inner_text() == "Published"
        for view, trends, more in (
            ("Published", summary.tables.other_trends, "&date=published"),
            ("Month", summary.tables.trends, ""),
        ):
            assert page.locator("#period-label").inner_text() == view
            own = trends[trends["theme_id"] == "n3"]
            keys = page.locator("#period-filter option").evaluate_all(
                "all => all.map((o) => o.value)"
            )
            assert keys == ["", *(str(day.date()) for day in own["period"])]
            for row in own.itertuples():
                page.select_option("#period-filter", str(row.period.date()))
                assert found(page) == f"{row.n_theme} of {total} papers"
                assert place(page) == f"#papers&theme=n3&period={row.period.date()}{more}"
            page.evaluate("papertrends.address.keep({ date: '' })")
        assert page.input_value("#theme-filter") == "n3"


def test_sorting(opened_at, summaries):
    with opened_at("gapped") as page:
        page.select_option("#theme-filter", "n1")
        assert page.input_value("#order") == "score"
        scores = [float(x) for x in page.locator("#rows td.number").all_inner_texts()]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) > 10
        page.select_option("#order", "title")
        titles = [title.lower() for title in page.locator("#rows .title").all_inner_texts()]
        assert titles == sorted(titles)
        page.click("#clear")
        papers = summaries["gapped"].papers
        newest = max(papers, key=lambda p: (p.appearances[-1].digest, -p.appearances[-1].position))
        assert page.locator("#rows .title").first.inner_text() == newest.title
        page.select_option("#order", "old")
        assert page.locator("#rows .title").first.inner_text() == papers[0].title


def test_words_of_the_chosen_theme_are_marked(opened_at, summaries):
    with opened_at("two", "#papers&theme=n3") as page:
        card = next(card for card in summaries["two"].themes if card.theme_id == "n3")
        pattern = pattern_of(card.terms)
        marks = page.locator("#rows mark").all_inner_texts()
        assert marks
        assert all(pattern.fullmatch(mark) for mark in marks)
        shown = page.locator("#rows tr").evaluate_all(
            """rows => rows.map((row) => [row.querySelector(".title").innerText,
              row.querySelector(".number").innerText, Boolean(row.querySelector("mark"))])"""
        )
        papers = {p.title: p for p in summaries["two"].papers}
        scores = {p.paper_id: p.score for p in card.papers}
        for title, score, marked in shown:
            paper = papers[title]
            assert score == f"{scores[paper.paper_id]:.2f}"
            assert marked == bool(pattern.search(f"{title}\n{paper.abstract}"))


def test_terms_are_found_as_the_cards_find_them(opened_at, summaries):
    with opened_at("one") as page:
        terms = [card.terms for card in summaries["two"].themes]
        terms += [
            ("process reward models", "PRMs"),
            ("fine-tuning", "LoRA"),
            ("C++ (code)", "k-NN"),
        ]
        terms += [("policies", "الكبيرة"), ("",), ("état", "a-b/c")]
        texts = [f"{p.title} {p.abstract}" for p in summaries["two"].papers[:40]]
        texts += [
            "PRMs prm Process-Reward Modeling, finetuned fine tuning LoRAs C++(code) policy kNN"
        ]
        told = page.evaluate(
            """([terms, texts]) => terms.map((own) => texts.map((text) => papertrends.text
              .marked(text, [], papertrends.text.patternsOf(own))
              .filter((part) => part.tagName).map((part) => part.textContent)))""",
            [terms, texts],
        )
        for own, lists in zip(terms, told, strict=True):
            pattern = pattern_of(own)
            for text, marks in zip(texts, lists, strict=True):
                assert marks == [match.group() for match in pattern.finditer(text)], own


def test_more_rows_on_demand_and_abstracts_open(opened_at, summaries):
    with opened_at("two") as page:
        page.locator("#more").press("Enter")
        assert page.locator("#rows tr").count() == 100
        assert page.evaluate("document.activeElement.closest('tr').rowIndex") == 51
        page.locator("#more").press("Enter")
        assert page.locator("#rows tr").count() == 150
        assert page.locator("#more").is_hidden()
        page.locator("#rows details summary").first.press("Enter")
        title = page.locator("#rows .title").first.inner_text()
        abstract = next(p.abstract for p in summaries["two"].papers if p.title == title)
        assert page.locator("#rows details p").first.inner_text() == abstract


def test_papers_in_no_theme_are_listed(opened_at, summaries):
    with opened_at("two") as page:
        lost = summaries["two"].unassigned
        assert page.locator("#lost li").count() == 10
        first = page.locator("#lost li").first.inner_text()
        assert summaries["two"].papers[0].title or first
        assert lost[0].nearest_theme in first
        assert f"({lost[0].score:.2f})" in first
        assert lost[0].reason in first
        page.locator("#more-lost").press("Enter")
        assert page.locator("#lost li").count() == min(60, len(lost))
        assert page.evaluate("[...document.querySelectorAll('#lost li')]"
                             ".indexOf(document.activeElement.closest('li'))") == 10  # fmt: skip


@pytest.mark.parametrize("width", [360, 1280])
def test_hostile_text_stays_text(opened_at, summaries, width, show):
    with opened_at("hostile", width=width) as page:
        before = page.evaluate("document.scripts.length")
        page.click("#more")
        page.click("#more")
        for opener in page.locator("#rows details summary").all()[-12:]:
            opener.click()
        page.fill("#query", "script")
        shown = " ".join(page.locator("#rows").inner_text().split())
        assert "<script>alert(1)</script>" in shown
        for paper in summaries["hostile"].papers[:9]:
            show(page, only=paper.paper_id)
            told = page.locator("#behind-title").text_content()
            assert told == paper.title or paper.title.startswith(told[:-1])
            head = page.locator(".behind-head").bounding_box()
            assert head["height"] < 450
            page.click("#behind-close")
        for card in summaries["hostile"].themes:
            show(page, theme=card.theme_id)
            page.click("#behind-close")
            page.select_option("#theme-filter", card.theme_id)
        assert page.evaluate("window.hacked") is None
        assert page.evaluate("document.scripts.length") == before
        bad = ":is(#papers, #behind, #lost) :is(img, iframe, script, b, i)"
        assert page.locator(bad).count() == 0
        links = page.evaluate("[...document.links].map((link) => link.protocol)")
        assert set(links) <= {"file:", "https:", "http:"}
        for link in page.locator("#rows a[href^='http']").all()[:5]:
            assert link.get_attribute("rel") == "noopener noreferrer"
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_search_is_reached_and_used_by_keyboard(opened_at):
    with opened_at("one") as page:
        page.focus("#query")
        order = []
        for _ in range(4):
            order.append(focused(page))
            page.keyboard.press("Tab")
        assert order == ["query", "theme-filter", "period-filter", "order"]
        page.focus("#query")
        page.keyboard.type("prompt")
        page.keyboard.press("Enter")
        assert page.locator("#told").inner_text() != found(page)
        page.wait_for_timeout(900)
        assert page.locator("#told").inner_text() == found(page)
        assert focused(page) == "query"


def test_five_thousand_papers_answer(at, sample, summarised, tmp_path, show):
    """The table is drawn in parts and a search answers at once, the first one too."""
    tables = sample.many_months(months=14, papers_a_month=360)
    path = tmp_path / "large.html"
    path.write_text(render(summarised(tables, "month")), encoding="utf-8")
    with at(path) as page:
        assert page.locator("#rows tr").count() == 50
        spent = page.evaluate(
            """() => {
              const spent = {};
              const time = (name, go) => {
                const start = performance.now();
                go();
                document.body.getBoundingClientRect();
                spent[name] = performance.now() - start;
              };
              const set = (id, value, event) => {
                const element = document.getElementById(id);
                element.value = value;
                element.dispatchEvent(new Event(event, { bubbles: true }));
              };
              time("search", () => set("query", "prompt learning", "input"));
              time("again", () => set("query", "prompt", "input"));
              time("filter", () => set("theme-filter", "n3", "change"));
              time("dialog", () => papertrends.behind.show({ chart: "shares", theme: "n3" }));
              return spent;
            }"""
        )
        assert int(found(page).split()[0].replace(",", "")) > 100
        # Four times what it takes on a machine that does nothing else.
        assert max(spent.values()) < 400, spent


def test_waiting_searches_do_not_overwrite_another_address(opened_at):
    with opened_at("two") as page:
        page.fill("#query", "prompt")
        page.evaluate("location.hash = '#theme=n1'")
        page.wait_for_timeout(600)
        assert place(page) == "#theme=n1"
        assert list(itertools.islice(page.locator(".here").all(), 2))
