"""Whether a frame that a user gives is the table that a public function takes.

Exists so that every such function refuses the wrong frame in the same words. Must not
change a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
from pandas.api.types import infer_dtype

from papertrends.errors import InputError, shortened
from papertrends.tables import require_columns


def check_frame(
    function: str, table: str, frame: pd.DataFrame, schema: Mapping[str, str], *names: str
) -> None:
    """Raise an `InputError` if `frame` cannot be the `table` that a public function takes.

    Beside what `require_columns` says: text or other things where dates, numbers or
    truth values belong. Columns that are not needed may hold what they like.
    """
    require_columns(frame, schema, table, *names, function=function)
    for name in names or schema:
        times = list(frame.columns).count(name)
        if times > 1:
            raise InputError(
                f"{function}: {table} has {times} columns called '{name}'", "keep one of them"
            )
        kind, column = _KINDS.get(schema[name]), frame[name]
        if kind is None or infer_dtype(column, skipna=True) in kind.inferred:
            continue
        value = shortened(repr(column.dropna().iloc[0]), 40)
        raise InputError(
            f"{function}: '{name}' of the {table} table holds {column.dtype}, such as {value}, "
            f"not {kind.words}",
            kind.remedy,
        )


@dataclass(frozen=True)
class _Kind:
    """What a column may hold: as pandas infers it, in words, and how to get there."""

    inferred: frozenset[str]
    words: str
    remedy: str


_DATES = _Kind(
    frozenset({"datetime64", "datetime", "date", "empty"}),
    "dates",
    "turn it into dates with pandas.to_datetime",
)
_NUMBERS = _Kind(
    frozenset({"integer", "floating", "mixed-integer-float", "integer-na", "decimal", "empty"}),
    "numbers",
    "turn it into numbers with pandas.to_numeric",
)
_FLAGS = _Kind(frozenset({"boolean", "empty"}), "True and False", "turn it into bool with astype")
_KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "datetime64[ns]": _DATES,
        "int64": _NUMBERS,
        "Int64": _NUMBERS,
        "float64": _NUMBERS,
        "bool": _FLAGS,
    }
)
