"""Contents out of a DuckDB file, every table, array and vector in full.

Nothing in the file is trusted: it is attached to an empty database that may open no
other file and load no extension, and only plain tables with columns of known types
are read. Must not change the file, nor say what to do about a damaged one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.store.contents import Contents
from papertrends.store.schema import (
    ARRAY_TYPES,
    ARRAYS,
    FORMAT,
    META,
    PARTS,
    SQL_TYPES,
    vectors_schema,
)


class DamageError(Exception):
    """What the file says of itself does not hold."""


@dataclass(frozen=True)
class Origin:
    """Who wrote a store: the version of its format and that of papertrends."""

    version: int
    papertrends: str


class StoreFile:
    """A store that is open for reading; to be used in a ``with`` block."""

    def __init__(self, path: Path) -> None:
        import duckdb

        self._database: Any = duckdb.connect(
            config={
                "threads": 1,
                "temp_directory": "",
                "autoload_known_extensions": False,
                "autoinstall_known_extensions": False,
            }
        )
        try:
            name = str(path).replace("'", "''")
            self._database.execute(f"ATTACH '{name}' AS store (TYPE duckdb, READ_ONLY)")
            self._database.execute("SET enable_external_access = false")
            self._database.execute("SET lock_configuration = true")
            self._schema = self._columns()
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> StoreFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def origin(self) -> Origin | None:
        """Return who wrote the store, or None if it is none."""
        if self._schema.get("meta") != META:
            return None
        meta = self._meta()
        if meta.get("format") != FORMAT:
            return None
        try:
            return Origin(int(meta["version"]), meta["papertrends"])
        except (KeyError, ValueError) as error:
            raise DamageError("its version is not to be read") from error

    def contents(self) -> Contents:
        """Return all that the store holds.

        Raises
        ------
        DamageError
            If tables, rows or arrays are not as the table ``meta`` says.
        """
        meta = self._meta()
        try:
            counts = {
                key.removeprefix("rows_"): int(value)
                for key, value in meta.items()
                if key.startswith("rows_")
            }
            encoded, lsa = int(meta["encoded_width"]), int(meta["lsa_width"])
        except (KeyError, ValueError) as error:
            raise DamageError("the table meta is not complete") from error
        self._check_schema(counts, encoded, lsa)
        paper_ids, vectors = self._vectors({"encoded": encoded, "lsa": lsa})
        contents = Contents(
            tables={
                name: pd.DataFrame(self._plain(name))
                for name in counts
                if name not in ("vectors", "model_parts", "model_arrays")
            },
            paper_ids=paper_ids,
            encoded=vectors["encoded"],
            lsa=vectors["lsa"],
            parts=self._parts(),
            arrays=self._arrays(),
            reduced=meta.get("reduced") == "yes",
        )
        _check_counts(contents, counts)
        return contents

    def _columns(self) -> dict[str, dict[str, str]]:
        """Return the plain tables with the SQL types of their columns, in order."""
        rows = self._database.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns()"
            " JOIN duckdb_tables() USING (database_name, schema_name, table_name)"
            " WHERE database_name = 'store' AND schema_name = 'main'"
            # What a generated column holds is run when it is read.
            " AND sql NOT ILIKE '%GENERATED%' ORDER BY table_name, column_index"
        ).fetchall()
        schema: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            schema.setdefault(table, {})[column] = kind
        return schema

    def _check_schema(self, counts: Mapping[str, int], encoded: int, lsa: int) -> None:
        if set(self._schema) != {*counts, "meta"}:
            raise DamageError(f"its tables are {', '.join(sorted(self._schema))}")
        beside = {
            "vectors": vectors_schema(encoded, lsa),
            "model_parts": PARTS,
            "model_arrays": ARRAYS,
        }
        for name, columns in self._schema.items():
            if name in beside and columns != beside[name]:
                raise DamageError(f"the columns of {name} are {', '.join(columns)}")
            if name not in beside and not set(columns.values()) <= set(SQL_TYPES.values()):
                raise DamageError(f"the columns of {name} are {', '.join(columns.values())}")
        for name in beside:
            if name not in self._schema:
                raise DamageError(f"it has no table {name}")

    def _fetch(self, name: str) -> dict[str, NDArray[Any]]:
        columns = ", ".join(f'"{column}"' for column in self._schema[name])
        query = f'SELECT {columns} FROM store.main."{name}"'
        found: dict[str, NDArray[Any]] = self._database.execute(query).fetchnumpy()
        return found

    def _meta(self) -> dict[str, str]:
        rows = self._fetch("meta")
        return dict(zip(rows["key"], rows["value"], strict=True))

    def _plain(self, name: str) -> dict[str, Any]:
        return {column: _pandas(values) for column, values in self._fetch(name).items()}

    def _vectors(
        self, widths: Mapping[str, int]
    ) -> tuple[tuple[str, ...], dict[str, NDArray[np.float32]]]:
        rows = self._fetch("vectors")
        ids = tuple(rows["paper_id"])
        vectors = {}
        for name, width in widths.items():
            if width and (_has_null(rows[name]) or any(map(_has_null, rows[name]))):
                raise DamageError("a paper has no vector")
            vectors[name] = np.zeros((len(ids), width), dtype=np.float32)
            if width and ids:
                vectors[name][:] = np.stack(list(np.ma.getdata(rows[name])))
        return ids, vectors

    def _parts(self) -> dict[str, Any]:
        rows = self._fetch("model_parts")
        try:
            return {
                name: json.loads(text)
                for name, text in zip(rows["name"], rows["content"], strict=True)
            }
        except (ValueError, RecursionError) as error:
            raise DamageError("a part of the model is no JSON") from error

    def _arrays(self) -> dict[str, NDArray[Any]]:
        names = self._database.execute("SELECT name FROM store.main.model_arrays").fetchall()
        query = "SELECT dtype, shape, data FROM store.main.model_arrays WHERE name = ?"
        return {
            name: _array(name, *self._database.execute(query, [name]).fetchone())
            for (name,) in names
        }


def _has_null(values: NDArray[Any]) -> bool:
    return isinstance(values, np.ma.MaskedArray) and bool(np.ma.getmaskarray(values).any())


def _pandas(values: NDArray[Any]) -> Any:
    """Return a column as pandas keeps it; only a schema tells its exact type."""
    blank = np.ma.getmaskarray(values)
    plain: NDArray[Any] = np.ma.getdata(values)
    if plain.dtype.kind == "M":
        days = plain.astype("datetime64[ns]")
        days[blank] = np.datetime64("NaT")
        return days
    if plain.dtype.kind == "O":
        return pd.Series(np.where(blank, "", plain), dtype="str")
    if plain.dtype.kind == "f":
        return np.where(blank, np.nan, plain)
    if plain.dtype.kind == "i" and blank.any():
        return pd.arrays.IntegerArray(plain.astype(np.int64), blank)
    return plain


def _array(name: str, dtype: str, shape: str, data: bytes) -> NDArray[Any]:
    if dtype not in ARRAY_TYPES:
        raise DamageError(f"the array {name} is of type {dtype}")
    kind = np.dtype(dtype)
    try:
        sizes = [int(size) for size in json.loads(shape)]
    except (ValueError, TypeError) as error:
        raise DamageError(f"the array {name} has no shape") from error
    if min(sizes, default=0) < 0 or math.prod(sizes) * kind.itemsize != len(data):
        raise DamageError(f"the array {name} is not of shape {shape}")
    flat = np.frombuffer(data, dtype=kind.newbyteorder("<"))
    if kind.kind == "b" and (flat.view(np.uint8) > 1).any():
        raise DamageError(f"the array {name} is not of type {dtype}")
    return flat.astype(kind).reshape(sizes)


def _check_counts(contents: Contents, counts: Mapping[str, int]) -> None:
    there = {
        **{name: len(table) for name, table in contents.tables.items()},
        "vectors": len(contents.paper_ids),
        "model_parts": len(contents.parts),
        "model_arrays": len(contents.arrays),
    }
    for name in sorted(counts):
        if there[name] != counts[name]:
            raise DamageError(f"the table {name} has {there[name]} rows, not {counts[name]}")
