"""Read Parquet files, with DuckDB and nothing but the file itself.

Must not reach for other files or the network, whatever a name looks like, and
must not hold a table in memory.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from papertrends.dumps.content import Content
from papertrends.dumps.fields import keyed
from papertrends.dumps.lists.rows import NEEDED, Row, dump_of, require_columns_named
from papertrends.dumps.records import Dropped, Dump
from papertrends.errors import InputError, shortened

if TYPE_CHECKING:
    import duckdb

_BATCH = 500
_PLAIN_NAME = re.compile(r"[\w./ -]+", re.ASCII)
_PARTITION = re.compile(r"(?:^|/)([^/=]+)=([^/]*)(?=/)")
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


def looks_like(text: str) -> bool:  # noqa: ARG001
    """Tell that no text is Parquet; its files are known by how they begin."""
    return False


def read(content: Content, *, columns: Mapping[str, str]) -> Dump:
    """Read one file, only the columns that papers need.

    Parameters
    ----------
    content : Content
        What there is to read.
    columns : mapping of str to str
        The columns of fields where they are not called as usual.

    Raises
    ------
    InputError
        If it is damaged, lacks columns, or has no paper in it.
    """
    return dump_of(
        rows(content, [], columns=columns),
        columns=columns,
        expected="give a table with titles and abstracts",
        file=content.file,
    )


def rows(
    content: Content, notes: list[str], *, columns: Mapping[str, str] | None = None
) -> Iterator[Row | Dropped]:
    """Read the rows, one after the other; the number of a row stands for its line.

    Parameters
    ----------
    content : Content
        What there is to read.
    notes : list of str
        Is added to: what had to be put right.
    columns : mapping of str to str, optional
        Read only what papers need, the columns being called like this; else all.
    """
    import duckdb

    del notes  # nothing is ever put right
    with content.on_disk() as there, _plainly_named(there) as path, _database() as database:
        try:
            yield from _rows(content, path, database, columns)
        except InputError:
            raise
        except (duckdb.Error, ValueError, OverflowError, RuntimeError) as error:
            # The latter three are values that Python has no type for, and broken names.
            raise _damaged(content, error) from error


def _rows(
    content: Content,
    path: Path,
    database: duckdb.DuckDBPyConnection,
    columns: Mapping[str, str] | None,
) -> Iterator[Row]:
    shown = database.execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(path)]).description
    types = {name: str(kind) for name, kind, *_ in shown}
    # Only the values that the file itself does not have are taken from its path.
    outer = {name: value for name, value in _partition(content) if name not in types}
    wanted = list(types)
    if columns is not None:
        wanted = _needed([*types, *outer], columns, content.file)
    chosen = [name for name in wanted if name in types]
    taken = {name: value for name, value in outer.items() if name in wanted}
    selected = ", ".join(f"{_as_python(name, types[name])} AS {_quoted(name)}" for name in chosen)
    query = database.execute(f"SELECT {selected or 'NULL'} FROM read_parquet(?)", [str(path)])
    number = 0
    while batch := query.fetchmany(_BATCH):
        for values in batch:
            number += 1
            row = dict(zip(chosen, values, strict=False))
            yield Row(number, row | taken if taken else row)


def _needed(names: Sequence[str], columns: Mapping[str, str], file: str) -> list[str]:
    """Return the columns that papers are made of, and one called 'date' for being told of."""
    require_columns_named(columns, names, file=file)
    found = keyed(names, columns)
    if not (found["title"] and found["abstract"]):
        raise InputError(
            f"no columns for titles and abstracts (there are: {shortened(', '.join(names), 200)})",
            f"give {NEEDED}, or say how they are called with --column title=NAME",
            file=file,
        )
    used = {name for some in found.values() for name in some}
    return [name for name in names if name in used or name.casefold() == "date"]


def _as_python(name: str, kind: str) -> str:
    """Return the column as Python can hold it, whatever its values: dates as they are written."""
    column = _quoted(name)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(make_timestamp(epoch_us({column})) AS VARCHAR)"
    if kind.startswith(("DATE", "TIMESTAMP", "TIME", "INTERVAL")) and not kind.endswith("]"):
        return f"CAST({column} AS VARCHAR)"
    if kind.startswith("DECIMAL") and not kind.endswith("]"):
        return f"CAST({column} AS DOUBLE)"
    return column


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _partition(content: Content) -> list[tuple[str, str]]:
    """Return the columns that the folders of a dataset stand for: ``digest_date=2025-07-31/``."""
    where = (content.path or Path(content.file)).as_posix()
    found = [(unquote(name), unquote(value)) for name, value in _PARTITION.findall(where)]
    return [(name, value) for name, value in found if value != _NO_VALUE]


@contextmanager
def _database() -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    config: dict[str, Any] = {
        "threads": 1,
        "memory_limit": "800MB",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with duckdb.connect(config=config) as database:
        yield database


@contextmanager
def _plainly_named(path: Path) -> Iterator[Path]:
    """Give the file under a name that is no pattern and no address."""
    if path.is_absolute() and _PLAIN_NAME.fullmatch(str(path)):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="papertrends-") as folder:
        link = Path(folder) / "dump.parquet"
        link.symlink_to(path.absolute())
        yield link


def _damaged(content: Content, error: Exception) -> InputError:
    said = str(error).replace("\0", "").split("\n\nLINE ")[0]
    return InputError(
        f"cannot be read as Parquet ({shortened(said, 120)})",
        "check the file, or save it again",
        file=content.file,
    )
