"""Jobs in other processes: the same results, in order, and in this one where there are none."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cloudpickle import register_pickle_by_value, unregister_pickle_by_value
from joblib import parallel_config
from threadpoolctl import threadpool_info

from papertrends import processes
from papertrends.processes import in_processes, one_by_one

JOBS = [(3, 2), (2, 5), (7, 1)]


def process_of(one: int, other: int) -> tuple[int, int]:
    return one * other, os.getpid()


def limits() -> set[int]:
    import scipy.linalg

    del scipy
    return {one["num_threads"] for one in threadpool_info()}


def killed(pid: int) -> int:
    if os.getpid() != pid:
        os.kill(os.getpid(), 9)
    return pid


def refused() -> None:
    raise ValueError("no such number")


@pytest.fixture(autouse=True, scope="module")
def sent_whole() -> Iterator[None]:
    # Other processes may not find the modules of tests: how pytest was started decides it.
    register_pickle_by_value(sys.modules[__name__])
    yield
    unregister_pickle_by_value(sys.modules[__name__])


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "cores", lambda: 2)


def test_results_come_in_order_from_other_processes() -> None:
    told: list[tuple[int, int]] = []
    found = in_processes(process_of, JOBS, step=lambda done, total: told.append((done, total)))
    assert [product for product, _ in found] == [6, 10, 7]
    assert os.getpid() not in {pid for _, pid in found}
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_linear_algebra_has_one_thread_in_them() -> None:
    assert in_processes(limits, [()] * 2) == [{1}, {1}]


def test_one_core_does_all_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "cores", lambda: 1)
    assert in_processes(process_of, JOBS) == one_by_one(process_of, JOBS)


def test_jobs_start_no_processes_of_their_own() -> None:
    pids = in_processes(inner, [(2,), (3,)])
    assert all(len(set(some)) == 1 for some in pids)


def inner(n: int) -> list[int]:
    return [pid for _, pid in in_processes(process_of, [(1, 1)] * n)]


def test_what_a_killed_process_was_at_is_done_in_this_one() -> None:
    pid = os.getpid()
    assert in_processes(killed, [(pid,), (pid,)]) == [pid, pid]
    assert os.getpid() not in {where for _, where in in_processes(process_of, JOBS)}


def test_where_joblib_starts_none_the_next_jobs_have_them_again() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("joblib.parallel_config", lambda *_, **__: parallel_config("sequential"))
        assert {pid for _, pid in in_processes(process_of, JOBS)} == {os.getpid()}
    assert os.getpid() not in {pid for _, pid in in_processes(process_of, JOBS)}


def test_where_no_process_can_be_started_the_results_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(**settings: object) -> None:
        raise OSError("[Errno 38] Function not implemented")

    monkeypatch.setattr("joblib.Parallel", none)
    assert in_processes(process_of, JOBS) == one_by_one(process_of, JOBS)


def test_an_error_of_a_job_is_told_as_it_is() -> None:
    with pytest.raises(ValueError, match="no such number"):
        in_processes(refused, [()] * 2)


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import math\n"
        "from papertrends import processes\n"
        "processes.cores = lambda: 2\n"
        "print(processes.in_processes(math.gcd, [(4, 6), (9, 6)]))\n"
    )
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("[2, 3]\n", "")
