"""What every reader yields, whatever the format: records, and what became none.

Must not know of any format, nor of files: a reader turns text into these, and
the later stages see nothing else of a dump.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Kind = Literal["furniture", "no abstract", "no title", "broken", "unknown", "duplicate", "conflict"]
"""Why a block became no paper; all but page furniture is a loss worth a look."""


@dataclass(frozen=True, slots=True)
class Record:
    """One paper as a dump has it.

    Attributes
    ----------
    title, abstract : str
        White space folded, invisible characters gone.
    lines : tuple of int
        The lines it was read from, counted from 1, ascending.
    position : int
        Its rank in the dump, from 1.
    published_date, arxiv_id, url, upvotes
        Where the dump has them, else None. Never guessed. A page may write the
        date without its year: then it is of the year of the page.
    digest_date : datetime.date or None
        Where the dump has it for each paper; else the dump's own counts.
    """

    title: str
    abstract: str
    lines: tuple[int, ...]
    position: int
    published_date: dt.date | PartialDate | None = None
    arxiv_id: str | None = None
    url: str | None = None
    upvotes: int | None = None
    digest_date: dt.date | None = None

    @property
    def line(self) -> int:
        """The line where the paper begins."""
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A block that became no paper, and why.

    Attributes
    ----------
    lines : tuple of int
        The lines it stands on, counted from 1, ascending.
    text : str
        What it says, white space folded.
    kind : str
        ``furniture`` (headers, buttons, counts: harmless) or the sort of loss.
    reason : str
        Why it was left out, in words.
    """

    lines: tuple[int, ...]
    text: str
    kind: Kind
    reason: str

    @property
    def line(self) -> int:
        """The line where the block begins."""
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as a dump writes it, perhaps without its year.

    Attributes
    ----------
    month, day : int
        As written; a date that exists in some year.
    year : int or None
        None where the dump has none.
    weekday : int or None
        Monday is 0; None where the dump has none.
    text : str
        The words it was read from.
    line : int
        The line it stands on, counted from 1.
    """

    month: int
    day: int
    year: int | None
    weekday: int | None
    text: str
    line: int

    def agrees_with(self, other: dt.date | PartialDate) -> bool:
        """Tell whether both can be the same day."""
        same_year = None in (self.year, other.year) or self.year == other.year
        return same_year and (self.month, self.day) == (other.month, other.day)

    def in_year(self, year: int) -> dt.date | None:
        """Return that day of the year, or None where there is none (29 February)."""
        try:
            return dt.date(year, self.month, self.day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Dump:
    """All that a reader found in one dump.

    In pages of text every line that is not blank belongs to exactly one of the
    records, the dropped blocks and the date; elsewhere every entry is a record or
    dropped.

    Attributes
    ----------
    records : tuple of Record
        In the order of the dump.
    dropped : tuple of Dropped
        In the order of the dump.
    date : PartialDate or None
        The date of the digest, where the dump has one.
    n_blocks : int
        How many blocks the dump consists of.
    format : str
        The name of the reader.
    notes : tuple of str
        What had to be put right for reading it.
    """

    records: tuple[Record, ...]
    dropped: tuple[Dropped, ...]
    date: PartialDate | None
    n_blocks: int
    format: str = ""
    notes: tuple[str, ...] = ()
