"""Reading and writing a store: everything comes back, or nothing is written."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from papertrends.errors import InputError
from papertrends.store import TABLES, Contents, read_store, write_store
from papertrends.store import database as module

Make = Callable[..., Contents]
Same = Callable[[Contents, Contents], None]


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_everything_comes_back(store: Path, contents: Contents, same: Same) -> None:
    same(read_store(store), contents)
    assert files(store.parent) == ["papers.duckdb"]


def test_what_comes_back_is_written_the_same_again(
    tmp_path: Path, store: Path, contents: Contents, same: Same
) -> None:
    again = tmp_path / "again.duckdb"
    write_store(again, read_store(store))
    same(read_store(again), contents)


@pytest.mark.parametrize("count", [0, 500])
def test_any_number_of_rows_keeps_its_order(
    tmp_path: Path, make: Make, same: Same, count: int
) -> None:
    contents = make(count)
    if not count:  # neither papers nor any of their words
        contents = replace(contents, encoded=contents.encoded[:, :0])
    write_store(tmp_path / "s.duckdb", contents)
    same(read_store(tmp_path / "s.duckdb"), contents)


def test_vectors_may_have_no_width(tmp_path: Path, contents: Contents, same: Same) -> None:
    flat = np.zeros((len(contents.paper_ids), 0), dtype=np.float32)
    bare = replace(contents, lsa=flat)
    write_store(tmp_path / "s.duckdb", bare)
    same(read_store(tmp_path / "s.duckdb"), bare)


def test_vectors_and_arrays_may_lie_in_memory_as_they_like(
    tmp_path: Path, contents: Contents, same: Same
) -> None:
    cube = contents.arrays["cube"]
    turned = replace(
        contents,
        encoded=np.asfortranarray(contents.encoded),
        arrays={
            **contents.arrays,
            "cube": np.asfortranarray(cube),
            "narrow": contents.arrays["narrow"].astype(">f4"),
        },
    )
    write_store(tmp_path / "s.duckdb", turned)
    same(read_store(tmp_path / "s.duckdb"), contents)


def test_arrays_that_come_back_can_be_edited(store: Path) -> None:
    found = read_store(store)
    for array in (found.encoded, found.lsa, *found.arrays.values()):
        assert array.flags.writeable


def test_any_duckdb_reads_it(store: Path, contents: Contents) -> None:
    with duckdb.connect(str(store), read_only=True) as database:
        ((similarity,),) = database.execute(
            "SELECT array_cosine_similarity(a.encoded, b.encoded) FROM vectors a, vectors b"
            " WHERE a.paper_id = ? AND b.paper_id = ?",
            list(contents.paper_ids[:2]),
        ).fetchall()
        (date,) = database.execute("SELECT digest_date FROM papers LIMIT 1").fetchone() or ()
    one, two = contents.encoded[:2].astype(float)
    assert similarity == pytest.approx(one @ two / np.sqrt((one @ one) * (two @ two)), rel=1e-6)
    assert str(date) == str(contents.tables["papers"]["digest_date"][0].date())


def test_columns_are_put_in_order_and_others_are_left_out(
    tmp_path: Path, contents: Contents, same: Same
) -> None:
    papers = contents.tables["papers"]
    turned = papers[papers.columns[::-1]].set_index(np.arange(len(papers)) * 2 + 5).assign(extra=1)
    write_store(
        tmp_path / "s.duckdb", replace(contents, tables={**contents.tables, "papers": turned})
    )
    same(read_store(tmp_path / "s.duckdb"), contents)


def _no_table(one: Contents) -> Contents:
    return replace(one, tables={k: v for k, v in one.tables.items() if k != "moves"})


def _no_column(one: Contents) -> Contents:
    return replace(one, tables={**one.tables, "map": one.tables["map"].drop(columns="y")})


def _other_table(one: Contents) -> Contents:
    return replace(one, tables={**one.tables, "extra": one.tables["map"]})


def _edited(one: Contents, column: str, value: Any) -> Contents:
    papers = one.tables["papers"].copy()
    papers.loc[0, column] = value
    return replace(one, tables={**one.tables, "papers": papers})


FAULTS: dict[str, tuple[Callable[[Contents], Contents], str]] = {
    "no table": (_no_table, "the moves table lacks theme_id"),
    "no column": (_no_column, "the map table lacks y"),
    "other table": (_other_table, "there is no table extra in a store"),
    "double vectors": (
        lambda one: replace(one, encoded=one.encoded.astype(float)),  # type: ignore[arg-type]
        "7 papers have vectors float64 of shape",
    ),
    "vectors short": (lambda one: replace(one, lsa=one.lsa[1:]), r"vectors float32 of shape \(6"),
    "flat vectors": (lambda one: replace(one, lsa=one.lsa[:, 0]), r"float32 of shape \(7,\)"),
    "not finite": (lambda one: replace(one, lsa=one.lsa * np.float32("inf")), "not all finite"),
    "twice": (
        lambda one: replace(one, paper_ids=(*one.paper_ids[:-1], one.paper_ids[0])),
        "a paper has two vectors",
    ),
    "other paper": (
        lambda one: replace(one, paper_ids=(*one.paper_ids[:-1], "t:0")),
        "arxiv:2507.00000 has a vector or a row in papers, but not both",
    ),
    "reduced": (lambda one: replace(one, reduced=True), "a reduced store has vectors"),
    "array of objects": (
        lambda one: replace(one, arrays={"a": np.array([{}])}),
        "the array a is of type object",
    ),
    "time of day": (
        lambda one: _edited(one, "digest_date", pd.Timestamp("2025-07-31 12:00")),
        "digest_date in papers has times of day",
    ),
    "half a character": (lambda one: _edited(one, "title", "\ud83d"), "title in papers has half"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_contents_that_do_not_fit_are_refused(store: Path, contents: Contents, fault: str) -> None:
    change, message = FAULTS[fault]
    before = store.read_bytes()
    with pytest.raises(InputError, match=message):
        write_store(store, change(contents))
    assert store.read_bytes() == before
    assert files(store.parent) == ["papers.duckdb"]


def test_a_link_stays_and_what_it_leads_to_is_replaced(
    tmp_path: Path, store: Path, other: Contents, same: Same
) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.duckdb"
    link.symlink_to("../papers.duckdb")
    write_store(link, other)
    assert link.is_symlink()
    assert not store.is_symlink()
    same(read_store(store), other)
    same(read_store(link), other)
    assert files(link.parent) == ["link.duckdb"]


def test_links_in_a_circle_are_refused(tmp_path: Path, contents: Contents) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(InputError, match="name"):
        read_store(tmp_path / "a")
    with pytest.raises(InputError, match="name"):
        write_store(tmp_path / "a", contents)


def test_who_may_read_a_store_stays_as_it_was(store: Path, other: Contents) -> None:
    store.chmod(0o600)
    write_store(store, other)
    assert store.stat().st_mode & 0o777 == 0o600


@contextmanager
def _small_files(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_a_file_that_cannot_grow_leaves_the_store_as_it_was(
    store: Path, other: Contents, share: float
) -> None:
    before = store.read_bytes()
    size = int(store.stat().st_size * share)
    with (
        _small_files(size),
        pytest.raises(InputError, match=r"papers\.duckdb: the store cannot be written .*another"),
    ):
        write_store(store, other)
    assert store.read_bytes() == before
    assert files(store.parent) == ["papers.duckdb"]


@pytest.fixture
def small_disk(tmp_path: Path, written: Path) -> Iterator[Path]:
    """Return a file system for one store and a half, where one may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={written.stat().st_size * 3 // 2}"
    try:
        mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip("mounting is not permitted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_the_store_as_it_was(
    small_disk: Path, written: Path, other: Contents
) -> None:
    store = Path(shutil.copy(written, small_disk))
    with pytest.raises(InputError, match="the disk is full; free some space"):
        write_store(store, other)
    assert store.read_bytes() == written.read_bytes()
    assert files(small_disk) == ["papers.duckdb"]


@pytest.mark.parametrize("step", ["write_file", "seal"])
def test_a_failure_at_any_step_leaves_nothing_behind(
    store: Path,
    contents: Contents,
    other: Contents,
    same: Same,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    def fail(*given: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(module, step, fail)
    with pytest.raises(InputError, match=r"cannot be written \(Input/output error\)"):
        write_store(store, other)
    monkeypatch.undo()
    same(read_store(store), contents)
    assert files(store.parent) == ["papers.duckdb"]


def test_an_interrupted_write_leaves_nothing_behind(
    store: Path, contents: Contents, same: Same, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "seal", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_store(store, contents)
    monkeypatch.undo()
    same(read_store(store), contents)
    assert files(store.parent) == ["papers.duckdb"]


def test_a_folder_that_is_gone_is_said(tmp_path: Path, contents: Contents) -> None:
    with pytest.raises(InputError, match=r"there is no folder '.*gone'; make it first"):
        write_store(tmp_path / "gone" / "s.duckdb", contents)
    with pytest.raises(InputError, match="this is a folder; name a file"):
        write_store(tmp_path, contents)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_for_reading_only_is_said(store: Path, other: Contents) -> None:
    store.parent.chmod(0o500)
    with pytest.raises(InputError, match="cannot write here; choose another folder"):
        write_store(store, other)
    store.parent.chmod(0o700)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder that takes no files")
def test_a_folder_that_takes_no_files_is_said(contents: Contents) -> None:
    with pytest.raises(InputError, match=r"^/proc/s.duckdb: .*choose another"):
        write_store(Path("/proc/s.duckdb"), contents)


def test_nothing_is_spilled_or_left_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contents: Contents
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write_store(Path("../there/s.duckdb"), contents)
    read_store(Path("../there/s.duckdb"))
    assert files(tmp_path / "here") == []
    assert files(tmp_path / "there") == ["s.duckdb"]


def test_a_store_open_for_writing_in_this_process_is_said(store: Path) -> None:
    message = "open in a DuckDB connection of this program; close that connection first"
    with duckdb.connect(str(store)), pytest.raises(InputError, match=message):
        read_store(store)


OPEN = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=len(sys.argv) > 2):
    print(flush=True)
    sys.stdin.read()
"""


@contextmanager
def _open_elsewhere(store: Path, *reading: str) -> Iterator[None]:
    command = [sys.executable, "-c", OPEN, str(store), *reading]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline()
        yield
        process.communicate()


def test_a_store_open_for_reading_in_another_process_is_read_and_written(
    store: Path, other: Contents, same: Same
) -> None:
    with _open_elsewhere(store, "reading"):
        assert len(read_store(store).paper_ids) == 7
        write_store(store, other)
    same(read_store(store), other)


def test_a_store_open_for_writing_in_another_process_is_said(store: Path) -> None:
    message = r"another program has this store open for writing; close it there first"
    with _open_elsewhere(store), pytest.raises(InputError, match=message):
        read_store(store)


def test_what_another_program_left_unfinished_is_not_applied(store: Path, other: Contents) -> None:
    log = store.with_name("papers.duckdb.wal")
    log.write_bytes(b"")
    for use in (lambda: read_store(store), lambda: write_store(store, other)):
        with pytest.raises(InputError, match=r"left 'papers\.duckdb\.wal'; close that program"):
            use()
    log.unlink()
    assert len(read_store(store).paper_ids) == 7


def test_a_changed_store_is_told_from_a_damaged_one(store: Path) -> None:
    with closing(duckdb.connect(str(store))) as database:
        database.execute("UPDATE themes SET name = 'changed'")
        database.execute("CREATE TABLE more AS SELECT range AS number FROM range(100000)")
    with pytest.raises(InputError, match=r"cut short, or another program has written to it"):
        read_store(store)


def test_every_table_has_rows_to_check(contents: Contents) -> None:
    assert all(len(contents.tables[name]) == 7 for name in TABLES)
