"""The reader of pages as other tools render them: papers, dates, votes, and losses."""

import datetime as dt
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papertrends.dumps import sniff
from papertrends.dumps.pages import page_text
from papertrends.dumps.pages.rendered_page import looks_like, read
from papertrends.dumps.text import fold
from papertrends.errors import InputError

ROOT = Path(__file__).parents[3]
SEARCH_PAGE = ROOT.parent / "shared/forms/search_page.md"
LONG = "We study how models learn and what they forget (see [1, 2) or https://a.org/b). " * 4


@dataclass(frozen=True)
class Paper:
    title: str
    abstract: str
    id: str = "2507.00001"
    votes: str = "101"
    date: str = "Jul 29"

    @property
    def url(self):
        return f"https://huggingface.co/papers/{self.id}"

    @property
    def login(self):
        return f"https://huggingface.co/login?next=%2Fpapers%2F{self.id}"


PAPERS = [
    Paper("Growing Trees of Thought", LONG + "It works.", "2507.00001", "101", "Jul 29"),
    Paper("What We Forget: A Study", "We forget.", "2507.00002", "-", "Feb 27, 2025"),
    Paper("On [v2] of $O(n^2)$", LONG + "Code is at b.org", "2403.00003", "7", "Mar 3, 2024"),
]
HEAD = """new

Get trending papers in your email inbox once a day!

[Subscribe](https://huggingface.co/login?next=%2Fpapers)

# Daily Papers

## by [![](https://huggingface.co/front/by.png)AK](https://huggingface.co/akhaliq) and the \
research community

- Daily
- Weekly

[Trending Papers](https://huggingface.co/papers/trending)

Jul 31

"""
FOOT = "[Previous](https://huggingface.co/papers/date/2025-07-30)\n\nSystem theme\n\nTOS\n"


def wrapped(text, width=100):
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def firecrawl(papers, head=HEAD, foot=FOOT, escape=lambda text: text):
    parts = [head]
    for p in papers:
        abstract = "\\\\\n".join(wrapped(escape(p.abstract), 80))
        title = "\\\\  ".join(wrapped(escape(p.title), 70))
        parts.append(
            f"[{p.votes}]({p.login})\n\n### [{title}]({p.url})\n\n[{abstract}]({p.url})\n\n"
            f"[- ![](https://x.org/a.svg)\\\\\n- 3 authors]({p.url})\n\n·\n\n"
            f"{p.date}[6]({p.url}#community)\n\n"
        )
    return "".join(parts) + foot


def references(papers, head=None, foot="", defined=True):
    head = head or HEAD.replace("](https://huggingface.co/akhaliq)", "][1]")
    parts, defs = [head], ["[1]: https://huggingface.co/akhaliq"]
    for i, p in enumerate(papers):
        a, b, c, d = range(4 * i + 2, 4 * i + 6)
        title = "\n### ".join(wrapped(p.title, 110))
        abstract = "\n".join(wrapped(p.abstract, 118))
        parts.append(
            f"[\n{p.votes}\n][{a}]\n\n### [{title}][{b}]\n\n[\n\n{abstract}\n\n][{c}]\n"
            f"[\n* 3 authors\n][{c}]\n·\n{p.date} [ 6][{d}]\n"
        )
        defs += [f"[{a}]: {p.login}", f"[{b}]: {p.url}", f"[{c}]: {p.url}"]
        defs.append(f"[{d}]: {p.url}#community")
    return "".join(parts) + foot + ("\n" + "\n".join(defs) + "\n" if defined else "")


def addresses(papers):
    head = (
        "# Daily Papers - Hugging Face\nDaily Papers\n\nby \n\nAK\n\nhttps://huggingface.co/akhaliq"
    )
    parts = [f"{head}\n\n and the research community\n\nJul 31\n\n"]
    parts += [
        f" [-] {p.votes}\n\n{p.login}\n\n{p.title}\n\n{p.url}\n\n{p.abstract}\n\n{p.url}\n\n"
        f"[\n\n2 authors]({p.url})\n\n·\n\n{p.date} \n\n1\n\n{p.url}#community\n\n"
        for p in papers
    ]
    return "".join(parts) + "Previous\n\nhttps://huggingface.co/papers/date/2025-07-30\n\nTOS\n"


def headings_only(papers):
    head = "# Daily Papers\n\n## byAK and the research\ncommunity\n\nJul 31\n\n"
    parts = [head]
    for p in papers:
        abstract = "\n".join(wrapped(p.abstract, 78))
        parts.append(
            f"{p.votes}\n\n### {p.title}\n\n{abstract}\n\n  * ![](https://x.org/a.svg)\n"
            f"  * 3 authors\n\n·\n\n{p.date}  6\n\n"
        )
    return "".join(parts) + "Previous\n\nSystem theme\n\nCompany\n"


def text_only(papers):
    parts = ["Daily Papers\n\nbyAK and the research community\n\nDaily\n\nJul 31\n\n"]
    parts += [
        f"{p.votes}\n\n{p.title}\n\n{p.abstract}\n\nSome University\n·\n{p.date} 6\n\n"
        for p in papers
    ]
    return "".join(parts) + "Previous\n\nSystem theme\n"


def turndown(papers):
    parts = [HEAD.replace("# Daily Papers\n", "Daily Papers\n============\n", 1)]
    for p in papers:
        vote = p.votes.replace("-", "\\-")
        title, abstract = (text.translate(_TURNDOWN) for text in (p.title, p.abstract))
        parts.append(
            f"[\n\n{vote}\n\n\n\n](/login?next=%2Fpapers%2F{p.id})\n\n"
            f"### [{title}](/papers/{p.id})\n\n[\n\n{abstract}\n\n](/papers/{p.id})\n\n"
            f"[\n\n*   ![](/avatars/1.svg)\n*   3 authors\n    \n\n](/papers/{p.id})\n\n·\n\n"
            f"{p.date} [6](/papers/{p.id}#community)\n\n"
        )
    return "".join(parts) + FOOT


_TURNDOWN = {ord(char): f"\\{char}" for char in "\\*_[]`"}
WITH_IDS = [firecrawl, references, addresses, turndown]
WITHOUT_IDS = [headings_only, text_only]


def texts(dump):
    return [(record.title, record.abstract) for record in dump.records]


def expected(papers):
    return [(paper.title, paper.abstract) for paper in papers]


def losses(dump):
    return [(one.kind, one.line) for one in dump.dropped if one.kind != "furniture"]


def in_words(date):
    if isinstance(date, dt.date):
        return f"{date:%b} {date.day}, {date.year}"
    return date and date.text


@pytest.mark.parametrize("render", [*WITH_IDS, *WITHOUT_IDS])
def test_renderings_are_read_to_the_character(render):
    text = render(PAPERS)
    dump = read(text, file="x")
    assert texts(dump) == expected(PAPERS)
    assert [record.position for record in dump.records] == [1, 2, 3]
    assert [record.upvotes for record in dump.records] == [101, None, 7]
    assert [in_words(one.published_date) for one in dump.records] == [p.date for p in PAPERS]
    assert [one.published_date for one in dump.records][1] == dt.date(2025, 2, 27)
    assert (dump.date.month, dump.date.day) == (7, 31)
    assert losses(dump) == []
    known = [(p.id, p.url) if render in WITH_IDS else (None, None) for p in PAPERS]
    assert [(one.arxiv_id, one.url) for one in dump.records] == known
    first_lines = [text.split("\n")[record.line - 1] for record in dump.records]
    assert all(p.title.split()[0] in line for p, line in zip(PAPERS, first_lines, strict=True))
    assert looks_like(text)
    assert sniff(text.encode()) == "daily-papers-markdown"


@pytest.mark.parametrize("render", [*WITH_IDS, *WITHOUT_IDS])
def test_every_line_belongs_to_exactly_one_thing(render):
    text = render(PAPERS)
    dump = read(text, file="x")
    taken = [number for one in (*dump.records, *dump.dropped) for number in one.lines]
    filled = [n for n, line in enumerate(text.split("\n"), start=1) if fold(line)]
    assert sorted([*taken, dump.date.line]) == filled
    assert dump.n_blocks == 2 * len(dump.records) + len(dump.dropped) + 1


@pytest.mark.skipif(not SEARCH_PAGE.exists(), reason="a file that is not part of the project")
def test_a_real_search_page():
    dump = read(SEARCH_PAGE.read_text(encoding="utf-8"), file="x")
    assert (dump.date.year, dump.date.month, dump.date.day, dump.date.line) == (2026, 10, 2, 28)
    first, second = dump.records
    assert first.title == (
        "The Noisy Path from Source to Citation: Measuring How Scholars Engage with Past Research"
    )
    assert first.abstract.startswith("Academic citations are widely used for evaluating research")
    assert first.abstract.endswith("how much information changes from cited to citing paper.")
    assert (first.lines, first.published_date) == ((32, *range(34, 40)), dt.date(2025, 2, 27))
    assert second.title.startswith("Sources of Truth: A Multi-Platform")
    assert second.abstract.endswith("yet what these systems surface is poorly characterized.")
    assert (second.arxiv_id, second.upvotes) == ("2609.00319", None)
    assert (second.published_date.month, second.published_date.day) == (8, 30)
    assert second.published_date.year is None
    assert losses(dump) == []


_WORD = st.text(st.sampled_from("abcXYZé論0.,:%$^{}()&<>'"), min_size=1, max_size=9)
_TITLE = st.lists(_WORD, max_size=30).map(lambda words: " ".join(["On", *words, "it"]))
_ABSTRACT = st.lists(_WORD, max_size=80).map(lambda words: " ".join(["We", *words, "so."]))


@st.composite
def _papers(draw):
    pairs = draw(st.lists(st.tuples(_TITLE, _ABSTRACT), min_size=1, max_size=6))
    votes = st.sampled_from(["-", "1", "12", "345"])
    dates = st.sampled_from(["Jul 2", "May 30, 2023", "Feb 29, 2024"])
    return [
        Paper(title, abstract, f"2507.{i:05}", draw(votes), draw(dates))
        for i, (title, abstract) in enumerate(pairs)
    ]


@settings(max_examples=150)
@given(_papers(), st.sampled_from([firecrawl, references]), st.booleans())
def test_any_papers_come_back(papers, render, crlf):
    text = render(papers)
    dump = read(text.replace("\n", "\r\n") if crlf else text, file="x")
    assert texts(dump) == expected(papers)
    assert [(one.arxiv_id, one.url) for one in dump.records] == [(p.id, p.url) for p in papers]
    votes = [None if p.votes == "-" else int(p.votes) for p in papers]
    assert [one.upvotes for one in dump.records] == votes
    assert [in_words(one.published_date) for one in dump.records] == [p.date for p in papers]
    assert losses(dump) == []


@settings(max_examples=150)
@given(
    st.sampled_from([*WITH_IDS, *WITHOUT_IDS]),
    st.floats(0, 1),
    st.sampled_from(["", "x", "[", "]", "é", ")"]),
)
def test_a_page_cut_anywhere_makes_no_paper_up(render, share, junk):
    text = render(PAPERS)
    try:
        dump = read(text[: int(share * len(text))] + junk, file="x")
    except InputError:
        return
    assert set(texts(dump)) <= set(expected(PAPERS))


def test_escapes_are_undone_only_where_a_tool_escapes():
    paper = Paper("A_b *c* [d]", r"We take 45\% of \alpha_i and `x` [y] {\%}.")
    assert texts(read(turndown([paper]), file="x")) == expected([paper])
    plain = Paper("SAP^{2} at 5\\%", r"With \times, \(x\) and SAP^{2} we get 45\% of a\_b_c.")
    for render in (references, headings_only, text_only):
        assert texts(read(render([plain]), file="x")) == expected([plain])


def test_links_in_abstracts_become_text_and_paragraphs_are_joined():
    page = HEAD + (
        "### [A title](/papers/2507.00001)\n\n[First of [two](https://a.org/x(1)) ![](/i.png) and"
        " a[i](x), [5][6].\n\nSecond, at [0, 1).](/papers/2507.00001)\n\n·\n\nJul 2\n\n"
    )
    abstract = "First of two and a[i](x), [5][6]. Second, at [0, 1)."
    assert texts(read(page, file="x")) == [("A title", abstract)]
    plain = (
        HEAD
        + "### A title\n\nWe do this.\n\nAnd we do that.\n\nSome Name\n\n· Published on Jul 2\n"
    )
    assert texts(read(plain, file="x")) == [("A title", "We do this. And we do that.")]


@pytest.mark.parametrize(
    ("line", "year"),
    [
        ("retrieved: 2026-07-31", 2026),
        ("Published Time: Thu, 31 Jul 2025 10:00:00 GMT", 2025),
        ("- Captured (UTC): 2024-07-31T16:31:22.1+00:00", 2024),
        ("url: https://huggingface.co/papers/date/2025-07-31", 2025),
        ("exported: 2026-08-28", 2025),
        ("nothing", 2025),
    ],
)
def test_the_year_of_the_header(line, year):
    dump = read(f"---\n{line}\n---\n{firecrawl(PAPERS)}", file="x")
    assert (dump.date.year, dump.date.month, dump.date.day) == (year, 7, 31)
    noted = "is taken from the link to the day before, 2025-07-30"
    assert [noted in note for note in dump.notes] == [True] * (
        line in ("exported: 2026-08-28", "nothing")
    )
    assert read(firecrawl(PAPERS, foot=""), file="x").date.year is None


def test_the_date_in_the_page_s_own_address():
    head = HEAD.replace("Jul 31", "Search")
    dump = read(
        "URL Source: https://huggingface.co/papers/date/2025-07-31\n" + firecrawl(PAPERS, head),
        file="x",
    )
    assert (dump.date.year, dump.date.month, dump.date.day) == (2025, 7, 31)
    assert dump.notes == ("the date is that in the page's address on line 1",)


def test_a_trending_page_has_no_date():
    head = HEAD.replace("Jul 31\n", "").replace("Daily Papers", "Trending Papers")
    page = head + "".join(
        f"Submitted by\n\n[alt]\n\nsome.user\n\n### [{p.title}]({p.url})\n\n{p.abstract}\n\n"
        f"[[logo] Lab](https://huggingface.co/lab) · Published on {p.date}\n\n"
        f"[Upvote\n\n{p.votes}]({p.login})\n\n[GitHub 1.2k](https://github.com/a/b)\n\n"
        for p in PAPERS
    )
    dump = read(page, file="x")
    assert dump.date is None
    assert texts(dump) == expected(PAPERS)
    assert [one.upvotes for one in dump.records] == [101, None, 7]
    assert [in_words(one.published_date) for one in dump.records] == [p.date for p in PAPERS]
    assert losses(dump) == []


def test_a_paper_without_abstract_is_a_loss():
    url = PAPERS[1].url
    lonely = f"### [Alone]({url})\n\n[- 3 authors]({url})\n\n·\n\nJul 2\n\n"
    page = firecrawl(PAPERS[:1], foot="") + lonely + firecrawl(PAPERS[2:], head="")
    dump = read(page, file="x")
    assert texts(dump) == [expected(PAPERS)[0], expected(PAPERS)[2]]
    assert [one.text for one in dump.dropped if one.kind == "no abstract"] == ["Alone"]


def test_links_that_never_end_are_broken_entries():
    page = references(PAPERS, defined=False)
    cut = page[: page.index("][8]")] + "\n[Content truncated]\n"
    dump = read(cut, file="x")
    assert texts(dump) == expected(PAPERS)[:1]
    (loss,) = [one for one in dump.dropped if one.kind == "broken"]
    assert loss.reason == "the link around this abstract never ends; save the page again"
    assert loss.line == cut.split("\n").index(f"### [{PAPERS[1].title}][7]") + 1


def test_two_digests_in_a_file_are_refused():
    other = HEAD.replace("Jul 31", "Aug 1")
    page = firecrawl(PAPERS[:1], foot="") + firecrawl(PAPERS[1:], head=other)
    line = page.split("\n").index("Aug 1") + 1
    with pytest.raises(InputError, match=rf"^x:{line}: another date \('Aug 1'\) with papers after"):
        read(page, file="x")
    undated = HEAD.replace("Jul 31", "") + "### A\n\nWe do.\n\n"
    with pytest.raises(InputError, match=r"another date \('Aug 1'\) with papers after it; save"):
        read(undated + firecrawl(PAPERS, head=other), file="x")
    again = firecrawl(PAPERS[:1], foot="") + firecrawl(PAPERS[1:], head=HEAD)
    assert texts(read(again, file="x")) == expected(PAPERS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "### A title\n\n", r"^x:18: no paper in it \(no abstract follows this title"),
        (HEAD, r"^x:\d+: no paper in it"),
        (HEAD.replace("Jul 31", "Feb 30") + "### A\n\nWe do.\n", r"^x:16: 'Feb 30' stands in the"),
        ("### [" * 50_000, r"^x:1: no paper in it \(an entry far longer than any paper is; save"),
        ("### a\nb\n" * 200_000, r"^x: more than 300,000 lines; give a page of papers"),
        ("### a\n\nb\n" * 60_000, r"^x: more than 50,000 headings; give a page of papers"),
    ],
)
def test_what_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        read(text, file="x")


def test_thousands_of_losses_become_one():
    dump = read(HEAD + "### A\n\n" * 3_000 + "### B\n\nWe do.\n", file="x")
    assert texts(dump) == [("B", "We do.")]
    lost = [one for one in dump.dropped if one.kind == "no abstract"]
    assert (len(lost), lost[-1].text) == (1_001, "2,000 more")
    assert lost[-1].lines == (18 + 2_000, 18 + 5_998)


@pytest.mark.parametrize("name", ["2025-07-31", "2025-08-05"])
def test_pages_of_text_are_not_taken_for_rendered_ones(name):
    text = (ROOT / "data" / f"{name}.txt").read_text(encoding="utf-8")
    assert (looks_like(text), page_text.looks_like(text)) == (False, True)


@pytest.mark.parametrize(
    "text",
    ["", "Dear diary", "# Notes\n\n## One\n\ntext\n", "[\n  {}\n]", '{"a": "### [x](/papers/1)"}',
     "<html># Daily Papers\n### x", "a,b\n1,2\n", "### A heading\n\nand text\n"],
)  # fmt: skip
def test_what_is_no_rendered_page(text):
    assert not looks_like(text)
