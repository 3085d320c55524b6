"""What tables have in common, whether their rows are JSON, CSV or Parquet.

Must not know how a table is written: it gets the rows, each a mapping of names
to values with its line, and what could not be read as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from papertrends.dumps.fields import NAMES, keyed, record_or_dropped
from papertrends.dumps.losses import LISTED, Losses, Unlisted
from papertrends.dumps.records import Dropped, Dump, Record
from papertrends.errors import InputError, did_you_mean, shortened

_UNUSED_DATE = (
    "the column 'date' was not used: say which it is with --column digest_date=date or"
    " published_date=date"
)


class Row(NamedTuple):
    """One row of a table.

    Attributes
    ----------
    line : int
        The line it begins on, or its number where there are no lines; from 1.
    values : mapping
        Its values by the names of the columns.
    """

    line: int
    values: Mapping[str, Any]


def dump_of(
    rows: Iterable[Row | Dropped | Unlisted],
    *,
    columns: Mapping[str, str],
    expected: str,
    file: str,
) -> Dump:
    """Make papers of rows.

    Parameters
    ----------
    rows : iterable of Row, Dropped or Unlisted
        In the order of the table; other than `Row` where there is none to be read.
    columns : mapping of str to str
        The column of a field, where it was said.
    expected : str
        What to give instead of a table without papers.
    file : str
        Its name for messages.

    Raises
    ------
    InputError
        If no row is a paper, or a column that was named is in no row.
    """
    records: list[Record] = []
    losses = Losses()
    known: dict[tuple[str, ...], dict[str, list[str]]] = {}
    not_met = set(columns.values())
    for row in rows:
        if losses.hopeless and not records:
            break
        if isinstance(row, Dropped):
            losses.add(row)
            continue
        if isinstance(row, Unlisted):
            losses.add_unlisted(row)
            continue
        names = tuple(row.values)
        fields = known.get(names)
        if fields is None:
            not_met.difference_update(names)
            if losses.full and _is_hopeless(names, columns):
                losses.add_unlisted(Unlisted(1, row.line, row.line))
                continue
            if len(known) >= LISTED:  # a table has a few sets of columns; junk has any number
                known.pop(next(iter(known)))
            fields = known[names] = keyed(names, columns)
        if losses.full and not (fields["title"] and fields["abstract"]):
            losses.add_unlisted(Unlisted(1, row.line, row.line))
            continue
        made = record_or_dropped(row.values, fields, lines=(row.line,), position=len(records) + 1)
        if isinstance(made, Record):
            records.append(made)
        else:
            losses.add(made)
    met = {name: None for names in known for name in names} | dict.fromkeys(
        set(columns.values()) - not_met
    )
    require_columns_named(columns, met, file=file)
    if not records:
        raise losses.no_paper(expected, file=file)
    n_rows = len(records) + losses.count
    return Dump(tuple(records), losses.all(), None, n_rows, notes=_notes(records, columns, known))


def _is_hopeless(names: Iterable[str], columns: Mapping[str, str]) -> bool:
    if "title" in columns:
        return columns["title"] not in names
    return not any("title" in name.casefold() for name in names)


def require_columns_named(columns: Mapping[str, str], names: Iterable[str], *, file: str) -> None:
    """Raise an `InputError` if a column that was named for a field is not among `names`."""
    there = list(names)
    for name, column in columns.items():
        if there and column not in there:
            raise InputError(
                f"there is no column '{column}' to be the {name}",
                did_you_mean(column, [shortened(one) for one in there[:50]]),
                file=file,
            )


def _notes(
    records: Sequence[Record], columns: Mapping[str, str], known: Iterable[tuple[str, ...]]
) -> tuple[str, ...]:
    dated = any(record.digest_date for record in records)
    taken = "date" in (column.casefold() for column in columns.values())
    has_date = any(name.casefold() == "date" for names in known for name in names)
    return (_UNUSED_DATE,) if has_date and not dated and not taken else ()


def may_be_table(names: Iterable[str]) -> bool:
    """Tell whether a table with these columns has titles and abstracts."""
    found = keyed(names, {})
    return bool(found["title"] and found["abstract"])


NEEDED = " and ".join(("a column 'title'", f"one called {' or '.join(NAMES['abstract'])}"))
"""The columns without which there are no papers, in words."""
