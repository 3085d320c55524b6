"""A killed writer loses nothing, and two writers lose none of each other's work."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from papertrends.store import Contents, read_store, write_store

KILLS = 50


def test_a_store_is_as_before_or_as_after_whenever_its_writer_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, str(Path(__file__).with_name("kill.py")), str(tmp_path), str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert not done.returncode, done.stderr
    outcome = json.loads(done.stdout)
    states = Counter(outcome["found"])
    assert set(states) == {0, 1}
    assert states.total() == KILLS
    # Otherwise the kills missed what they were to hit.
    assert sum(map(bool, outcome["halves"])) >= KILLS // 5
    assert set(outcome["swept"]) == {0}
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        ".papers.duckdb.lock",
        "papers.duckdb",
    ]


ADD = """
import sys
from dataclasses import replace
from pathlib import Path
from papertrends.store import locked, read_store, write_store
path, name = Path(sys.argv[1]), sys.argv[2]
for number in range(3):
    with locked(path):
        contents = read_store(path)
        write_store(path, replace(contents, parts={**contents.parts, f"{name}{number}": number}))
"""


def test_two_writers_at_once_lose_nothing(tmp_path: Path, contents: Contents) -> None:
    path = tmp_path / "papers.duckdb"
    write_store(path, replace(contents, parts={}))
    writers = [
        subprocess.Popen([sys.executable, "-c", ADD, str(path), name], stderr=subprocess.PIPE)
        for name in "ab"
    ]
    for writer in writers:
        _, said = writer.communicate(timeout=120)
        assert not writer.returncode, said
    assert set(read_store(path).parts) == {
        f"{name}{number}" for name in "ab" for number in range(3)
    }
