"""Dumps read over workers, and brought together here.

A task reads a block of files; which papers are the same is a question about all of them,
and is answered here as on one machine. Must not read a format, nor decide what a paper is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import IO, Any

from papertrends.dumps import UnknownFormatError, read_dump
from papertrends.dumps.content import Content
from papertrends.dumps.inputs import Inputs, find_dumps
from papertrends.dumps.records import Record
from papertrends.dumps.report import NotRead
from papertrends.dumps.unpacking import unpacked
from papertrends.errors import InputError
from papertrends.papers.digests import DatedDump, Entry, dated
from papertrends.papers.loading import (
    Loaded,
    check_reading,
    loaded_from,
    nothing_read,
    suffixes,
)
from papertrends.papers.lookup import read_known
from papertrends.progress import Progress
from papertrends.scale.allocating import keep_memory
from papertrends.scale.pools import Pool

_FIELDS = tuple(field.name for field in fields(Record))
#: A task reads so many bytes of files, and so many files, at most (or one file).
_BYTES, _FILES = 4 * 2**20, 16


@dataclass(frozen=True)
class _File:
    """A file to be read by whoever sees it.

    Attributes
    ----------
    file, source, named
        As `Content` has them.
    path : str
        Where it lies.
    n_bytes : int
        Its size.
    """

    file: str
    source: str
    named: bool
    path: str
    n_bytes: int


@dataclass(frozen=True)
class _Options:
    """How files are to be read: `today` is one day for all workers."""

    columns: Mapping[str, str] | None
    year: int | None
    today: dt.date


@dataclass(frozen=True)
class _ReadDump:
    """A dump with the SHA-256 of its file, or why it is none."""

    source: str
    dump: DatedDump | None
    sha256: str
    why_not: UnknownFormat | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel in columns: paper by paper it takes several times as long."""
        if self.dump is None:
            return _ReadDump, (self.source, None, self.sha256, self.why_not)
        entries = self.dump.entries
        bare = replace(self.dump, dump=replace(self.dump.dump, records=()), entries=())
        columns = [[getattr(one.record, name) for one in entries] for name in _FIELDS]
        return _arrived, (bare, self.sha256, columns, [one.date for one in entries])


def _arrived(
    bare: DatedDump, sha256: str, columns: Sequence[Sequence[Any]], dates: Sequence[dt.date]
) -> _ReadDump:
    """Return a dump that travelled, without the records that its entries were made of."""
    records = (Record(*values) for values in zip(*columns, strict=True))
    entries = (
        Entry(record, date, bare.source) for record, date in zip(records, dates, strict=True)
    )
    return _ReadDump(bare.source, replace(bare, entries=tuple(entries)), sha256)


@dataclass(frozen=True)
class UnknownFormat:
    """What an `UnknownFormatError` says of a file."""

    problem: str
    remedy: str
    file: str | None
    line: int | None

    def error(self) -> UnknownFormatError:
        """Return the error."""
        return UnknownFormatError(self.problem, self.remedy, file=self.file, line=self.line)


def load(
    pool: Pool,
    inputs: Inputs,
    *,
    year: int | None,
    columns: Mapping[str, str] | None,
    papers_known: str | Path | None,
    progress: Progress,
) -> Loaded:
    """Read dumps as `papertrends.papers.load` does, without looking for near duplicates.

    Parameters
    ----------
    pool : Pool
        Where files are read. What is packed in archives and standard input is read here.
    inputs, year, columns, papers_known
        As for `load_papers`.
    progress : Progress
        Told of bytes, as "loading".

    Raises
    ------
    InputError
        As `load_papers` does, and where a worker does not see a file.
    """
    check_reading(year, columns)
    known = read_known(papers_known, columns) if papers_known is not None else None
    contents, not_read = find_dumps(inputs, suffixes())
    options = _Options(columns, year, dt.date.today())
    dumps, sha256, unknown = list[DatedDump](), dict[str, str](), list[UnknownFormat]()
    for one in _read_all(pool, contents, options, progress):
        if one.dump is not None:
            dumps.append(one.dump)
            sha256[one.source] = one.sha256
        elif one.why_not is not None:
            unknown.append(one.why_not)
            not_read.append(NotRead(one.source, f"not read: {one.why_not.problem}"))
    if not dumps:
        raise unknown[0].error() if unknown else nothing_read(not_read)
    return loaded_from(dumps, sha256, known, not_read)


def _read_all(
    pool: Pool, contents: Sequence[Content], options: _Options, progress: Progress
) -> list[_ReadDump]:
    """Read all dumps, in their order."""
    files = [_lying(content) for content in contents]
    blocks = _blocks([file for file in files if file is not None])
    read = pool.map(
        read_files,
        blocks,
        options,
        stage="loading",
        sizes=[max(1, sum(file.n_bytes for file in block)) for block in blocks],
        progress=progress,
    )
    elsewhere = {one.source: one for block in read for one in block}
    return [
        elsewhere[content.source] if file is not None else _read(content, options)
        for content, file in zip(contents, files, strict=True)
    ]


def _lying(content: Content) -> _File | None:
    """Return the file that a dump is, plain or gzipped by itself; None for one in an archive."""
    place = Path(content.file)
    path = content.path or (place.parent.resolve() / place.name)
    # A copy of standard input has a path, too, which is nobody else's.
    if not path.is_file() or not place.is_file():
        return None
    return _File(content.file, content.source, content.named, str(path), path.stat().st_size)


def _blocks(files: Sequence[_File]) -> list[list[_File]]:
    blocks: list[list[_File]] = []
    size = 0
    for file in files:
        if not blocks or len(blocks[-1]) == _FILES or size + file.n_bytes > _BYTES:
            blocks.append([])
            size = 0
        blocks[-1].append(file)
        size += file.n_bytes
    return blocks


def read_files(files: Sequence[_File], options: _Options) -> list[_ReadDump]:
    """Read some files: the step of loading, run by whoever sees them."""
    keep_memory()
    read = []
    for file in files:
        path = Path(file.path)
        if not path.is_file() or path.stat().st_size != file.n_bytes:
            raise InputError(
                f"a worker does not see this file, which lies here at {file.path}",
                "put the dumps where all workers find them under the same path",
                file=file.file,
            )
        there = Content(file.file, file.source, (path.name,), _opener(path), path, file.named)
        read.append(_read(unpacked(there)[0][0], options))
    return read


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _read(content: Content, options: _Options) -> _ReadDump:
    try:
        dump = read_dump(content, columns=options.columns)
    except UnknownFormatError as error:
        if content.named:
            raise
        why = UnknownFormat(error.problem, error.remedy, error.file, error.line)
        return _ReadDump(content.source, None, "", why)
    made = dated(content, dump, year=options.year, today=options.today)
    return _ReadDump(content.source, made, content.sha256())
