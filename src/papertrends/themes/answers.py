"""Answers about theme names kept between runs, so that the same question is asked once.

Must never be needed: where the cache cannot be read or written, the question is
asked again and the run goes on.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from papertrends.files import sha256_of

_LOG = logging.getLogger(__name__)
_FILE = "names.sqlite"


def key_of(*parts: str) -> str:
    """Return the key of a question: a hash of who is asked, and what.

    Examples
    --------
    >>> key_of("a", "bc") == key_of("ab", "c")
    False
    """
    return sha256_of(json.dumps(parts).encode())


def recall(folder: Path, key: str) -> str | None:
    """Return the answer kept in `folder` for that question, or None."""
    file = folder / _FILE
    if not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(file)) as database:
            row = database.execute("SELECT answer FROM names WHERE key = ?", (key,)).fetchone()
    except (sqlite3.Error, ValueError) as error:
        _LOG.warning("the cache %s cannot be read (%s); asking anew", file, error)
        return None
    return row[0] if row and isinstance(row[0], str) else None


def keep(folder: Path, key: str, answer: str) -> str:
    """Keep `answer` in `folder` and return the one that is kept.

    The first answer stays: of two runs at the same time, both go on with it.
    """
    file = folder / _FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as database, database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS names (key TEXT PRIMARY KEY, answer TEXT NOT NULL)"
            )
            database.execute("INSERT OR IGNORE INTO names VALUES (?, ?)", (key, answer))
    except (OSError, sqlite3.Error, ValueError) as error:
        _LOG.warning("the cache %s cannot be written (%s); going on without", file, error)
        return answer
    kept = recall(folder, key)
    return answer if kept is None else kept
