"""Reading and writing a store: whole, checked, and never half.

A store is written as a new file beside the old one and takes its place when it is
complete. What is read is checked in full, and by the seal before DuckDB sees it.
Must not know what the tables mean.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd

from papertrends.errors import InputError, shortened
from papertrends.files import check_writable
from papertrends.store.contents import Contents, fault, unwritable
from papertrends.store.locking import new_beside, real_place
from papertrends.store.migrations import MIGRATIONS
from papertrends.store.reading import DamageError, Origin, StoreFile
from papertrends.store.schema import TABLES, VERSION
from papertrends.store.seal import ANEW, OTHER, check_no_log, check_seal, seal
from papertrends.store.writing import write_file
from papertrends.tables import conform, require_columns

__all__ = ["Contents", "read_store", "write_store"]

_LOG = logging.getLogger(__name__)

#: What DuckDB says of a file in use, and what that means.
_IN_USE = (
    (
        "Could not set lock",
        "another program has this store open for writing",
        "close it there first",
    ),
    (
        "file handle conflict",
        "this store is open in a DuckDB connection of this program",
        "close that connection first",
    ),
)


def read_store(path: Path) -> Contents:
    """Return all that the store at `path` holds, brought forward to this version.

    Parameters
    ----------
    path : Path
        The store, or a link to it. The file is not changed.

    Raises
    ------
    InputError
        If there is no store, it is damaged, in use by another program, or of a version
        that this one cannot read.
    """
    place = real_place(path)
    check_no_log(place, path)
    check_seal(place, path)
    with _as_damage(path), StoreFile(place) as file:
        origin = file.origin()
        if origin is None:
            raise InputError(
                "this is a DuckDB database, but no papertrends store", OTHER, file=str(path)
            )
        _check_version(origin, path)
        contents = file.contents()
        for step in range(origin.version, VERSION):
            contents = MIGRATIONS[step](contents)
        wrong = fault(contents)
        if wrong:
            raise DamageError(wrong)
        try:
            return _conformed(contents)
        except (TypeError, ValueError) as error:
            raise DamageError(f"a value is missing ({error})") from error


def write_store(path: Path, contents: Contents) -> None:
    """Write `contents` as the store at `path`, whole or not at all.

    To be called by whoever holds the lock (`papertrends.store.locking.locked`).

    Parameters
    ----------
    path : Path
        Replaced if it is there; if it is a link, what it leads to is replaced.
    contents : Contents

    Raises
    ------
    InputError
        If it cannot be written, `contents` lack a table, or vectors and papers do not
        match; the store is then as it was before.
    """
    contents = _checked(contents, path)
    place = real_place(path)
    check_writable(place)
    check_no_log(place, path)
    new = new_beside(place)
    try:
        with _as_failure(path):
            write_file(new, contents)
            if place.exists():
                shutil.copymode(place, new)
            seal(new)
            new.replace(place)
            _sync_folder(place.parent)
    finally:
        for left in (new, new.with_name(new.name + ".wal")):
            with suppress(OSError):
                left.unlink(missing_ok=True)
    _LOG.info(
        "wrote the store %s: %d papers", path, contents.tables["papers"]["paper_id"].nunique()
    )


def _check_version(origin: Origin, path: Path) -> None:
    wrote = (
        f"was written by papertrends {shortened(origin.papertrends)}"
        f" as version {origin.version} of the format"
    )
    if origin.version > VERSION:
        raise InputError(
            f"{wrote}, this one reads up to {VERSION}", "upgrade papertrends", file=str(path)
        )
    if not all(step in MIGRATIONS for step in range(origin.version, VERSION)):
        raise InputError(
            f"{wrote}, from which nothing leads to version {VERSION}",
            "make it anew from the dumps with papertrends report --store",
            file=str(path),
        )


def _conformed(contents: Contents) -> Contents:
    tables = {
        name: contents.tables[name]
        if _fits(contents.tables[name], schema)
        else conform(contents.tables[name], schema)
        for name, schema in TABLES.items()
    }
    return replace(contents, tables=tables)


def _fits(table: pd.DataFrame, schema: Mapping[str, str]) -> bool:
    # Most tables do, and to conform them takes longer than to read them.
    types = dict(zip(table, map(str, table.dtypes), strict=True))
    return list(types.items()) == list(schema.items()) and table.index.equals(
        pd.RangeIndex(len(table))
    )


def _checked(contents: Contents, path: Path) -> Contents:
    """Return `contents` with exactly the columns of the schema, or raise an `InputError`."""
    for name, schema in TABLES.items():
        require_columns(contents.tables.get(name, pd.DataFrame()), schema, name)
    more = sorted(set(contents.tables) - set(TABLES))
    contents = _conformed(contents)
    wrong = fault(contents) or unwritable(contents)
    if more:
        wrong = f"there is no table {more[0]} in a store"
    if wrong:
        raise InputError(
            f"this cannot be stored: {wrong}",
            "give the tables as papertrends makes them",
            file=str(path),
        )
    return contents


@contextmanager
def _as_damage(path: Path) -> Iterator[None]:
    """Raise as an `InputError` what goes wrong while a store is read."""
    import duckdb

    try:
        yield
    except DamageError as error:
        raise InputError(f"this store is damaged: {error}", ANEW, file=str(path)) from error
    except duckdb.Error as error:
        for words, problem, remedy in _IN_USE:
            if words in str(error):
                raise InputError(problem, remedy, file=str(path)) from error
        said = shortened(str(error), 120)
        raise InputError(
            f"DuckDB {duckdb.__version__} cannot read this store ({said})",
            "upgrade DuckDB, or " + ANEW,
            file=str(path),
        ) from error


@contextmanager
def _as_failure(path: Path) -> Iterator[None]:
    """Raise as an `InputError` what goes wrong while a store is written."""
    import duckdb

    try:
        yield
    except (
        duckdb.IOException,
        duckdb.OutOfMemoryException,
        duckdb.TransactionException,
        duckdb.FatalException,
        OSError,
    ) as error:
        said = getattr(error, "strerror", None) or shortened(str(error), 120)
        if os.strerror(errno.ENOSPC) in str(error):
            problem, remedy = "the disk is full", "free some space"
        else:
            problem, remedy = f"the store cannot be written ({said})", "choose another place"
        raise InputError(
            problem, f"{remedy} and run it again; nothing was changed", file=str(path)
        ) from error


def _sync_folder(folder: Path) -> None:
    """See the new name through to the disk, where the system knows how."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
