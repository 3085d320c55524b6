"""Tables as text: every delimiter, every quote, and the broken ones."""

from __future__ import annotations

import csv
import datetime as dt
import io
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papertrends.dumps import read_dump, sniff
from papertrends.dumps.content import of_bytes
from papertrends.dumps.lists.delimited import looks_like, read
from papertrends.dumps.text import fold
from papertrends.errors import InputError
from papertrends.export import write_table

HEAD = "title,abstract,votes\n"


def load(text: str, columns=None):
    return read(of_bytes(text.encode(), file="x"), columns=columns or {})


def papers(dump):
    return [(one.title, one.abstract) for one in dump.records]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_quotes_and_lines(delimiter: str):
    rows = [
        ["Title", "ID", "Summary ", "Published At", "Digest-Date", "UpVotes"],
        ["On, cats; or\tdogs", "2503.00001v2", 'They "purr"\n\nand bark.', "2025-03-01", "", "3"],
        ['"Quoted"', "", "a,b;c\td", "", "2025-03-03T10:00:00Z", ""],
    ]
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    dump = load("\ufeff" + stream.getvalue())
    first, second = dump.records
    assert (first.title, first.abstract) == ("On, cats; or dogs", 'They "purr" and bark.')
    assert (first.arxiv_id, first.published_date) == ("2503.00001", dt.date(2025, 3, 1))
    assert (first.upvotes, first.digest_date, first.line) == (3, None, 2)
    assert (second.title, second.abstract) == ('"Quoted"', "a,b;c d")
    assert (second.digest_date, second.line, second.position) == (dt.date(2025, 3, 3), 5, 2)
    assert (dump.n_blocks, dump.dropped, dump.notes) == (2, (), ())


def test_rows_of_another_width_are_broken():
    dump = load(f"{HEAD}A,B,1\nC,D\n\nE,F,2,3\n,,\nG,H,4\n")
    assert papers(dump) == [("A", "B"), ("G", "H")]
    assert [(one.line, one.kind, one.reason) for one in dump.dropped] == [
        (3, "broken", "2 fields where the header has 3"),
        (5, "broken", "4 fields where the header has 3"),
    ]
    assert dump.n_blocks == 4


def test_rows_without_title_or_abstract():
    dump = load(f'{HEAD}A,B,1\n,D,2\nE," ",3\n')
    assert [(one.line, one.kind) for one in dump.dropped] == [(3, "no title"), (4, "no abstract")]


def test_an_open_quote_takes_nothing_else_with_it():
    dump = load(f'{HEAD}A,B,1\nC,"open, 2\nE,"F, f",3\nG,H,4\nI,"J\nj",5\n')
    assert papers(dump) == [("A", "B"), ("E", "F, f"), ("G", "H"), ("I", "J j")]
    (loss,) = dump.dropped
    assert (loss.lines, loss.kind) == ((3,), "broken")
    assert "which begins on line 3" in loss.reason


def test_an_open_quote_without_any_after_it():
    head = "title,abstract,id\n"
    dump = load(f'{head}A,B,1\nC,"open, 2\nE,F,2503.00001\nG,H,4\n')
    assert papers(dump) == [("A", "B"), ("E", "F"), ("G", "H")]
    assert [one.reason for one in dump.dropped] == ["an open quote, which begins on line 3"]


def test_lines_of_prose_after_an_open_quote_are_no_rows():
    dump = load(f'{HEAD}A,B,1\nC,"open\nOne, two, three.\nOne, two, thr')
    assert papers(dump) == [("A", "B")]
    assert [one.lines for one in dump.dropped] == [(3, 5)]


def test_a_table_cut_anywhere_makes_up_no_paper():
    rows = "".join(f'Title {i},"One, two.\nAnd, three, of {i}.",2503.0000{i}\n' for i in range(8))
    whole = set(papers(load(f"title,abstract,id\n{rows}")))
    assert len(whole) == 8
    for cut in range(len(rows) // 2, len(rows)):
        assert set(papers(load(f"title,abstract,id\n{rows[:cut]}"))) <= whole


def test_pieces_of_a_broken_abstract_are_no_papers():
    text = 'A,B\n"One","It said "no" here.\nThen, more.\nAnd, the end."\n"Two","Whole."\n'
    dump = load("title,abstract\nX,Y\n" + text[4:])
    assert papers(dump) == [("X", "Y"), ("Two", "Whole.")]
    (loss,) = dump.dropped
    assert (loss.lines, "lines 3 to 5 are left out" in loss.reason) == ((3, 5), True)


def test_a_file_cut_off_within_a_field():
    dump = load(f'{HEAD}A,B,1\n"C","D and\nthen')
    assert papers(dump) == [("A", "B")]
    (loss,) = dump.dropped
    assert (loss.lines, loss.kind) == ((3, 4), "broken")


def test_tabs_where_quotes_are_just_characters():
    dump = load('title\tabstract\n"Attention" is all\tWe "say" so.\n"Open\tYes.\n"a" or "b"\t"x"\n')
    assert papers(dump) == [('"Attention" is all', 'We "say" so.'), ('"Open', "Yes.")]
    assert [one.line for one in dump.dropped] == [4]


def test_fields_longer_than_the_limit_of_the_csv_module():
    before = csv.field_size_limit()
    dump = load(f'{HEAD}A,"{"b " * 100_000}",1\n')
    assert len(dump.records[0].abstract) == 199_999
    assert csv.field_size_limit() == before


def test_columns_of_other_names():
    text = "Titel;Zusammenfassung\nA;B\n"
    columns = {"title": "Titel", "abstract": "Zusammenfassung"}
    assert papers(load(text, columns)) == [("A", "B")]
    with pytest.raises(InputError, match=r"x: there is no column 'Titl' .*; did you mean 'Titel'"):
        load(text, {**columns, "title": "Titl"})
    with pytest.raises(
        InputError,
        match=r"x:1: the first line names no columns for titles and abstracts \(it says: Titel, Zus"
        r".*\); give the table a header .* --column title=NAME",
    ):
        load(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A,B\nC,D\n", r"^x:1: the first line names no columns"),
        ("", r"^x: there is no row in it; name the columns"),
        ("title,title,abstract\nA,B,C\n", r"^x:1: the header names the column 'title' twice; give"),
        ('"title,abstract\nA,B\n', r"^x:1: the header has an open quote; give"),
        (HEAD, r"^x:1: no paper in it; give a row a paper"),
        (f"{HEAD}A,B\n", r"^x:2: no paper in it \(2 fields where the header has 3\); give a row"),
    ],
)
def test_tables_of_no_use(text: str, message: str):
    with pytest.raises(InputError, match=message):
        load(text)


def test_the_separator_may_be_said():
    assert papers(load("sep=;\ntitle;abstract\nA,a;B\n")) == [("A,a", "B")]


def test_a_column_date_is_not_guessed_at():
    assert "'date' was not used" in load("title,abstract,date\nA,B,2025-01-02\n").notes[0]


def test_losses_beyond_a_thousand_are_counted():
    dump = load(f"{HEAD}A,B,1\n" + "x\n" * 1500)
    assert (len(dump.dropped), dump.n_blocks) == (1001, 1501)
    assert dump.dropped[-1].lines == (1003, 1502)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_what_load_has_written_is_read_back(tmp_path: Path, ending: str):
    table = pd.DataFrame(
        {
            "paper_id": ["arxiv:2503.00001", "t:0123456789abcdef"],
            "title": ["On, cats", 'On "dogs"'],
            "abstract": ["Purr &amp; <b>.", "Bark."],
            "digest_date": pd.to_datetime(["2025-03-03", "2025-03-04"]),
            "published_date": pd.to_datetime(["2025-03-01", None]),
            "position": [1, 2],
            "source": ["a.txt", "b.txt"],
            "arxiv_id": ["2503.00001", ""],
            "url": ["https://arxiv.org/abs/2503.00001", ""],
            "upvotes": pd.array([3, None], dtype="Int64"),
        }
    )
    path = tmp_path / f"papers.{ending}"
    write_table(table, path)
    dump = read_dump(of_bytes(path.read_bytes(), file="x"))
    first, second = dump.records
    assert (dump.dropped, dump.notes) == ((), ())
    assert (first.title, first.abstract) == ("On, cats", "Purr &amp; <b>.")
    assert (first.digest_date, first.published_date) == (dt.date(2025, 3, 3), dt.date(2025, 3, 1))
    assert (first.arxiv_id, first.upvotes) == ("2503.00001", 3)
    assert first.url == "https://arxiv.org/abs/2503.00001"
    assert (second.title, second.digest_date) == ('On "dogs"', dt.date(2025, 3, 4))
    assert (second.published_date, second.arxiv_id, second.url, second.upvotes) == (None,) * 4


@pytest.mark.parametrize(
    ("text", "is_table"),
    [
        (HEAD, True),
        ("\n\nPaper Title;Abstract;x\n", True),
        ('"TITLE"\t"Summary"\n', True),
        ("sep=;\nx;y", True),
        ("a,b\n1,2\n", False),
        ("Title\n\nAn abstract, and more.", False),
        ('{"title": 1, "abstract": 2}', False),
        ("<rss>", False),
        ("", False),
    ],
)
def test_told_by_its_header(text: str, is_table: bool):
    assert looks_like(text) == is_table


def test_it_is_read_by_its_content():
    data = f"{HEAD}Ä,B,1\n".encode("utf-16")
    assert sniff(data) == "csv"
    dump = read_dump(of_bytes(f"{HEAD}Ä,B,1\n".encode("cp1252"), file="x"))
    assert papers(dump) == [("Ä", "B")]
    assert "Windows-1252" in dump.notes[0]


@pytest.mark.parametrize("row", ['"\n', '"a\n', '"a" b,c\n', '""x,y\n', '"a","b\n', ",\n", 'a,"\n'])
def test_heaps_of_quotes_are_no_trouble(row: str):
    start = time.process_time()
    with pytest.raises(InputError, match="no paper in it"):
        load("title,abstract,c,d\n" + row * 100_000)
    assert time.process_time() - start < 5


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(
    st.lists(st.tuples(texts, texts), max_size=6),
    st.sampled_from(",;\t"),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_is_written_reads_back(rows, delimiter: str, quoting: int):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, quoting=quoting)
    writer.writerow(["title", "abstract"])
    writer.writerows([("first", "one"), *((f"x{a}", f"y{b}") for a, b in rows)])
    dump = load(stream.getvalue())
    assert papers(dump)[1:] == [(fold(f"x{a}"), fold(f"y{b}")) for a, b in rows]


@given(st.text('",\nab', max_size=40))
def test_whatever_is_broken_no_line_is_lost(junk: str):
    dump = load(f"{HEAD}A,B,1\n{junk}\n")
    assert dump.records[0].line == 2
    assert dump.n_blocks == len(dump.records) + len(dump.dropped)
    covered = {one.line for one in dump.records}
    for loss in dump.dropped:
        covered |= set(range(loss.lines[0], loss.lines[-1] + 1))
    for number, line in enumerate(f"{HEAD}A,B,1\n{junk}".split("\n"), start=1):
        if number > 2 and '"' not in line and line.strip(",") and '"' not in junk:
            assert number in covered
