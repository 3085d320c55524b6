"""Kills a process that rewrites a store again and again, at many random moments.

Run by ``test_killed.py`` in a process of its own, which forks once everything is
imported: ``kill.py FOLDER KILLS``. Prints as JSON what was found after each kill.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from papertrends.store import Contents, locked, read_store, write_store

spec = importlib.util.spec_from_file_location("sample", Path(__file__).with_name("conftest.py"))
assert spec
assert spec.loader
conftest = importlib.util.module_from_spec(spec)
spec.loader.exec_module(conftest)


def rewrite(store: Path, states: list[Contents]) -> None:
    """Write the states in turn, for ever."""
    while True:
        for state in states:
            with locked(store):
                write_store(store, state)


def left(store: Path) -> int:
    """Return how many files half-written there are beside the store."""
    return sum("papertrends-new" in file.name for file in store.parent.iterdir())


def which(found: Contents, states: list[Contents]) -> int:
    """Return the number of the state that `found` is in, and in full."""
    number = int(found.arrays["large"][0])
    conftest.assert_same(found, states[number])
    return number


def main(folder: Path, kills: int) -> dict[str, Any]:
    """Return what was found after each kill: the state, what was left, what was swept."""
    store = folder / "papers.duckdb"
    first = conftest.sample(2)
    first = replace(first, arrays={"large": np.zeros(500_000)})
    states = [first, replace(first, encoded=first.encoded + 1, arrays={"large": np.ones(500_000)})]
    write_store(store, states[0])
    start = time.monotonic()
    write_store(store, states[0])
    once = time.monotonic() - start
    chance = random.Random(5)
    found, halves, swept = [], [], []
    for _ in range(kills):
        child = os.fork()
        if not child:
            rewrite(store, states if found[-1:] == [1] else states[::-1])
        time.sleep(chance.uniform(0, 2.5 * once))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found.append(which(read_store(store), states))
        halves.append(left(store))
        with locked(store):
            swept.append(left(store))
    return {"found": found, "halves": halves, "swept": swept}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
