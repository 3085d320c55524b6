"""Load dumps into the papers table, one dump after the other.

What is in a file is held only as the papers it has. Must not decide what a paper
is, nor when it appeared: it puts the stages in a row.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from papertrends.dumps import READERS, Dump, UnknownFormatError, read_dump, require_format
from papertrends.dumps.content import Content
from papertrends.dumps.dates import YEARS
from papertrends.dumps.fields import require_fields
from papertrends.dumps.inputs import Inputs, find_dumps
from papertrends.dumps.report import LoadReport, NotRead
from papertrends.errors import InputError
from papertrends.papers.digests import ASSUMED, DatedDump, dated
from papertrends.papers.lookup import Known, fill_in, read_known
from papertrends.papers.near_duplicates import near_duplicates
from papertrends.papers.together import Row, put_together
from papertrends.tables import PAPERS, conform, paper_counts

_LOG = logging.getLogger(__name__)


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
    inputs: Inputs,
    *,
    year: int | None = None,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    papers_known: str | os.PathLike[str] | None = None,
) -> pd.DataFrame:
    """Read dumps of a paper digest into one table.

    Parameters
    ----------
    inputs : path, or iterable of paths
        Files, folders (searched through and through), glob patterns, or ``-`` for
        standard input; packed as .gz or .zip or not.
    year : int, optional
        The year of digests whose date is written without one, neither in the dump
        nor in the file's name. Without it the latest year that does not lie in the
        future is assumed, and the load report says so.
    format : str, optional
        The format of all files; found out for each file if not given.
    columns : mapping of str to str, optional
        How tables call the fields of a paper where papertrends would not know it,
        like ``{"abstract": "Zusammenfassung", "digest_date": "day"}``.
    papers_known : path, optional
        A look-up table of known papers in any format. Papers met by their title (or
        arXiv id) get their ``arxiv_id``, ``published_date``, ``url`` and ``upvotes``
        from it where the dumps have none, and the date of the digest they really
        appeared in.

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

    Examples
    --------
    >>> import papertrends as pt
    >>> from papertrends.examples import some_folder
    >>> dump = some_folder() / "2025-07-31.txt"
    >>> parts = ["Jul 31", "Prompt Tuning for Charts", "We tune soft prompts for charts."]
    >>> size = dump.write_text(str.join(chr(10) * 2, parts))
    >>> pt.load_papers(dump)[["title", "digest_date", "source"]]
                          title digest_date          source
    0  Prompt Tuning for Charts  2025-07-31  2025-07-31.txt
    """
    loaded = load(inputs, year=year, format=format, columns=columns, papers_known=papers_known)
    loaded.papers.attrs["load_report"] = loaded.report.as_dict()
    return loaded.papers


def load(
    inputs: Inputs,
    *,
    year: int | None = None,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    papers_known: str | os.PathLike[str] | None = None,
    today: dt.date | None = None,
) -> Loaded:
    """Read dumps of a paper digest, with the load report beside the table.

    Parameters
    ----------
    inputs, year, format, columns, papers_known
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
    check_reading(year, columns)
    known = read_known(papers_known, columns) if papers_known is not None else None
    contents, not_read = find_dumps(inputs, suffixes())
    dumps: list[DatedDump] = []
    sha256: dict[str, str] = {}
    unknown: list[UnknownFormatError] = []
    for content in contents:
        dump = _read(content, unknown, format=format, columns=columns)
        if dump is None:
            not_read.append(NotRead(content.source, f"not read: {unknown[-1].problem}"))
            continue
        dumps.append(dated(content, dump, year=year, today=today))
        sha256[content.source] = content.sha256()
    if not dumps:
        raise unknown[0] if unknown else nothing_read(not_read)
    loaded = loaded_from(dumps, sha256, known, not_read)
    alike = near_duplicates(loaded.papers)
    return replace(loaded, report=replace(loaded.report, near_duplicates=alike))


def check_reading(year: int | None, columns: Mapping[str, str] | None) -> None:
    """Raise an `InputError` if no dump can be read like that."""
    require_fields(columns or {})
    if year is not None and year not in YEARS:
        raise InputError(
            f"the year {year!r} is not one of {YEARS[0]} to {YEARS[-1]}", "give the digest's year"
        )


def loaded_from(
    dumps: list[DatedDump],
    sha256: dict[str, str],
    known: Known | None,
    not_read: Iterable[NotRead],
) -> Loaded:
    """Put dumps together into one table, without looking for near duplicates.

    Parameters
    ----------
    dumps : list of DatedDump
    sha256 : dict of str to str
        The SHA-256 of each one's file by its source.
    known : Known, optional
        What is known of their papers.
    not_read : iterable of NotRead
        Files met but not read.
    """
    lookup = None
    if known is not None:
        dumps, lookup = fill_in(dumps, known)
    dumps = sorted(dumps, key=lambda one: (one.date, one.source))
    together = put_together(dumps, sha256)
    papers = frame_of(together.rows)
    n_papers, n_in_several = paper_counts(papers)
    report = LoadReport(
        files=tuple(together.files),
        dropped=tuple(together.left_out),
        notes=(*notes_of(dumps), *together.notes),
        not_read=tuple(sorted(not_read, key=lambda one: one.file)),
        n_papers=n_papers,
        n_in_several_digests=n_in_several,
        lookup=lookup,
    )
    for note in notes_of([one for one in dumps if one.date_from == ASSUMED]):
        _LOG.warning("%s", note)
    _LOG.info("loaded %d papers from %d files", n_papers, len(report.files))
    return Loaded(papers, report)


def _read(
    content: Content,
    unknown: list[UnknownFormatError],
    *,
    format: str | None,
    columns: Mapping[str, str] | None,
) -> Dump | None:
    """Read a dump; one that was met in a folder may turn out to be none."""
    try:
        return read_dump(content, format=format, columns=columns)
    except UnknownFormatError as error:
        if content.named:
            raise
        unknown.append(error)
        return None


def suffixes() -> set[str]:
    """Return the endings of the files that are read in folders."""
    return {suffix for reader in READERS.values() for suffix in reader.suffixes}


def nothing_read(not_read: Sequence[NotRead]) -> InputError:
    """Return the error that says that none of the files is a dump."""
    first = min(not_read, key=lambda one: one.file)
    return InputError(
        f"there is no dump in it ({first.reason})", "give a file that holds one", file=first.file
    )


def notes_of(dumps: Sequence[DatedDump]) -> list[str]:
    """Return what is to be said of single dumps."""
    return [f"{one.source}: {note}" for one in dumps for note in (*one.dump.notes, *one.notes)]


def frame_of(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the papers frame of rows that were put together."""
    records = [row.record for row in rows]
    arxiv = [row.id.removeprefix("arxiv:") if row.id.startswith("arxiv:") else "" for row in rows]
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
        "arxiv_id": arxiv,
        "url": [record.url or "" for record in records],
        "upvotes": pd.array([record.upvotes for record in records], dtype="Int64"),
    }
    return conform(pd.DataFrame(columns), PAPERS)
