"""Saved pages: the data in them, their markup without it, dates and damage."""

import datetime as dt
import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.dumps import READERS
from papertrends.dumps.pages.html_page import looks_like, read
from papertrends.dumps.text import fold
from papertrends.errors import InputError

REAL = Path(__file__).parents[4] / "shared" / "forms" / "daily_papers_page.html"
NUMBERS = range(1, 5)


def paper(n):
    return {
        "id": f"2407.{n:05d}",
        "title": f"Title {n} & more:\n  a <b>",
        "summary": f'We study "thing" {n}\nat x<y.',
        "publishedAt": "2024-07-31T17:54:27.000Z",
        "submittedOnDailyAt": "2024-07-30T01:00:00.000Z",
        "upvotes": n,
    }


def page(entries, *, body="", **props):
    data = html.escape(json.dumps({**props, "dailyPapers": entries}))
    return (
        "<!doctype html>\n<html>\n<head><title>Daily Papers</title></head>\n<body>\n"
        '<div data-target="Header" data-props="{&quot;wide&quot;:false}">Menu</div>\n'
        f'<div data-target="DailyPapers" data-props="{data}">\n{body}</div>\n</body>\n</html>\n'
    )


ENTRIES = [{"paper": paper(n), "publishedAt": "2024-08-01T01:00:00Z"} for n in NUMBERS]
PAGE = page(ENTRIES, date="2024-08-01T00:00:00.000Z", nextDate="2024-08-02")
EXPECTED = [(f"Title {n} & more: a <b>", f'We study "thing" {n} at x<y.') for n in NUMBERS]


def article(n, rest=""):
    return (
        f'<article class="x"><a href="/papers/2407.{n:05d}"><img alt="" src="t.png"></a>\n'
        f'<div>Submitted by <img src="u.png"> somebody</div><div class="leading-none">{n}</div>\n'
        f'<h3><a href="/papers/2407.{n:05d}">Title {n} &amp; more:\n a &lt;b&gt;</a></h3>\n'
        f"<ul><li>· {n} authors</li></ul><span>{n}</span>\n"
        f"<p>We study &quot;<em>thing</em>&quot; {n}<br>at x&lt;y.</p>{rest}</article>\n"
    )


MARKUP = (
    "<html><body><h1>Daily Papers</h1><script>'<h3><a href=\"/papers/2407.00009\">No</a></h3>'"
    '</script>\n<time datetime="2024-08-01T00:00:00.000Z"><b>Aug</b> 1</time>\n'
    + "".join(article(n) for n in NUMBERS)
    + "<p>© Hugging Face</p></body></html>"
)


def papers(dump):
    return [(record.title, record.abstract) for record in dump.records]


def test_the_data_of_a_page():
    dump = read(PAGE, file="x")
    assert papers(dump) == EXPECTED
    assert (dump.date.year, dump.date.month, dump.date.day, dump.date.line) == (2024, 8, 1, 6)
    assert (dump.dropped, dump.n_blocks, dump.notes) == ((), 4, ())
    first = dump.records[0]
    assert (first.arxiv_id, first.upvotes, first.line) == ("2407.00001", 1, 6)
    assert first.published_date == dt.date(2024, 7, 31)
    assert first.digest_date is None  # the header's counts


def test_data_of_one_paper_and_of_no_date():
    text = (
        f"<html><body><div data-props='{html.escape(json.dumps(ENTRIES[0]))}'></div></body></html>"
    )
    dump = read(text, file="x")
    assert papers(dump) == EXPECTED[:1]
    assert (dump.date, dump.records[0].digest_date) == (None, dt.date(2024, 7, 30))


def test_the_same_paper_in_two_places_of_the_page():
    dump = read(PAGE + PAGE, file="x")
    assert papers(dump) == EXPECTED
    assert [one.kind for one in dump.dropped] == ["furniture"] * 4


def test_markup_without_data():
    dump = read(MARKUP, file="x")
    assert papers(dump) == EXPECTED
    assert [record.upvotes for record in dump.records] == list(NUMBERS)
    assert [record.arxiv_id for record in dump.records] == [f"2407.{n:05d}" for n in NUMBERS]
    assert [record.line for record in dump.records] == [5, 11, 17, 23]
    assert (dump.date.year, dump.date.month, dump.date.day) == (2024, 8, 1)
    assert dump.dropped == ()


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ('<meta property="og:url" content="https://hf.co/papers/date/2025-07-31">', (2025, 7, 31)),
        ('<link rel="canonical" href="https://hf.co/papers?date=2025-07-31">', (2025, 7, 31)),
        ("<!-- saved from url=(0041)https://hf.co/papers/date/2025-07-31 -->", (2025, 7, 31)),
        ("<h2>Jul 31</h2>", (None, 7, 31)),
        ('<time datetime="2025-07-31T10:20:30Z">2 days ago</time>', None),
        ("", None),
    ],
)
def test_where_a_date_may_stand(head, date):
    dump = read(f"<html>{head}<body>{article(1)}</body></html>", file="x")
    assert (dump.date and (dump.date.year, dump.date.month, dump.date.day)) == date


def test_a_cleaned_page():
    text = (
        "<h2><a href='https://arxiv.org/abs/2407.00001v2'>First</a></h2><p>Published on Jul 30</p>"
        "<p>One.</p><p>Two.</p><h2><a href='https://huggingface.co/papers/2407.00002'>Second</a></h2>"
        "<p>Three.</p>"
    )
    dump = read(text, file="x")
    assert papers(dump) == [("First", "One. Two."), ("Second", "Three.")]
    first = dump.records[0]
    assert (first.arxiv_id, first.url) == ("2407.00001", "https://arxiv.org/abs/2407.00001v2")
    assert (first.published_date.month, first.published_date.year) == (7, None)


def test_papers_shown_in_part_are_none():
    text = MARKUP.replace("2<br>at x&lt;y.", "2…").replace(
        "<p>We study &quot;<em>thing</em>&quot; 3<br>", "<p>"
    )
    text = re.sub(r"<p>at x&lt;y.</p>", "", text)
    dump = read(text, file="x")
    assert papers(dump) == [EXPECTED[0], EXPECTED[3]]
    assert [one.kind for one in dump.dropped] == ["broken", "no abstract"]


@pytest.mark.parametrize("text", [PAGE, MARKUP])
def test_a_page_cut_anywhere_makes_no_paper_up(text):
    for end in range(10, text.rindex("</div>" if text is PAGE else "<p>©"), 3):
        try:
            dump = read(text[:end], file="x")
        except InputError:
            continue
        found = papers(dump)
        assert found == EXPECTED[: len(found)]


@given(st.integers(0, len(MARKUP)), st.sampled_from('<>"/=& x'))
def test_one_wrong_character_in_the_markup(place, char):
    text = MARKUP[:place] + char + MARKUP[place + 1 :]
    try:
        found = papers(read(text, file="x"))
    except InputError:
        return
    for title, abstract in found:
        assert any(len(title) >= len(t) - 3 or title == t for t, _ in EXPECTED)
        assert len(abstract) >= len(EXPECTED[0][1]) - 6


@pytest.mark.parametrize("end", ["<p>Two, cut", "<p>", "<p>Two, cut <em>he"])
def test_a_page_cut_within_an_abstract_of_several_paragraphs(end):
    link = "https://arxiv.org/abs/2407.00001"
    text = f"<html><body><h2><a href='{link}'>First</a></h2><p>One.</p>{end}"
    with pytest.raises(InputError, match=r"^x:1: .*cut off within this paper, or after it"):
        read(text, file="x")


def test_a_tag_without_its_end():
    text = MARKUP.replace(
        "<p>We study &quot;<em>thing</em>&quot; 2", "<p We study &quot;<em>thing</em>&quot; 2"
    )
    dump = read(text, file="x")
    assert papers(dump) == [EXPECTED[0], *EXPECTED[2:]]
    assert [one.kind for one in dump.dropped] == ["broken"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("<html><body><p>Hello</p></body></html>", r"^x:1: no paper in it; give a page saved"),
        ("<div>" * 100_000, r"^x:1: no paper in it"),
        ("<p>" * 600_000, r"^x:1: more than 500,000 tags"),
        ('<div data-props="' + "&quot;title&quot;" * 100_000, r"^x:1: no paper"),
        (
            "<html>\n" + article(2).replace("<p>", "<!--").replace("</p>", "-->") + "</html>",
            r"^x:4: .*no abstract follows",
        ),
    ],
)
def test_no_paper(text, match):
    with pytest.raises(InputError, match=match):
        read(text, file="x")


@pytest.mark.parametrize(
    ("text", "mine"),
    [
        (PAGE, True),
        (MARKUP, True),
        ("<!-- saved -->\n<!DOCTYPE html>", True),
        ('<?xml version="1.0"?><!DOCTYPE html><html>', True),
        ("<article>", True),
        ('<?xml version="1.0"?><rss>', False),
        ("<feed>", False),
        ("<paper>", False),
        ("Daily Papers", False),
        ("[]", False),
    ],
)
def test_looks_like(text, mine):
    assert looks_like(text) is mine


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(fold)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_what_is_written_is_read(written):
    entries = [{"paper": {"title": title, "summary": abstract}} for title, abstract in written]
    found = dict.fromkeys(papers(read(page(entries), file="x")))
    assert list(found) == list(dict.fromkeys((fold(a), fold(b)) for a, b in written))


@pytest.mark.skipif(not REAL.exists(), reason="the real file is not here")
def test_the_real_page():
    text = REAL.read_text(encoding="utf-8")
    assert [name for name, one in READERS.items() if one.looks_like(text[:200_000])] == [
        "daily-papers-html"
    ]
    dump = read(text, file="x")
    match = re.search(r'data-target="DailyPapers" data-props="([^"]*)"', text)
    raw = [one["paper"] for one in json.loads(html.unescape(match[1]))["dailyPapers"]]
    assert (len(dump.records), len(raw), dump.dropped) == (13, 13, ())
    assert papers(dump) == [
        (" ".join(one["title"].split()), " ".join(one["summary"].split())) for one in raw
    ]
    assert sum(len(title) + len(abstract) for title, abstract in papers(dump)) == 17_505
    assert (dump.date.year, dump.date.month, dump.date.day) == (2024, 8, 1)
    assert {record.line for record in dump.records} == {118}
