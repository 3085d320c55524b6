"""Which digest a paper appeared in: the full dates of dumps.

A date is taken from the dump, then from the file's name, then from ``--year``;
only then a year is assumed, and that is said. Must not change anything else of
a record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from papertrends.dumps.content import Content
from papertrends.dumps.dates import WEEKDAY_NAMES, YEARS, dates_in_name
from papertrends.dumps.records import Dump, PartialDate, Record
from papertrends.errors import InputError

#: Where the date of a digest is from, if its year was not written anywhere.
ASSUMED = "assumed year"


@dataclass(frozen=True)
class Entry:
    """One paper in one digest.

    Attributes
    ----------
    record : Record
        The paper; what dates it has are full dates.
    date : datetime.date
        The day of the digest.
    source : str
        The file it came from.
    """

    record: Record
    date: dt.date
    source: str


@dataclass(frozen=True)
class DatedDump:
    """A dump whose papers all have the date of their digest.

    Attributes
    ----------
    source : str
        The file.
    dump : Dump
        What was found in it.
    date : datetime.date
        The day of its oldest digest.
    date_from : str
        Where the dates are from.
    entries : tuple of Entry
        Its papers, in its order.
    notes : tuple of str
        What is to be said about its dates.
    """

    source: str
    dump: Dump
    date: dt.date
    date_from: str
    entries: tuple[Entry, ...]
    notes: tuple[str, ...]


def dated(
    content: Content, dump: Dump, *, year: int | None = None, today: dt.date | None = None
) -> DatedDump:
    """Give each paper of a dump the date of its digest.

    Parameters
    ----------
    content : Content
        The file, for its names.
    dump : Dump
        What was read from it.
    year : int, optional
        The year of a date written without one.
    today : datetime.date, optional
        The day beyond which an assumed year does not reach; the clock's if needed
        and not given.

    Raises
    ------
    InputError
        If there is no date, or the dump contradicts the file's name.
    """
    own = {record.digest_date for record in dump.records if record.digest_date}
    named = _named(content)
    if all(record.digest_date for record in dump.records) and dump.records:
        _refuse_other_day(content, dump, own, named)
        date, date_from, notes = min(own), "full date in the dump", list[str]()
    else:
        date, date_from, notes = _digest_date(content, dump.date, named, year, today)
    entries = [
        _entry(record, record.digest_date or date, content.source) for record in dump.records
    ]
    notes += _on_published(dump.records, entries)
    oldest = min((entry.date for entry in entries), default=date)
    return DatedDump(content.source, dump, oldest, date_from, tuple(entries), tuple(notes))


def _entry(record: Record, date: dt.date, source: str) -> Entry:
    published = record.published_date
    if isinstance(published, PartialDate):
        # Pages leave the year out where it is their own, so a later day is none of it.
        whole = published.in_year(published.year or date.year)
        late = whole is not None and published.year is None and whole > date
        record = replace(record, published_date=None if late else whole)
    return Entry(record, date, source)


def _on_published(records: Sequence[Record], entries: Sequence[Entry]) -> list[str]:
    short = [
        entry.record.published_date is not None
        for record, entry in zip(records, entries, strict=True)
        if isinstance(record.published_date, PartialDate) and record.published_date.year is None
    ]
    notes = []
    if any(short):
        notes.append(f"publication dates without a year are of the page's year: {sum(short)}")
    if not all(short):
        lost = len(short) - sum(short)
        notes.append(f"publication dates without a year, left out as they lie after it: {lost}")
    return notes


def _named(content: Content) -> list[dt.date]:
    """Return the dates in the file's name, else those in the name of its archive."""
    return next((dates for name in content.names if (dates := dates_in_name(name))), [])


def _refuse_other_day(
    content: Content, dump: Dump, own: set[dt.date], named: Sequence[dt.date]
) -> None:
    """Refuse a file of one digest whose name says another day."""
    if len(own) == 1 and named and not own & set(named):
        raise InputError(
            f"the papers are of {_listed(own)}, which contradicts the file's name"
            f" ({_listed(named)})",
            "rename the file or correct the date",
            file=content.file,
            line=dump.records[0].line,
        )


def _digest_date(
    content: Content,
    written: PartialDate | None,
    named: Sequence[dt.date],
    year: int | None,
    today: dt.date | None,
) -> tuple[dt.date, str, list[str]]:
    """Find the date of a digest, where it is from, and what is to be said about it."""
    agreeing = [one for one in named if written is None or written.agrees_with(one)]
    if written and named and not agreeing:
        raise InputError(
            f"the date '{written.text}' contradicts the file's name ({_listed(named)})",
            "rename the file or correct the date",
            file=content.file,
            line=written.line,
        )
    if written is None:
        date, date_from = _only(agreeing, content), "date in the file's name"
        notes = ["there is no date in the dump itself"]
    else:
        date, date_from, notes = _complete(content, written, agreeing, year, today)
    if year is not None and date.year != year:
        notes.append(f"the year {year} was not used: there is a {date_from}")
    if written and written.weekday is not None and written.weekday != date.weekday():
        day = WEEKDAY_NAMES[date.weekday()]
        notes.append(f"the dump says '{written.text}', but {date.isoformat()} is a {day}")
    return date, date_from, notes


def _complete(
    content: Content,
    written: PartialDate,
    named: Sequence[dt.date],
    year: int | None,
    today: dt.date | None,
) -> tuple[dt.date, str, list[str]]:
    if written.year is not None:
        return dt.date(written.year, written.month, written.day), "full date in the dump", []
    if named:
        return _only(named, content), "date in the file's name", []
    if year is not None:
        date = written.in_year(year)
        if date is None:
            raise InputError(
                f"there is no '{written.text}' in {year}",
                "give the year of this digest",
                file=content.file,
                line=written.line,
            )
        return date, "--year", []
    date = _latest(written, today or dt.date.today())
    note = (
        f"the year {date.year} of '{written.text}' was assumed: it is the latest that does not"
        " lie in the future; say --year or put the full date into the file's name"
    )
    return date, ASSUMED, [note]


def _latest(written: PartialDate, today: dt.date) -> dt.date:
    years = range(today.year, YEARS[0], -1)
    dates = (written.in_year(year) for year in years)
    return next(date for date in dates if date is not None and date <= today)


def _only(named: Sequence[dt.date], content: Content) -> dt.date:
    if len(named) == 1:
        return named[0]
    problem = (
        f"the file's name has more than one date ({_listed(named)})"
        if named
        else "there is no date, neither in the dump nor in the file's name"
    )
    raise InputError(
        problem,
        "name the file like '2025-07-31.txt', or a table's column with --column digest_date=NAME",
        file=content.file,
    )


def _listed(dates: Iterable[dt.date]) -> str:
    return ", ".join(date.isoformat() for date in sorted(dates))
