"""The date of a rendered page: the header's, with the year that the page says elsewhere.

Tools note when they fetched a page, and the page links to the day before. Must not
guess: what does not agree with the header says nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from papertrends.dumps.dates import is_like_a_date
from papertrends.dumps.fields import date_of
from papertrends.dumps.records import PartialDate
from papertrends.dumps.text import fold
from papertrends.errors import InputError, shortened

_LONGEST_LINE = 300
_DATE_PLACE = 40  # characters of what may stand for a date
_FULL_DATE = re.compile(
    r"\d{4}-\d\d-\d\d|(?:\d{1,2} )?[A-Z][a-z]{2,8}\.?(?: \d{1,2})?,? \d{4}", re.ASCII
)
_DAY_PAGE = re.compile(r"/papers(?:/date/|\?date=)(\d{4}-\d\d-\d\d)")
_OWN_ADDRESS = re.compile(r"^\W{0,4}(?:source[ _]?)?url(?:[ _]source)?\W{1,4}\S*$", re.IGNORECASE)


def date_of_page(
    head: str, foot: str, date: PartialDate | None, file: str
) -> tuple[PartialDate | None, tuple[str, ...]]:
    """Return the digest's date, and notes on what was assumed.

    Parameters
    ----------
    head, foot : str
        What stands before the papers, and the end of the page.
    date : PartialDate or None
        The date in the head.
    file : str
        The name of the page for messages.
    """
    lines = [line if len(line) < _LONGEST_LINE else "" for line in head.split("\n")]
    if date is None:
        _refuse_broken_date(lines, file)
        return _date_of_address(lines)
    if date.year:
        return date, ()
    full = [date_of(match[0]) for line in lines for match in _FULL_DATE.finditer(line)]
    years = {one.year for one in full if one and date.agrees_with(one)}
    if len(years) == 1:
        return replace(date, year=years.pop()), ()
    links = {match[1] for match in _DAY_PAGE.finditer("\n".join(lines))}
    links |= {match[1] for match in _DAY_PAGE.finditer(foot)}
    days = {day for link in links if (day := _day_after(date, date_of(link)))}
    if len(days) != 1:
        return date, ()
    day = days.pop()
    note = f"the year of '{date.text}' is taken from the link to the day before, {min(links)}"
    return replace(date, year=day.year), (note,)


def _day_after(date: PartialDate, before: dt.date | None) -> dt.date | None:
    """Return the day within a week after `before` that is `date`."""
    days = [before + dt.timedelta(days=n) for n in range(1, 8)] if before else []
    return next((day for day in days if date.agrees_with(day)), None)


def _date_of_address(lines: Sequence[str]) -> tuple[PartialDate | None, tuple[str, ...]]:
    for number, line in enumerate(lines, start=1):
        match = _DAY_PAGE.search(line) if _OWN_ADDRESS.match(line) else None
        day = date_of(match[1]) if match else None
        if day and match:
            date = PartialDate(day.month, day.day, day.year, None, match[1], number)
            return date, (f"the date is that in the page's address on line {number}",)
    return None, ()


def _refuse_broken_date(lines: Sequence[str], file: str) -> None:
    for number, line in enumerate(map(fold, lines), start=1):
        if len(line) <= _DATE_PLACE and is_like_a_date(line):
            raise InputError(
                f"'{shortened(line)}' stands in the date's place and is no date",
                "write it like 'Jul 31' or 'Jul 31, 2025'",
                file=file,
                line=number,
            )
