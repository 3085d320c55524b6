"""A store of another version is brought forward in memory, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from papertrends.errors import InputError
from papertrends.store import TABLES, VERSION, Contents, database, read_store, writing
from papertrends.store.seal import seal
from papertrends.tables import FILES, MOVES, blank

Same = Callable[[Contents, Contents], None]

NEW_IN_3 = ("other_trends", "other_curves", "other_changes", "looks")
OLD_TABLES: Mapping[str, Mapping[str, str]] = {
    **{name: schema for name, schema in TABLES.items() if name != "moves"},
    "map": {"paper_id": "str", "across": "float64", "y": "float64"},
}


def _write(path: Path, contents: Contents) -> None:
    writing.write_file(path, contents)
    seal(path)


@pytest.fixture
def old(tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a store of a made-up version 0: without `moves`, and `x` had another name."""
    tables = {name: table for name, table in contents.tables.items() if name != "moves"}
    tables["map"] = tables["map"].rename(columns={"x": "across"})
    with monkeypatch.context() as patch:
        patch.setattr(writing, "VERSION", 0)
        patch.setattr(writing, "TABLES", OLD_TABLES)
        _write(tmp_path / "old.duckdb", replace(contents, tables=tables))
    return tmp_path / "old.duckdb"


def _with_moves(contents: Contents) -> Contents:
    return replace(contents, tables={**contents.tables, "moves": blank(MOVES)})


def _with_x(contents: Contents) -> Contents:
    named = contents.tables["map"].rename(columns={"across": "x"})
    return replace(contents, tables={**contents.tables, "map": named})


def test_an_older_store_is_brought_forward_step_by_step(
    old: Path, contents: Contents, same: Same, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "MIGRATIONS", {0: _with_moves, 1: _with_x})
    monkeypatch.setattr(database, "VERSION", 2)
    before = old.read_bytes()
    expected = replace(contents, tables={**contents.tables, "moves": blank(MOVES)})
    same(read_store(old), expected)
    assert old.read_bytes() == before


def test_steps_before_its_own_are_not_taken(
    store: Path, contents: Contents, same: Same, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(contents: Contents) -> Contents:
        raise AssertionError

    steps = dict.fromkeys(range(VERSION), fail) | {VERSION: lambda contents: contents}
    monkeypatch.setattr(database, "MIGRATIONS", steps)
    monkeypatch.setattr(database, "VERSION", VERSION + 1)
    same(read_store(store), contents)


@pytest.mark.parametrize("steps", [{}, {0: _with_moves}, {1: _with_x}])
def test_an_older_store_without_a_way_forward_is_refused(
    old: Path, monkeypatch: pytest.MonkeyPatch, steps: dict[int, Callable[[Contents], Contents]]
) -> None:
    monkeypatch.setattr(database, "MIGRATIONS", steps)
    monkeypatch.setattr(database, "VERSION", 2)
    with pytest.raises(
        InputError,
        match=rf"old.duckdb: was written by papertrends {version('papertrends')} as version 0 of "
        "the format, from which nothing leads to version 2; make it anew from the dumps",
    ):
        read_store(old)


def test_a_step_that_does_not_lead_to_the_schema_is_noticed(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "MIGRATIONS", {0: _with_moves})
    monkeypatch.setattr(database, "VERSION", 1)
    with pytest.raises(InputError, match="damaged: the columns of map are paper_id, across, y"):
        read_store(old)


def test_a_newer_store_is_refused(
    tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "VERSION", VERSION + 2)
    monkeypatch.setattr(writing, "version", lambda name: "9.9")
    _write(tmp_path / "new.duckdb", contents)
    with pytest.raises(
        InputError,
        match=rf"was written by papertrends 9\.9 as version {VERSION + 2} of the format, this one "
        rf"reads up to {VERSION}; upgrade papertrends",
    ):
        read_store(tmp_path / "new.duckdb")


def test_every_older_version_leads_here() -> None:
    assert set(database.MIGRATIONS) == set(range(1, VERSION))


def without_version_3(tables: Mapping[str, Any]) -> dict[str, Any]:
    return {name: table for name, table in tables.items() if name not in NEW_IN_3}


def test_version_2_knew_no_looks_and_one_date(
    tmp_path: Path, contents: Contents, same: Same, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "v2.duckdb"
    with monkeypatch.context() as patch:
        patch.setattr(writing, "VERSION", 2)
        patch.setattr(writing, "TABLES", without_version_3(TABLES))
        _write(path, replace(contents, tables=without_version_3(contents.tables)))
    empty = {name: contents.tables[name].head(0) for name in NEW_IN_3}
    same(read_store(path), replace(contents, tables={**contents.tables, **empty}))


def test_version_1_knew_one_digest_a_file(
    tmp_path: Path, contents: Contents, same: Same, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = {"last_digest", "n_digests"}
    runs = contents.tables["runs"].copy()
    runs["load_report"] = ['{"notes": ["ä"]}', *[""] * (len(runs) - 1)]
    with_alike = [
        {**json.loads(one), "near_duplicates": [], "lookup": None} if one else None
        for one in runs["load_report"]
    ]
    without = [
        json.dumps({"notes": one["notes"]}, ensure_ascii=False) if one else "" for one in with_alike
    ]
    tables = {
        **without_version_3(contents.tables),
        "files": contents.tables["files"].drop(columns=list(new)),
        "runs": runs.assign(load_report=without),
    }
    schemas = {
        **without_version_3(TABLES),
        "files": {name: dtype for name, dtype in FILES.items() if name not in new},
    }
    path = tmp_path / "v1.duckdb"
    with monkeypatch.context() as patch:
        patch.setattr(writing, "VERSION", 1)
        patch.setattr(writing, "TABLES", schemas)
        _write(path, replace(contents, tables=tables))
    files = contents.tables["files"]
    expected = {
        **contents.tables,
        **{name: contents.tables[name].head(0) for name in NEW_IN_3},
        "files": files.assign(last_digest=files["digest_date"], n_digests=1),
        "runs": runs.assign(
            load_report=[json.dumps(one, ensure_ascii=False) if one else "" for one in with_alike]
        ),
    }
    same(read_store(path), replace(contents, tables=expected))
