"""One writer of a store at a time, and what killed ones have left swept up.

The lock is held on a small hidden file beside the store and is gone with the
process that holds it, however that ends. Readers need none: a store is put in
place whole. Must not look into the store.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from papertrends.errors import InputError
from papertrends.files import check_writable
from papertrends.progress import Progress, silent

WAITING = "waiting for another run of this store"
_ENDING = "papertrends-new"


def real_place(path: Path) -> Path:
    """Return where the store lies, whatever links lead there; it need not exist.

    Raises
    ------
    InputError
        If the links lead in a circle.
    """
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise InputError(
            "this link leads nowhere", "name the store itself", file=str(path)
        ) from error


def new_beside(path: Path) -> Path:
    """Return the name of a hidden file beside `path` that nobody else uses."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}.{_ENDING}")


def sweep(path: Path) -> None:
    """Remove what killed writers of the store at `path` have left beside it, nothing else.

    To be called by whoever holds the lock: nobody else is writing then.
    """
    pattern = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{16}}\.{_ENDING}(\.wal)?")
    for file in sorted(path.parent.iterdir()):
        if pattern.fullmatch(file.name) and file.is_file() and not file.is_symlink():
            file.unlink(missing_ok=True)


@contextmanager
def locked(path: Path, *, progress: Progress = silent, patience: float = 600) -> Iterator[None]:
    """Hold the store at `path` for writing while the block runs.

    Parameters
    ----------
    path : Path
        The store, which need not exist yet; its folder must.
    progress : Progress, optional
        Told when another run holds the store.
    patience : float
        How many seconds to wait for it.

    Raises
    ------
    InputError
        If another run still holds the store after `patience` seconds, or the folder
        cannot be written to.
    """
    from filelock import FileLock, Timeout

    place = real_place(path)
    check_writable(place)
    lock = FileLock(place.with_name(f".{place.name}.lock"))
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            progress(WAITING, 0, 1)
            lock.acquire(timeout=patience, poll_interval=0.05)
            progress(WAITING, 1, 1)
        sweep(place)
    except Timeout as error:
        raise InputError(
            f"another run has held this store for more than {patience:g} seconds",
            "try again when it is done",
            file=str(path),
        ) from error
    except OSError as error:
        lock.release()
        raise InputError(
            f"cannot be locked ({error.strerror})", "choose another folder", file=str(path)
        ) from error
    try:
        yield
    finally:
        lock.release()
