"""All dumps in one: one id a paper, each paper once in a digest, the rest on record.

Must not read files, and must not merge two papers because they share a title.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from papertrends.dumps.records import Dropped, Record
from papertrends.dumps.report import FileReport, LeftOut
from papertrends.errors import shortened
from papertrends.papers.digests import DatedDump, Entry
from papertrends.papers.identity import agree, id_of_key, title_key

_TEXT_ON_RECORD = 80
_CUT = 1_000  # before folding, as a block may be megabytes
_FURNITURE = 20
_NAMED_IN_NOTES = 5


@dataclass(frozen=True)
class Row:
    """One row of the papers table."""

    id: str
    record: Record
    date: dt.date
    position: int
    source: str


@dataclass(frozen=True)
class Together:
    """What all dumps give.

    Attributes
    ----------
    rows : list of Row
        By digest, then position.
    files : list of FileReport
        In the order of the dumps.
    left_out : list of LeftOut
        By file, then line.
    notes : list of str
        Papers that may be one, or two, as sentences.
    """

    rows: list[Row]
    files: list[FileReport]
    left_out: list[LeftOut]
    notes: list[str]


def put_together(dumps: Sequence[DatedDump], sha256: dict[str, str]) -> Together:
    """Keep each paper once in a digest; the rest goes on record.

    Parameters
    ----------
    dumps : sequence of DatedDump
        By the date of the oldest digest, then source.
    sha256 : dict of str to str
        By source.
    """
    entries = [entry for dump in dumps for entry in dump.entries]
    entries.sort(key=lambda entry: (entry.date, entry.source, entry.record.position))
    ids, notes = _ids(entries)
    rows: list[Row] = []
    digests: dict[dt.date, dict[str, Row]] = defaultdict(dict)
    dropped: dict[str, list[Dropped]] = {dump.source: list(dump.dump.dropped) for dump in dumps}
    for entry, id in zip(entries, ids, strict=True):
        digest = digests[entry.date]
        if id in digest:
            dropped[entry.source].append(_met_before(entry, digest[id]))
        else:
            digest[id] = Row(id, entry.record, entry.date, len(digest) + 1, entry.source)
            rows.append(digest[id])
    notes += _other_abstracts(rows)
    kept = Counter(row.source for row in rows)
    files = [_file(dump, sha256[dump.source], kept, dropped[dump.source]) for dump in dumps]
    left_out = [one for dump in dumps for one in _on_record(dump.source, dropped[dump.source])]
    return Together(rows, files, left_out, notes)


def _ids(entries: Sequence[Entry]) -> tuple[list[str], list[str]]:
    """Give the same paper the same id, be it met with an arXiv id or without."""
    records = [entry.record for entry in entries]
    keys = {one.title: title_key(one.title) for one in records if not one.arxiv_id}
    by_title = _with_arxiv_id(records, set(keys.values()))
    ids: list[str] = []
    apart: dict[str, str] = {}
    for record in records:
        if record.arxiv_id:
            ids.append(f"arxiv:{record.arxiv_id}")
            continue
        found, key = None, keys[record.title]
        if key in by_title:
            fitting = [
                arxiv
                for arxiv, others in by_title[key].items()
                if any(agree(record.abstract, other.abstract) for other in others)
            ]
            found = fitting[0] if len(fitting) == 1 else None
            if found is None:
                apart.setdefault(record.title, ", ".join(sorted(by_title[key])))
        ids.append(f"arxiv:{found}" if found else id_of_key(key))
    return ids, _kept_apart(apart)


def _with_arxiv_id(records: Sequence[Record], keys: Set[str]) -> dict[str, dict[str, list[Record]]]:
    """Return the records with an arXiv id, of the titles in `keys`, by these two."""
    found: dict[str, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for record in records if keys else ():
        if record.arxiv_id and (key := title_key(record.title)) in keys:
            found[key][record.arxiv_id].append(record)
    return found


def _kept_apart(apart: dict[str, str]) -> list[str]:
    if not apart:
        return []
    told = _told(f"'{shortened(title)}' (arXiv {ids})" for title, ids in apart.items())
    return [f"papers kept apart though they share a title, as their abstracts differ: {told}"]


def _other_abstracts(rows: Sequence[Row]) -> list[str]:
    """Say which papers without an arXiv id share a title, and so an id, but no abstract."""
    first: dict[str, Row] = {}
    differing: dict[str, str] = {}
    for row in rows:
        other = first.setdefault(row.id, row)
        if not agree(row.record.abstract, other.record.abstract):
            differing.setdefault(
                row.id,
                f"'{shortened(row.record.title)}' ({_place(other)} and {_place(row)})",
            )
    if not differing:
        return []
    return [
        "papers met with quite different abstracts, which may be two with one title: "
        + _told(differing.values())
    ]


def _told(items: Iterable[str]) -> str:
    found = list(items)
    more = len(found) - _NAMED_IN_NOTES
    return "; ".join(found[:_NAMED_IN_NOTES]) + (f" and {more} more" if more > 0 else "")


def _place(row: Row) -> str:
    return f"{row.source}:{row.record.line}"


def _met_before(entry: Entry, first: Row) -> Dropped:
    record = entry.record
    place = f"line {first.record.line}"
    if first.source != entry.source:
        place += f" of {first.source}"
    if agree(record.abstract, first.record.abstract):
        return Dropped(record.lines, record.title, "duplicate", f"the same paper as in {place}")
    same = "arXiv id" if title_key(record.title) != title_key(first.record.title) else "title"
    return Dropped(
        record.lines, record.title, "conflict", f"same {same} as {place} but another abstract"
    )


def _file(
    dump: DatedDump, sha256: str, kept: Counter[str], dropped: Iterable[Dropped]
) -> FileReport:
    kinds = Counter(block.kind for block in dropped)
    days = {entry.date for entry in dump.entries} or {dump.date}
    return FileReport(
        file=dump.source,
        sha256=sha256,
        format=dump.dump.format,
        digest_date=dump.date,
        date_from=dump.date_from,
        n_blocks=dump.dump.n_blocks,
        n_papers=kept[dump.source],
        n_duplicates=kinds["duplicate"],
        last_digest=max(days),
        n_digests=len(days),
    )


def _line(block: Dropped) -> int:
    return block.line


def _on_record(source: str, dropped: Iterable[Dropped]) -> list[LeftOut]:
    """Put every loss on record, and the furniture: the first of it one by one."""
    blocks = sorted(dropped, key=_line)
    furniture = [block for block in blocks if block.kind == "furniture"]
    told = {id(block) for block in furniture[_FURNITURE:]}
    left_out = [_left_out(source, block) for block in blocks if id(block) not in told]
    if told:
        first, last = furniture[_FURNITURE], furniture[-1]
        text = f"and {len(told):,} more blocks, the last on line {last.line}"
        left_out.append(LeftOut(source, first.line, "furniture", first.reason, text, len(told)))
    return left_out


def _left_out(source: str, block: Dropped) -> LeftOut:
    text = shortened(block.text[:_CUT], _TEXT_ON_RECORD)
    return LeftOut(source, block.line, block.kind, block.reason, text)
