"""Jobs in processes of their own: of threads, Python runs one at a time.

For functions of arrays that return arrays, found by their name in a module. Must not be
needed: where no process can be started, all jobs are done in this one, with the same results.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor
from multiprocessing import current_process
from typing import Any, TypeVar

from papertrends.cores import cores

Found = TypeVar("Found")
Step = Callable[[int, int], None]

#: Set in the processes that are started here: they start none themselves.
_MARK = "PAPERTRENDS_JOB"
#: Each takes 150 MB, and few are kept busy to the end by jobs of unequal length.
_MOST = 4


def silent(done: int, total: int) -> None:
    """Say nothing of `done` jobs of `total`."""


def one_by_one(
    function: Callable[..., Found], jobs: Sequence[tuple[Any, ...]], *, step: Step = silent
) -> list[Found]:
    """Return what `function` returns for each of `jobs`, its arguments, in their order."""
    return _done((function(*job) for job in jobs), len(jobs), step)


def in_processes(
    function: Callable[..., Found], jobs: Sequence[tuple[Any, ...]], *, step: Step = silent
) -> list[Found]:
    """Do the same in as many processes as there are cores, at most four.

    Parameters
    ----------
    function : callable
        Of a module, not of a person's notebook. Linear algebra has one thread in it.
    jobs : sequence of tuple
        The longest first.
    step : callable, optional
        Told how many are done of how many.

    References
    ----------
    joblib and its loky, which need no guard in a person's script.
    """
    if len(jobs) < 2 or cores() < 2 or os.environ.get(_MARK) or current_process().daemon:
        return one_by_one(function, jobs, step=step)
    from joblib import Parallel, delayed, parallel_config

    try:
        with parallel_config("loky", n_jobs=min(cores(), _MOST), inner_max_num_threads=1):
            # Arrays are sent as they are: a file for each would have to be cleaned up.
            pool = Parallel(return_as="generator", max_nbytes=None)
            begun = (delayed(_marked)(os.getpid(), function, job) for job in jobs)
            return _done(pool(begun), len(jobs), step)
    except (OSError, ImportError, NotImplementedError, BrokenExecutor):
        return one_by_one(function, jobs, step=step)


def ready_processes(imports: Callable[[], None]) -> None:
    """Start them before they are needed, which takes a second, and import what they need."""
    in_processes(imports, [()] * min(cores(), _MOST))


def _marked(asking: int, function: Callable[..., Found], job: tuple[Any, ...]) -> Found:
    if os.getpid() != asking:  # where joblib starts no process either, it is the same one
        os.environ[_MARK] = "1"
    return function(*job)


def _done(results: Iterable[Found], n_jobs: int, step: Step) -> list[Found]:
    found = []
    for one in results:
        found.append(one)
        step(len(found), n_jobs)
    return found
