"""Contents into a new DuckDB file, in one go.

One thread, rows in the order given, no clock. Must not put the file in its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.store.contents import Contents
from papertrends.store.schema import (
    ARRAYS,
    FORMAT,
    META,
    PARTS,
    TABLES,
    VERSION,
    create,
    sql_schema,
    vectors_schema,
)

#: DuckDB's own version of files: the oldest that is still written, for old readers.
_STORAGE = "v1.0.0"


def write_file(path: Path, contents: Contents) -> None:
    """Write `contents` into the new database `path` and close it.

    Raises
    ------
    duckdb.Error
        If it cannot be written.
    """
    import duckdb

    # Without a folder to spill into, DuckDB makes none beside the store.
    with duckdb.connect(config={"threads": 1, "temp_directory": ""}) as database:
        target = str(path).replace("'", "''")
        database.execute(f"ATTACH '{target}' AS store (TYPE duckdb, STORAGE_VERSION '{_STORAGE}')")
        # Floats hardly compress, and DuckDB takes seconds to find that out. Its compressed
        # texts end in whatever the memory held before, which is not for a file to tell.
        database.execute("SET force_compression = 'uncompressed'")
        database.execute("BEGIN")
        _insert(database, "meta", META, _meta(contents))
        for name, schema in TABLES.items():
            _insert(database, name, sql_schema(schema), _plain(contents.tables[name], schema))
        _insert_vectors(database, contents)
        _insert(database, "model_parts", PARTS, _parts(contents.parts))
        _insert_arrays(database, contents.arrays)
        database.execute("COMMIT")
        # Closing would bring all of it into the file as well, but need not tell of a failure.
        database.execute("CHECKPOINT store")
        database.execute("DETACH store")


def _insert(
    database: Any, name: str, columns: Mapping[str, str], rows: Mapping[str, NDArray[Any]]
) -> None:
    database.execute(create(name, columns))
    database.register("rows", dict(rows))
    chosen = ", ".join(f'CAST("{column}" AS {kind})' for column, kind in columns.items())
    database.execute(f'INSERT INTO store.main."{name}" SELECT {chosen} FROM rows')
    database.unregister("rows")


def _meta(contents: Contents) -> dict[str, NDArray[Any]]:
    rows = {
        "format": FORMAT,
        "version": str(VERSION),
        "papertrends": version("papertrends"),
        "reduced": "yes" if contents.reduced else "no",
        "encoded_width": str(contents.encoded.shape[1]),
        "lsa_width": str(contents.lsa.shape[1]),
        **{f"rows_{name}": str(len(contents.tables[name])) for name in TABLES},
        "rows_vectors": str(len(contents.paper_ids)),
        "rows_model_parts": str(len(contents.parts)),
        "rows_model_arrays": str(len(contents.arrays)),
    }
    return {"key": _objects(rows), "value": _objects(rows.values())}


def _objects(values: Any) -> NDArray[Any]:
    return np.array([*values, None], dtype=object)[:-1]


def _plain(table: pd.DataFrame, schema: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns of `table` as DuckDB takes them, whatever pandas keeps them in."""
    columns: dict[str, Any] = {}
    for name, dtype in schema.items():
        column = table[name]
        if dtype == "str":
            columns[name] = _objects(column.fillna(""))
        elif dtype == "Int64":
            # Not as a masked array: not every DuckDB minds its mask.
            columns[name] = _objects(None if pd.isna(one) else int(one) for one in column)
        else:
            columns[name] = column.to_numpy()
    return columns


def _insert_vectors(database: Any, contents: Contents) -> None:
    columns = vectors_schema(contents.encoded.shape[1], contents.lsa.shape[1])
    database.execute(create("vectors", columns))
    rows: dict[str, NDArray[Any]] = {"paper_id": _objects(contents.paper_ids)}
    chosen = ["paper_id"]
    for name, vectors in (("encoded", contents.encoded), ("lsa", contents.lsa)):
        # A column a number: the one form that DuckDB takes from NumPy without a loop in Python.
        numbers = [f"{name}{number}" for number in range(vectors.shape[1])]
        rows |= dict(zip(numbers, np.ascontiguousarray(vectors.T), strict=True))
        chosen.append(f"array_value({', '.join(numbers)})" if numbers else "NULL")
    database.register("rows", rows)
    database.execute(f"INSERT INTO store.main.vectors SELECT {', '.join(chosen)} FROM rows")
    database.unregister("rows")


def _parts(parts: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    contents = (json.dumps(parts[name], sort_keys=True) for name in sorted(parts))
    return {"name": _objects(sorted(parts)), "content": _objects(contents)}


def _insert_arrays(database: Any, arrays: Mapping[str, NDArray[Any]]) -> None:
    database.execute(create("model_arrays", ARRAYS))
    for name in sorted(arrays):
        # Little-endian on every machine, in C order.
        array = arrays[name].astype(arrays[name].dtype.newbyteorder("<"), copy=False)
        row = [name, array.dtype.name, json.dumps(array.shape), array.tobytes()]
        database.execute("INSERT INTO store.main.model_arrays VALUES (?, ?, ?, ?)", row)
