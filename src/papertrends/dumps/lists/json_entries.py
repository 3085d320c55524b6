"""Read the API's JSON of Daily Papers, and any other JSON with a list of papers.

An entry is an object, mostly with the paper itself in an inner object; the list
stands at the top or within objects, one day or several. Must not guess: an entry
that is not whole is no paper, and one in a string is read as plain values only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from papertrends.dumps.dates import parse_date
from papertrends.dumps.fields import date_of, key, keyed, merged, record_or_dropped
from papertrends.dumps.lists import json_scan
from papertrends.dumps.lists.json_events import Damage, Element, Empties, Member
from papertrends.dumps.lists.literals import NotLiteralError, has_fields, read_literal
from papertrends.dumps.losses import Losses, Unlisted, no_paper, span
from papertrends.dumps.records import Dropped, Dump, PartialDate, Record
from papertrends.dumps.text import fold
from papertrends.errors import shortened

"""Entries that became no paper and are told of one by one."""

_SNIFFED = 200_000
_BEGINNING = re.compile(
    r'\s*(?:\{\s*(?:"[^"\n]{0,200}"\s*:|\})|(?:\[\s*){1,8}(?:\{\s*["}]|"[\s{@\["]|\]))'
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_DATES = frozenset(("date", "digestdate", "datestring", "day"))

_MEANT = "give a list of entries with a title and an abstract (or summary) each"


def looks_like(text: str) -> bool:
    """Tell whether `text` is JSON with a list of papers, and not JSON lines."""
    beginning = text[:_SNIFFED]
    if not _BEGINNING.match(beginning):
        return False
    return beginning.lstrip()[0] == "[" or not _is_json_lines(beginning.lstrip())


def _is_json_lines(text: str) -> bool:
    line, _, rest = text.partition("\n")
    try:
        value = json.loads(line, strict=False)
    except (ValueError, RecursionError):
        return False
    if rest.lstrip()[:1] == "{":
        return True
    is_one = isinstance(value, dict) and (isinstance(value.get("title"), str) or "paper" in value)
    return is_one and not json_scan.holds_entries(value, is_entry)


def read(text: str, *, file: str) -> Dump:
    """Read one file of JSON.

    Parameters
    ----------
    text : str
        The JSON.
    file : str
        Its name for messages.

    Returns
    -------
    Dump
        Its papers, the entries that became none, and the date beside its list.

    Raises
    ------
    InputError
        If there is no paper in it.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = entries(text)
    if not found.records:
        raise no_paper(found.dropped, _MEANT, file=file)
    return Dump(found.records, found.dropped, found.date, found.n_entries, notes=found.notes)


@dataclass(frozen=True)
class Entries:
    """What came of the entries in a JSON text.

    Attributes
    ----------
    records, dropped, date, notes
        As in a `Dump`.
    n_entries : int
        How many entries there are.
    """

    records: tuple[Record, ...]
    dropped: tuple[Dropped, ...]
    date: PartialDate | None
    n_entries: int
    notes: tuple[str, ...]


def entries(text: str, *, line: int = 1) -> Entries:
    """Read all entries of a JSON text.

    Parameters
    ----------
    text : str
        The JSON, with LF as the only line ends.
    line : int
        The line of the file that it begins on.
    """
    lines = _LineCounter(text, line)
    losses = Losses()
    records: list[Record] = []
    paths: list[tuple[int, ...]] = []
    dates: dict[int, PartialDate] = {}
    notes: dict[str, int] = {}
    count = 0
    for event in json_scan.scan(text, is_entry):
        if losses.hopeless and not records:
            break
        here = lines.at(event.start)
        if isinstance(event, Member):
            _note_date(event, here, dates)
        elif isinstance(event, Empties):
            count += event.count
            losses.add_unlisted(Unlisted(event.count, here, lines.at(event.end)))
        elif isinstance(event, Damage):
            if event.kind == "note":
                notes.setdefault(event.problem, here)
                continue
            count += 1
            shown = _shown(text[event.start : event.start + 200])
            place = span(here, lines.at(max(event.start, event.end - 1)))
            losses.add(Dropped(place, shown, "broken", _SURROGATE.sub("\ufffd", event.problem)))
        else:
            count += 1
            if losses.full and not _may_be_paper(event.value):
                losses.add_unlisted(Unlisted(1, here, here))
                continue
            for one in _of_element(event, here, len(records) + 1, notes):
                if isinstance(one, Record):
                    records.append(one)
                    paths.append(event.path)
                else:
                    losses.add(one)
    date, records = _dated(records, paths, dates)
    told = tuple(f"{problem}, first on line {number}" for problem, number in notes.items())
    return Entries(tuple(records), losses.all(), date, count, told)


def is_entry(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is the entry of a paper, and no list of them."""
    if isinstance(value.get("paper"), dict | str):
        return True
    title = abstract = False
    for name, text in value.items() if len(value) > 1 else ():
        if isinstance(text, str) and len(name) < 40 and text.strip():
            field = _field(name)
            title = title or field == "title"
            abstract = abstract or field == "abstract"
    return title and abstract


@lru_cache(maxsize=1_000)
def _field(name: str) -> str:
    """Return which of title and abstract a value of that name is, if any."""
    found = keyed((name,), {})
    return next((field for field in ("title", "abstract") if found[field]), "")


@lru_cache(maxsize=1_000)
def _fields_of(names: tuple[str, ...]) -> Mapping[str, list[str]]:
    return keyed(names, {})


def _flat(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an entry, with those of a paper in it, be it written in a string."""
    inner = entry.get("paper")
    if isinstance(inner, str):
        inner = _in_string(inner, entry)
    return merged(entry, inner) if isinstance(inner, Mapping) else dict(entry)


def _in_string(text: str, entry: Mapping[str, Any]) -> object:
    try:
        return read_literal(text)
    except NotLiteralError:
        if is_entry({name: value for name, value in entry.items() if name != "paper"}):
            return None  # the entry says it all itself
        raise


def _of_element(
    element: Element, line: int, position: int, notes: dict[str, int]
) -> Iterator[Record | Dropped]:
    try:
        value = read_literal(element.value) if isinstance(element.value, str) else element.value
        papers: list[Any] = value if isinstance(value, list) and value else [value]
        for paper in papers:
            if isinstance(paper, Mapping):
                fields = _clean(_flat(paper), line, notes)
                if element.name:
                    fields.setdefault("id", element.name)
                one = _record_or_dropped(fields, line, position)
                position += isinstance(one, Record)
                yield one
            else:
                yield Dropped((line,), _shown(paper), "unknown", "an entry that is no object")
    except NotLiteralError as problem:
        reason = f"an entry in a string that cannot be read: {problem}; give it as JSON"
        reason = _SURROGATE.sub("\ufffd", reason)
        yield Dropped((line,), _shown(element.value), "broken", reason)


def _may_be_paper(value: object) -> bool:
    if isinstance(value, str):
        return has_fields(value)
    if not isinstance(value, dict) or not is_entry(value):
        return False
    inner = value.get("paper")
    return not isinstance(inner, dict) or any(map(_field, map(str, (*inner, *value))))


def _record_or_dropped(fields: Mapping[str, Any], line: int, position: int) -> Record | Dropped:
    names = tuple(fields)
    found = _fields_of(names) if len(names) < 100 else keyed(names, {})
    return record_or_dropped(fields, found, lines=(line,), position=position)


def _clean(fields: dict[str, Any], line: int, notes: dict[str, int]) -> dict[str, Any]:
    """Replace halves of characters, which no file can hold."""
    clean: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, str) and not value.isascii() and _SURROGATE.search(value):
            notes.setdefault("half a character (a lone surrogate) shows as '\ufffd'", line)
            value = _SURROGATE.sub("\ufffd", value)
        clean[_SURROGATE.sub("\ufffd", str(name))] = value
    return clean


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)[:200]
    return _SURROGATE.sub("\ufffd", shortened(fold(text[:400]), 100))


def _note_date(member: Member, line: int, dates: dict[int, PartialDate]) -> None:
    """Keep the date beside a list, or that the list is called by."""
    if isinstance(member.value, str) and key(member.name) in _DATES:
        date = date_in(member.value, line)
    elif member.value is None and member.name[:1].isdecimal():
        date = date_in(member.name, line)
        date = date if date and date.year else None
    else:
        return
    if date:
        dates.setdefault(member.path[-1], date)


def date_in(text: str, line: int) -> PartialDate | None:
    """Read the date of a digest, with its year or without."""
    full = date_of(text)
    if full:
        return PartialDate(full.month, full.day, full.year, None, fold(text), line)
    return parse_date(fold(text), line) if len(text) < 50 else None


def _dated(
    records: list[Record], paths: list[tuple[int, ...]], dates: Mapping[int, PartialDate]
) -> tuple[PartialDate | None, list[Record]]:
    """Return the date of the digest; where there are several, each paper gets its own."""
    if not dates:
        return None, records
    own = [next((dates[at] for at in reversed(path) if at in dates), None) for path in paths]
    first = next((date for date in own if date), None)
    if first is None or all(date is None or date.agrees_with(first) for date in own):
        return first, records
    dated = [
        replace(record, digest_date=date.in_year(date.year))
        if date and date.year and record.digest_date is None
        else record
        for record, date in zip(records, own, strict=True)
    ]
    return None, dated


class _LineCounter:
    """Lines of places in a text, quick if they come in order."""

    def __init__(self, text: str, line: int) -> None:
        self._text = text
        self._first = self._line = line
        self._pos = 0

    def at(self, pos: int) -> int:
        if pos < self._pos:
            self._line, self._pos = self._first, 0
        self._line += self._text.count("\n", self._pos, pos)
        self._pos = pos
        return self._line
