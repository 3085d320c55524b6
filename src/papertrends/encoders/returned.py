"""What an encoder gives back, checked in one place before anything is made of it.

Encoders are brought by users: a wrong shape is told here, where it is known whose it is,
and not by whatever stumbles over it later. Must not know any encoder.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from papertrends.encoders.base import Vectors
from papertrends.encoders.lsa import unit_rows
from papertrends.errors import InputError, shortened

#: A sparse array of at most so many columns is made dense.
WIDEST_SPARSE = 2_048
#: Lengths of rows differ from 1 by less than this where they were cut to it in float16.
_OFF = 1e-2


def checked_vectors(
    returned: Any, n_texts: int, encoder: str, *, width: int | None = None
) -> Vectors:
    """Return what an encoder gave for some texts as an array, if that is what it is.

    Parameters
    ----------
    returned : Any
        What ``encode`` or ``transform`` gave back.
    n_texts : int
        How many texts it was given.
    encoder : str
        What the encoder is called in messages.
    width : int, optional
        The numbers in a vector it gave before.

    Returns
    -------
    numpy.ndarray of float32, shape (n_texts, d)

    Raises
    ------
    InputError
        If it is no array of numbers, has not one row for each text, no column, other columns
        than before, or numbers that are not finite.
    """
    array = _as_array(returned, encoder, n_texts)
    told = f"the encoder '{shortened(encoder)}' returned an array of shape {array.shape}"
    wanted = f"return an array of shape ({n_texts}, {width or 'd'}), one vector for each text"
    if array.ndim != 2 or len(array) != n_texts:
        raise InputError(f"{told} for {n_texts} texts", wanted)
    if not n_texts:
        return np.zeros((0, array.shape[1]), dtype=np.float32)
    if not array.shape[1]:
        raise InputError(f"{told}: vectors without numbers", wanted)
    if array.dtype.kind not in "fiu":
        raise InputError(f"{told} of {array.dtype}, not of numbers", wanted)
    if width is not None and array.shape[1] != width:
        raise InputError(
            f"{told}, {array.shape[1]} numbers a text, where its vectors had {width} before", wanted
        )
    with np.errstate(over="ignore"):  # what is too large for float32 is told below
        # In one layout: sums over columns that lie side by side differ in the last bits.
        vectors: Vectors = np.ascontiguousarray(array, dtype=np.float32)
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        row = int(np.flatnonzero(~finite)[0])
        value = vectors[row][~np.isfinite(vectors[row])][0]
        raise InputError(
            f"{told} with {value} in {np.count_nonzero(~finite)} of its rows, first in row {row}",
            "return finite numbers, a row of zeros for a text that says nothing",
        )
    return vectors


def unit_length(vectors: Vectors) -> Vectors:
    """Return vectors cut to length 1, untouched where they have it; rows of zeros stay."""
    wide = vectors.astype(np.float64)  # where no square of a float32 overflows or vanishes
    if (np.abs(np.linalg.norm(wide, axis=1) - 1.0) < _OFF).all():
        return vectors
    return unit_rows(wide)


def _as_array(returned: Any, encoder: str, n_texts: int) -> NDArray[Any]:
    if hasattr(returned, "toarray"):  # a sparse matrix or array of scipy
        if returned.ndim == 2 and returned.shape[1] > WIDEST_SPARSE:
            raise InputError(
                f"the encoder '{shortened(encoder)}' returned a sparse matrix of shape "
                f"{returned.shape}, and at most {WIDEST_SPARSE:,} columns are made dense",
                "put TruncatedSVD behind it: make_pipeline(transformer, TruncatedSVD(100))",
            )
        returned = returned.toarray()
    try:
        array = np.asarray(returned)
    except Exception as error:  # a tensor on a device, or lists of unequal lengths
        raise InputError(
            f"the encoder '{shortened(encoder)}' returned a {type(returned).__name__} that is no "
            f"array of numbers ({shortened(str(error))})",
            f"return a NumPy array of shape ({n_texts}, d), one vector for each text",
        ) from error
    if array.ndim == 0:
        kind = type(returned).__name__
        raise InputError(
            f"the encoder '{shortened(encoder)}' returned a {kind}, not an array",
            f"return a NumPy array of shape ({n_texts}, d), one vector for each text",
        )
    return array
