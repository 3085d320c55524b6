"""JSON lines: arXiv's way, the API's way, own tables, and broken lines."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.dumps import read_dump, sniff
from papertrends.dumps.content import of_bytes
from papertrends.dumps.lists.json_lines import looks_like, read
from papertrends.dumps.text import fold
from papertrends.errors import InputError

GOOD = '{"title": "A", "abstract": "B."}'


def load(*lines: str, columns=None):
    data = "\n".join(lines).encode("utf-8", errors="surrogatepass")
    return read(of_bytes(data, file="x"), columns=columns or {})


def test_arxiv_style():
    dump = load(
        '{"id": "2503.11731", "abs": "https://arxiv.org/abs/2503.11731", "title": "On\\n  cats",'
        ' "comment": null, "summary": "Cats &amp;\\npurr.", "authors": ["A"]}',
        "",
        GOOD,
    )
    first, second = dump.records
    assert (first.title, first.abstract) == ("On cats", "Cats &amp; purr.")
    assert (first.arxiv_id, first.url) == ("2503.11731", "https://arxiv.org/abs/2503.11731")
    assert (first.published_date, first.lines, first.position) == (None, (1,), 1)
    assert (second.lines, second.position) == ((3,), 2)
    assert (dump.n_blocks, dump.dropped, dump.notes) == (2, (), ())


def test_entries_of_the_api():
    paper = {
        "id": "2510.12586",
        "title": None,
        "summary": "Inner.",
        "publishedAt": "2025-10-14T14:41:16.000Z",
        "submittedOnDailyAt": "2025-10-15T00:25:14.164Z",
        "upvotes": 7,
    }
    outer = {"title": "Outer", "summary": "no", "publishedAt": "2025-10-20T00:00:00Z"}
    (one,) = load(json.dumps(outer | {"paper": paper})).records
    assert (one.title, one.abstract, one.upvotes) == ("Outer", "Inner.", 7)
    assert (one.published_date, one.digest_date) == (dt.date(2025, 10, 14), dt.date(2025, 10, 15))
    del paper["publishedAt"]
    (one,) = load(json.dumps(outer | {"paper": paper})).records
    assert one.published_date is None


@pytest.mark.parametrize(
    ("line", "kind", "reason"),
    [
        (GOOD[:-6], "broken", "this line is cut off"),
        ('{"title": "A", "abstract"', "broken", "this line is cut off"),
        ("{'title': 'A'}", "broken", "this line is no JSON ("),
        ('{"a": ' * 50_000, "broken", "this line is nested too deep"),
        ('{"a": ' + "9" * 5000 + "}", "broken", "this line is no JSON ("),
        (f"[{GOOD}]", "broken", "this line is no JSON object"),
        ("null", "broken", "this line is no JSON object"),
        ("{}", "no title", "an entry without a title"),
        ('{"title": "C"}', "no abstract", "an entry without an abstract"),
        ('{"title": 3, "abstract": ["x"]}', "no title", "an entry without a title"),
    ],
)
def test_lines_that_are_no_papers_are_on_record(line: str, kind: str, reason: str):
    dump = load(GOOD, line, GOOD)
    assert [one.line for one in dump.records] == [1, 3]
    (loss,) = dump.dropped
    assert (loss.lines, loss.kind) == ((2,), kind)
    assert loss.reason.startswith(reason)
    assert dump.n_blocks == 3


def test_half_a_surrogate_pair_is_replaced_and_noted():
    dump = load(
        GOOD,
        r'{"title": "A\ud83d\ude00", "abstract": "B"}',
        r'{"title": "\udc00", "abstract": "B"}',
        r'{"paper": {"title": "A\ud800", "summary": "B\udfffC", "id": "\uD900"}}',
    )
    assert [one.title for one in dump.records] == ["A", "A😀", "\ufffd", "A\ufffd"]
    assert dump.records[3].abstract == "B\ufffdC"
    assert dump.notes == (
        "broken characters (half a surrogate pair) show as '\ufffd' in 2 lines, the first is"
        " line 3",
    )


def test_columns_of_other_names():
    line = '{"Titel": "A", "Zusammenfassung": "B.", "abstract": "no"}'
    columns = {"title": "Titel", "abstract": "Zusammenfassung"}
    (one,) = load(line, columns=columns).records
    assert (one.title, one.abstract) == ("A", "B.")
    with pytest.raises(
        InputError,
        match=r"x: there is no column 'Titl' to be the title; did you mean 'Titel'\? Allowed: T",
    ):
        load(line, columns={"title": "Titl"})


def test_a_column_date_is_not_guessed_at():
    note = "the column 'date' was not used: say which it is with --column digest_date=date or"
    line = '{"title": "A", "abstract": "B", "Date": "2025-01-02"}'
    dump = load(line)
    assert (dump.records[0].digest_date, dump.records[0].published_date) == (None, None)
    assert dump.notes[0].startswith(note)
    assert load(line, columns={"published_date": "Date"}).notes == ()
    assert load(line.replace("}", ', "digest_date": "2025-01-03"}')).notes == ()


def test_no_paper():
    with pytest.raises(
        InputError, match=r"^x:2: no paper in it \(this line is no JSON.*; give one"
    ):
        load("", "nope", "[]")
    with pytest.raises(InputError, match=r"^x:1: no paper in it; give one object a line"):
        load("", " ")


def test_losses_beyond_a_thousand_are_counted():
    dump = load(GOOD, *["1"] * 1200, *["{}"] * 300)
    assert (len(dump.dropped), dump.n_blocks) == (1001, 1501)
    assert dump.dropped[-1].text == "500 more entries that are no papers"
    assert set(dump.dropped[-1].lines) <= {1002, 1201, 1202, 1501}


@pytest.mark.parametrize(
    ("text", "is_jsonl"),
    [
        (GOOD, True),
        (f"\n{GOOD}\n{GOOD[:-9]}", True),
        (GOOD[:-9] + f"\n{GOOD}", True),
        ('{"paper": {"title": "A", "summary": "B"}}', True),
        (f'{{"papers": [{GOOD}]}}', False),
        (f'{{"title": "D", "summary": "x", "papers": [{GOOD}]}}', False),
        (f'{{"papers": [\n{GOOD}\n]}}', False),
        (f"[\n{GOOD}\n]", False),
        ('{\n"title": "A", "abstract": "B"\n}', False),
        ('{"a": 1}\n{"a": 2}', False),
        ("title,abstract\na,b", False),
        ("<rss>", False),
        ("", False),
        ('{"a":' * 40_000, False),
    ],
)
def test_told_by_its_lines(text: str, is_jsonl: bool):
    assert looks_like(text) == is_jsonl


def test_it_is_read_by_its_content():
    data = (GOOD + "\n").encode("utf-16")
    assert sniff(data) == "jsonl"
    assert len(read_dump(of_bytes(data, file="x")).records) == 1


texts = st.text(max_size=40)


@given(st.lists(st.tuples(texts, texts), max_size=5), st.booleans())
def test_what_is_written_reads_back(papers, ascii: bool):
    lines = [
        json.dumps({"title": f"x{a}", "abstract": f"y{b}"}, ensure_ascii=ascii).replace("\0", "")
        for a, b in papers
    ]
    dump = load(GOOD, *lines)
    found = [(one.title, one.abstract) for one in dump.records[1:]]
    assert found == [(_shown(f"x{a}"), _shown(f"y{b}")) for a, b in papers]


def _shown(text: str) -> str:
    return fold(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


FORMS = Path(__file__).parents[4] / "shared/forms"


@pytest.mark.skipif(not FORMS.exists(), reason="the shared files are not here")
def test_the_real_lines():
    data = (FORMS / "arxiv_2025-03-18.jsonl").read_bytes()
    dump = read_dump(of_bytes(data, file="x"))
    assert (dump.format, len(dump.records), dump.dropped) == ("jsonl", 465, ())
    rows = [json.loads(line) for line in data.decode().splitlines()]
    assert [(one.title, one.abstract, one.arxiv_id) for one in dump.records] == [
        (" ".join(row["title"].split()), " ".join(row["summary"].split()), row["id"])
        for row in rows
    ]
