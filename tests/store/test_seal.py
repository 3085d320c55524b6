"""Damage of every kind is told before DuckDB sees it."""

from __future__ import annotations

import random
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from papertrends.errors import InputError
from papertrends.store import Contents, read_store
from papertrends.store.seal import seal

Same = Callable[[Contents, Contents], None]
_SEAL = 89


def refused(path: Path, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_store(path)
    assert caught.value.file == str(path)
    assert "report --store" in caught.value.remedy


def _folder(path: Path) -> None:
    path.mkdir()


def _sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE papers (paper_id TEXT)")


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "b")


def _parquet(path: Path) -> None:
    duckdb.sql(f"COPY (SELECT 1 AS a) TO '{path}' (FORMAT parquet)")


def _other_database(path: Path) -> None:
    with closing(duckdb.connect(str(path))) as database:
        database.execute("CREATE TABLE papers (paper_id VARCHAR)")


OTHERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda path: None, "there is no such store; name a store"),
    "folder": (_folder, "this is a folder, no store; name a store"),
    "empty": (lambda path: path.write_bytes(b""), "this is an empty file, no store"),
    "text": (
        lambda path: path.write_text("Papers\nof  July " * 9),
        "a text that begins 'Papers of",
    ),
    "short text": (lambda path: path.write_text("ä\n"), "a text that begins 'ä"),
    "sqlite": (_sqlite, "this is no papertrends store, but an SQLite database; name"),
    "zip": (_zip, "no papertrends store, but a zip archive"),
    "parquet": (_parquet, "no papertrends store, but a Parquet file"),
    "noise": (
        lambda path: path.write_bytes(random.Random(1).randbytes(9999)),
        "no papertrends store, but a file of another kind",
    ),
    "database": (_other_database, "this is a DuckDB database, but no papertrends store"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_store_is_said(tmp_path: Path, kind: str) -> None:
    make, message = OTHERS[kind]
    make(tmp_path / "papers.duckdb")
    refused(tmp_path / "papers.duckdb", message)


def test_a_dangling_link_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("gone")
    refused(tmp_path / "link", "there is no such store")


def test_a_sealed_database_without_our_tables_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "papers.duckdb"
    _other_database(path)
    seal(path)
    refused(path, "this is a DuckDB database, but no papertrends store; name")


def test_a_store_that_cannot_be_read_is_said(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*given: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(InputError, match=r"cannot be read \(Permission denied\)"):
        read_store(store)


@pytest.mark.parametrize("seed", range(5))
def test_noise_anywhere_is_refused_or_changes_nothing(
    store: Path, contents: Contents, same: Same, seed: int
) -> None:
    whole = store.read_bytes()
    chance = random.Random(seed)
    for _ in range(20):
        length = chance.choice([1, 1, 8, 100, 5000])
        # The head and the seal are small, and hit as often as all the rest.
        low, high = chance.choice([(0, len(whole)), (0, 12288), (len(whole) - _SEAL, len(whole))])
        start = chance.randrange(low, high)
        noise = chance.randbytes(length)
        damaged = (whole[:start] + noise + whole[start + length :])[: len(whole)]
        store.write_bytes(damaged)
        if damaged == whole:
            same(read_store(store), contents)
        else:
            refused(store, "damaged|cut short|no papertrends store")


def test_one_flipped_bit_is_noticed(store: Path) -> None:
    whole = store.read_bytes()
    for place in (20, 5000, 13000, len(whole) // 2, len(whole) - _SEAL - 1):
        store.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        refused(store, "this store is damaged: its content is not what was written; restore")


def test_a_store_cut_short_anywhere_is_refused(store: Path) -> None:
    whole = store.read_bytes()
    chance = random.Random(3)
    cuts = [1, 11, 12, 4096, 12288, len(whole) - 1, len(whole) - _SEAL, len(whole) - _SEAL + 30]
    for cut in [*cuts, *(chance.randrange(len(whole)) for _ in range(20))]:
        store.write_bytes(whole[:cut])
        refused(store, "cut short|only a piece of one|no papertrends store")


def test_the_words_for_a_store_that_lost_its_end(store: Path) -> None:
    store.write_bytes(store.read_bytes()[:-1])
    refused(store, "this store was cut short, or another program has written to it; restore a copy")


def test_more_at_the_end_is_noticed(store: Path) -> None:
    with store.open("ab") as file:
        file.write(b"\0" * 4096)
    refused(store, "cut short, or another program has written to it")


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE moves",
        "CREATE TABLE more (number BIGINT)",
        "ALTER TABLE themes DROP COLUMN parent",
        "ALTER TABLE themes ALTER COLUMN stability TYPE FLOAT",
        "UPDATE themes SET n_papers = NULL WHERE name = ''",
        "DELETE FROM themes WHERE name = ''",
        "DELETE FROM papers WHERE paper_id = 'arxiv:2507.00003'",
        "UPDATE papers SET paper_id = 't:0' WHERE paper_id = 'arxiv:2507.00003'",
        "DELETE FROM vectors WHERE paper_id = 'arxiv:2507.00003'",
        "UPDATE vectors SET encoded = NULL WHERE paper_id = 'arxiv:2507.00003'",
        "UPDATE vectors SET encoded = [1, 2, NULL, 4, 5] WHERE paper_id = 'arxiv:2507.00003'",
        "UPDATE model_arrays SET dtype = 'object' WHERE name = 'cube'",
        "UPDATE model_arrays SET shape = '[-2, -3, 4]' WHERE name = 'cube'",
        "UPDATE model_arrays SET shape = '[2, 3, 5]' WHERE name = 'cube'",
        "UPDATE model_arrays SET data = '\\x02\\x00\\x01'::BLOB WHERE name = 'flags'",
        "UPDATE model_parts SET content = '{' WHERE name = 'words'",
        "UPDATE model_parts SET name = 'words'",
        "UPDATE meta SET value = '7.5' WHERE key = 'version'",
        "UPDATE meta SET value = '9' WHERE key = 'lsa_width'",
        "DELETE FROM meta WHERE key = 'encoded_width'",
    ],
)
def test_a_store_that_contradicts_itself_is_refused_though_sealed(store: Path, change: str) -> None:
    store.write_bytes(store.read_bytes()[:-_SEAL])
    with closing(duckdb.connect(str(store))) as database:
        database.execute(change)
    seal(store)
    refused(store, "this store is damaged: ")


@pytest.mark.parametrize(
    "make",
    [
        "CREATE VIEW map AS SELECT '' AS paper_id, 0.5 AS x, 0.5 AS y",
        "CREATE TABLE map (paper_id VARCHAR, x DOUBLE, y DOUBLE GENERATED ALWAYS AS (x / 2))",
    ],
)
def test_nothing_in_a_store_is_run(store: Path, make: str) -> None:
    store.write_bytes(store.read_bytes()[:-_SEAL])
    with closing(duckdb.connect(str(store))) as database:
        database.execute("DROP TABLE map")
        database.execute(make)
    seal(store)
    refused(store, "this store is damaged: its tables are changes,")
