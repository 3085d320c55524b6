"""The command line over dumps of every form: columns, known papers, packed and broken files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from papertrends.cli import app
from papertrends.errors import InputError

A = "We present a method that checks each step of a chain of reasoning and finds more mistakes."
B = "Robots that fold laundry need to know what cloth is, so we collect ten thousand shirts."
PAGE = f"Daily Papers\n\nJul 31\n\nOne: a Title\n\n{A}\n\nTwo\n\n{B}\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(f'Headline;Kurzfassung;day\nOne: a Title;"{A}";2025-07-31\n')
    return path


def test_columns_of_any_name(mine: Path, tmp_path: Path) -> None:
    columns = ["--column", "title=Headline", "--column", "abstract=Kurzfassung"]
    out = tmp_path / "papers.csv"
    done = run("load", mine, "--format", "csv", *columns, "--column", "digest_date=day", "-o", out)
    assert done.exit_code == 0, done.output
    papers = pd.read_csv(out)
    assert papers[["title", "digest_date"]].values.tolist() == [["One: a Title", "2025-07-31"]]
    assert "mine.csv: 1 paper of 2025-07-31 (csv, full date in the dump)" in done.output


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("title", "--column 'title' is not FIELD=NAME; write it like title=headline"),
        ("=x", "--column '=x' is not FIELD=NAME"),
        ("titel=x", "there is no field 'titel'; did you mean 'title'? Allowed: title, abstract"),
    ],
)
def test_columns_that_are_none(mine: Path, given: str, message: str) -> None:
    done = run("load", mine, "--column", given)
    assert isinstance(done.exception, InputError)
    assert message in str(done.exception)


def test_a_column_given_twice(mine: Path) -> None:
    done = run("load", mine, "--column", "title=a", "--column", "title=b")
    assert isinstance(done.exception, InputError)
    assert "gives 'title' twice" in str(done.exception)


def test_known_papers_fill_in(tmp_path: Path) -> None:
    page, known, out = tmp_path / "2025-07-31.txt", tmp_path / "known.jsonl.gz", tmp_path / "p.csv"
    page.write_text(PAGE)
    entry = {"arxiv_id": "2501.00001", "title": "One", "abstract": A, "digest_date": "2025-01-07"}
    entry |= {"title": "ONE - a title", "published": "2025-01-03"}
    known.write_bytes(gzip.compress(json.dumps(entry).encode()))
    done = run("load", page, "--papers-known", known, "-o", out)
    assert done.exit_code == 0, done.output
    assert "known.jsonl.gz: 1 row of papers known there; filled in: 1 arXiv id" in done.output
    papers = pd.read_csv(out, dtype=str)
    assert papers.loc[0, ["paper_id", "digest_date", "published_date"]].tolist() == [
        "arxiv:2501.00001",
        "2025-01-07",
        "2025-01-03",
    ]


def test_a_broken_file_gives_what_is_whole_and_says_what_is_lost(tmp_path: Path) -> None:
    entries = [
        {"paper": {"id": f"2507.0000{n}", "title": f"Title {n}", "summary": f"{A} {n}"}}
        for n in range(3)
    ]
    text = json.dumps(entries, indent=1)
    (tmp_path / "2025-07-31.json").write_text(text[: text.index("Title 2")])
    done = run("load", tmp_path / "2025-07-31.json")
    assert done.exit_code == 0, done.output
    assert "2025-07-31.json: 2 papers of 2025-07-31 (json, date in the file's name)" in done.output
    assert "left out, entries that cannot be read: 1" in done.output
    assert "2025-07-31.json:16: " in done.output


def test_what_the_loader_writes_it_reads_again(tmp_path: Path) -> None:
    (tmp_path / "2025-07-31.txt").write_text(PAGE)
    tables = []
    for name in ("a.parquet", "b.csv", "c.jsonl"):
        assert run("load", tmp_path / "2025-07-31.txt", "-o", tmp_path / name).exit_code == 0
        again = tmp_path / f"again-{name}.csv"
        done = run("load", tmp_path / name, "-o", again)
        assert done.exit_code == 0, done.output
        tables.append(pd.read_csv(again, dtype=str).drop(columns="source"))
    for table in tables:
        pd.testing.assert_frame_equal(table, tables[0])
        assert table["title"].tolist() == ["One: a Title", "Two"]
