"""One writer at a time; what killed ones left is swept, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from papertrends.errors import InputError
from papertrends.store import locked

HOLD = """
import sys
from pathlib import Path
from papertrends.store import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    """Return another process that holds the lock until it reads a line."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "s.duckdb")]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_run_waits_for_another_and_says_so(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(stage: str, done: int, total: int) -> None:
        told.append((stage, done, total))
        if not done:
            holder.communicate("go\n")

    with locked(tmp_path / "s.duckdb", progress=tell, patience=30):
        assert told == [("waiting for another run of this store", done, 1) for done in (0, 1)]
    assert holder.returncode == 0


def test_a_run_does_not_wait_for_ever(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    link = tmp_path / "link"
    link.symlink_to("s.duckdb")
    message = r"link: another run has held this store for more than 0\.2 seconds; try again when"
    with pytest.raises(InputError, match=message), locked(link, patience=0.2):
        pass
    holder.communicate("go\n")
    with locked(link, patience=0):
        pass


def test_a_lock_goes_with_its_process(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.communicate()
    with locked(tmp_path / "s.duckdb", patience=0):
        pass


def test_a_failure_within_gives_the_lock_back(tmp_path: Path) -> None:
    def fail() -> None:
        with locked(tmp_path / "s.duckdb"):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with locked(tmp_path / "s.duckdb", patience=0):
        pass


def test_nobody_is_told_to_wait_for_nothing(tmp_path: Path) -> None:
    def tell(stage: str, done: int, total: int) -> None:
        raise AssertionError(stage)

    with locked(tmp_path / "s.duckdb", progress=tell), locked(tmp_path / "t.duckdb", progress=tell):
        pass


LEFT = [
    ".s.duckdb.0123456789abcdef.papertrends-new",
    ".s.duckdb.00000000000000ff.papertrends-new.wal",
]
KEPT = [
    "s.duckdb",
    "s.duckdb.0123456789abcdef.papertrends-new",
    ".s.duckdb.0123456789abcdeg.papertrends-new",
    ".s.duckdb.0123456789abcdef.papertrends-new.bak",
    ".sxduckdb.0123456789abcdef.papertrends-new",
    ".t.duckdb.0123456789abcdef.papertrends-new",
    ".s.duckdb.0123456789abcdef",
]


def test_only_what_killed_writers_left_is_swept(tmp_path: Path) -> None:
    for name in [*LEFT, *KEPT]:
        (tmp_path / name).write_text(name)
    folder = tmp_path / ".s.duckdb.1111111111111111.papertrends-new"
    folder.mkdir()
    link = tmp_path / ".s.duckdb.2222222222222222.papertrends-new"
    link.symlink_to("s.duckdb")
    with locked(tmp_path / "s.duckdb"):
        pass
    there = {file.name for file in tmp_path.iterdir()}
    assert there == {*KEPT, folder.name, link.name, ".s.duckdb.lock"}


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no folder"), locked(tmp_path / "gone" / "s"):
        pass


def test_a_lock_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / ".s.duckdb.lock").mkdir()
    with (
        pytest.raises(InputError, match=r"cannot be locked \(Is a directory\); choose another"),
        locked(tmp_path / "s.duckdb"),
    ):
        pass
