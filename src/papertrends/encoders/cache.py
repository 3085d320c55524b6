"""Vectors kept between runs, by content and encoder.

Must never be needed: where the cache cannot be read or written, vectors are
made anew and the run goes on.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from papertrends.encoders.base import Encoder, Vectors
from papertrends.encoders.returned import checked_vectors
from papertrends.files import sha256_of
from papertrends.progress import Progress, silent

_LOG = logging.getLogger(__name__)
_QUERY_SIZE = 500


def encode_cached(
    encoder: Encoder, texts: Sequence[str], folder: Path, *, progress: Progress = silent
) -> Vectors:
    """Return ``encoder.encode(texts)``, taking from `folder` what was encoded before.

    Parameters
    ----------
    encoder : Encoder
        One whose ``cached`` is False has its name for other ends: nothing of it is read
        or kept.
    texts : sequence of str, length n
    folder : Path
        Holds one small SQLite database, ``vectors.sqlite``.
    progress : Progress, optional

    Returns
    -------
    numpy.ndarray of float32, shape (n, d)

    Raises
    ------
    InputError
        If the encoder returns something else.
    """
    if not getattr(encoder, "cached", True):
        return checked_vectors(encoder.encode(texts, progress=progress), len(texts), encoder.name)
    keys = [_key(f"{encoder.name}\0{text}") for text in texts]
    known = _read(folder, keys)
    n_known = sum(key in known for key in keys)
    _LOG.info("%d of %d vectors of %s are in the cache", n_known, len(keys), encoder.name)
    new = _encoded(encoder, texts, keys, known, progress)
    if len({len(vector) for vector in (known | new).values()}) > 1:
        _LOG.warning("the cache in %s holds vectors of another width; encoding anew", folder)
        known, new = {}, _encoded(encoder, texts, keys, {}, progress)
    if new:
        _write(folder, new)
    known |= new
    return np.stack([known[key] for key in keys]) if keys else np.zeros((0, 0), dtype=np.float32)


def _key(text: str) -> str:
    # Half of a surrogate pair has no UTF-8; what becomes of it is for the encoder to say.
    return sha256_of(text.encode("utf-8", errors="surrogatepass"))


def _encoded(
    encoder: Encoder,
    texts: Sequence[str],
    keys: Sequence[str],
    known: dict[str, Vectors],
    progress: Progress,
) -> dict[str, Vectors]:
    """Return the vectors of the texts whose keys are not among the known ones."""
    rows = sorted({key: row for row, key in enumerate(keys) if key not in known}.values())
    if not rows:
        return {}
    returned = encoder.encode([texts[row] for row in rows], progress=progress)
    fresh = checked_vectors(returned, len(rows), encoder.name)
    return {keys[row]: vector for row, vector in zip(rows, fresh, strict=True)}


def _read(folder: Path, keys: Sequence[str]) -> dict[str, Vectors]:
    file = folder / "vectors.sqlite"
    found: dict[str, Vectors] = {}
    if not file.is_file():
        return found
    try:
        with closing(sqlite3.connect(file)) as database:
            for start in range(0, len(keys), _QUERY_SIZE):
                some = keys[start : start + _QUERY_SIZE]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"
                for key, blob in database.execute(query, some):
                    found[key] = np.frombuffer(blob, dtype="<f4").astype(np.float32)
    except (sqlite3.Error, TypeError, ValueError) as error:  # the file, or a vector in it
        _LOG.warning("the cache %s cannot be read (%s); encoding anew", file, error)
        return {}
    return found


def _write(folder: Path, vectors: dict[str, Vectors]) -> None:
    file = folder / "vectors.sqlite"
    rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as database, database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)"
            )
            database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
    except (OSError, sqlite3.Error) as error:
        _LOG.warning("the cache %s cannot be written (%s); going on without", file, error)
