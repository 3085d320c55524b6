"""Tables as files: CSV, Parquet, JSON and BibTeX, with the manifest and the summary.

Must not change a table. Parquet is written by DuckDB, in one thread, so that
the same table gives the same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from papertrends.bibtex import bibtex
from papertrends.errors import InputError, did_you_mean, one_line
from papertrends.files import csv_text, filling, replacing
from papertrends.tables import Tables


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write `table` as CSV, dates as ``YYYY-MM-DD``."""
    path.write_bytes(csv_text(table).encode("utf-8"))


def write_jsonl(table: pd.DataFrame, path: Path) -> None:
    """Write `table` as one JSON object a line, dates as ``YYYY-MM-DD``, blanks as null."""
    path.write_bytes("".join(f"{row}\n" for row in _records(table)).encode("utf-8", "replace"))


def write_json(table: pd.DataFrame, path: Path) -> None:
    """Write `table` as a JSON list of objects, dates as ``YYYY-MM-DD``, blanks as null."""
    rows = ",\n".join(_records(table))
    path.write_bytes(f"[\n{rows}\n]\n".encode("utf-8", "replace"))


def write_bibtex(papers: pd.DataFrame, path: Path) -> None:
    """Write the papers table as BibTeX, without keywords."""
    path.write_bytes(bibtex(papers).encode("utf-8", "replace"))


def _records(table: pd.DataFrame) -> list[str]:
    """Return each row as a JSON object."""
    plain = table.copy()
    for name in plain.select_dtypes("datetime"):
        plain[name] = plain[name].dt.strftime("%Y-%m-%d")
    plain = plain.astype(object).where(plain.notna(), None)
    names = [json.dumps(str(name), ensure_ascii=False) for name in plain]
    return [
        "{"
        + ", ".join(f"{key}: {_cell(value)}" for key, value in zip(names, row, strict=True))
        + "}"
        for row in plain.itertuples(index=False, name=None)
    ]


def _cell(value: object) -> str:
    # JSON has no word for infinity, but a number that is too large is read as it.
    if isinstance(value, float) and math.isinf(value):
        return "1e999" if value > 0 else "-1e999"
    return json.dumps(value, ensure_ascii=False)


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write `table` as Parquet, dates as timestamps without a zone."""
    import duckdb

    # DuckDB takes plain object columns whatever pandas' strings are backed by.
    plain = table.copy()
    for name in plain.columns:
        if isinstance(plain[name].dtype, pd.StringDtype):
            plain[name] = plain[name].astype(object)
    with duckdb.connect(config={"threads": 1}) as database:
        database.register("plain", plain)
        columns = ", ".join(
            f'CAST("{name}" AS {_sql_type(plain[name])}) AS "{name}"' for name in plain.columns
        )
        target = str(path).replace("'", "''")
        try:
            database.execute(
                f"COPY (SELECT {columns} FROM plain) TO '{target}' "
                "(FORMAT parquet, COMPRESSION zstd)"
            )
        except duckdb.IOException as error:
            raise OSError(one_line(str(error))) from error


#: The writers by the ending of the file's name.
WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], None]] = MappingProxyType(
    {
        ".parquet": write_parquet,
        ".csv": write_csv,
        ".jsonl": write_jsonl,
        ".json": write_json,
        ".bib": write_bibtex,
    }
)


def check_table_path(path: Path) -> None:
    """Raise an `InputError` if no writer takes a file of that name."""
    if path.suffix not in WRITERS:
        raise InputError(
            f"there is no table format '{path.suffix}'",
            did_you_mean(path.suffix, WRITERS),
            file=str(path),
        )


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write `table` in the format that the name of `path` ends in.

    Raises
    ------
    InputError
        If the ending is none of ``.parquet``, ``.csv``, ``.jsonl``, ``.json`` and
        ``.bib`` (of papers only), or the file cannot be written.
    """
    check_table_path(path)
    with replacing(path) as temporary:
        WRITERS[path.suffix](table, temporary)


def export(tables: Tables, manifest: Mapping[str, Any], folder: Path, *, summary: str = "") -> None:
    """Write every table as CSV, Parquet and JSON into `folder`, and what is told of them.

    That is ``manifest.json``, and ``papers.bib``, which has the themes as keywords.

    The folder is made if need be. All files are written before the first is put
    in its place, so that a failure leaves the folder as it was.

    Parameters
    ----------
    tables : Tables
    manifest : mapping
        Versions, settings and input files as plain values.
    folder : Path
    summary : str, optional
        What the report says, as JSON text: it becomes ``summary.json``.

    Raises
    ------
    InputError
        If the folder cannot be made or written to.
    """
    with filling(folder) as workshop:
        for name, table in tables.items():
            write_csv(table, workshop / f"{name}.csv")
            write_parquet(table, workshop / f"{name}.parquet")
            write_json(table, workshop / f"{name}.json")
        entries = bibtex(tables.papers, tables.memberships, tables.themes)
        (workshop / "papers.bib").write_bytes(entries.encode("utf-8", "replace"))
        text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        (workshop / "manifest.json").write_bytes(text.encode("utf-8"))
        if summary:
            (workshop / "summary.json").write_bytes(summary.encode("utf-8", "replace"))


def _sql_type(column: pd.Series[Any]) -> str:
    kinds = {"b": "BOOLEAN", "i": "BIGINT", "f": "DOUBLE", "M": "TIMESTAMP"}
    return kinds.get(column.dtype.kind, "VARCHAR")
