"""The stages of an analysis over partitions, on a Dask cluster.

The same stages as on one machine, and the same numbers: a file or a block of files is
read in a task, the themes are learned here from a sample, and every other paper is
assigned, counted and compared in blocks that do not depend on the workers. Must not
hold any method of its own, and must not import Dask before a cluster is asked for, nor
on a worker what only the caller needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from papertrends.scale.run import analyse

__all__ = ["analyse"]


def __getattr__(name: str) -> Any:
    """Import `analyse` when it is first used (PEP 562): workers do without."""
    if name not in __all__:
        raise AttributeError(f"module 'papertrends.scale' has no attribute '{name}'")
    from papertrends.scale.run import analyse

    globals()[name] = analyse
    return analyse
