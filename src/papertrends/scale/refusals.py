"""What is wrong with an input, as plain values that travel from a worker.

An exception that is made of several values does not come back from another process, so a
step returns what it has to say and the caller raises it. Must not hide anything else: what
is no fault of the input stays an exception.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from papertrends.errors import InputError, MissingDependencyError, PapertrendsError


@dataclass(frozen=True)
class Refused:
    """An error that a step ended with.

    Attributes
    ----------
    kind : {"input", "missing", "other"}
        An `InputError`, a `MissingDependencyError` or another `PapertrendsError`.
    problem, remedy : str
        As `InputError` takes them; of the others all is in `problem`.
    file : str, optional
    line : int, optional
    """

    kind: str
    problem: str
    remedy: str = ""
    file: str | None = None
    line: int | None = None

    @classmethod
    def of(cls, error: PapertrendsError) -> Refused:
        """Return what `error` says."""
        if isinstance(error, InputError):
            return cls("input", error.problem, error.remedy, error.file, error.line)
        return cls("missing" if isinstance(error, MissingDependencyError) else "other", str(error))

    def throw(self) -> NoReturn:
        """Raise the error."""
        if self.kind == "input":
            raise InputError(self.problem, self.remedy, file=self.file, line=self.line)
        if self.kind == "missing":
            raise MissingDependencyError(self.problem)
        raise PapertrendsError(self.problem)


def refusing(step: Callable[..., Any], *given: Any) -> Any:
    """Return what ``step(*given)`` returns, or why it refuses."""
    try:
        return step(*given)
    except PapertrendsError as error:
        return Refused.of(error)
