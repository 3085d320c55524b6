"""A store in a notebook: tables as DataFrames, and a smaller copy to pass on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from papertrends.errors import InputError
from papertrends.store import TABLES, Contents, open_store, read_store, write_store
from papertrends.store.view import Store

Same = Callable[[Contents, Contents], None]


def test_every_table_is_there_by_name(store: Path, contents: Contents) -> None:
    opened = open_store(str(store))
    assert list(opened.tables()) == list(TABLES)
    for name, table in opened.tables().items():
        pd.testing.assert_frame_equal(table, contents.tables[name])
        pd.testing.assert_frame_equal(getattr(opened, name), contents.tables[name])
        assert name in dir(opened)
        assert f"``.{name}``" in str(Store.__doc__) or f"``store.{name}``" in str(Store.__doc__)


def test_a_name_that_is_none_is_said(store: Path) -> None:
    with pytest.raises(AttributeError, match="no table 'theme'; did you mean 'themes'"):
        _ = open_store(store).theme


def test_editing_a_table_changes_nothing(store: Path, contents: Contents) -> None:
    opened = open_store(store)
    themes, papers, vectors = opened.themes, opened.tables()["papers"], opened.vectors
    themes["name"] = "edited"
    del papers["title"]
    vectors.iloc[:, :] = 0
    assert list(opened.themes["name"]) == list(contents.tables["themes"]["name"])
    assert "title" in opened.papers
    np.testing.assert_array_equal(opened.vectors["encoded"], contents.encoded)


def test_vectors_are_a_row_for_each_paper(store: Path, contents: Contents) -> None:
    vectors = open_store(store).vectors
    assert vectors.index.name == "paper_id"
    assert list(vectors.index) == list(contents.paper_ids)
    assert set(vectors.dtypes) == {np.dtype("float32")}
    np.testing.assert_array_equal(vectors["encoded"].to_numpy(), contents.encoded)
    np.testing.assert_array_equal(vectors["lsa"].to_numpy(), contents.lsa)


def test_a_store_says_what_is_in_it_and_what_to_look_at(store: Path, contents: Contents) -> None:
    assert repr(open_store(store)) == (
        "Store of 7 papers in 7 digests, 7 themes, 7 runs: see .themes, .what_changed, .history"
    )
    papers = pd.concat([contents.tables["papers"]] * 200, ignore_index=True)
    papers["paper_id"] = [f"t:{row // 2}" for row in range(1400)]
    papers = pd.concat([papers] * 4)
    tables = {**contents.tables, "papers": papers, "runs": contents.tables["runs"][:1]}
    tables["themes"] = contents.tables["themes"][:0]
    many = Store(store, replace(contents, tables=tables))
    assert repr(many).startswith("Store of 700 papers in 7 digests, 0 themes, 1 run: see")
    papers["paper_id"] = [f"t:{row}" for row in range(5600)]
    assert repr(many).startswith("Store of 5,600 papers in")


def test_the_card_is_escaped(contents: Contents) -> None:
    card = Store(Path("<b>&.duckdb"), contents)._repr_html_()
    assert "&lt;b&gt;&amp;.duckdb" in card
    assert "<b>" not in card
    assert "Store of 7 papers" in card
    assert "<td>.what_changed</td><td>7</td>" in card


def test_a_reduced_copy_is_smaller_and_has_all_tables(
    tmp_path: Path, store: Path, contents: Contents
) -> None:
    before = store.read_bytes()
    small = tmp_path / "small.duckdb"
    open_store(store).write_reduced(small)
    opened = open_store(small)
    assert opened.reduced
    assert read_store(small).reduced
    assert not open_store(store).reduced
    for name, table in opened.tables().items():
        pd.testing.assert_frame_equal(table, contents.tables[name])
    assert opened.vectors.empty
    assert opened.vectors.index.name == "paper_id"
    assert not opened.contents.parts
    assert not opened.contents.arrays
    assert repr(opened).startswith(
        "Reduced store (without vectors and model: to read, not to update) of 7 papers in"
    )
    with duckdb.connect(str(small), read_only=True) as database:
        assert database.execute("SELECT count(*) FROM vectors").fetchall() == [(0,)]
        assert database.execute("SELECT count(*) FROM model_arrays").fetchall() == [(0,)]
    assert small.stat().st_size < len(before)
    assert store.read_bytes() == before


def test_a_reduced_copy_replaces_only_a_reduced_one(
    tmp_path: Path, store: Path, same: Same
) -> None:
    before = store.read_bytes()
    with pytest.raises(InputError, match="with vectors and model, which a reduced one must not"):
        open_store(store).write_reduced(store)
    assert store.read_bytes() == before
    small = tmp_path / "small.duckdb"
    small.write_text("my notes")
    with pytest.raises(InputError, match="no papertrends store, but a text"):
        open_store(store).write_reduced(small)
    small.unlink()
    open_store(store).write_reduced(small)
    reduced = open_store(small)
    reduced.write_reduced(str(small))
    same(read_store(small), reduced.contents)


def test_later_runs_do_not_change_what_is_open(
    store: Path, contents: Contents, other: Contents
) -> None:
    opened = open_store(store)
    write_store(store, other)
    np.testing.assert_array_equal(opened.vectors["lsa"], contents.lsa)
