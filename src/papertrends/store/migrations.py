"""The steps from one version of the format to the next, in memory.

A step takes what a store of its version holds and returns what one of the next
version would. Must not write: the file stays as it is until the next run of
``update`` writes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from papertrends.store.database import Contents


def files_of_several_digests(contents: Contents) -> Contents:
    """Version 2: a file may hold several digests, and a load report tells of more."""
    files, runs = contents.tables["files"].copy(), contents.tables["runs"].copy()
    place = list(files).index("digest_date") + 1
    files.insert(place, "last_digest", files["digest_date"])
    files.insert(place + 1, "n_digests", 1)
    runs["load_report"] = [_with_alike(report) for report in runs["load_report"]]
    return replace(contents, tables={**contents.tables, "files": files, "runs": runs})


def _with_alike(load_report: str) -> str:
    if not load_report:
        return load_report
    report = {**json.loads(load_report), "near_duplicates": [], "lookup": None}
    return json.dumps(report, ensure_ascii=False)


#: The step that leads on from each older version.
MIGRATIONS: Mapping[int, Callable[[Contents], Contents]] = MappingProxyType(
    {1: files_of_several_digests}
)
