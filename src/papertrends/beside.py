"""Work that is done beside a stage of other work.

Where two threads import at the same time, each can wait for a module that the other is in
the middle of, and Python ends one of them with an error. So a job that imports is begun when
a stage is first told of, which by then has imported what it needs; it is over before the stage
is, and one such job runs at a time. Must not be needed: what a job would have made ready is
made when it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread

from papertrends.progress import Progress

_ONE_AT_A_TIME = Lock()


@contextmanager
def beside(progress: Progress, stage: str, job: Callable[[], None]) -> Iterator[Progress]:
    """Do `job` in a thread of its own while a stage of many like steps goes on.

    Parameters
    ----------
    progress : Progress
        Told what the hook that is yielded is told.
    stage : str
        Where it never comes, or is told of only when it is over, the job is not done at all.
    job : callable
        What goes wrong in it is not told: it will go wrong where it is needed.

    Yields
    ------
    Progress
        The hook to give to the work.

    Examples
    --------
    >>> from papertrends.progress import silent
    >>> with beside(silent, "embedding", lambda: print("made ready")) as progress:
    ...     progress("embedding", 1, 2)
    ...     progress("embedding", 2, 2)
    made ready
    """
    begun: list[Thread] = []

    def told(name: str, done: int, total: int, /) -> None:
        if name == stage and done < total and not begun:
            begun.append(Thread(target=_alone, args=(job,)))
            begun[0].start()
        if name == stage and done >= total:
            _end(begun)
        progress(name, done, total)

    try:
        yield told
    finally:
        _end(begun)


def _alone(job: Callable[[], None]) -> None:
    with _ONE_AT_A_TIME, suppress(Exception):
        job()


def _end(begun: list[Thread]) -> None:
    for one in begun:
        one.join()
