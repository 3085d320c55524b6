"""The one hook through which long work says how far it is.

Must not print: whoever shows progress (the command line, a notebook) passes a
function in; without one, nothing is shown.
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called as ``progress(stage, done, total)`` with counts of work items."""

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        """Take note that `done` of `total` items of `stage` are finished."""


def silent(stage: str, done: int, total: int, /) -> None:
    """Show nothing."""
