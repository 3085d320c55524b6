"""Dates as pages and file names write them.

Must not guess: what is not written is not in the result, and no clock is asked.
"""

from __future__ import annotations

import datetime as dt
import re

from papertrends.dumps.records import PartialDate

YEARS = range(1900, 2200)
"""The years a digest can be of; anything else is a slip."""

WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""As `datetime.date.weekday` counts them."""

# fmt: off
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)
# fmt: on
_MONTHS = {name[:3]: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_WEEKDAYS = {name[:3].casefold(): number for number, name in enumerate(WEEKDAY_NAMES)}
_MONTH = "(?:sept|" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTH_NAMES) + ")"
_WEEKDAY = (
    "(?:mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?"
    "|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_LONGEST = 60
_ORDINAL = "(?:st|nd|rd|th)?"
_HEADER = re.compile(
    rf"(?:(?P<weekday>{_WEEKDAY})\.?,?\s+)?(?:"
    rf"(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}}){_ORDINAL}(?:,?\s+(?P<year>\d{{4}}))?"
    rf"|(?P<day2>\d{{1,2}}){_ORDINAL}\s+(?:of\s+)?(?P<month2>{_MONTH})\.?(?:,?\s+(?P<year2>\d{{4}}))?"
    r"|(?P<year3>\d{4})-(?P<month3>\d{1,2})-(?P<day3>\d{1,2})"
    r")",
    re.IGNORECASE | re.ASCII,
)
_LIKE_A_DATE = re.compile(
    rf"(?:{_WEEKDAY}\.?,?\s+)?"
    rf"(?:{_MONTH}\.?\s+\d+{_ORDINAL}|\d+{_ORDINAL}\s+(?:of\s+)?{_MONTH}\.?|\d+[-/.]\d+[-/.]\d+)"
    r"(?:,?\s+\d+)?",
    re.IGNORECASE | re.ASCII,
)
_IN_NAME = (
    re.compile(r"(?<!\d)(?P<y>\d{4})(?P<sep>[-_. ]?)(?P<m>\d{2})(?P=sep)(?P<d>\d{2})(?!\d)", re.A),
    re.compile(
        rf"(?<![a-z])(?P<m>{_MONTH})[ ._-]*(?P<d>\d{{1,2}}){_ORDINAL}[ .,_-]+(?P<y>\d{{4}})(?!\d)",
        re.IGNORECASE | re.ASCII,
    ),
    re.compile(
        rf"(?<!\d)(?P<d>\d{{1,2}}){_ORDINAL}[ ._-]*(?P<m>{_MONTH})[ .,_-]*(?P<y>\d{{4}})(?!\d)",
        re.IGNORECASE | re.ASCII,
    ),
)


def parse_date(text: str, line: int) -> PartialDate | None:
    """Read a line that consists of a date, or return None.

    Parameters
    ----------
    text : str
        Like ``Jul 31``, ``July 31st``, ``Thu, Jul 31, 2025``, ``31 Jul 2025`` or
        ``2025-07-31``; upper and lower case do not matter.
    line : int
        The line it stands on, counted from 1.

    Examples
    --------
    >>> parse_date("Thu, Jul 31", 11)
    PartialDate(month=7, day=31, year=None, weekday=3, text='Thu, Jul 31', line=11)
    >>> parse_date("Feb 30", 11) is None
    True
    """
    match = _HEADER.fullmatch(text) if len(text) <= _LONGEST else None
    if not match:
        return None
    year, month, day = (
        match[name] or match[f"{name}2"] or match[f"{name}3"] for name in ("year", "month", "day")
    )
    # 2000 is a leap year, so that 'Feb 29' is a date as long as no year is given.
    date = _date(year or "2000", month, day)
    if date is None:
        return None
    weekday = _WEEKDAYS[match["weekday"][:3].casefold()] if match["weekday"] else None
    return PartialDate(date.month, date.day, date.year if year else None, weekday, text, line)


def is_like_a_date(text: str) -> bool:
    """Tell whether the text is built like a date, be it one or not.

    Examples
    --------
    >>> is_like_a_date("Feb 30"), is_like_a_date("Olmo 3")
    (True, False)
    """
    return _LIKE_A_DATE.fullmatch(text) is not None


def dates_in_name(name: str) -> list[dt.date]:
    """Return the full dates that the name of a file holds, each once, oldest first.

    Examples
    --------
    >>> dates_in_name("daily_20250731.txt"), dates_in_name("papers of Jul 31, 2025.txt")
    ([datetime.date(2025, 7, 31)], [datetime.date(2025, 7, 31)])
    """
    found = {
        date
        for pattern in _IN_NAME
        for match in pattern.finditer(name)
        if (date := _date(match["y"], match["m"], match["d"])) is not None
    }
    return sorted(found)


def _date(year: str, month: str, day: str) -> dt.date | None:
    number = int(month) if month.isdecimal() else _MONTHS[month[:3].casefold()]
    if int(year) not in YEARS:
        return None
    try:
        return dt.date(int(year), number, int(day))
    except ValueError:
        return None
