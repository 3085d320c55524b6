"""Vectors of papers that were made elsewhere, in place of an encoder.

An array or a table of vectors knows papers and no texts. Must not make vectors up: a paper
without one is an error, and texts that are no paper are for those who have learned from the
papers' words (``themes/bounded.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from papertrends.encoders.base import OWN_VECTORS, Vectors
from papertrends.encoders.returned import checked_vectors, unit_length
from papertrends.errors import InputError
from papertrends.progress import Progress, silent

_BY_ID = "give a DataFrame of vectors with the paper_id as its index"


@dataclass(frozen=True, eq=False)
class GivenVectors:
    """Vectors of papers by their id.

    Attributes
    ----------
    ids : tuple of str, length n
    vectors : numpy.ndarray of float32, shape (n, d)
        Rows of length 1 (or 0), that of each paper.
    """

    ids: tuple[str, ...]
    vectors: Vectors
    cached = False

    @property
    def name(self) -> str:
        """How many numbers the vectors have: nothing else is known of where they are from."""
        return f"{OWN_VECTORS}{self.vectors.shape[1]}"

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.ids)}

    def of(self, paper_ids: Sequence[str]) -> Vectors:
        """Return the vectors of some papers, shape (m, d).

        Raises
        ------
        InputError
            If papers have none; the message names the first and says how many.
        """
        missing = [key for key in paper_ids if key not in self._rows]
        if missing:
            others = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
            numbered = set(self.ids) <= {str(number) for number in range(len(self.ids))}
            hint = " (its index is 0, 1, 2, ...: set_index(ids) first)" if numbered else ""
            raise InputError(
                f"the vectors given have none of the paper '{missing[0]}'{others}, of "
                f"{len(paper_ids):,} papers",
                f"{_BY_ID} that has all of them{hint}, or an encoder",
            )
        return self.vectors[[self._rows[key] for key in paper_ids]]

    def encode(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Refuse: there are no vectors of texts.

        Raises
        ------
        InputError
            Always.
        """
        del progress
        raise InputError(
            f"the encoder is a table of vectors, which has none of {len(texts)} further texts",
            "give an encoder, a transformer or a model that reads texts",
        )


def by_row(given: Any, paper_ids: Sequence[str], rows: Sequence[int], n_rows: int) -> GivenVectors:
    """Return the vectors of papers from an array that has one for each row of their table.

    Parameters
    ----------
    given : array, shape (n_rows, d)
    paper_ids : sequence of str, length n
    rows : sequence of int, length n
        The row of the table that each paper is taken from.
    n_rows : int

    Raises
    ------
    InputError
        If it is no array of numbers, or has other rows than the table.
    """
    shape = given.shape if hasattr(given, "shape") else np.asarray(given, dtype=object).shape
    if len(shape) != 2 or shape[0] != n_rows:
        raise InputError(
            f"the encoder is an array of shape {tuple(shape)}, and the papers table has {n_rows:,} "
            f"rows of {len(paper_ids):,} papers",
            f"give one vector for each row of the table, shape ({n_rows}, d), or {_BY_ID[5:]}",
        )
    vectors = checked_vectors(given, n_rows, "array of vectors")
    return GivenVectors(tuple(paper_ids), unit_length(vectors[list(rows)]))


def by_id(given: Any) -> GivenVectors:
    """Return the vectors of papers from a table of them.

    Parameters
    ----------
    given : pandas.DataFrame, shape (n, d), or mapping of str to array of shape (d,)
        A frame has the ids of papers as its index, or in a column ``paper_id``.

    Raises
    ------
    InputError
        If a paper has two vectors, or they are no numbers or not equally long.
    """
    if isinstance(given, pd.DataFrame):
        return _by_index(given)
    keys = [str(key) for key in given.keys()]  # noqa: SIM118 (a Series goes through its values)
    _check_once(keys)
    values = [np.asarray(given[key]) for key in given.keys()]  # noqa: SIM118
    lengths = {value.shape for value in values}
    if len(lengths) != 1 or len(next(iter(lengths))) != 1:
        shapes = ", ".join(map(str, sorted(lengths))) or "none at all"
        raise InputError(
            f"the vectors given by paper_id have different shapes or none: {shapes}",
            "give each paper one vector of d numbers",
        )
    return GivenVectors(tuple(keys), _checked_by_id(np.stack(values), keys))


def _by_index(frame: pd.DataFrame) -> GivenVectors:
    if "paper_id" in frame.columns:
        frame = frame.set_index("paper_id")
    for column in frame:
        if not pd.api.types.is_numeric_dtype(frame[column].dtype):
            raise InputError(
                f"the column '{column}' of the vectors is {frame[column].dtype}, not numbers",
                f"{_BY_ID} and a column for each number",
            )
    keys = [str(key) for key in frame.index]
    _check_once(keys)
    values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    return GivenVectors(tuple(keys), _checked_by_id(values, keys))


def _checked_by_id(values: Any, keys: Sequence[str]) -> Vectors:
    if values.dtype.kind == "f":
        for row in np.flatnonzero(~np.isfinite(values).all(axis=1))[:1].tolist():
            raise InputError(
                f"the vector given of the paper '{keys[row]}' holds numbers that are not finite",
                "give finite numbers, or leave the paper out of the table",
            )
    return unit_length(checked_vectors(values, len(keys), "table of vectors"))


def _check_once(keys: Sequence[str]) -> None:
    if len(set(keys)) < len(keys):
        twice, _ = Counter(keys).most_common(1)[0]
        raise InputError(
            f"the paper '{twice}' has more than one vector",
            "keep one: vectors[~vectors.index.duplicated()]",
        )
