"""Tables as Parquet datasets: a folder a table, cut into parts of bounded size.

Must not change a table. Written by the process that has the tables, so that workers need
no disk in common with it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from papertrends.errors import InputError
from papertrends.export import write_parquet
from papertrends.tables import Tables

#: Rows in a part; the parts of a table depend on nothing else.
PART_ROWS = 100_000


def check_new(folder: Path) -> None:
    """Raise an `InputError` unless `folder` can be made, before any work is done."""
    if folder.is_symlink() or folder.exists():
        if not folder.is_dir() or any(folder.iterdir()):
            raise InputError("holds something already", "name a new folder", file=str(folder))
        folder = folder.resolve()
    if not folder.parent.is_dir():
        raise InputError(f"there is no folder '{folder.parent}'", "make it first", file=str(folder))
    if not os.access(folder.parent, os.W_OK | os.X_OK):
        raise InputError("cannot write here", "choose another folder", file=str(folder))


def write_datasets(tables: Tables, manifest: Mapping[str, Any], folder: Path) -> None:
    """Write each table as ``<table>.parquet/part-00000.parquet`` and on, and the manifest.

    All of it is written beside `folder` and then put in its place, which is new or empty.

    Raises
    ------
    InputError
        If `folder` holds something or cannot be written.
    """
    check_new(folder)
    try:
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        for name, table in tables.items():
            place = beside / f"{name}.parquet"
            place.mkdir()
            for number, start in enumerate(range(0, max(1, len(table)), PART_ROWS)):
                part = table.iloc[start : start + PART_ROWS]
                write_parquet(part, place / f"part-{number:05d}.parquet")
        text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        (beside / "manifest.json").write_bytes(text.encode("utf-8"))
        beside.chmod(0o755)
        if folder.is_dir():
            folder.rmdir()
        beside.replace(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(
        f"cannot be written to ({error.strerror or error})",
        "make room, or choose another folder",
        file=str(folder),
    )
