"""The steps from one version of the format to the next, in memory.

A step takes what a store of its version holds and returns what one of the next
version would. Must not write: the file stays as it is until the next run of
``update`` writes it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from papertrends.store.database import Contents

#: The step that leads on from each older version.
MIGRATIONS: Mapping[int, Callable[[Contents], Contents]] = MappingProxyType({})
