"""Where steps run: in this process, or on the workers of a Dask cluster.

Must not know what the steps do. Results come in the order of the items, whichever worker
was faster or is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Protocol

from papertrends.errors import InputError
from papertrends.progress import Progress
from papertrends.scale.refusals import Refused, refusing

#: Seconds without any worker after which a run gives up.
PATIENCE = 30.0
#: Tasks given out for each thread of the workers: one to work at, one to go on with.
_AHEAD = 2
_TICK = 1.0
#: The priority of tasks that can wait; that of all others is 0.
_LATER = -1


class Pool(Protocol):
    """Runs a step on many items."""

    def share(self, value: Any) -> Any:
        """Return a handle of `value` that `map` takes for it in any number of calls."""

    def prepare(self, step: Callable[..., Any], *shared: Any) -> None:
        """Have ``step(*shared)`` done wherever steps run, and do not wait for it.

        What goes wrong in it is not told: it will go wrong where it is needed.
        """

    def map(
        self,
        step: Callable[..., Any],
        items: Sequence[Any],
        *shared: Any,
        stage: str,
        sizes: Sequence[int],
        progress: Progress,
    ) -> list[Any]:
        """Return ``step(item, *shared)`` for each of `items`, in their order.

        Parameters
        ----------
        step : callable
            A pure function of a module.
        items : sequence, length n
        shared : Any
            Handles of `share`, or small values themselves.
        stage : str
            What `progress` is told.
        sizes : sequence of int, length n
            How much of the work each item is.
        progress : Progress

        Raises
        ------
        PapertrendsError
            If a step does: of several, that of the first item.
        """


class InProcess:
    """Runs steps here, one after the other."""

    def share(self, value: Any) -> Any:
        """Return `value` itself."""
        return value

    def prepare(self, step: Callable[..., Any], *shared: Any) -> None:
        """Do nothing: steps run here one after the other, and nothing would be gained."""

    def map(
        self,
        step: Callable[..., Any],
        items: Sequence[Any],
        *shared: Any,
        stage: str,
        sizes: Sequence[int],
        progress: Progress,
    ) -> list[Any]:
        """Return ``step(item, *shared)`` for each of `items`."""
        results, done = [], 0
        for item, size in zip(items, sizes, strict=True):
            results.append(step(item, *shared))
            done += size
            progress(stage, done, sum(sizes))
        return results


class OnCluster:
    """Runs steps on the workers of a cluster.

    A few tasks for each thread are given out at a time, so that neither the scheduler nor a
    worker ever holds all of the papers. What a step needs travels in its task or in that of
    a shared value, of which the scheduler keeps the recipe: what a worker held that is
    gone is made again on another.

    Parameters
    ----------
    client : distributed.Client
    address : str
        The cluster in words.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self._address = address
        self._shared: list[Any] = []

    def share(self, value: Any) -> Any:
        """Return the future of `value`, kept for as long as this pool."""
        with self._watched():
            self._shared.append(self._submit(_same, value))
        return self._shared[-1]

    def prepare(self, step: Callable[..., Any], *shared: Any) -> None:
        """Have each worker do ``step(*shared)`` once."""
        with self._watched():
            self._shared += [
                self._submit(step, *shared, workers=[worker], priority=_LATER)
                for worker in self._client.nthreads()
            ]

    def map(
        self,
        step: Callable[..., Any],
        items: Sequence[Any],
        *shared: Any,
        stage: str,
        sizes: Sequence[int],
        progress: Progress,
    ) -> list[Any]:
        """Return ``step(item, *shared)`` for each of `items`."""
        results: dict[int, Any] = {}
        running: dict[Any, int] = {}
        given = 0
        end = len(items)  # what comes after an item that was refused is not needed
        with self._watched():
            while min(len(results), given) < end or running:
                while given < end and len(running) < self._room():
                    running[self._submit(refusing, step, items[given], *shared)] = given
                    given += 1
                for future in self._finished(list(running)):
                    place = running.pop(future)
                    results[place] = self._result(future)
                    if isinstance(results[place], Refused):
                        end = min(end, place)
                running = {one: place for one, place in running.items() if place < end}
                if end < len(items) and not running:
                    break
                done = sum(sizes[place] for place in results)
                progress(stage, done, sum(sizes))
        if end < len(items):
            results[end].throw()
        return [results[place] for place in range(len(items))]

    def _submit(self, *call: Any, **how: Any) -> Any:
        return self._client.submit(*call, pure=False, **how)

    def _room(self) -> int:
        return max(1, _AHEAD * int(sum(self._client.nthreads().values())))

    def _finished(self, running: Sequence[Any]) -> Sequence[Any]:
        """Wait until one of these is, as long as there are workers."""
        dask = _distributed()
        alone = 0.0
        while True:
            try:
                with self._client.as_current():
                    return list(dask.wait(running, _TICK, return_when="FIRST_COMPLETED").done)
            except TimeoutError:
                alone = 0.0 if self._client.nthreads() else alone + _TICK
            if alone >= PATIENCE:
                raise InputError(
                    f"the cluster at {self._address} has had no worker for {PATIENCE:g} seconds",
                    f"start workers with 'dask worker {self._address}', and run it again",
                )

    def _result(self, future: Any) -> Any:
        error = future.exception()
        if error is None:
            return future.result()
        if isinstance(error, _distributed().KilledWorker):
            raise InputError(
                f"the same task of the cluster at {self._address} ended several workers",
                "give the workers more memory, and look into their logs",
            ) from error
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, ImportError):
            cause = cause.__cause__
        if cause is not None:
            raise InputError(
                f"a worker of the cluster at {self._address} cannot import what it needs ({cause})",
                "install the same packages on all workers and the scheduler",
            ) from error
        raise error

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Say plainly if the cluster itself goes away."""
        try:
            yield
        except InputError:
            raise
        except (CancelledError, _distributed().CancelledError, OSError) as error:
            raise InputError(
                f"the cluster at {self._address} is gone ({type(error).__name__})",
                "start its scheduler again, and run it again",
            ) from error


def _same(value: Any) -> Any:
    return value


def _distributed() -> Any:
    """Return Dask's package, which is there where there is a client."""
    return import_module("distributed")
