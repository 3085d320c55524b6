"""The tables of a store and the version of its format.

Every change of what is written here raises `VERSION` and comes with a step in
`papertrends.store.migrations` and a line in ``docs/store.md``. Must not open files.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from papertrends import tables

VERSION = 3
#: What the key ``format`` of the table ``meta`` says in every store of every version.
FORMAT = "papertrends store"

#: The tables of a store by name, each with its columns and their pandas types.
TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "papers": tables.PAPERS,
        "digests": tables.DIGESTS,
        "files": tables.FILES,
        "themes": tables.THEMES,
        "memberships": tables.MEMBERSHIPS,
        "unassigned": tables.UNASSIGNED,
        "near_misses": tables.NEAR_MISSES,
        "map": tables.MAP,
        "volume": tables.VOLUME,
        "jumps": tables.JUMPS,
        "trends": tables.TRENDS,
        "curves": tables.CURVES,
        "changes": tables.CHANGES,
        "events": tables.EVENTS,
        "sensitivity": tables.SENSITIVITY,
        "other_trends": tables.TRENDS,
        "other_curves": tables.CURVES,
        "other_changes": tables.CHANGES,
        "looks": tables.LOOKS,
        "what_changed": tables.WHAT_CHANGED,
        "moves": tables.MOVES,
        "history": tables.HISTORY,
        "registry": tables.REGISTRY,
        "runs": tables.RUNS,
    }
)
#: How a column of each pandas type is kept; NaT, <NA> and NaN are NULL.
SQL_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "str": "VARCHAR",
        "datetime64[ns]": "DATE",
        "int64": "BIGINT",
        "Int64": "BIGINT",
        "float64": "DOUBLE",
        "bool": "BOOLEAN",
    }
)

#: The tables beside them, with the SQL types of their columns.
META = MappingProxyType({"key": "VARCHAR", "value": "VARCHAR"})
PARTS = MappingProxyType({"name": "VARCHAR", "content": "VARCHAR"})
ARRAYS = MappingProxyType(
    {"name": "VARCHAR", "dtype": "VARCHAR", "shape": "VARCHAR", "data": "BLOB"}
)
#: The types that arrays of a model may have.
ARRAY_TYPES = ("float64", "float32", "int64", "bool")


def vectors_schema(encoded: int, lsa: int) -> dict[str, str]:
    """Return the SQL types of the table ``vectors`` for vectors of these widths."""
    return {"paper_id": "VARCHAR", "encoded": vector_type(encoded), "lsa": vector_type(lsa)}


def vector_type(width: int) -> str:
    """Return the SQL type of a vector of `width` numbers; DuckDB knows none of width 0."""
    return f"FLOAT[{width}]" if width else "FLOAT[]"


def file_schema(encoded: int, lsa: int) -> dict[str, dict[str, str]]:
    """Return every table of the file with the SQL types of its columns."""
    return {
        "meta": dict(META),
        **{name: sql_schema(schema) for name, schema in TABLES.items()},
        "vectors": vectors_schema(encoded, lsa),
        "model_parts": dict(PARTS),
        "model_arrays": dict(ARRAYS),
    }


def sql_schema(schema: Mapping[str, str]) -> dict[str, str]:
    """Return the SQL types of the columns of a `schema` of pandas types."""
    return {name: SQL_TYPES[dtype] for name, dtype in schema.items()}


def create(name: str, columns: Mapping[str, str]) -> str:
    """Return the statement that makes the table `name`."""
    parts = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    return f'CREATE TABLE store.main."{name}" ({parts})'
