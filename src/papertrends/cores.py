"""How many cores this process may use, and results that do not depend on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module


def cores() -> int:
    """Return the number of cores that this process may use; no result depends on it."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Let linear algebra use one thread: sums over several depend on how many there are."""
    from threadpoolctl import threadpool_limits

    # SciPy has a library of its own, and those that are loaded later are not limited.
    import_module("scipy.linalg")
    with threadpool_limits(limits=1):
        yield


@contextmanager
def one_thread_in_blas() -> Iterator[None]:
    """Hold what has one limit for all threads to one, for work that goes on in several.

    Each of them is to use `one_thread` for itself: one that leaves it earlier than another
    would let both have all cores again, were it not for this.
    """
    from threadpoolctl import ThreadpoolController

    import_module("scipy.linalg")
    with ThreadpoolController().select(user_api="blas").limit(limits=1):
        yield
