"""Parquet: types of dates, names of files, folders of a dataset, and damage."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from papertrends.dumps import read_dump, sniff
from papertrends.dumps.content import Content, of_bytes
from papertrends.dumps.lists.parquet import read, rows
from papertrends.errors import InputError

PAPER = "'A' AS title, 'B.' AS abstract"


def write(path: Path, select: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = str(path.with_name("plain.tmp"))
    with duckdb.connect() as database:
        quoted = plain.replace("'", "''")
        database.execute(f"COPY ({select}) TO '{quoted}' (FORMAT parquet)")
    return Path(plain).rename(path)


def content(path: Path) -> Content:
    return Content(str(path), path.name, (path.name,), lambda: path.open("rb"), path)


def load(path: Path, columns=None):
    return read(content(path), columns=columns or {})


def test_fields_and_rows(tmp_path: Path):
    file = write(
        tmp_path / "p.parquet",
        "SELECT * FROM (VALUES ('On\n cats', 'Purr.', '2503.00001', 3::BIGINT, [1]),"
        " (NULL, 'x', NULL, NULL, NULL), ('On dogs', 'Bark.', NULL, NULL, NULL))"
        " AS t(title, summary, id, upvotes, other)",
    )
    dump = load(file)
    first, second = dump.records
    assert (first.title, first.abstract, first.arxiv_id) == ("On cats", "Purr.", "2503.00001")
    assert (first.upvotes, first.line, second.line, second.position) == (3, 1, 3, 2)
    assert [(one.line, one.kind) for one in dump.dropped] == [(2, "no title")]
    assert dump.n_blocks == 3


@pytest.mark.parametrize(
    "date",
    [
        "DATE '2025-07-31'",
        "TIMESTAMP '2025-07-31 23:59:59'",
        "TIMESTAMP_NS '2025-07-31 23:59:59'",
        "TIMESTAMP_S '2025-07-31 00:00:00'",
        "TIMESTAMPTZ '2025-07-31 23:30:00+00'",
        "TIMESTAMPTZ '2025-08-01 01:30:00+02'",
        "'2025-07-31'",
        "'2025-07-31T23:00:00Z'",
    ],
)
def test_dates_however_they_are_kept(tmp_path: Path, date: str):
    file = write(tmp_path / "p.parquet", f"SELECT {PAPER}, {date} AS digest_date")
    assert load(file).records[0].digest_date == dt.date(2025, 7, 31)


@pytest.mark.parametrize(
    "date",
    ["DATE 'infinity'", "TIMESTAMP 'infinity'", "TIMESTAMPTZ '-infinity'", "DATE '9999-01-01'",
     "TIMESTAMP '290000-01-01'", "INTERVAL 1 DAY", "TIME '10:00'", "20250731",
     "[DATE '2025-01-01']"],
)  # fmt: skip
def test_dates_that_are_none(tmp_path: Path, date: str):
    file = write(tmp_path / "p.parquet", f"SELECT {PAPER}, {date} AS digest_date")
    assert load(file).records[0].digest_date is None


def test_numbers_of_other_types(tmp_path: Path):
    file = write(tmp_path / "p.parquet", f"SELECT {PAPER}, 3.0::DECIMAL(10,2) AS upvotes")
    assert load(file).records[0].upvotes == 3


def test_folders_of_a_dataset_are_columns(tmp_path: Path):
    folder = tmp_path / "votes=7" / "digest_date=2025-07-31" / "title=no"
    (one,) = load(write(folder / "part-0.parquet", f"SELECT {PAPER}")).records
    assert (one.title, one.digest_date, one.upvotes) == ("A", dt.date(2025, 7, 31), 7)
    null = tmp_path / "abstract=__HIVE_DEFAULT_PARTITION__" / "p.parquet"
    with pytest.raises(InputError, match="no columns for titles and abstracts"):
        load(write(null, "SELECT 'A' AS title"))


def test_no_zone_of_the_machine_moves_a_date(tmp_path: Path):
    select = f"SELECT {PAPER}, TIMESTAMPTZ '2025-07-31 01:00:00+00' AS digest_date"
    file = write(tmp_path / "p.parquet", select)
    code = (
        "import sys; from pathlib import Path; from papertrends.dumps import read_dump;"
        "from papertrends.dumps.content import of_bytes;"
        "dump = read_dump(of_bytes(Path(sys.argv[1]).read_bytes(), file='x'));"
        "print(dump.records[0].digest_date)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(file)],
        env={**os.environ, "TZ": "America/New_York"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "2025-07-31"


@pytest.mark.parametrize(
    "name", ["a'b", 'a"b', "a[1]", "a*b", "a?b", "s3:x", "Ä ß", "a;b", "a{b,c}", "-", "a%20b"]
)
def test_names_are_no_patterns(tmp_path: Path, name: str):
    write(tmp_path / name / "other.parquet", "SELECT 'No' AS title, 'no' AS abstract")
    write(tmp_path / "aXb.parquet", "SELECT 'No' AS title, 'no' AS abstract")
    for file in (tmp_path / f"{name}.parquet", tmp_path / name / "p.parquet"):
        assert [one.title for one in load(write(file, f"SELECT {PAPER}")).records] == ["A"]


def test_one_in_an_archive(tmp_path: Path):
    data = write(tmp_path / "p.parquet", f"SELECT {PAPER}").read_bytes()
    assert sniff(data) == "parquet"
    assert read_dump(of_bytes(data, file="x")).records[0].title == "A"


def test_columns_of_other_names(tmp_path: Path):
    file = write(tmp_path / "p.parquet", "SELECT 'A' AS \"Ti\"\"tel\", 'B' AS text")
    (one,) = load(file, {"title": 'Ti"tel', "abstract": "text"}).records
    assert (one.title, one.abstract) == ("A", "B")
    with pytest.raises(InputError, match=r"there is no column 'txt' .*; did you mean 'text'\?"):
        load(file, {"title": 'Ti"tel', "abstract": "txt"})
    with pytest.raises(
        InputError, match=r"no columns for titles and abstracts \(there are: Ti\"tel, text\); give"
    ):
        load(file)


def test_a_column_date_is_not_guessed_at(tmp_path: Path):
    file = write(tmp_path / "p.parquet", f"SELECT {PAPER}, DATE '2025-01-01' AS date")
    assert "'date' was not used" in load(file).notes[0]
    dump = load(file, {"digest_date": "date"})
    assert (dump.records[0].digest_date, dump.notes) == (dt.date(2025, 1, 1), ())


def test_all_columns_for_those_who_want_them(tmp_path: Path):
    file = write(tmp_path / "p.parquet", f"SELECT {PAPER}, 2020 AS year")
    (row,) = rows(content(file), [])
    assert row == (1, {"title": "A", "abstract": "B.", "year": 2020})


def test_no_paper(tmp_path: Path):
    with pytest.raises(InputError, match=r"p\.parquet:1: no paper in it; give a table"):
        load(write(tmp_path / "p.parquet", f"SELECT {PAPER} LIMIT 0"))


def test_damage_is_one_line(tmp_path: Path):
    data = write(
        tmp_path / "p.parquet", f"SELECT {PAPER}, i AS x FROM range(300) AS t(i)"
    ).read_bytes()
    file = tmp_path / "q.parquet"
    chance = random.Random(0)
    refused = 0
    for turn in range(60):
        broken = bytearray(data)
        for _ in range(1 + turn % 4):
            broken[chance.randrange(4, len(data))] = chance.randrange(256)
        file.write_bytes(broken[: chance.randrange(4, len(data))] if turn % 3 == 0 else broken)
        with suppress(InputError):
            load(file)
            refused -= 1
        refused += 1
    assert refused > 20
    file.write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"q\.parquet: cannot be read as Parquet \(.*\); check"):
        load(file)


SHARED = Path(__file__).parents[4] / "shared/data/hf_daily_2024-2025.parquet"


@pytest.mark.skipif(not SHARED.exists(), reason="the shared files are not here")
def test_the_real_archive():
    dump = load(SHARED)
    assert (len(dump.records), dump.dropped) == (8076, ())
    assert all(one.arxiv_id and one.digest_date and one.published_date for one in dump.records)
