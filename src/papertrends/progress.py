"""The one hook through which long work says how far it is, and who shows it.

Must not print by itself: the command line passes in a hook of its own, and without one
bars are shown in Jupyter only. tqdm is imported when the first of them is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol


class Progress(Protocol):
    """Called as ``progress(stage, done, total)`` with counts of work items."""

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        """Take note that `done` of `total` items of `stage` are finished."""


def silent(stage: str, done: int, total: int, /) -> None:
    """Show nothing."""


@contextmanager
def showing(progress: Progress | None) -> Iterator[Progress]:
    """Give the hook that long work tells how far it is, and put an end to its bars.

    Parameters
    ----------
    progress : Progress or None
        The hook that was asked for. Without one, bars are shown in a Jupyter notebook and
        nothing elsewhere: in scripts, pipes and tests. `silent` shows nothing anywhere.

    Yields
    ------
    Progress
        Bars are closed at the end of the block, also where an error or an interruption
        ends it.

    Examples
    --------
    >>> with showing(lambda *told: print(*told)) as progress:
    ...     progress("embedding", 3, 12)
    embedding 3 12
    """
    if progress is not None:
        yield progress
        return
    if not in_notebook():
        yield silent
        return
    bars = _Bars()
    try:
        yield bars
    finally:
        bars.close()


def in_notebook() -> bool:
    """Say whether this runs in a Jupyter kernel, without importing anything for it."""
    asked = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = asked() if asked is not None else None
    # Kernels of hosted notebooks have shells of their own, made from Jupyter's.
    return any(kind.__name__ == "ZMQInteractiveShell" for kind in type(shell).__mro__)


class _Bars:
    """A bar of tqdm for each stage, but for one that ends as it begins."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        if stage not in self._bars and done < total:
            self._bars[stage] = _bar(stage, total)
        bar = self._bars.get(stage)
        if bar is None:
            return
        if bar.total != total:
            bar.reset(total)
        bar.update(done - bar.n)
        if done >= total:
            # A stage may come again: its first bar stays as it is, and full.
            self._bars.pop(stage).close()

    def close(self) -> None:
        """Leave the bars of unfinished stages as they are; they are red in a notebook."""
        while self._bars:
            self._bars.popitem()[1].close()


def _bar(stage: str, total: int) -> Any:
    """Return a new bar: a widget where Jupyter can show one, else a line of text."""
    home = "tqdm" if find_spec("ipywidgets") is None else "tqdm.notebook"
    return import_module(home).tqdm(desc=stage, total=total)
