"""Fill in what dumps leave out from a table of known papers.

Pages saved as text have neither arXiv ids nor publication dates, and the date of a
listing is the day it was taken. An archive of the digests knows better. Must not
touch titles and abstracts, and must not match two papers because they share a
title.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from papertrends.dumps import read_dump
from papertrends.dumps.inputs import find_dumps
from papertrends.dumps.records import Record
from papertrends.dumps.report import Lookup
from papertrends.errors import InputError
from papertrends.papers.digests import DatedDump, Entry, dated
from papertrends.papers.identity import agree, title_key


@dataclass(frozen=True)
class Known:
    """Papers that are known already.

    Attributes
    ----------
    file, sha256 : str
        Where they are from.
    by_title : mapping
        Their records by `title_key`; where known, ``digest_date`` is that of the
        digest.
    by_arxiv : mapping
        The same by arXiv id.
    """

    file: str
    sha256: str
    by_title: Mapping[str, Sequence[Record]]
    by_arxiv: Mapping[str, Sequence[Record]]


def read_known(path: str | os.PathLike[str], columns: Mapping[str, str] | None = None) -> Known:
    """Read a look-up table: anything that can be read as a dump, with dates or without.

    Raises
    ------
    InputError
        If it is missing, or has no papers.
    """
    contents = find_dumps(path, ())[0] if not Path(path).is_dir() else []
    if len(contents) != 1:
        raise InputError(
            "this is no single file", "name one file as the table of known papers", file=str(path)
        )
    content = contents[0]
    dump = read_dump(content, columns=columns)
    by_title: dict[str, list[Record]] = defaultdict(list)
    by_arxiv: dict[str, list[Record]] = defaultdict(list)
    records = dump.records
    if dump.date is not None:
        entries = dated(content, dump).entries
        records = tuple(replace(entry.record, digest_date=entry.date) for entry in entries)
    for record in records:
        by_title[title_key(record.title)].append(record)
        if record.arxiv_id:
            by_arxiv[record.arxiv_id].append(record)
    return Known(content.source, content.sha256(), by_title, by_arxiv)


def fill_in(dumps: Sequence[DatedDump], known: Known) -> tuple[list[DatedDump], Lookup]:
    """Fill in arXiv ids, publication dates and the true digest dates of known papers.

    What a dump says itself stays, but for the digest date.

    Returns
    -------
    dumps : list of DatedDump
    lookup : Lookup
        How much of it was of use.
    """
    met = arxiv = published = moved = 0
    filled: list[DatedDump] = []
    for dump in dumps:
        entries = []
        for entry in dump.entries:
            found = _matching(entry, known)
            after = _completed(entry, found) if found else entry
            met += bool(found)
            arxiv += after.record.arxiv_id != entry.record.arxiv_id
            published += after.record.published_date != entry.record.published_date
            moved += after.date != entry.date
            entries.append(after)
        oldest = min((entry.date for entry in entries), default=dump.date)
        filled.append(replace(dump, entries=tuple(entries), date=oldest))
    return filled, Lookup(known.file, known.sha256, met, arxiv, published, moved)


def _matching(entry: Entry, known: Known) -> list[Record]:
    """Return what is known of a paper: the appearances of one paper, or nothing."""
    record = entry.record
    if record.arxiv_id and record.arxiv_id in known.by_arxiv:
        return list(known.by_arxiv[record.arxiv_id])
    fitting = [
        other
        for other in known.by_title.get(title_key(record.title), ())
        if (not record.arxiv_id or other.arxiv_id in (None, record.arxiv_id))
        and agree(record.abstract, other.abstract)
    ]
    ids = {other.arxiv_id for other in fitting if other.arxiv_id}
    return fitting if len(ids) <= 1 else []


def _completed(entry: Entry, found: Sequence[Record]) -> Entry:
    record = entry.record
    record = replace(
        record,
        arxiv_id=record.arxiv_id or next((one.arxiv_id for one in found if one.arxiv_id), None),
        published_date=record.published_date
        or next((one.published_date for one in found if one.published_date), None),
        url=record.url or next((one.url for one in found if one.url), None),
        upvotes=next((one.upvotes for one in found if one.upvotes is not None), None)
        if record.upvotes is None
        else record.upvotes,
    )
    return replace(entry, record=record, date=_true_date(entry.date, found))


def _true_date(written: dt.date, found: Sequence[Record]) -> dt.date:
    """Return the digest's date if the paper was in that digest, else its first digest's."""
    days = {one.digest_date for one in found if one.digest_date}
    return written if not days or written in days else min(days)
