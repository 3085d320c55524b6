"""Jobs beside other work: when they begin and end, and that no two threads import at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Event, current_thread, main_thread

import pytest

from papertrends.beside import beside
from papertrends.examples import some_papers

#: Runs a report and prints, in order, each thread that imports something and what it is.
RECORDED = """
import json, sys, threading

imports = []

class Recorder:
    def find_spec(self, name, path=None, target=None):
        imports.append((threading.current_thread().name, name))

sys.meta_path.insert(0, Recorder())
from papertrends.cli import main
try:
    main(sys.argv[1:])
except SystemExit as done:
    assert not done.code, done.code
print(json.dumps(imports))
"""


def test_a_job_begins_when_a_stage_is_told_of_and_ends_before_it() -> None:
    began, told = Event(), []

    def job() -> None:
        assert current_thread() is not main_thread()
        began.set()
        told.append("job")

    with beside(lambda *step: told.append(step), "embedding", job) as progress:
        progress("loading", 1, 2)
        assert not began.is_set()
        progress("embedding", 1, 3)
        assert began.wait(10)
        progress("embedding", 2, 3)
        progress("embedding", 3, 3)
        progress("embedding", 1, 3)
        progress("embedding", 3, 3)
    assert told.count("job") == 1
    assert told.index("job") < told.index(("embedding", 3, 3))
    steps = [one for one in told if one != "job"]
    assert steps[0] == ("loading", 1, 2)
    assert len(steps) == 6


def test_a_stage_told_of_when_it_is_over_has_no_job() -> None:
    with beside(lambda *_: None, "embedding", lambda: pytest.fail("begun")) as progress:
        progress("embedding", 1, 1)
        progress("assigning", 1, 2)


def test_what_goes_wrong_in_a_job_is_not_told() -> None:
    def job() -> None:
        raise RuntimeError("no")

    with beside(lambda *_: None, "embedding", job) as progress:
        progress("embedding", 1, 2)
        progress("embedding", 2, 2)


def test_one_job_at_a_time() -> None:
    running, most = [], []

    def job() -> None:
        running.append(1)
        most.append(len(running))
        Event().wait(0.05)
        running.pop()

    with (
        beside(lambda *_: None, "embedding", job) as outer,
        beside(outer, "embedding", job) as progress,
    ):
        progress("embedding", 1, 2)
        progress("embedding", 2, 2)
    assert most == [1, 1]


def test_an_interruption_ends_the_job_first() -> None:
    ended = []

    def job() -> None:
        Event().wait(0.1)
        ended.append(1)

    def interrupted() -> None:
        with beside(lambda *_: None, "embedding", job) as progress:
            progress("embedding", 1, 2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert ended


def test_no_two_threads_import_at_the_same_time(tmp_path: Path) -> None:
    papers = tmp_path / "papers.csv"
    some_papers().to_csv(papers, index=False)
    command = [sys.executable, "-c", RECORDED, "report", str(papers), "--quiet"]
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "r.html")],
        env={**os.environ, "PAPERTRENDS_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    imports = json.loads(done.stdout.splitlines()[-1])
    threads = [thread for thread, _ in imports]
    others = {*threads} - {"MainThread"}
    assert any(name == "sklearn" for thread, name in imports if thread in others)
    assert any(name.startswith("plotly") for thread, name in imports if thread in others)
    for thread in others:
        first, last = threads.index(thread), len(threads) - threads[::-1].index(thread)
        assert set(threads[first:last]) == {thread}
