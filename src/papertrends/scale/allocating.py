"""Memory of a worker, kept from one block of papers for the next.

Dask's nanny has the C library give back all memory at once, and large arrays never be kept:
a block of papers then takes two fifths longer, for new pages. Must not matter to results.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache

#: As the nanny says it to the C library of its workers.
_GIVEN_BACK = "MALLOC_TRIM_THRESHOLD_"
#: What glibc's ``malloc.h`` calls M_TRIM_THRESHOLD and M_MMAP_THRESHOLD, with the bytes that it
#: comes to by itself where nobody says otherwise.
_KEPT = ((-1, 64 * 2**20), (-3, 32 * 2**20))


@cache
def keep_memory() -> None:
    """Let this process keep its memory, if it is a worker whose nanny said otherwise."""
    if _GIVEN_BACK not in os.environ:
        return
    try:
        change = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library: it does as it likes
        return
    for option, n_bytes in _KEPT:
        change(option, n_bytes)
