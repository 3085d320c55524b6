"""What was loaded, as tables: files, what was left out, papers nearly alike, a look-up.

Exists so that nobody has to read JSON to see what became of a file. Must not fail on a
load report that lacks something, as those of older stores may.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from papertrends.errors import shortened
from papertrends.report.model import DataTable
from papertrends.report.words import capital, count

MOST_LEFT_OUT = 200
MOST_ALIKE = 100
MOST_FILES = 1_000
"""So many rows are shown; the caption says how many there are."""
MOST_TEXT = 160
MOST_NOTICES = 3
FURNITURE = "furniture"
Entry = Mapping[str, object]


def loaded_tables(report: Mapping[str, object]) -> tuple[DataTable, ...]:
    """Return the load report as tables, each where it has rows.

    Parameters
    ----------
    report : mapping
        What `LoadReport.as_dict` returns; what is missing is done without.
    """
    tables = (
        _files(_entries(report, "files")),
        _left_out(_entries(report, "dropped")),
        _not_read(_entries(report, "not_read")),
        _alike(_entries(report, "near_duplicates")),
        _lookup(report.get("lookup")),
    )
    return tuple(table for table in tables if table.rows)


def notices(report: Mapping[str, object]) -> tuple[str, ...]:
    """Return what had to be assumed, for the top of the page; of many a few and how many more."""
    told = [capital(_text(one, "file", 400)) for one in _entries(report, "notes")]
    assumed = [text for text in told if "assum" in text.lower()]
    more = len(assumed) - MOST_NOTICES
    if more < 2:
        return tuple(assumed)
    return (*assumed[:MOST_NOTICES], f"{more:,} more such dates were assumed.")


def _files(files: Sequence[Entry]) -> DataTable:
    head = ["File", "Format", "Digests", "Dated by", "Blocks", "Papers"]
    more = {"n_duplicates": "Met twice in a digest", "n_known": "Known to the store"}
    there = [key for key in more if any(_number(one.get(key)) for one in files)]
    rows = [
        (
            _text(one, "file"),
            _text(one, "format"),
            _days(one),
            _text(one, "date_from"),
            *(_amount(one.get(key)) for key in ("n_blocks", "n_papers", *there)),
        )
        for one in files[:MOST_FILES]
    ]
    return _table(
        f"Files ({len(files):,})", rows, len(files), (*head, *(more[key] for key in there))
    )


def _left_out(dropped: Sequence[Entry]) -> DataTable:
    """List what may have been a paper before what is furniture of a page."""
    ordered = sorted(dropped, key=lambda one: one.get("kind") == FURNITURE)
    blocks = sum(max(1, _number(one.get("n_blocks"))) for one in dropped)
    losses = sum(one.get("kind") != FURNITURE for one in dropped)
    rows = [
        (
            _text(one, "file"),
            str(_number(one.get("line")) or ""),
            capital(_text(one, "kind")),
            _text(one, "reason"),
            _text(one, "text"),
        )
        for one in ordered[:MOST_LEFT_OUT]
    ]
    which = f"{losses:,} of them more than page furniture" if losses else "all page furniture"
    caption = f"Left out ({count(blocks, 'block')}, {which})"
    return _table(caption, rows, len(ordered), ("File", "Line", "Kind", "Why", "How it begins"))


def _not_read(files: Sequence[Entry]) -> DataTable:
    rows = [(_text(one, "file"), _text(one, "reason")) for one in files[:MOST_LEFT_OUT]]
    return _table(f"Files not read ({len(files):,})", rows, len(files), ("File", "Why"))


def _alike(pairs: Sequence[Entry]) -> DataTable:
    rows = [
        (
            _text(one, "title"),
            _text(one, "other_title"),
            f"{100 * _share(one.get('similarity')):.0f} %",
        )
        for one in pairs[:MOST_ALIKE]
    ]
    return _table(
        f"Papers that are nearly the same, both kept ({count(len(pairs), 'pair')})",
        rows,
        len(pairs),
        ("Paper", "Other paper", "Abstracts alike"),
    )


def _lookup(lookup: object) -> DataTable:
    one = lookup if isinstance(lookup, Mapping) else {}
    told = {
        "n_met": "Rows of papers known there",
        "n_arxiv_ids": "arXiv ids filled in",
        "n_published": "Publication dates filled in",
        "n_moved": "Rows moved to another digest",
    }
    rows = [(_text(one, "file"), *(_amount(one.get(key)) for key in told))] if one else []
    return _table("Looked up in a table of known papers", rows, 1, ("Table", *told.values()))


def _table(
    caption: str, rows: Sequence[tuple[str, ...]], n_all: int, columns: tuple[str, ...]
) -> DataTable:
    if len(rows) < n_all:
        caption += f": the first {len(rows):,} of {n_all:,} entries"
    return DataTable(caption, columns, tuple(rows), (), ())


def _entries(report: Mapping[str, object], key: str) -> list[Entry]:
    """Return the entries of a list, a plain text as one that has nothing but a file's name."""
    listed = report.get(key)
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        return []
    return [one if isinstance(one, Mapping) else {"file": str(one)} for one in listed]


def _days(one: Entry) -> str:
    first, last = _text(one, "digest_date"), _text(one, "last_digest")
    if not last or last == first:
        return first
    return f"{first} to {last} ({count(_number(one.get('n_digests')), 'digest')})"


def _text(one: Entry, key: str, most: int = MOST_TEXT) -> str:
    value = one.get(key)
    return "" if value is None else shortened(str(value), most)


def _number(value: object) -> int:
    return int(value) if isinstance(value, int) else 0


def _share(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _amount(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else ""
