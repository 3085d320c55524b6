"""What is remembered goes into a store and comes out the same; what cannot go on is refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from papertrends import InputError
from papertrends.dumps.report import FileReport, LoadReport
from papertrends.memory import (
    CORRECTION,
    Memory,
    check_new,
    contents_of,
    digests_of,
    file_rows,
    first_memory,
    memory_of,
    run_row,
)
from papertrends.store import read_store, write_store
from papertrends.tables import FILES, conform
from papertrends.updating import analysis_of

MADE = runpy.run_path(str(Path(__file__).parent / "hand_made.py"))


@pytest.fixture(scope="module")
def memory() -> Memory:
    made: Memory = MADE["remembered"]()
    return made


def same(one: object, other: object, what: str) -> None:
    """Compare dataclasses, tables and arrays through and through."""
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, obj=what)
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other, err_msg=what)
        assert one.dtype == other.dtype, what
    elif dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            name = f"{what}.{field.name}"
            same(getattr(one, field.name), getattr(other, field.name), name)
    elif isinstance(one, tuple) and one and dataclasses.is_dataclass(one[0]):
        for number, pair in enumerate(zip(one, other, strict=True)):
            same(*pair, f"{what}[{number}]")
    else:
        assert one == other, what


def test_a_store_gives_back_what_was_remembered(memory: Memory, tmp_path: Path) -> None:
    path = tmp_path / "papers.duckdb"
    barred = {"gone": ("t:1", "t:2")}
    kept = replace(memory, barred=barred)
    write_store(path, contents_of(kept))
    back = memory_of(read_store(path), "papers.duckdb")
    # The one large array is kept in single precision.
    lsa = replace(memory.fitted.lsa, components=memory.fitted.lsa.components.astype(np.float32))
    same(replace(kept, fitted=replace(kept.fitted, lsa=lsa)), back, "memory")
    again = memory_of(read_store(path), "papers.duckdb")
    same(contents_of(back).arrays["lsa_components"], again.fitted.lsa.components, "lsa")


def test_the_vectors_are_those_of_the_papers(memory: Memory) -> None:
    corpus = memory.corpus()
    assert list(corpus.paper_ids) == memory.fitted.map["paper_id"].tolist()
    assert corpus.joined.shape[1] == memory.encoded.shape[1] + memory.lsa.shape[1]
    titles = memory.papers.drop_duplicates("paper_id").set_index("paper_id")["title"]
    assert list(corpus.titles) == titles[list(corpus.paper_ids)].tolist()


def test_papers_and_digests_know_the_run_they_came_in() -> None:
    papers = pd.DataFrame(
        {
            "paper_id": ["a", "b", "a"],
            "digest_date": pd.to_datetime(["2025-01-01", "2025-01-01", "2025-01-02"]),
            "source": ["1", "1", "2"],
        }
    )
    none = dict.fromkeys(("n_blocks", "n_papers", "n_duplicates", "n_known", "n_digests"), 0)
    days = dict.fromkeys(("digest_date", "last_digest"), pd.NaT)
    files = conform(pd.DataFrame({"source": ["1", "2"], "run": [2, 1], **days, **none}), FILES)
    table = digests_of(papers, files)
    assert table[["n_papers", "n_files", "run"]].values.tolist() == [[2, 1, 2], [1, 1, 1]]


def test_the_run_compared_is_the_last_that_was_no_correction(memory: Memory) -> None:
    def runs(*rows: tuple[str, int, int]) -> Memory:
        table = [
            run_row(number, command, newest=pd.Timestamp("2025-01-01"), n_rows=n_rows,
                    n_fitted=n_fitted, settings={}, versions={})
            for number, (command, n_rows, n_fitted) in enumerate(rows, 1)
        ]  # fmt: skip
        return replace(memory, runs=pd.concat(table, ignore_index=True))

    first = runs(("report", 9, 8))
    assert (first.compared_run, first.run_learned, first.n_learned) == (1, 1, 8)
    told = runs(("report", 9, 8), ("update", 3, 0), (f"{CORRECTION}rename", 0, 0))
    assert (told.compared_run, told.run_learned, told.n_learned, told.next_run) == (2, 1, 8, 4)
    refit = runs(("report", 9, 8), ("update", 3, 0), ("update --refit", 0, 11))
    assert (refit.compared_run, refit.run_learned, refit.n_learned) == (3, 3, 11)


def test_a_file_that_is_there_is_no_place_for_a_new_store(tmp_path: Path) -> None:
    check_new(tmp_path / "papers.duckdb")
    (tmp_path / "papers.duckdb").touch()
    with pytest.raises(InputError, match=r"papers\.duckdb: there is a file of this name already"):
        check_new(tmp_path / "papers.duckdb")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="there is a file of this name already"):
        check_new(tmp_path / "link")
    with pytest.raises(InputError, match="there is no folder"):
        check_new(tmp_path / "no" / "papers.duckdb")


def test_a_model_of_another_version_is_refused(memory: Memory) -> None:
    contents = contents_of(memory)
    parts = {**contents.parts, "model": {**contents.parts["model"], "version": 99}}
    with pytest.raises(InputError, match=r"x: .*learned by another version.*make a new store"):
        memory_of(replace(contents, parts=parts), "x")
    with pytest.raises(InputError, match=r"x: this store was reduced to its tables"):
        memory_of(replace(contents, reduced=True), "x")


def test_names_from_a_language_model_stay_told_apart_from_those_found(memory: Memory) -> None:
    themes = memory.tables.themes
    row = themes.index[themes["kind"] == "discovered"][0]
    key, found = str(themes.loc[row, "theme_id"]), str(themes.loc[row, "name"])
    named = themes.assign(name=themes["name"].where(themes.index != row, "A model's name"))
    made = first_memory(
        replace(memory.tables, themes=named),
        memory.fitted,
        memory.encoded,
        load_report=memory.load_report(),
        settings={**memory.settings, "labels_from": "qwen3 at http://localhost"},
        versions=memory.versions,
        remarks=("asked",),
    )
    registry = made.registry.themes.set_index("theme_id")
    assert registry.loc[key, ["name", "named_by"]].tolist() == [
        "A model's name",
        "qwen3 at http://localhost",
    ]
    others = registry.drop(key)
    assert set(others.loc[others["kind"] == "discovered", "named_by"]) == {"corpus"}
    assert set(others.loc[others["kind"] == "named", "named_by"]) == {"person"}
    assert made.remarks() == ("asked",)
    back = memory_of(contents_of(made), "x")
    assert back.fitted.themes.set_index("theme_id")["name"][key] == found
    assert back.tables.themes.set_index("theme_id")["name"][key] == "A model's name"
    assert analysis_of(back).offline_labels == {key: found}


def test_a_file_of_one_digest_has_its_day_twice() -> None:
    day = dt.date(2025, 1, 2)
    several = FileReport("b", "", "csv", day, "", 1, 1, 0, 0, dt.date(2025, 1, 9), 3)
    report = LoadReport((FileReport("a", "", "csv", day, "", 1, 1, 0), several), (), (), (), 2, 0)
    rows = file_rows(report, 1)
    assert rows["last_digest"].dt.day.tolist() == [2, 9]
    assert rows["n_digests"].tolist() == [1, 3]
