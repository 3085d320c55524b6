"""Papers written in any form and read back are the same, and each form is told as itself."""

from __future__ import annotations

import datetime as dt
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends import load_papers
from papertrends.dumps import READERS, read_dump, sniff
from papertrends.dumps.content import of_bytes
from papertrends.dumps.text import fold

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("damage.py"))))
FORMS, Paper = kit.FORMS, kit.Paper
HERE = [name for name, form in FORMS.items() if form.reader in READERS]

_CHARACTERS = st.characters(exclude_categories=["Cs"])
# XML has no place for these two characters.
_IN_XML = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")
_SIGNS = (
    "&amp; &lt;b&gt; <b> </p> ]]> <!-- --> \\n \\\\ \\u0041 \\\" ' \" '' {x} $x^2$ [1] [a](b) "
    "![c] * _ # `x` ## - 1. + = > ~~~ | , ; %20 &#65; None True {'a':1} #N/A NaN null 007 1e5 @"
)
_MARKS = st.sampled_from(_SIGNS.split())


def _texts(characters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    words = st.one_of(st.text(characters, max_size=12), _MARKS)
    return st.lists(words, min_size=1, max_size=30).map(lambda parts: fold(" ".join(parts)))


def _of_a_page(text: str) -> str:
    """Take out what a page as text cannot hold: ends of sentences within a title."""
    return re.sub(r"[.!?。！？]", "", text)


def _in_a_feed(text: str) -> str:
    """Take out what looks like markup: in a feed it is."""
    return fold(re.sub(r"<(?=[a-zA-Z/!?])|&", "", text))


def _without_escapes(text: str) -> str:
    """Take out what may be an escape or not: tools differ in whether they write any."""
    return re.sub(r"\\(?![a-zA-Z])", "", text)


_ANY = _texts(_CHARACTERS).filter(bool)
_XML = _texts(_IN_XML).filter(bool)
_FEED = _texts(_IN_XML).map(_in_a_feed).filter(bool)
# A page shows numbers and single words of its own, so that a text must be more than that.
_SHOWN = _texts(_CHARACTERS).map(_without_escapes)
_TITLE = _SHOWN.map(lambda text: fold(f"On {text} here"))
_ABSTRACT = _SHOWN.map(lambda text: fold(f"We study {text} at length. We do."))
_PAGE_TITLE = _texts(_CHARACTERS).map(lambda text: fold(f"On {_of_a_page(text)[:140]} here"))
_PAGE_ABSTRACT = _texts(_CHARACTERS).map(
    lambda text: fold(f"We study {text} here. {'It is what we found in the end. ' * 6}It is so.")
)
# Links in numbered references look like this, and so no text between them can.
_PLAIN = _SHOWN.map(lambda text: fold(re.sub(r"[\[\]#*]", "", text)))
_PLAIN_TITLE = _PLAIN.map(lambda text: fold(f"On {text} here"))
_PLAIN_ABSTRACT = _PLAIN.map(lambda text: fold(f"We study {text} at length. We do."))
TEXTS = {
    "page-text": (_PAGE_TITLE, _PAGE_ABSTRACT),
    "page-text-votes": (_PAGE_TITLE, _PAGE_ABSTRACT),
    "markdown": (_TITLE, _ABSTRACT),
    "reference-text": (_PLAIN_TITLE, _PLAIN_ABSTRACT),
    "text-export": (_PLAIN_TITLE, _PLAIN_ABSTRACT),
    "html-markup": (_TITLE, _ABSTRACT),
    "rss": (_FEED, _XML),
    "atom": (_FEED, _FEED),
}

_DAYS = st.dates(dt.date(2023, 5, 4), dt.date(2026, 12, 31))


def _papers(name: str) -> st.SearchStrategy[list[Paper]]:
    paper = st.builds(
        Paper,
        *TEXTS.get(name, (_ANY, _ANY)),
        st.from_regex(r"\d{4}\.\d{4,5}", fullmatch=True, alphabet="0123456789."),
        st.dates(dt.date(1995, 1, 1), dt.date(2026, 12, 31)),
        st.integers(0, 999),
    )
    return st.lists(paper, min_size=1, max_size=4, unique_by=lambda one: one.arxiv_id)


def _same(name: str, paper: Paper, record: object, day: dt.date) -> None:
    form = FORMS[name]
    if "arxiv_id" in form.fields:
        assert record.arxiv_id == paper.arxiv_id
    if "published_date" in form.fields:
        assert record.published_date == paper.published_date
    if "published_day" in form.fields:
        year = paper.published_date.year
        written = record.published_date
        assert (written.month, written.day) == (
            paper.published_date.month,
            paper.published_date.day,
        )
        assert written.year == (None if year == day.year else year)
    if "upvotes" in form.fields:
        # A page shows a dash where there are none.
        assert (record.upvotes or 0) == paper.upvotes
    if "digest_date" in form.fields:
        assert record.digest_date == day
    if form.url:
        assert record.url.removesuffix("v1") == form.url.format(paper.arxiv_id)


def _losses(dump: object) -> list[object]:
    return [one for one in dump.dropped if one.kind != "furniture"]


@pytest.mark.parametrize("name", HERE)
@given(data=st.data())
def test_papers_come_back_from_each_form_as_they_were(name: str, data: st.DataObject) -> None:
    form = FORMS[name]
    papers, day = data.draw(_papers(name)), data.draw(_DAYS)
    dump = read_dump(of_bytes(form.write(papers, day), file="x"))
    assert dump.format == form.reader
    assert [(one.title, one.abstract, one.position) for one in dump.records] == [
        (paper.title, paper.abstract, number) for number, paper in enumerate(papers, start=1)
    ]
    assert _losses(dump) == []
    for paper, record in zip(papers, dump.records, strict=True):
        _same(name, paper, record, day)
    if form.date:
        year = day.year if form.date == "full" else None
        assert (dump.date.month, dump.date.day, dump.date.year) == (day.month, day.day, year)


@pytest.mark.parametrize("name", HERE)
def test_each_form_is_told_by_its_content(name: str) -> None:
    for seed in range(20):
        data = FORMS[name].write(kit.papers(seed % 5 + 1, seed=seed), kit.DAY)
        assert sniff(data[:200_000]) == FORMS[name].reader


def test_one_day_is_the_same_in_every_form() -> None:
    papers = kit.papers(6)
    read = {
        name: read_dump(of_bytes(FORMS[name].write(papers, kit.DAY), file=name)) for name in HERE
    }
    found = {
        name: [(one.title, one.abstract, one.position) for one in dump.records]
        for name, dump in read.items()
    }
    expected = [(one.title, one.abstract, place) for place, one in enumerate(papers, start=1)]
    assert found == dict.fromkeys(HERE, expected)


def test_one_day_in_every_form_and_packed_is_loaded_once(tmp_path: Path) -> None:
    papers = kit.papers(6)
    for name in HERE:
        form = FORMS[name]
        data = form.write(papers, kit.DAY)
        file = f"{name} {kit.DAY}{form.ending}"
        (tmp_path / file).write_bytes(data)
        (tmp_path / f"packed {file}.gz").write_bytes(kit.gzipped(data))
        (tmp_path / f"zipped {name} {kit.DAY}.zip").write_bytes(kit.zipped({file: data}))
    table = load_papers(tmp_path)
    assert table["paper_id"].is_unique
    assert sorted(table["title"]) == sorted(paper.title for paper in papers)
    assert list(table["paper_id"]) == [f"arxiv:{paper.arxiv_id}" for paper in papers]


def test_an_entry_of_the_api_is_the_same_paper_in_a_list_and_on_a_line() -> None:
    entry = (
        '{"publishedAt": "2025-07-31", "title": "Outer", "summary": "We study it.", "paper": '
        '{"id": "2507.00001", "Title": "Inner", "summary": "", "publishedAt": null}}'
    )
    read = [read_dump(of_bytes(text.encode(), file="f")) for text in (f"[{entry}]", entry)]
    assert [dump.format for dump in read] == ["json", "jsonl"]
    for dump in read:
        (record,) = dump.records
        assert (record.title, record.abstract) == ("Inner", "We study it.")
        assert (record.arxiv_id, record.published_date) == ("2507.00001", None)
