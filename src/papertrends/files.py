"""Reading and writing files so that nothing half-written is ever left behind."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from papertrends.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of `data` in hex."""
    return hashlib.sha256(data).hexdigest()


def cache_folder() -> Path:
    """Return where vectors and fitted models are kept.

    The environment variable ``PAPERTRENDS_CACHE`` names another folder.
    """
    given = os.environ.get("PAPERTRENDS_CACHE")
    if given:
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("papertrends", appauthor=False)


def check_writable(path: Path) -> None:
    """Raise an `InputError` if `path` cannot be a file to write, before any work is done."""
    if path.is_dir():
        raise InputError("this is a folder", "name a file to write", file=str(path))
    if not path.parent.is_dir():
        raise InputError(f"there is no folder '{path.parent}'", "make it first", file=str(path))
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise InputError("cannot write here", "choose another folder", file=str(path))


def csv_text(table: pd.DataFrame) -> str:
    """Return `table` as CSV, dates as ``YYYY-MM-DD``, and a lone carriage return as a space."""
    return _as_csv(_without_returns(table))


def csv_cells(table: pd.DataFrame) -> list[list[str]]:
    """Return what stands in the CSV of `table`, column by column, without its quotes."""
    table = _without_returns(table)
    return [
        [str(text) for text in table[name].fillna("")]
        if table[name].dtype.kind == "O"
        # A line without a number is written as a quoted blank.
        else _as_csv(table[[name]]).replace('""', "").split("\n")[1:-1]
        for name in table
    ]


def _as_csv(table: pd.DataFrame) -> str:
    return str(table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d"))


def _without_returns(table: pd.DataFrame) -> pd.DataFrame:
    # Not every version of the csv module quotes one, and a reader would begin a new row there.
    texts = [str(name) for name, dtype in table.dtypes.items() if dtype.kind == "O"]
    bare = [name for name in texts if table[name].astype(str).str.contains("\r", regex=False).any()]
    return table.assign(**{name: table[name].str.replace("\r", " ") for name in bare})


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path that takes the place of `path` when the block ends well.

    Parameters
    ----------
    path : Path
        The file to be written. Its folder must exist.

    Yields
    ------
    Path
        A file beside it; whatever goes wrong, it is gone afterwards and `path`
        is as it was before.

    Raises
    ------
    InputError
        If the folder does not exist or cannot be written to.
    """
    check_writable(path)
    folder = path.parent
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.", suffix=path.suffix)
    except OSError as error:
        raise InputError(
            f"cannot write here ({error.strerror})", "choose another folder", file=str(path)
        ) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror or error})",
            "make room, or choose another folder",
            file=str(path),
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Give a temporary folder whose files go to `folder` when the block ends well.

    Parameters
    ----------
    folder : Path
        Made if need be.

    Yields
    ------
    Path
        A folder inside it; whatever goes wrong, it is gone afterwards, and no file was put
        in its place before all of them were written.

    Raises
    ------
    InputError
        If the folder cannot be made or written to, or a folder has the name of a file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        workshop = Path(tempfile.mkdtemp(dir=folder, prefix=".new."))
    except OSError as error:
        raise InputError(
            f"cannot be written to ({error.strerror})", "choose another folder", file=str(folder)
        ) from error
    try:
        yield workshop
        files = sorted(workshop.iterdir())
        for file in files:
            if (folder / file.name).is_dir():
                raise InputError(
                    f"'{file.name}' is a folder", "choose another folder", file=str(folder)
                )
        for file in files:
            file.replace(folder / file.name)
    except OSError as error:
        raise InputError(
            f"cannot be written to ({error.strerror or error})",
            "make room, or choose another folder",
            file=str(folder),
        ) from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data`, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
