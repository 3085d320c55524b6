"""What a store holds, in memory, and what must be true of it.

Must not open files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from papertrends.store.schema import ARRAY_TYPES, TABLES


@dataclass(frozen=True)
class Contents:
    """All that a store holds.

    Attributes
    ----------
    tables : mapping of str to pandas.DataFrame
        Every table of `papertrends.store.schema.TABLES`.
    paper_ids : tuple of str, length n
        The papers that the rows of `encoded` and `lsa` belong to, each paper once.
    encoded : numpy.ndarray of float32, shape (n, d)
        The encoder's vectors.
    lsa : numpy.ndarray of float32, shape (n, k)
        The vectors of the word space; `k` may be 0.
    parts : mapping of str to JSON-able values
        What the fitted model consists of besides arrays.
    arrays : mapping of str to numpy.ndarray
        Arrays of float64, float32, int64 or bool, of any shape, kept bit for bit.
    reduced : bool
        Whether vectors and model were left out, so that nothing can be added.
    """

    tables: Mapping[str, pd.DataFrame]
    paper_ids: tuple[str, ...]
    encoded: NDArray[np.float32]
    lsa: NDArray[np.float32]
    parts: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    reduced: bool = False


def unwritable(contents: Contents) -> str | None:
    """Return what of `contents` a DuckDB file cannot keep, in a few words, or None."""
    for name, schema in TABLES.items():
        for column, dtype in schema.items():
            values = contents.tables[name][column]
            if (
                dtype == "datetime64[ns]"
                and (values.dropna() != values.dropna().dt.normalize()).any()
            ):
                return f"{column} in {name} has times of day, not dates alone"
            if dtype == "str" and not _has_utf8(values):
                return f"{column} in {name} has half a character (a lone surrogate)"
    return None


def _has_utf8(values: pd.Series[Any]) -> bool:
    try:
        "".join(values.fillna("")).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def fault(contents: Contents) -> str | None:
    """Return what is wrong with `contents`, in a few words, or None."""
    if set(contents.tables) != set(TABLES):
        return f"the tables are {', '.join(sorted(contents.tables))}"
    for name, schema in TABLES.items():
        if list(contents.tables[name]) != list(schema):
            return f"the columns of {name} are {', '.join(map(str, contents.tables[name]))}"
    return _fault_of_vectors(contents) or _fault_of_arrays(contents)


def _fault_of_vectors(contents: Contents) -> str | None:
    ids = contents.paper_ids
    for vectors in (contents.encoded, contents.lsa):
        if vectors.ndim != 2 or len(vectors) != len(ids) or vectors.dtype != np.float32:
            return f"{len(ids)} papers have vectors {vectors.dtype} of shape {vectors.shape}"
        if not np.isfinite(vectors).all():
            return "the vectors are not all finite"
    if len(set(ids)) != len(ids):
        return "a paper has two vectors"
    if contents.reduced:
        return "a reduced store has vectors or a model" if _has_model(contents) else None
    without = set(contents.tables["papers"]["paper_id"]) ^ set(ids)
    return f"{min(without)} has a vector or a row in papers, but not both" if without else None


def _fault_of_arrays(contents: Contents) -> str | None:
    for name, array in contents.arrays.items():
        if array.dtype.name not in ARRAY_TYPES:
            return f"the array {name} is of type {array.dtype.name}"
    return None


def _has_model(contents: Contents) -> bool:
    return bool(contents.paper_ids or contents.parts or contents.arrays)
