"""``docs/store.md`` describes what is in a store: all of it, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from papertrends.store import VERSION, Contents, write_store
from papertrends.store.schema import FORMAT, file_schema

TEXT = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(\w+)` \| (\S+) \| \S.* \|$", re.MULTILINE)


def described() -> dict[str, dict[str, str]]:
    sections = re.split(r"^### `(\w+)`$", TEXT, flags=re.MULTILINE)[1:]
    return {
        name: {column: kind for column, kind in _ROW.findall(text)}  # noqa: C416 - two fields
        for name, text in zip(sections[::2], sections[1::2], strict=True)
    }


def test_every_table_and_column_is_described_and_no_other() -> None:
    schema = file_schema(384, 100)
    schema["vectors"] |= {"encoded": "FLOAT[d]", "lsa": "FLOAT[k]"}
    assert described() == schema
    for name, columns in described().items():
        assert list(columns) == list(schema[name])


def test_a_written_store_has_these_columns(store: Path) -> None:
    with duckdb.connect(str(store), read_only=True) as database:
        there = database.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    assert sorted(there) == sorted(
        (name, column) for name, columns in described().items() for column in columns
    )


def test_keys_are_columns_and_tell_rows_apart() -> None:
    for section in re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]:
        name = section.split("`")[1]
        key = re.search(r"Key: (.+?)\.", section)
        assert key or name == "history"
        if key:
            assert set(re.findall(r"`(\w+)`", key.group(1))) <= set(described()[name])


def test_the_meta_keys_are_described(store: Path) -> None:
    with duckdb.connect(str(store), read_only=True) as database:
        meta = dict(database.execute("SELECT key, value FROM meta").fetchall())
    named = {key for key in meta if not key.startswith("rows_")}
    section = TEXT.split("### `meta`")[1].split("###")[0]
    assert {key for key in named if f"`{key}`" in section} == named
    assert f"`{FORMAT}`" in section
    assert f"This page is about version {VERSION} of its format." in TEXT
    assert {key.removeprefix("rows_") for key in meta} - named == set(described()) - {"meta"}


def test_the_seal_is_as_described(store: Path) -> None:
    (length,) = re.findall(r"The last (\d+) bytes of the file are a seal", TEXT)
    assert store.read_bytes()[-int(length) :].startswith(b"papertrends seal sha256 ")


@pytest.fixture
def real(tmp_path: Path, contents: Contents) -> Path:
    """Return a small store in which the tables are about the same themes."""
    ids = [f"d:{number}" for number in range(7)]
    tables = dict(contents.tables)
    for name in ("themes", "what_changed"):
        tables[name] = tables[name].assign(theme_id=pd.Series(ids, dtype="str"))
    tables["memberships"] = tables["memberships"].assign(
        paper_id=tables["papers"]["paper_id"], theme_id="d:1", primary=[True] * 3 + [False] * 4
    )
    tables["papers"] = tables["papers"].assign(title=[f"Paper {number}" for number in range(7)])
    path = tmp_path / "papers.duckdb"
    write_store(path, replace(contents, tables=tables))
    return path


def test_the_queries_run(real: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(real.parent)
    attach, themes, changed, alike = re.findall(r"^```sql\n(.+?)^```", TEXT, re.DOTALL | re.M)
    with duckdb.connect() as database:
        database.execute(attach)
        assert [row[1:] for row in database.execute(themes).fetchall()] == [
            (int(contents.tables["themes"]["n_papers"][1]), 3)
        ]
        assert len(database.execute(changed).fetchall()) == 7
        found = database.execute(alike).fetchall()
    # The first paper has the last vectors.
    similar = contents.encoded[:-1] @ contents.encoded[-1]
    one, *others = (float((row @ row) ** 0.5) for row in contents.encoded[::-1].astype(float))
    expected = sorted(
        (
            (float(dot) / one / other, f"Paper {number}")
            for number, (dot, other) in enumerate(zip(similar[::-1], others, strict=True), 1)
        ),
        reverse=True,
    )
    assert [title for title, _ in found] == [title for _, title in expected[:5]]
    assert [value for _, value in found] == pytest.approx([v for v, _ in expected[:5]], abs=1e-5)


def test_the_store_is_not_changed_by_the_queries(real: Path) -> None:
    before = real.read_bytes()
    with duckdb.connect() as database:
        database.execute(f"ATTACH '{real}' AS store (READ_ONLY)")
        with pytest.raises(duckdb.Error, match="read-only"):
            database.execute("DELETE FROM store.papers")
    assert real.read_bytes() == before
