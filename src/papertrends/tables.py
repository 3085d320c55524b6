"""The tables that flow between the stages: their columns, types and order.

Every stage takes and returns plain DataFrames with these columns; this module
holds nothing but their contract. It must not compute anything from them.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

import pandas as pd
from pandas.api.types import pandas_dtype

from papertrends.errors import InputError, shortened

PAPERS: Mapping[str, str] = MappingProxyType(
    {
        "paper_id": "str",
        "title": "str",
        "abstract": "str",
        "digest_date": "datetime64[ns]",
        "published_date": "datetime64[ns]",
        "position": "int64",
        "source": "str",
        "arxiv_id": "str",
        "url": "str",
        "upvotes": "Int64",
    }
)
THEMES: Mapping[str, str] = MappingProxyType(
    {
        "theme_id": "str",
        "name": "str",
        "kind": "str",
        "keywords": "str",
        "n_papers": "int64",
        "first_digest": "datetime64[ns]",
        "last_digest": "datetime64[ns]",
        "stability": "float64",
        "parent": "str",
    }
)
MEMBERSHIPS: Mapping[str, str] = MappingProxyType(
    {"paper_id": "str", "theme_id": "str", "score": "float64", "primary": "bool"}
)
UNASSIGNED: Mapping[str, str] = MappingProxyType(
    {"paper_id": "str", "nearest_theme": "str", "score": "float64", "reason": "str"}
)
NEAR_MISSES: Mapping[str, str] = MappingProxyType(
    {"paper_id": "str", "theme_id": "str", "score": "float64"}
)
MAP: Mapping[str, str] = MappingProxyType({"paper_id": "str", "x": "float64", "y": "float64"})
TRENDS: Mapping[str, str] = MappingProxyType(
    {
        "theme_id": "str",
        "period": "datetime64[ns]",
        "n_theme": "int64",
        "n_papers": "int64",
        "share": "float64",
        "share_low": "float64",
        "share_high": "float64",
        "partial": "bool",
    }
)
CHANGES: Mapping[str, str] = MappingProxyType(
    {
        "theme_id": "str",
        "verdict": "str",
        "basis": "str",
        "effect": "float64",
        "effect_low": "float64",
        "effect_high": "float64",
        "p_value": "float64",
        "q_value": "float64",
        "emerged": "datetime64[ns]",
    }
)
CURVES: Mapping[str, str] = MappingProxyType(
    {
        "theme_id": "str",
        "period": "datetime64[ns]",
        "smooth": "float64",
        "smooth_low": "float64",
        "smooth_high": "float64",
    }
)
EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "theme_id": "str",
        "event": "str",
        "start": "datetime64[ns]",
        "start_low": "datetime64[ns]",
        "start_high": "datetime64[ns]",
        "end": "datetime64[ns]",
        "share_before": "float64",
        "share_during": "float64",
        "p_value": "float64",
        "q_value": "float64",
    }
)
SENSITIVITY: Mapping[str, str] = MappingProxyType(
    {
        "theme_id": "str",
        "n_papers": "int64",
        "n_borderline": "int64",
        "n_near": "int64",
        "most_down": "float64",
        "most_up": "float64",
        "n_beyond": "int64",
        "verdict": "str",
        "verdict_strict": "str",
        "verdict_lenient": "str",
    }
)
VOLUME: Mapping[str, str] = MappingProxyType(
    {
        "period": "datetime64[ns]",
        "n_digests": "int64",
        "n_papers": "int64",
        "n_again": "int64",
        "n_dated": "int64",
        "n_late": "int64",
        "lag_low": "float64",
        "lag_median": "float64",
        "lag_high": "float64",
        "partial": "bool",
    }
)
JUMPS: Mapping[str, str] = MappingProxyType(
    {"start": "datetime64[ns]", "papers_before": "float64", "papers_after": "float64"}
)

LOOKS: Mapping[str, str] = MappingProxyType(
    {"theme_id": "str", "color": "str", "symbol": "str", "dash": "str"}
)
WHAT_CHANGED: Mapping[str, str] = MappingProxyType(
    {
        "theme_id": "str",
        "status": "str",
        "n_added": "int64",
        "n_before": "int64",
        "papers_before": "int64",
        "share_before": "float64",
        "share_before_low": "float64",
        "share_before_high": "float64",
        "n_new": "int64",
        "papers_new": "int64",
        "share_new": "float64",
        "share_new_low": "float64",
        "share_new_high": "float64",
        "effect": "float64",
        "effect_low": "float64",
        "effect_high": "float64",
        "p_value": "float64",
        "q_value": "float64",
        "verdict": "str",
        "move": "float64",
        "move_papers": "float64",
        "move_themes": "float64",
    }
)
MOVES: Mapping[str, str] = MappingProxyType(
    {
        "theme_id": "str",
        "period": "datetime64[ns]",
        "share_before": "float64",
        "share_papers": "float64",
        "share_after": "float64",
    }
)
HISTORY: Mapping[str, str] = MappingProxyType(
    {
        "run": "int64",
        "date": "datetime64[ns]",
        "theme_id": "str",
        "event": "str",
        "by": "str",
        "others": "str",
        "reason": "str",
        "papers": "str",
    }
)
REGISTRY: Mapping[str, str] = MappingProxyType(
    {
        "theme_id": "str",
        "name": "str",
        "kind": "str",
        "status": "str",
        "became": "str",
        "born": "datetime64[ns]",
        "named_by": "str",
        "pinned": "bool",
        "definition": "str",
    }
)
DIGESTS: Mapping[str, str] = MappingProxyType(
    {"digest_date": "datetime64[ns]", "n_papers": "int64", "n_files": "int64", "run": "int64"}
)
FILES: Mapping[str, str] = MappingProxyType(
    {
        "source": "str",
        "sha256": "str",
        "format": "str",
        "digest_date": "datetime64[ns]",
        "last_digest": "datetime64[ns]",
        "n_digests": "int64",
        "date_from": "str",
        "n_blocks": "int64",
        "n_papers": "int64",
        "n_duplicates": "int64",
        "n_known": "int64",
        "run": "int64",
    }
)
RUNS: Mapping[str, str] = MappingProxyType(
    {
        "run": "int64",
        "command": "str",
        "newest_digest": "datetime64[ns]",
        "n_files": "int64",
        "n_papers": "int64",
        "n_rows": "int64",
        "n_embedded": "int64",
        "n_fitted": "int64",
        "settings": "str",
        "versions": "str",
        "load_report": "str",
        "remarks": "str",
    }
)


@dataclass(frozen=True)
class Tables:
    """All tables of one analysis, each as described in the README.

    Attributes
    ----------
    papers, themes, memberships, unassigned, near_misses, map : pandas.DataFrame
        What the papers are about; a paper stands in `papers` once for each digest
        it appeared in and in the others under its ``paper_id``.
    volume, jumps, trends, curves, changes, events, sensitivity : pandas.DataFrame
        What became of it over time.
    other_trends, other_curves, other_changes : pandas.DataFrame
        The same counted by the other date: by publication where the run counts by
        digest, by digest where it counts by publication; empty where the dumps have
        no publication dates.
    looks : pandas.DataFrame
        Colour, symbol and dash of every theme there ever was, given once and kept.
    what_changed, moves, history : pandas.DataFrame
        What the last run changed, and what became of the themes over all runs; empty
        where no store remembers earlier ones.
    """

    papers: pd.DataFrame
    themes: pd.DataFrame
    memberships: pd.DataFrame
    unassigned: pd.DataFrame
    near_misses: pd.DataFrame
    map: pd.DataFrame
    volume: pd.DataFrame
    jumps: pd.DataFrame
    trends: pd.DataFrame
    curves: pd.DataFrame
    changes: pd.DataFrame
    events: pd.DataFrame
    sensitivity: pd.DataFrame
    other_trends: pd.DataFrame = field(default_factory=lambda: blank(TRENDS))
    other_curves: pd.DataFrame = field(default_factory=lambda: blank(CURVES))
    other_changes: pd.DataFrame = field(default_factory=lambda: blank(CHANGES))
    looks: pd.DataFrame = field(default_factory=lambda: blank(LOOKS))
    what_changed: pd.DataFrame = field(default_factory=lambda: blank(WHAT_CHANGED))
    moves: pd.DataFrame = field(default_factory=lambda: blank(MOVES))
    history: pd.DataFrame = field(default_factory=lambda: blank(HISTORY))

    def items(self) -> list[tuple[str, pd.DataFrame]]:
        """Return the tables with their names, in the order of the data."""
        return [(one.name, getattr(self, one.name)) for one in fields(self)]


def blank(schema: Mapping[str, str]) -> pd.DataFrame:
    """Return a table of `schema` without rows."""
    return conform(pd.DataFrame(), schema)


def conform(rows: pd.DataFrame, schema: Mapping[str, str]) -> pd.DataFrame:
    """Return `rows` with exactly the columns and types of `schema`, index 0 to n-1.

    A column that is missing is filled with the type's empty value (an empty
    string, ``NaT``, ``<NA>``).
    """
    columns = {}
    for name, dtype in schema.items():
        if name in rows:
            given = rows[name].reset_index(drop=True)
            column = given.astype(pandas_dtype(dtype))
            # pandas 2 makes the words "nan" and "None" of text that is missing.
            columns[name] = column.where(given.notna()) if dtype == "str" else column
        else:
            blank = {"str": "", "Int64": pd.NA, "float64": float("nan")}.get(dtype, pd.NaT)
            columns[name] = pd.Series([blank] * len(rows), dtype=dtype)
    return pd.DataFrame(columns)


def require_columns(
    frame: pd.DataFrame, schema: Mapping[str, str], table: str, *names: str, function: str = ""
) -> None:
    """Raise an `InputError` that names the columns of `table` missing from `frame`.

    Parameters
    ----------
    frame : DataFrame
        What was given.
    schema : mapping of str to str
        The columns of that table, and their types.
    table : str
        The name of the table, which is that of the argument.
    *names : str
        The columns that are needed; all of the schema if none is named.
    function : str, optional
        The public function that it was given to.
    """
    place = f"{function}: " if function else ""
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"{place}{table} is a {type(frame).__name__}, not a DataFrame",
            f"give it a pandas.DataFrame with these columns: {', '.join(schema)}",
        )
    missing = [name for name in (names or schema) if name not in frame]
    if missing:
        there = ", ".join(map(str, frame)) or "none"
        raise InputError(
            f"{place}the {table} table lacks {', '.join(missing)} (it has {there})",
            f"{_hint(frame, schema, missing)}give it these columns: {', '.join(schema)}",
        )


#: The tables that may be taken for one another, by name.
_TAKEN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "papers": PAPERS,
        "themes": THEMES,
        "memberships": MEMBERSHIPS,
        "map": MAP,
        "trends": TRENDS,
        "curves": CURVES,
        "changes": CHANGES,
        "events": EVENTS,
        "volume": VOLUME,
    }
)


def _hint(frame: pd.DataFrame, schema: Mapping[str, str], missing: list[str]) -> str:
    """Say which other table it is, or which of its columns one may have meant."""
    other = [name for name, one in _TAKEN.items() if one is not schema and set(one) <= set(frame)]
    if other:
        return f"this looks like the {other[0]} table, are two arguments swapped? "
    free = [str(name) for name in frame if name not in schema]
    for name in missing:
        near = difflib.get_close_matches(name, free, n=1)
        if near:
            return f"is its '{shortened(near[0])}' the '{name}'? "
    return ""


def names_of(themes: pd.DataFrame) -> dict[str, str]:
    """Return the name of each theme of a table (``theme_id, name``) by its id."""
    return dict(zip(themes["theme_id"], themes["name"], strict=True))


def paper_counts(papers: pd.DataFrame) -> tuple[int, int]:
    """Return how many papers there are, and how many of them in several digests."""
    digests = papers.groupby("paper_id")["digest_date"].nunique()
    return len(digests), int((digests > 1).sum())
