"""Feeds: RSS and Atom as several tools write them, and broken ones."""

from __future__ import annotations

import datetime as dt
import html
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.dumps.lists.descriptions import best, described
from papertrends.dumps.lists.feed import looks_like, read
from papertrends.dumps.text import fold
from papertrends.errors import InputError

ABSTRACT = "We study cats & dogs: if a < b, then <think> helps. It purrs."


def rss(*items: str, head: str = "<lastBuildDate>Fri, 25 Apr 2025 10:20:25 +0000</lastBuildDate>"):
    body = "\n".join(items)
    return f'<?xml version="1.0"?>\n<rss version="2.0"><channel>\n{head}\n{body}\n</channel></rss>'


def item(description: str, title: str = "A title", more: str = "") -> str:
    return f"<item><title>{title}</title>{more}<description>{description}</description></item>"


def only(text: str):
    dump = read(text, file="x")
    assert (len(dump.records), dump.n_blocks) == (1, 1)
    return dump.records[0]


def test_a_digest_with_html_around_its_abstracts():
    described = html.escape(
        '<p><img src="x.png" alt="Paper thumbnail" /></p><p><b>Authors:</b> Ann, Bob</p>'
        f"<p><b>Upvotes:</b> 13</p><p><b>Summary:</b> {html.escape(ABSTRACT)}</p>"
    )
    dump = read(
        rss(
            item(
                described,
                more="<link>https://arxiv.org/abs/2504.15921</link>"
                "<pubDate>Tue, 22 Apr 2025 14:06:01 +0000</pubDate>",
            ),
            item("", "Without"),
        ),
        file="x",
    )
    (record,) = dump.records
    assert (record.title, record.abstract, record.lines) == ("A title", ABSTRACT, (4,))
    assert (record.arxiv_id, record.url) == ("2504.15921", "https://arxiv.org/abs/2504.15921")
    assert (record.upvotes, record.published_date) == (13, dt.date(2025, 4, 22))
    assert (dump.date.year, dump.date.month, dump.date.day, dump.date.line) == (2025, 4, 25, 3)
    (loss,) = dump.dropped
    assert (loss.text, loss.kind, loss.line) == ("Without", "no abstract", 5)
    assert dump.n_blocks == 2


def test_what_arxiv_writes_before_an_abstract_is_none_of_it():
    record = only(
        rss(
            item(
                "arXiv:2503.04625v1 Announce Type: new \nAbstract: We parse &lt;p&gt; tags.",
                more="<guid>oai:arXiv.org:2503.04625v1</guid>",
                title="Old. (arXiv:2503.04625v1 [cs.CL] UPDATED)",
            )
        )
    )
    assert (record.abstract, record.arxiv_id) == ("We parse <p> tags.", "2503.04625")
    assert record.title == "Old"


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom">
<title>q</title><updated>2025-03-07T00:00:00-05:00</updated>
<entry><id>http://arxiv.org/abs/2503.04625v1</id><updated>2025-03-06T17:11:51Z</updated>
<published>2025-03-05T17:11:51Z</published><title>A
  title &amp;amp; more</title>
<summary{kind}>{summary}</summary>
<link href="http://arxiv.org/pdf/2503.04625v1" rel="related" type="application/pdf"/>
<link href="http://arxiv.org/abs/2503.04625v1" rel="alternate" type="text/html"/></entry></feed>"""


@pytest.mark.parametrize(
    ("kind", "summary", "abstract"),
    [
        ("", "  We parse &lt;b&gt; tags\nand &amp;lt;.\n", "We parse <b> tags and &lt;."),
        (' type="html"', "&lt;p&gt;We &amp;lt;3 &lt;b&gt;x&lt;/b&gt;y.&lt;/p&gt;", "We <3 xy."),
        (' type="xhtml"', "<div><p>We &lt;3</p><p>you.</p></div>", "We <3 you."),
    ],
)
def test_atom(kind: str, summary: str, abstract: str):
    dump = read(ATOM.format(kind=kind, summary=summary), file="x")
    (record,) = dump.records
    assert (record.title, record.abstract) == ("A title &amp; more", abstract)
    assert (record.arxiv_id, record.url) == ("2503.04625", "http://arxiv.org/abs/2503.04625v1")
    assert record.published_date == dt.date(2025, 3, 5)
    assert dump.date.agrees_with(dt.date(2025, 3, 7))
    assert dump.date.year == 2025


def test_rdf():
    record = only(
        '<rdf:RDF xmlns:rdf="r" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="c"><title>c'
        "</title><dc:date>2025-01-02</dc:date></channel><image><title>no</title></image>"
        '<item rdf:about="https://arxiv.org/abs/2101.00001"><title>A</title>'
        "<description>&lt;p&gt;B.&lt;/p&gt;</description></item></rdf:RDF>"
    )
    assert (record.title, record.abstract, record.arxiv_id) == ("A", "B.", "2101.00001")


@pytest.mark.parametrize(
    ("description", "abstract"),
    [
        ("<![CDATA[<p>One &amp; <i>t</i>wo.</p><p>Three.</p>]]>", "One & two. Three."),
        ("<![CDATA[a < b and x<y, y>z]]>", "a < b and x<y, y>z"),
        ("caf&eacute;&nbsp;au&#160;lait &amp; Q&amp;amp;A;", "café au lait & Q&A;"),
        ("A &unknown; x &amp;notes; y", "A &unknown; x &notes; y"),
        ("<p>Plain <b>markup</b>.</p>", "Plain markup."),
        ("<![CDATA[<h3>Abstract</h3><p>One.</p><p>Comments: 3 pages</p>]]>", "One."),
        ("Authors: A\nAbstract: One.\nTwo.\nPDF: x", "One. Two."),
        ("<![CDATA[<p>One.</p><p><a href='x'>View PDF</a></p>]]>", "One."),
        ("<![CDATA[<!-- <p>no</p> --><p>TLDR: no</p><p>Yes.</p><script>no()</script>]]>", "Yes."),
        ("One.</description><content:encoded><![CDATA[<p>One. Two.</p>]]></content:encoded>"
         "<description>", "One. Two."),
        ("One two. Three.</description><content:encoded><![CDATA[<p>One two. Three.</p>"
         "<p>Share!</p>]]></content:encoded><description>", "One two. Three."),
    ],
)  # fmt: skip
def test_ways_to_write_an_abstract(description: str, abstract: str):
    assert only(rss(item(description))).abstract == abstract


def test_titles_keep_what_is_no_html():
    assert only(rss(item("x", "R&amp;amp;D of &lt;think&gt; &lt;i&gt;in&lt;/i&gt; it"))).title == (
        "R&D of <think> in it"
    )


def test_links_of_other_sites_name_the_paper():
    assert only(rss(item("x", more="<link>https://a.b/p/2504.17789</link>"))).arxiv_id == (
        "2504.17789"
    )


def test_an_abstract_that_the_feed_cuts_is_no_paper():
    with pytest.raises(InputError, match=r"x:4: no paper in it \(.*only the beginning"):
        read(rss(item("We study [&amp;hellip;]")), file="x")
    assert best([described("We […]", markup=None), described("We do.", markup=None)]).abstract == (
        "We do."
    )


WHOLE = rss(item("One.", "A"), item("Two.", "B"), item("Three.", "C"))


def test_whole_entries_before_a_break_are_kept_wherever_it_is():
    full = read(WHOLE, file="x")
    for cut in range(WHOLE.index("</item>") + 7, len(WHOLE) - 1):
        dump = read(WHOLE[:cut], file="x")
        assert dump.records == full.records[: WHOLE[:cut].count("</item>")]
        (loss,) = dump.dropped
        assert loss.kind == "broken"
        assert "breaks off" in loss.reason
        assert "save the feed again" in loss.reason
        assert dump.n_blocks == len(dump.records) + 1


def test_a_break_says_where_it_is_and_what_is_lost():
    dump = read(WHOLE.replace("Two.", "Two & a half."), file="x")
    assert [record.title for record in dump.records] == ["A"]
    (loss,) = dump.dropped
    assert (loss.lines, loss.text) == ((5,), "B")
    assert "within this entry on line 5" in loss.reason
    assert "1 entries after it are not read" in loss.reason


def test_characters_that_xml_has_not_are_left_out_and_noted():
    dump = read(WHOLE.replace("Two.", "T\x08wo."), file="x")
    assert dump.records[1].abstract == "Two."
    assert dump.notes == ("characters that XML does not allow left out: 1, the first on line 5",)


@pytest.mark.parametrize(
    "entity", ['<!ENTITY a "b">', '<!ENTITY % a "b">', '<!ENTITY a SYSTEM "f">']
)
def test_feeds_with_entities_of_their_own_are_refused(entity: str):
    bomb = WHOLE.replace("<rss", f"<!DOCTYPE rss [\n{entity}]>\n<rss", 1)
    assert looks_like(bomb)
    with pytest.raises(InputError, match=r"^x:3: the feed declares entities of its own .*; take "):
        read(bomb, file="x")


def test_no_paper():
    with pytest.raises(InputError, match=r"^x:1: no paper in it; give a feed"):
        read(rss(), file="x")


def test_a_date_that_is_none_is_noted():
    dump = read(rss(item("x"), head="<lastBuildDate>soon</lastBuildDate>"), file="x")
    assert (dump.date, dump.notes) == (None, ("'soon' on line 3 is no date of the feed",))


@pytest.mark.parametrize(
    ("text", "is_feed"),
    [
        (WHOLE, True),
        (ATOM, True),
        ("\n<!-- <html> --><?x y?><rdf:RDF x='y'>", True),
        ("<!DOCTYPE html><html><feed>", False),
        ("<html><rss>", False),
        ("<?xml version='1.0'?><svg/>", False),
        ("rss <rss>", False),
        ("<!-- <rss>", False),
        ("", False),
        ("<!---->" * 30_000, False),
    ],
)
def test_told_by_the_root(text: str, is_feed: bool):
    assert looks_like(text) == is_feed


@pytest.mark.parametrize(
    "within",
    ["<a>" * 300_000, "&lt;b&gt;" * 200_000, "&lt;!--" * 200_000, "&lt;p a='" * 200_000,
     "&lt;script&gt;" * 100_000, "<b/>" * 200_000, "&nbsp;" * 200_000],
)  # fmt: skip
def test_heaps_of_markup_are_no_trouble(within: str):
    start = time.process_time()
    dump = read(rss(item("One.", "A"), item(within, "B")), file="x")
    assert dump.records[0].title == "A"
    assert time.process_time() - start < 5


def test_elements_nested_too_deep_are_a_break():
    dump = read(rss(item("One."), "<a>" * 6000 + "</a>" * 6000), file="x")
    assert len(dump.records) == 1
    assert "elements nested too deep" in dump.dropped[0].reason


def test_losses_beyond_a_thousand_are_counted():
    dump = read(rss(item("One."), *["<item/>"] * 1500), file="x")
    assert (len(dump.dropped), dump.n_blocks) == (1001, 1501)
    assert dump.dropped[-1].text == "500 more entries that are no papers"
    assert dump.dropped[-1].lines == (1005, 1504)


texts = st.text(st.characters(codec="utf-8"), max_size=40)


@given(texts, texts)
def test_what_is_escaped_twice_reads_back(title: str, abstract: str):
    def twice(text: str) -> str:
        cleaned = "".join(char for char in text if char.isprintable() or char in " \n\t")
        return html.escape(html.escape(cleaned))

    made = rss(item(f"&lt;p&gt;Abstract: x{twice(abstract)}.&lt;/p&gt;", f"x{twice(title)}"))
    shown = [
        fold("x" + "".join(c for c in one if c.isprintable() or c in " \n\t"))
        for one in (title, abstract + ".")
    ]
    record = only(made)
    assert [record.title, record.abstract] == shown


@given(st.text("<>/&;![]-iteml rs?'\"=\x01é\n", max_size=60), st.integers(0, 300))
def test_whatever_is_broken_is_an_input_error(junk: str, at: int):
    text = WHOLE[:at] + junk + WHOLE[at:]
    with suppress(InputError):
        dump = read(text, file="x")
        assert dump.n_blocks == len(dump.records) + len(dump.dropped)


FORMS = Path(__file__).parents[4] / "shared/forms"


@pytest.mark.skipif(not FORMS.exists(), reason="the shared files are not here")
def test_the_real_feed():
    dump = read((FORMS / "feed.xml").read_text(encoding="utf-8"), file="x")
    assert (len(dump.records), dump.dropped, dump.notes) == (15, (), ())
    assert all(one.upvotes and one.arxiv_id and one.published_date for one in dump.records)
    assert not any("<" in one.abstract or "Summary" in one.abstract[:10] for one in dump.records)
