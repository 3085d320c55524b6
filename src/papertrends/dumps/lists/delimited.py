"""Read tables as text: comma, semicolon or tab between the fields, the names on top.

The text is taken apart by hand: Python's csv module reads on to the end of the
file from a quote that nobody closed, and its limit of a field's length is one
for the whole process. Must not guess: a row that has not the fields of the
header is no paper, and after a quote that is not closed reading goes on only
where whole rows follow.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from papertrends.dumps.content import Content
from papertrends.dumps.fields import arxiv_id_of, date_of, keyed, url_of
from papertrends.dumps.lists.rows import NEEDED, Row, dump_of, may_be_table, require_columns_named
from papertrends.dumps.losses import LISTED, NONE_UNLISTED, Unlisted
from papertrends.dumps.records import Dropped, Dump
from papertrends.errors import InputError, shortened

_DELIMITERS = (",", ";", "\t")
_TO_THE_QUOTE = re.compile(r'[^"]*+(?:""[^"]*+)*+')
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])", re.IGNORECASE)
_LONGEST_HEADER = 20_000
_LONGEST_ROW = 4_000_000
_MOST_LINES = 20_000  # of a row; abstracts have a few dozens
_MOST_LINES_AGAIN = 200
_SURE_ROWS = 3
_MOST_COLUMNS = 10_000
_MOST_TRIED = 20_000  # then there is nothing whole to be expected any more

_Line = tuple[int, str]


def looks_like(text: str) -> bool:
    """Tell whether `text` is a table with titles and abstracts, by the names on top."""
    header = next((line for line in text[:_LONGEST_HEADER].splitlines() if line.strip()), "")
    if _SEPARATOR_LINE.fullmatch(header.strip()):
        return True
    return any(may_be_table(_fields(header, delimiter) or ()) for delimiter in _DELIMITERS)


def read(content: Content, *, columns: Mapping[str, str]) -> Dump:
    """Read one table.

    Parameters
    ----------
    content : Content
        What there is to read.
    columns : mapping of str to str
        The columns of fields where they are not called as usual.

    Raises
    ------
    InputError
        If there is no header, columns are missing, or no row is a paper.
    """
    notes: list[str] = []
    found = dump_of(
        rows(content, notes, columns=columns),
        columns=columns,
        expected="give a row a paper, each with the fields of the header",
        file=content.file,
    )
    return replace(found, notes=(*notes, *found.notes))


def rows(
    content: Content, notes: list[str], *, columns: Mapping[str, str] | None = None
) -> Iterator[Row | Dropped | Unlisted]:
    """Read the rows, one after the other.

    Parameters
    ----------
    content : Content
        What there is to read.
    notes : list of str
        Is added to: what had to be put right.
    columns : mapping of str to str, optional
        Require what papers need, the columns being called like this.
    """
    found = content.lines()
    lines = _Lines(iter(found))
    header, delimiter = _header(lines, columns or {}, content.file)
    if columns is not None:
        _require_papers(header, columns, content.file)
    n_listed = 0
    unlisted = NONE_UNLISTED
    for taken in _rows(lines, delimiter, len(header)):
        if isinstance(taken, Dropped):
            yield taken
        elif taken.fields[-1].strip() == header[-1] and _is_header(taken.fields, header):
            yield Dropped(taken.lines, header[0], "furniture", "the header again")
        elif len(taken.fields) == len(header):
            yield Row(taken.lines[0], dict(zip(header, taken.fields, strict=True)))
        elif n_listed >= LISTED:
            unlisted = unlisted.and_one(taken.lines[0], taken.lines[0])
        else:
            n_listed += 1
            reason = f"{len(taken.fields)} fields where the header has {len(header)}"
            text = shortened(" ".join(one[:200] for one in taken.fields[:20]), 100)
            yield Dropped(taken.lines, text, "broken", reason)
    if unlisted.number:
        yield unlisted
    notes += found.notes


class _Taken(NamedTuple):
    """The fields of one row; `opens` is the line of a quote that nothing closes."""

    lines: tuple[int, ...]
    fields: list[str]
    opens: int | None = None
    stray: bool = False


@dataclass
class _Lines:
    """Lines that can be put back."""

    source: Iterator[_Line]
    back: deque[_Line] = field(default_factory=deque)

    def next(self) -> _Line | None:
        if self.back:
            return self.back.popleft()
        return next(self.source, None)

    def put_back(self, lines: Iterable[_Line]) -> None:
        self.back.extendleft(reversed(list(lines)))


def _header(lines: _Lines, columns: Mapping[str, str], file: str) -> tuple[list[str], str]:
    """Read the names of the columns, and what stands between them."""
    said = None
    while (line := lines.next()) is not None:
        separator = _SEPARATOR_LINE.fullmatch(line[1].strip())
        if separator and said is None:
            said = separator[1]
        elif line[1].strip():
            break
    if line is None:
        raise InputError("there is no row in it", "name the columns in the first line", file=file)
    allowed = (said,) if said else _DELIMITERS
    if max(map(line[1].count, allowed)) > _MOST_COLUMNS:
        raise InputError(
            f"the first line has more than {_MOST_COLUMNS:,} fields, as no table of papers has",
            "name the columns in the first line",
            file=file,
            line=line[0],
        )
    split = {one: [name.strip() for name in _fields(line[1], one) or ()] for one in allowed}
    # The right one gives the columns that papers need; else the one that gives most.
    best = max(allowed, key=lambda one: (_is_wanted(split[one], columns), len(split[one])))
    names = split[best]
    twice = next((name for name, n in Counter(names).items() if name and n > 1), None)
    if not names or twice is not None:
        what = f"names the column '{shortened(twice)}' twice" if twice else "has an open quote"
        raise InputError(
            f"the header {what}", "give each column a name of its own", file=file, line=line[0]
        )
    return names, best


def _is_header(fields: list[str], header: list[str]) -> bool:
    return [one.strip() for one in fields] == header


def _is_wanted(names: list[str], columns: Mapping[str, str]) -> int:
    found = keyed(names, columns)
    there = set(names)
    return sum(not there.isdisjoint(found[one]) for one in ("title", "abstract"))


def _require_papers(header: list[str], columns: Mapping[str, str], file: str) -> None:
    require_columns_named(columns, header, file=file)
    found = keyed(header, columns)
    if not (found["title"] and found["abstract"]):
        raise InputError(
            "the first line names no columns for titles and abstracts"
            f" (it says: {shortened(', '.join(header), 100)})",
            f"give the table a header with {NEEDED},"
            " or say how they are called with --column title=NAME",
            file=file,
            line=1,
        )


def _fields(line: str, delimiter: str) -> list[str] | None:
    """Take apart a row of a single line; None where a quote is open or out of place."""
    taken = _take(_Lines(iter([(1, line)])), delimiter, _MOST_LINES)
    return None if taken is None or taken.opens is not None else taken.fields


def _rows(lines: _Lines, delimiter: str, width: int) -> Iterator[_Taken | Dropped]:
    """Take row after row; after one that cannot be told from the next, go on where it is sure."""
    blank = delimiter + " \t"
    while (line := lines.next()) is not None:
        if not line[1].strip(blank):
            continue
        if '"' not in line[1]:
            yield _Taken((line[0],), line[1].split(delimiter))
            continue
        lines.put_back([line])
        kept: list[_Line] = []
        taken = _take(lines, delimiter, _MOST_LINES, kept)
        assert taken is not None  # there is a line
        if taken.opens is None:
            if any(taken.fields):
                yield taken
            continue
        lines.put_back(kept[1:])
        plain = kept[0][1].split(delimiter)
        if delimiter == "\t" and len(plain) == width and not any(map(_is_quoted, plain)):
            yield _Taken((kept[0][0],), plain)  # many write tabs and quote nothing
            continue
        last = max([taken.opens, *_skipped(lines, delimiter, width)])
        what = "a quote within quotes that is not doubled" if taken.stray else "an open quote"
        upto = f" (lines {kept[0][0]} to {last} are left out)" if last > kept[0][0] else ""
        yield Dropped(
            (taken.opens, last) if last > taken.opens else (taken.opens,),
            shortened(kept[0][1][:300], 100),
            "broken",
            f"{what}, which begins on line {taken.opens}{upto}",
        )


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text.startswith('"') and text.endswith('"')


def _skipped(lines: _Lines, delimiter: str, width: int) -> Iterator[int]:
    """Leave out lines until whole rows follow; a piece of a text must not become a paper."""
    tried = 0
    while (line := lines.next()) is not None:
        if tried < _MOST_TRIED:
            lines.put_back([line])
            if _is_sure(lines, delimiter, width):
                return
            lines.next()
            tried += 1
        yield line[0]


def _is_sure(lines: _Lines, delimiter: str, width: int) -> bool:
    """Tell whether the next rows are whole, and put them back."""
    seen: list[_Line] = []
    sure = True
    for _ in range(_SURE_ROWS):
        kept: list[_Line] = []
        taken = _take(lines, delimiter, _MOST_LINES_AGAIN, kept)
        seen += kept
        if taken is None:
            break
        quotes = sum(text.count('"') for _, text in kept)
        whole = taken.opens is None and len(taken.fields) == width and quotes % 2 == 0
        if not whole or (len(seen) == len(kept) and not _is_telling(taken, kept[0][1], delimiter)):
            sure = False
            break
    lines.put_back(seen)
    return sure


def _is_telling(taken: _Taken, line: str, delimiter: str) -> bool:
    """Tell whether a row is more than a line of prose with some commas in it."""
    quoted = re.search(rf'(?:^|{delimiter})"[^"]', line)
    return quoted is not None or any(
        len(one) < 200 and (arxiv_id_of(one) or date_of(one) or url_of(one)) for one in taken.fields
    )


def _take(
    lines: _Lines, delimiter: str, most_lines: int, kept: list[_Line] | None = None
) -> _Taken | None:
    """Take one row, which ends with a line unless that lies within quotes.

    The lines that were read for it are added to `kept`.
    """
    line = lines.next()
    if line is None:
        return None
    kept = [] if kept is None else kept
    kept.append(line)
    first, text = line
    fields: list[str] = []
    at, size = 0, len(text)
    while True:
        if not text.startswith('"', at):
            end = text.find(delimiter, at)
            fields.append(text[at:] if end < 0 else text[at:end])
            if end < 0:
                return _Taken((first,), fields)
            at = end + 1
            continue
        opens, at, pieces = kept[-1][0], at + 1, []
        while True:
            inside = _TO_THE_QUOTE.match(text, at)
            assert inside is not None  # it matches nothing, too
            pieces.append(inside[0])
            if inside.end() < len(text):
                break
            line = lines.next()
            if line is None:
                return _Taken((first,), fields, opens)
            kept.append(line)
            text, at = line[1], 0
            size += len(text)
            if size > _LONGEST_ROW or len(kept) > most_lines:
                return _Taken((first,), fields, opens)
        fields.append("\n".join(pieces).replace('""', '"'))
        at = inside.end() + 1
        after = text[at:].lstrip(" ") if text.startswith(" ", at) else text[at : at + 1]
        if not after:
            return _Taken((first,), fields)
        if not after.startswith(delimiter):
            return _Taken((first,), fields, opens, stray=True)
        at = text.index(delimiter, at) + 1
