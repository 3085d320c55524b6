"""The seal at the end of a store: the SHA-256 of everything before it.

DuckDB checks its blocks when it reads them, but a damaged file can make it fail in
ways that are no error messages. So the whole file is checked before DuckDB is
let near it. The seal comes after the last block, where DuckDB does not look: the
file is a plain DuckDB database all the same. It guards against accidents, not
against someone who forges it. Must not know what the file holds.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from pathlib import Path
from typing import BinaryIO

from papertrends.errors import InputError, shortened
from papertrends.store.schema import FORMAT

_WORD = b"papertrends seal sha256 "
_LENGTH = len(_WORD) + 64 + 1
_PIECE = 1 << 20
ANEW = "restore a copy of it, or make it anew from the dumps with papertrends report --store"
OTHER = "name a store that papertrends report --store has made"


def seal(path: Path) -> None:
    """Put the seal at the end of the file, and see the file through to the disk.

    Raises
    ------
    OSError
        If the file cannot be read or written.
    """
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        digest = _digest(file, size)
        file.seek(size)
        file.write(_WORD + digest.encode("ascii") + b"\n")
        file.flush()
        os.fsync(file.fileno())


def check_seal(path: Path, name: Path) -> None:
    """Raise an `InputError` that says what is wrong unless the file is as it was sealed.

    Parameters
    ----------
    path : Path
        Where the store lies.
    name : Path
        What the user calls it.
    """
    try:
        if path.is_dir():
            raise InputError("this is a folder, no store", OTHER, file=str(name))
        with path.open("rb") as file:
            _check(file, name)
    except FileNotFoundError as error:
        raise InputError("there is no such store", OTHER, file=str(name)) from error
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})", "see to it that it can be", file=str(name)
        ) from error


def check_no_log(path: Path, name: Path) -> None:
    """Raise an `InputError` if another program's unfinished changes lie beside the store.

    DuckDB would apply them when it opens the file.
    """
    log = path.with_name(path.name + ".wal")
    if log.exists():
        raise InputError(
            f"another program is writing to this store, or stopped halfway and left '{log.name}'",
            "close that program; if there is none, delete that file",
            file=str(name),
        )


def _check(file: BinaryIO, name: Path) -> None:
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        raise InputError("this is an empty file, no store", OTHER, file=str(name))
    head = file.read(64)
    file.seek(max(size - _LENGTH, 0))
    tail = file.read(_LENGTH)
    if tail.startswith(_WORD):
        file.seek(0)
        digest = _digest(file, size - _LENGTH)
        if tail != _WORD + digest.encode("ascii") + b"\n":
            raise InputError(
                "this store is damaged: its content is not what was written", ANEW, file=str(name)
            )
    elif head[8:12] != b"DUCK":
        raise InputError(f"this is no papertrends store, but {_kind(head)}", OTHER, file=str(name))
    elif _mentions(file, FORMAT.encode("ascii")):
        raise InputError(
            "this store was cut short, or another program has written to it", ANEW, file=str(name)
        )
    else:
        raise InputError(
            "this is a DuckDB database, but no papertrends store or only a piece of one",
            OTHER,
            file=str(name),
        )


def _digest(file: BinaryIO, size: int) -> str:
    """Return the SHA-256 of the next `size` bytes of `file`."""
    digest = hashlib.sha256()
    while size > 0:
        piece = file.read(min(size, _PIECE))
        if not piece:
            raise OSError(0, f"ends {size} bytes early")
        digest.update(piece)
        size -= len(piece)
    return digest.hexdigest()


def _mentions(file: BinaryIO, word: bytes) -> bool:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(word) >= 0


def _kind(head: bytes) -> str:
    if head.startswith(b"SQLite format 3\0"):
        return "an SQLite database"
    if head.startswith(b"PK\x03\x04"):
        return "a zip archive"
    if head.startswith(b"PAR1"):
        return "a Parquet file"
    text = head.decode("utf-8", errors="ignore")
    if (
        text
        and len(text) > len(head) - 4
        and all(one.isprintable() or one.isspace() for one in text)
    ):
        return f"a text that begins '{shortened(text, 30)}'"
    return "a file of another kind, or a store whose beginning and end are damaged"
