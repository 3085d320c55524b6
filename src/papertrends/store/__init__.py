"""The store: one DuckDB file that remembers everything between runs."""

from __future__ import annotations

from papertrends.store.database import Contents, read_store, write_store
from papertrends.store.locking import locked
from papertrends.store.schema import TABLES, VERSION
from papertrends.store.view import Store, as_path, open_store

__all__ = [
    "TABLES",
    "VERSION",
    "Contents",
    "Store",
    "as_path",
    "locked",
    "open_store",
    "read_store",
    "write_store",
]
