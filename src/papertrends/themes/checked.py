"""Papers tables as users hand them over, checked before anything is learned from them.

Must not change what a paper says, but for halves of characters that no encoder takes.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from papertrends.errors import InputError, shortened
from papertrends.tables import PAPERS, conform

_NEEDED = ("paper_id", "title", "abstract", "digest_date")
#: Half of a character, as cut or badly escaped JSON leaves it: no encoder takes it.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
#: What other tools call the columns.
_OTHER_NAMES = {
    "id": "paper_id",
    "arxiv_id": "paper_id",
    "doi": "paper_id",
    "key": "paper_id",
    "name": "title",
    "summary": "abstract",
    "text": "abstract",
    "date": "digest_date",
    "published": "digest_date",
    "published_date": "digest_date",
    "year": "digest_date",
}
#: How dates are written as text; anything else would be guessed at.
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")


def checked(papers: pd.DataFrame) -> pd.DataFrame:
    """Return `papers` with the columns of a papers table, whatever its index is.

    Ids that are whole numbers are read as text. Dates may be dates, or text such as
    2025-08-05; of a time of day, with a time zone or without, the day as it is written
    is taken. A missing abstract is an empty one.

    Raises
    ------
    InputError
        If it is no DataFrame, columns are missing, twice there or of a wrong type, there
        are no rows, or a paper has no id, title or digest date; the message names the
        column and the first paper.
    """
    _require_frame(papers)
    if papers.empty:
        raise InputError("the papers table has no rows", "load a dump with papers in it first")
    papers = papers.reset_index(drop=True)
    needed = {
        "paper_id": _texts(papers, "paper_id", as_id),
        "title": _texts(papers, "title", as_text),
        "abstract": _texts(papers, "abstract", as_text).fillna(""),
        "digest_date": _days(papers, "digest_date"),
    }
    _require_all(needed)
    for column in ("title", "abstract"):
        needed[column] = _without_halves(needed[column])
    return conform(pd.DataFrame(_others(papers) | needed), PAPERS)


def _without_halves(texts: pd.Series) -> pd.Series:
    """Put a sign for what is missing in place of halves of characters."""
    whole = [one if one.isascii() else _LONE_SURROGATE.sub("\ufffd", one) for one in texts]
    return pd.Series(whole, dtype=object)


def _require_frame(papers: Any) -> None:
    if not isinstance(papers, pd.DataFrame):
        remedy = f"give a pandas DataFrame with the columns {', '.join(_NEEDED)}"
        if hasattr(papers, "to_pandas"):
            remedy = f"call its to_pandas(); {remedy}"
        elif isinstance(papers, str) or hasattr(papers, "__fspath__"):
            remedy = f"load files with load_papers(...), or {remedy}"
        raise InputError(f"papers is a {type(papers).__name__}, not a DataFrame", remedy)
    twice = [name for name in PAPERS if list(papers.columns).count(name) > 1]
    if twice:
        raise InputError(f"the papers table has the column '{twice[0]}' twice", "keep one of them")
    missing = [name for name in _NEEDED if name not in papers.columns]
    if missing:
        there = ", ".join(map(str, papers.columns)) or "none"
        hints = [hint for name in missing if (hint := _near(name, papers))]
        told = f"{'; '.join(hints)}; " if hints else ""
        raise InputError(
            f"the papers table lacks {', '.join(missing)} (it has {there})",
            f"{told}give it these columns: {', '.join(_NEEDED)}",
        )


def _near(name: str, papers: pd.DataFrame) -> str:
    """Say where a missing column may be found."""
    if name in papers.index.names:
        return f"'{name}' is its index: call reset_index()"
    free = {str(one).strip().casefold(): str(one) for one in papers.columns if one not in PAPERS}
    free |= {str(one): str(one) for one in papers.columns if _OTHER_NAMES.get(str(one)) == name}
    near = [free[one] for one in free if _OTHER_NAMES.get(one) == name]
    close = difflib.get_close_matches(name, free, n=1, cutoff=0.7)
    found = [free[one] for one in close] or near
    if not found:
        return ""
    return f"is '{found[0]}' its {name}? rename(columns={{'{found[0]}': '{name}'}})"


def _texts(papers: pd.DataFrame, column: str, read: Callable[[Any], str | None]) -> pd.Series:
    """Return a column as text, missing values as None."""
    if isinstance(papers[column].dtype, pd.StringDtype):
        return papers[column].astype(object).where(papers[column].notna(), None)
    values = papers[column].astype(object).tolist()
    found: list[str | None] = []
    for row, value in enumerate(values):
        try:
            found.append(None if _is_missing(value) else read(value))
        except TypeError as error:
            raise InputError(
                f"the {column} in row {row} of the papers table is {error}, not text",
                _REMEDIES.get(type(value).__name__, f"convert the column '{column}' to text"),
            ) from error
    return pd.Series(found, dtype=object)


_REMEDIES = {
    "list": "join the parts of each: papers[column].str.join(' ')",
    "float": "read the table with dtype=str: a number loses the last zeros of an arXiv id",
    "bytes": "decode it: papers[column].str.decode('utf-8')",
}


def _is_missing(value: Any) -> bool:
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or value is np.nan
        or (isinstance(value, float) and np.isnan(value))
    )


def as_text(value: Any) -> str:
    """Return a text as it is; nothing else is one."""
    if isinstance(value, str):
        return value
    raise TypeError(f"{shortened(repr(value), 40)} (a {type(value).__name__})")


def as_id(value: Any) -> str:
    """Return a text as it is, and a whole number as text."""
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return str(int(value))
    return as_text(value)


def _days(papers: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of dates as days without a time zone, missing ones as NaT."""
    values = papers[column]
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_localize(None)
    if values.dtype.kind == "M":
        return pd.Series(values.dt.normalize(), dtype="datetime64[ns]")
    if values.dtype.kind in "iufb" and values.notna().any():
        raise InputError(
            f"the column '{column}' of the papers table is {values.dtype}, not dates",
            f"convert it: pd.to_datetime(papers['{column}'].astype(str)), with a format= for "
            "numbers such as 20250805",
        )
    days = {}
    found = values.astype(object).tolist()
    for row, value in enumerate(found):
        if not isinstance(value, str | datetime.date | np.datetime64) and not _is_missing(value):
            raise _no_date(column, row, value)
        if value not in days:
            days[value] = _day(value, column, row)
    return pd.Series([days[value] for value in found], dtype="datetime64[ns]")


def _day(value: Any, column: str, row: int) -> Any:
    if _is_missing(value) or value == "":
        return pd.NaT
    if isinstance(value, str) and not _ISO.fullmatch(value.strip()):
        raise _no_date(column, row, value)
    try:
        return pd.Timestamp(value).tz_localize(None).normalize()
    except ValueError as error:
        raise _no_date(column, row, value) from error


def _no_date(column: str, row: int, value: Any) -> InputError:
    return InputError(
        f"the {column} {shortened(repr(value), 40)} in row {row} of the papers table is no date",
        "give dates, or text such as '2025-08-05' (see pd.to_datetime)",
    )


def _require_all(needed: dict[str, Any]) -> None:
    """Refuse papers without an id, a title or a date, or with an id no encoder takes."""
    ids = needed["paper_id"].fillna("")
    for column in ("paper_id", "title", "digest_date"):
        values = needed[column]
        none = values.isna()
        if column != "digest_date":
            none = values.fillna("").str.strip() == ""
        if none.any():
            first = int(np.flatnonzero(none)[0])
            which = f" (paper_id '{ids[first]}')" if column != "paper_id" else ""
            others = f" and {none.sum() - 1} more have" if none.sum() > 1 else " has"
            raise InputError(
                f"a paper has no {column}",
                f"give each paper one: row {first}{which}{others} none",
            )
    halves = ids.str.contains(_LONE_SURROGATE, regex=True)
    if halves.any():
        raise InputError(
            f"the paper_id {ids[halves].iloc[0]!r} holds half a character", "give it another"
        )


def _others(papers: pd.DataFrame) -> dict[str, Any]:
    """Return the columns that a papers table can do without, of the types that it has."""
    wanted = {"int64": "whole numbers", "Int64": "whole numbers", "str": "text"}
    found: dict[str, Any] = {"position": pd.Series(0, index=papers.index)}
    for column, dtype in PAPERS.items():
        if column not in papers or column in _NEEDED:
            continue
        if column == "published_date":
            found[column] = _days(papers, column)
            continue
        values = papers[column].fillna(0) if column == "position" else papers[column]
        try:
            found[column] = conform(pd.DataFrame({column: values}), {column: dtype})[column]
        except (TypeError, ValueError) as error:
            raise InputError(
                f"the column '{column}' of the papers table is {papers[column].dtype}, and "
                f"cannot be read as {wanted[dtype]} ({shortened(str(error))})",
                "convert it, or leave the column out",
            ) from error
    return found
