"""What became no paper, kept within bounds however much of it there is.

Must not decide what is a loss.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from papertrends.dumps.records import Dropped
from papertrends.errors import InputError

LISTED = 1_000
"""So many losses are listed one by one; what comes after them is counted."""

_HOPELESS = 200_000


class Unlisted(NamedTuple):
    """Entries that are no papers, beyond those that are listed: how many, and from where to where.

    Broken files have millions of them.
    """

    number: int
    first: int
    last: int

    def and_one(self, first: int, last: int) -> Unlisted:
        """Return these and one more."""
        return Unlisted(self.number + 1, self.first or first, last)


NONE_UNLISTED = Unlisted(0, 0, 0)


@dataclass
class Losses:
    """Entries that became no papers, in their order; the first are listed, all are counted."""

    listed: list[Dropped] = field(default_factory=list)
    count: int = 0
    _unlisted: Unlisted = NONE_UNLISTED

    @property
    def hopeless(self) -> bool:
        """Whether there are so many that a file without a paper so far has none."""
        return self.count > _HOPELESS

    @property
    def full(self) -> bool:
        """Whether the next one is only counted."""
        return len(self.listed) >= LISTED

    def add(self, loss: Dropped) -> None:
        """Take one in."""
        if self.full:
            self.add_unlisted(Unlisted(1, loss.lines[0], loss.lines[-1]))
        else:
            self.count += 1
            self.listed.append(loss)

    def add_unlisted(self, more: Unlisted) -> None:
        """Take in some that are only counted."""
        self.count += more.number
        before = self._unlisted
        self._unlisted = Unlisted(
            before.number + more.number, before.first or more.first, more.last
        )

    def all(self) -> tuple[Dropped, ...]:
        """Return those listed, and one that stands for all others."""
        more, first, last = self._unlisted
        if not more:
            return tuple(self.listed)
        rest = Dropped(
            span(first, last),
            f"{more:,} more entries that are no papers",
            "broken",
            f"more than {LISTED:,} entries are no papers; these are only counted",
        )
        return (*self.listed, rest)

    def no_paper(self, expected: str, *, file: str) -> InputError:
        """Return the error for a file without any paper in it."""
        return no_paper(self.listed, expected, file=file)


def no_paper(dropped: Iterable[Dropped], expected: str, *, file: str) -> InputError:
    """Return the error for a file without any paper in it, naming the first loss.

    Text that nobody knows says less of why than an entry that is no paper.
    """
    losses = [one for one in dropped if one.kind != "furniture"]
    loss = next((one for one in losses if one.kind != "unknown"), losses[0] if losses else None)
    return InputError(
        "no paper in it" + (f" ({loss.reason})" if loss else ""),
        expected,
        file=file,
        line=loss.line if loss else 1,
    )


def span(first: int, last: int) -> tuple[int, ...]:
    """Return the lines that stand for all from `first` to `last`."""
    return (first, last) if last > first else (first,)
