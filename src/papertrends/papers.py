"""From dumps to the checked papers table: dates, identity, duplicates.

Here all dumps meet, so this is where a digest gets its full date and a paper its
id. Must not know of formats, and must not leave anything out without saying so
in the load report.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from papertrends.dumps import READERS, read_dump, require_format
from papertrends.dumps.content import of_bytes
from papertrends.dumps.dates import WEEKDAY_NAMES, YEARS, dates_in_name
from papertrends.dumps.inputs import InputFile, Inputs, find_files
from papertrends.dumps.records import Dropped, Dump, PartialDate, Record
from papertrends.dumps.report import FileReport, LeftOut, LoadReport, NotRead
from papertrends.dumps.text import fold
from papertrends.errors import InputError, shortened
from papertrends.files import sha256_of
from papertrends.tables import PAPERS, conform

__all__ = ["LoadReport", "Loaded", "load", "load_papers", "normalised", "paper_id"]

_TEXT_ON_RECORD = 80


@dataclass(frozen=True)
class Loaded:
    """The papers, and what became of all that was in the dumps.

    Attributes
    ----------
    papers : pandas.DataFrame
        As `tables.PAPERS`, by digest date, then position.
    report : LoadReport
        Every file, and every block that became no row.
    """

    papers: pd.DataFrame
    report: LoadReport


def load_papers(
    inputs: Inputs, *, year: int | None = None, format: str | None = None
) -> pd.DataFrame:
    """Read dumps of a paper digest into one table.

    Parameters
    ----------
    inputs : path, or iterable of paths
        Files, folders (searched through and through), glob patterns, or ``-`` for
        standard input.
    year : int, optional
        The year of digests whose date is written without one, neither in the dump
        nor in the file's name. Without it the latest year that does not lie in the
        future is assumed, and the load report says so.
    format : str, optional
        The format of all files; found out for each file if not given.

    Returns
    -------
    pandas.DataFrame
        One row for each appearance of a paper in a digest: ``paper_id``, ``title``,
        ``abstract``, ``digest_date``, ``published_date``, ``position`` (from 1),
        ``source``, ``arxiv_id``, ``url``, ``upvotes``; oldest digest first, then by
        position. ``attrs["load_report"]`` says what became of every block of the
        dumps.

    Raises
    ------
    InputError
        If a file is missing, is no dump, or has no date; the message names file,
        line and remedy.
    """
    loaded = load(inputs, year=year, format=format)
    loaded.papers.attrs["load_report"] = loaded.report.as_dict()
    return loaded.papers


def load(
    inputs: Inputs,
    *,
    year: int | None = None,
    format: str | None = None,
    today: dt.date | None = None,
) -> Loaded:
    """Read dumps of a paper digest, with the load report beside the table.

    Parameters
    ----------
    inputs, year, format
        As for `load_papers`.
    today : datetime.date, optional
        The day beyond which an assumed year does not reach; the clock's if needed
        and not given.

    Returns
    -------
    Loaded
        The same whatever the order of the inputs.

    Raises
    ------
    InputError
        As for `load_papers`.
    """
    require_format(format)
    if year is not None and year not in YEARS:
        raise InputError(
            f"the year {year} is not one of {YEARS[0]} to {YEARS[-1]}", "give the digest's year"
        )
    suffixes = {suffix for reader in READERS.values() for suffix in reader.suffixes}
    files, others = find_files(inputs, suffixes)
    dumps = [_dated(file, year, format, today) for file in files]
    dumps.sort(key=lambda one: (one.date, one.file.source))
    rows, files_on_record, dropped = _put_together(dumps)
    papers = _frame(rows)
    digests = papers.groupby("paper_id")["digest_date"].nunique()
    report = LoadReport(
        files=tuple(files_on_record),
        dropped=tuple(dropped),
        notes=tuple(f"{one.file.source}: {note}" for one in dumps for note in one.notes),
        not_read=tuple(NotRead(one.source, _no_reader(one)) for one in others),
        n_papers=len(digests),
        n_in_several_digests=int((digests > 1).sum()),
    )
    return Loaded(papers, report)


def paper_id(title: str, arxiv_id: str | None = None) -> str:
    """Return the id of a paper: its arXiv id, else one made of its title.

    Case, punctuation and white space of the title do not matter, nor do LaTeX's
    braces and dollars.

    Examples
    --------
    >>> paper_id("A Title: {LaTeX}") == paper_id("a title -- LATEX")
    True
    >>> paper_id("A Title", "2503.04625")
    'arxiv:2503.04625'
    """
    if arxiv_id:
        return f"arxiv:{arxiv_id}"
    key = normalised(title).encode("utf-8", errors="surrogatepass")
    return f"t:{hashlib.sha256(key).hexdigest()[:16]}"


def normalised(text: str) -> str:
    """Return the letters and digits of `text`, compatibility forms and case folded.

    Marks count as part of their letters: in many scripts they are the vowels. A text
    without letters and digits is returned as it stands, folded.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if not any(char.isalnum() for char in folded):
        return fold(folded)
    return "".join(char for char in folded if char.isalnum() or _is_mark(char))


def _is_mark(char: str) -> bool:
    # Variation selectors choose between glyphs and say nothing.
    return unicodedata.category(char) in ("Mn", "Mc") and not "\ufe00" <= char <= "\ufe0f"


@dataclass(frozen=True)
class _Dated:
    file: InputFile
    sha256: str
    dump: Dump
    date: dt.date
    date_from: str
    notes: tuple[str, ...]


def _dated(file: InputFile, year: int | None, format: str | None, today: dt.date | None) -> _Dated:
    data = file.read()
    dump = read_dump(of_bytes(data, file=file.shown), format=format)
    date, date_from, notes = _digest_date(file, dump.date, year, today)
    return _Dated(file, sha256_of(data), dump, date, date_from, (*dump.notes, *notes))


def _digest_date(
    file: InputFile, written: PartialDate | None, year: int | None, today: dt.date | None
) -> tuple[dt.date, str, list[str]]:
    """Find the date of a digest, where it is from, and what is to be said about it."""
    named = dates_in_name(file.name)
    agreeing = [one for one in named if written is None or written.agrees_with(one)]
    if written and named and not agreeing:
        raise InputError(
            f"the date '{written.text}' contradicts the file's name ({_listed(named)})",
            "rename the file or correct the date",
            file=file.shown,
            line=written.line,
        )
    if written is None:
        date, date_from = _only(agreeing, file), "date in the file's name"
        notes = ["there is no date in the dump itself"]
    else:
        date, date_from, notes = _complete(file, written, agreeing, year, today)
    if year is not None and date.year != year:
        notes.append(f"the year {year} was not used: there is a {date_from}")
    if written and written.weekday is not None and written.weekday != date.weekday():
        day = WEEKDAY_NAMES[date.weekday()]
        notes.append(f"the dump says '{written.text}', but {date.isoformat()} is a {day}")
    return date, date_from, notes


def _complete(
    file: InputFile,
    written: PartialDate,
    named: Sequence[dt.date],
    year: int | None,
    today: dt.date | None,
) -> tuple[dt.date, str, list[str]]:
    if written.year is not None:
        return dt.date(written.year, written.month, written.day), "full date in the dump", []
    if named:
        return _only(named, file), "date in the file's name", []
    if year is not None:
        date = written.in_year(year)
        if date is None:
            raise InputError(
                f"there is no '{written.text}' in {year}",
                "give the year of this digest",
                file=file.shown,
                line=written.line,
            )
        return date, "--year", []
    date = _latest(written, today or dt.date.today())
    note = (
        f"the year {date.year} of '{written.text}' was assumed: it is the latest that does not"
        " lie in the future; say --year or put the full date into the file's name"
    )
    return date, "assumed year", [note]


def _latest(written: PartialDate, today: dt.date) -> dt.date:
    years = range(today.year, YEARS[0], -1)
    dates = (written.in_year(year) for year in years)
    return next(date for date in dates if date is not None and date <= today)


def _only(named: Sequence[dt.date], file: InputFile) -> dt.date:
    if len(named) == 1:
        return named[0]
    problem = (
        f"the file's name has more than one date ({_listed(named)})"
        if named
        else "there is no date, neither in the dump nor in the file's name"
    )
    raise InputError(problem, "name the file like '2025-07-31.txt'", file=file.shown)


def _listed(dates: Iterable[dt.date]) -> str:
    return ", ".join(date.isoformat() for date in dates)


@dataclass(frozen=True)
class _Row:
    id: str
    record: Record
    date: dt.date
    position: int
    source: str


def _put_together(
    dumps: Sequence[_Dated],
) -> tuple[list[_Row], list[FileReport], list[LeftOut]]:
    """Keep each paper once in a digest; the rest goes on record."""
    rows: list[_Row] = []
    files: list[FileReport] = []
    left_out: list[LeftOut] = []
    seen: dict[dt.date, dict[str, _Row]] = defaultdict(dict)
    for one in dumps:
        source = one.file.source
        digest = seen[one.date]
        dropped = list(one.dump.dropped)
        before = len(digest)
        for record in sorted(one.dump.records, key=lambda record: record.position):
            id = paper_id(record.title, record.arxiv_id)
            if id in digest:
                dropped.append(_met_before(record, digest[id], source))
            else:
                digest[id] = _Row(id, record, one.date, len(digest) + 1, source)
                rows.append(digest[id])
        kinds = Counter(block.kind for block in dropped)
        files.append(
            FileReport(
                file=source,
                sha256=one.sha256,
                format=one.dump.format,
                digest_date=one.date,
                date_from=one.date_from,
                n_blocks=one.dump.n_blocks,
                n_papers=len(digest) - before,
                n_duplicates=kinds["duplicate"],
            )
        )
        left_out += [_on_record(source, block) for block in sorted(dropped, key=_line)]
    return rows, files, left_out


def _met_before(record: Record, first: _Row, source: str) -> Dropped:
    place = f"line {first.record.line}" + ("" if first.source == source else f" of {first.source}")
    if normalised(record.abstract) == normalised(first.record.abstract):
        return Dropped(record.lines, record.title, "duplicate", f"the same paper as in {place}")
    return Dropped(
        record.lines, record.title, "conflict", f"same title as {place} but another abstract"
    )


def _line(block: Dropped) -> int:
    return block.line


def _on_record(source: str, block: Dropped) -> LeftOut:
    text = shortened(block.text, _TEXT_ON_RECORD)
    return LeftOut(source, block.line, block.kind, block.reason, text)


def _no_reader(file: InputFile) -> str:
    suffix = file.path.suffix if file.path else ""
    return "not read: no reader for " + (f"'{suffix}' files" if suffix else "files without suffix")


def _frame(rows: Sequence[_Row]) -> pd.DataFrame:
    records = [row.record for row in rows]
    columns = {
        "paper_id": [row.id for row in rows],
        "title": [record.title for record in records],
        "abstract": [record.abstract for record in records],
        "digest_date": pd.Series([row.date for row in rows], dtype="datetime64[ns]"),
        "published_date": pd.Series(
            [record.published_date for record in records], dtype="datetime64[ns]"
        ),
        "position": [row.position for row in rows],
        "source": [row.source for row in rows],
        "arxiv_id": [record.arxiv_id or "" for record in records],
        "url": [record.url or "" for record in records],
        "upvotes": pd.array([record.upvotes for record in records], dtype="Int64"),
    }
    return conform(pd.DataFrame(columns), PAPERS)
