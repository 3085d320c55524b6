"""A table of known papers fills in what dumps leave out."""

import hashlib

import pytest

from papertrends.errors import InputError
from papertrends.papers import load, paper_id

A = "We present a method that checks each step of a chain of reasoning and finds more mistakes."
B = "Robots that fold laundry need to know what cloth is, so we collect ten thousand shirts."
C = "A survey of what is known about the sleep of whales, with a list of open questions."


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "2025-07-31.txt"
    blocks = ["Daily Papers", "Jul 31", "One: a Title", A, "Two", B, "Three", C]
    path.write_text("\n\n".join(blocks))
    return path


@pytest.fixture
def known(tmp_path):
    path = tmp_path / "known.csv"
    path.write_text(
        "arxiv_id,title,abstract,digest_date,published_date,upvotes\n"
        f'2501.00001v2,ONE -- A Title,"{A}",2025-01-09,2025-01-03,7\n'
        f'2501.00001v2,ONE -- A Title,"{A}",2025-01-07,2025-01-03,7\n'
        f'2501.00002,Two,"{C}",2025-01-08,2025-01-04,\n'
        f'2501.00003,Three,"{C}",2025-07-31,,\n'
        f'2501.00003,Three,"{C}",2025-02-01,,\n'
    )
    return path


def test_what_is_filled_in(page, known):
    loaded = load(page, papers_known=known)
    frame = loaded.papers
    dates = [frame[name].dt.strftime("%m-%d") for name in ("digest_date", "published_date")]
    rows = list(zip(frame["title"], frame["arxiv_id"], *dates, strict=True))
    assert [tuple("" if one != one else one for one in row) for row in rows] == [
        ("One: a Title", "2501.00001", "01-07", "01-03"),
        ("Two", "", "07-31", ""),  # known by title, but that is another paper
        ("Three", "2501.00003", "07-31", ""),  # in that digest indeed
    ]
    assert frame["paper_id"].tolist() == ["arxiv:2501.00001", paper_id("Two"), "arxiv:2501.00003"]
    assert frame["upvotes"].tolist()[0] == 7
    assert (frame["source"] == "2025-07-31.txt").all()


def test_it_is_on_record(page, known):
    report = load(page, papers_known=known).report
    assert report.lookup is not None
    assert report.lookup.sha256 == hashlib.sha256(known.read_bytes()).hexdigest()
    assert report.lookup.sentence in report.sentences()
    assert report.lookup.sentence == (
        "known.csv: 2 rows of papers known there; filled in: 2 arXiv ids, 1 publication date;"
        " 1 row moved to the digest the paper really appeared in"
    )
    assert type(report).from_dict(report.as_dict()) == report
    (file,) = report.files
    assert file.days == "2025-01-07 to 2025-07-31 (2 digests)"


def test_what_a_dump_says_itself_stays(tmp_path, known):
    dump = tmp_path / "2025-03-01.jsonl"
    dump.write_text(
        f'{{"id": "2501.00001", "title": "Renamed", "abstract": "{A}", "upvotes": 3, '
        '"published": "2025-01-05", "digest_date": "2025-03-01"}\n'
    )
    frame = load(dump, papers_known=known).papers
    assert frame["published_date"].dt.strftime("%m-%d").tolist() == ["01-05"]
    assert frame["upvotes"].tolist() == [3]
    assert frame["digest_date"].dt.strftime("%m-%d").tolist() == ["01-07"]


def test_a_table_without_dates_fills_in_ids(page, tmp_path):
    known = tmp_path / "known.jsonl"
    known.write_text(f'{{"arxiv_id": "2501.00001", "title": "One: a title", "abstract": "{A}"}}\n')
    loaded = load(page, papers_known=known)
    assert loaded.papers["arxiv_id"].tolist() == ["2501.00001", "", ""]
    assert set(loaded.papers["digest_date"].dt.strftime("%m-%d")) == {"07-31"}


def test_a_table_that_is_none(page, tmp_path):
    with pytest.raises(InputError, match=r"none\.csv: there is no such file"):
        load(page, papers_known=tmp_path / "none.csv")
    (tmp_path / "two").mkdir()
    for name in ("a.csv", "b.csv"):
        (tmp_path / "two" / name).write_text("x")
    with pytest.raises(
        InputError, match=r"two: this is no single file; name one file as the table of known papers"
    ):
        load(page, papers_known=tmp_path / "two")
