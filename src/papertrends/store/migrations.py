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

from papertrends.tables import CHANGES, CURVES, LOOKS, TRENDS, blank

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


def looks_and_the_other_date(contents: Contents) -> Contents:
    """Version 3: the looks of themes, and shares by the other date; the next run fills them."""
    added = {
        "other_trends": TRENDS, "other_curves": CURVES, "other_changes": CHANGES, "looks": LOOKS,
    }  # fmt: skip
    tables = {name: blank(schema) for name, schema in added.items()}
    return replace(contents, tables={**contents.tables, **tables})


#: The step that leads on from each older version.
MIGRATIONS: Mapping[int, Callable[[Contents], Contents]] = MappingProxyType(
    {1: files_of_several_digests, 2: looks_and_the_other_date}
)
