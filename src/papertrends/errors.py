"""Errors that say what was given, what is allowed and what to do.

Must not hold anything but exceptions and the wording helpers they share.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PapertrendsError(Exception):
    """Base of every error that papertrends raises on purpose.

    Examples
    --------
    >>> import papertrends as pt
    >>> try:
    ...     pt.load_papers("missing.txt")
    ... except pt.PapertrendsError as error:
    ...     print(error)
    missing.txt: there is no such file; check the path
    """


class InputError(PapertrendsError, ValueError):
    """The input or the arguments are at fault; the message is one line with a remedy.

    Parameters
    ----------
    problem : str
        What is wrong, naming what was given.
    remedy : str
        What to do about it.
    file : str, optional
        The file at fault, as the user named it.
    line : int, optional
        The line in it, counted from 1.

    Examples
    --------
    >>> raise InputError("'Jul 99' is no date", "write it like 'Jul 31'", file="a.txt", line=11)
    Traceback (most recent call last):
    papertrends.errors.InputError: a.txt:11: 'Jul 99' is no date; write it like 'Jul 31'
    """

    def __init__(
        self, problem: str, remedy: str, *, file: str | None = None, line: int | None = None
    ) -> None:
        self.problem = problem
        self.remedy = remedy
        self.file = file
        self.line = line
        place = "" if file is None else f"{file}: " if line is None else f"{file}:{line}: "
        super().__init__(one_line(f"{place}{problem}; {remedy}"))


class MissingDependencyError(PapertrendsError, ImportError):
    """An optional package is needed for what was asked; the message says how to get it."""


def one_line(text: str) -> str:
    """Fold white space and show what cannot be printed as such, so that a message is one line."""
    folded = " ".join(text.split())
    if folded.isprintable():
        return folded
    return "".join(char if char.isprintable() else "\ufffd" for char in folded)


def shortened(text: str, width: int = 60) -> str:
    """Fold and cut `text` to `width` characters for quoting it in a message."""
    folded = one_line(text)
    return folded if len(folded) <= width else folded[: width - 1] + "…"


def did_you_mean(given: str, allowed: Iterable[str]) -> str:
    """Say which of the `allowed` names is near the `given` one, and list them all.

    Examples
    --------
    >>> did_you_mean("moth", ["day", "month"])
    "did you mean 'month'? Allowed: day, month"
    """
    names = list(allowed)
    near = difflib.get_close_matches(given, names, n=1)
    near = near or [name for name in names if len(given) > 2 and given.casefold() in name]
    hint = f"did you mean '{near[0]}'? " if near else ""
    return f"{hint}Allowed: {', '.join(names)}"
