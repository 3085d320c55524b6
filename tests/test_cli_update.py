"""The command line on a store: made once, added to, refused in one line where it must be."""

from __future__ import annotations

import json
import re
import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from papertrends import open_store

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    """A store of the older of the two dumps."""
    from papertrends import analyse

    path = tmp_path_factory.mktemp("made") / "papers.duckdb"
    analyse(data / "2025-07-31.txt", store=path)
    return path


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "papers.duckdb"))


def error_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


@pytest.mark.slow
def test_report_makes_a_store_and_update_adds_to_it(run: Run, data: Path, tmp_path: Path) -> None:
    first = run("report", data / "2025-07-31.txt", "--store", "papers.duckdb", "-o", "1.html")
    assert first.returncode == 0, first.stderr
    assert "store: papers.duckdb" in first.stdout
    done = run("update", data, "--store", "papers.duckdb", "--export", "tables")
    assert done.returncode == 0, done.stderr
    assert "and 86 that the store has already" in done.stdout
    assert "added to the store: 69 rows, 64 papers it had never met" in done.stdout
    page = (tmp_path / "report.html").read_text()
    assert 'id="since"' in page
    assert 'id="since"' not in (tmp_path / "1.html").read_text()
    kept = open_store(tmp_path / "papers.duckdb")
    with duckdb.connect() as database:
        for name in ("what_changed", "history", "memberships", "moves"):
            rows = database.execute(f"FROM '{tmp_path}/tables/{name}.parquet'").df()
            assert len(rows) == len(getattr(kept, name)) > 0, name
    manifest = json.loads((tmp_path / "tables" / "manifest.json").read_text())
    assert [one["file"] for one in manifest["files"]] == ["2025-07-31.txt", "2025-08-05.txt"]
    # The page's numbers are those of the table.
    table = kept.what_changed.set_index("theme_id")
    row = table.loc["prompt-learning"]
    told = f"({row['n_new']} of {row['papers_new']})"
    assert told in re.sub(r"&nbsp;|\xa0", " ", page)
    before = (tmp_path / "papers.duckdb").read_bytes()
    again = run("update", data, "--store", "papers.duckdb", "-o", "2.html")
    assert "nothing new" in again.stdout
    assert (tmp_path / "papers.duckdb").read_bytes() == before
    assert (tmp_path / "2.html").read_text() == page
    quiet = run("update", "--store", "papers.duckdb", "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["update", "{data}", "--store", "gone.duckdb"], "gone.duckdb: there is no such store"),
        (["update", "{data}"], "Missing option '--store'"),
        (["update", "gone.txt", "--store", "papers.duckdb"], "gone.txt: there is no such file"),
        (["update", "{data}", "--store", "noise.duckdb"], "noise.duckdb: "),
        (["update", "{data}", "--store", "."], "folder"),
        (["update", "{data}", "--store", "papers.duckdb", "-o", "no/r.html"], "no folder 'no'"),
        (["update", "{data}", "--store", "papers.duckdb", "--year", "x"], "not a whole number"),
        (["report", "{data}", "--store", "papers.duckdb"], "there is a file of this name already"),
        (["report", "{data}", "--store", "no/p.duckdb"], "no folder 'no'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    run: Run, store: Path, data: Path, arguments: list[str], expected: str
) -> None:
    (store.parent / "noise.duckdb").write_bytes(b"not a database" * 999)
    before = store.read_bytes()
    line = error_line(run(*(one.format(data=data) for one in arguments)))
    assert expected in line, line
    assert store.read_bytes() == before
    assert not list(store.parent.glob("*.html"))


@pytest.mark.slow
def test_a_full_disk_leaves_the_store_as_it_was(
    store: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from papertrends import InputError, update

    before = store.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    # A process that writes more than it may is stopped, unless it ignores the signal.
    was = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, hard))
    try:
        with pytest.raises(InputError, match=r"papers\.duckdb: .*(room|written)"):
            update(data, store=store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, was)
    assert store.read_bytes() == before
    assert sorted(path.name for path in store.parent.iterdir()) == [
        ".papers.duckdb.lock",
        "papers.duckdb",
    ]
    update(data, store=store)
    assert len(open_store(store).papers) == 155
