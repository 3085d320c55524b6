"""Read JSON lines: one paper a line, as arXiv tools, the site's API and tables write them.

Must not guess: a line that cannot be read whole is no paper, and the lines
around it are read all the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from papertrends.dumps.content import Content
from papertrends.dumps.fields import merged
from papertrends.dumps.lists.rows import Row, dump_of, may_be_table
from papertrends.dumps.losses import LISTED, NONE_UNLISTED, Unlisted
from papertrends.dumps.records import Dropped, Dump
from papertrends.errors import shortened

_EXPECTED = 'give one object a line, like {"title": "...", "abstract": "..."}'
_SNIFFED_LINES = 10
_BLANK = " \t\r\ufeff"
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OF_A_LARGER_TEXT = (",", "[", "{", "]", "}")


def looks_like(text: str) -> bool:
    """Tell whether `text` is JSON lines with papers, judging by its beginning."""
    start = text[:200_000].lstrip()
    if not start.startswith("{"):
        return False
    lines = [line.strip() for line in start.split("\n", _SNIFFED_LINES)[:_SNIFFED_LINES]]
    papers = others = 0
    for line in lines:
        entry = _object(line) if line.endswith("}") else line
        if isinstance(entry, dict):
            is_paper = may_be_table(_flat(entry)) and not _holds_papers(entry)
            papers += is_paper
            others += not is_paper
        elif line.endswith(_OF_A_LARGER_TEXT):
            return False
    return papers > 0 and papers >= others


def read(content: Content, *, columns: Mapping[str, str]) -> Dump:
    """Read one dump, line by line.

    Parameters
    ----------
    content : Content
        What there is to read.
    columns : mapping of str to str
        The names of fields where they are not the usual ones.

    Raises
    ------
    InputError
        If no line is a paper, or a name in `columns` is in none.
    """
    notes: list[str] = []
    found = dump_of(rows(content, notes), columns=columns, expected=_EXPECTED, file=content.file)
    return replace(found, notes=(*notes, *found.notes))


def rows(content: Content, notes: list[str]) -> Iterator[Row | Dropped | Unlisted]:
    """Read the objects, one after the other.

    Parameters
    ----------
    content : Content
        What there is to read.
    notes : list of str
        Is added to: what had to be put right.
    """
    lines = content.lines()
    mended: list[int] = []
    n_listed = 0
    unlisted = NONE_UNLISTED
    for number, line in lines:
        text = line.strip(_BLANK)
        if not text:
            continue
        if n_listed >= LISTED and text[0] != "{":
            unlisted = unlisted.and_one(number, number)
            continue
        entry = _object(text)
        if not isinstance(entry, dict):
            if n_listed >= LISTED:
                unlisted = unlisted.and_one(number, number)
            else:
                n_listed += 1
                yield Dropped((number,), shortened(text[:300], 100), "broken", entry)
            continue
        if _SURROGATE_ESCAPE.search(text):
            whole = {_mended(name): _mended(value) for name, value in entry.items()}
            if whole != entry:
                mended.append(number)
            entry = whole
        yield Row(number, _flat(entry))
    if unlisted.number:
        yield unlisted
    notes += lines.notes
    if mended:
        notes.append(
            f"broken characters (half a surrogate pair) show as '\ufffd' in {len(mended)} lines,"
            f" the first is line {mended[0]}"
        )


def _object(text: str) -> dict[str, Any] | str:
    """Read one line; where it is no object say why."""
    try:
        entry = json.loads(text)
    except RecursionError:
        return "this line is nested too deep"
    except ValueError as error:
        cut = isinstance(error, json.JSONDecodeError) and error.pos >= len(text) - 1
        what = "this line is cut off" if cut or _is_cut(error) else "this line is no JSON"
        return f"{what} ({str(error)[:80]})"
    if not isinstance(entry, dict):
        return "this line is no JSON object"
    return entry


def _is_cut(error: ValueError) -> bool:
    return str(error).startswith("Unterminated string")


def _flat(entry: dict[str, Any]) -> dict[str, Any]:
    """Take the paper out of an entry of the API; what surrounds it fills its gaps."""
    paper = entry.get("paper")
    return merged(entry, paper) if isinstance(paper, dict) else entry


def _holds_papers(entry: Mapping[str, Any]) -> bool:
    return any(
        isinstance(value, list)
        and value
        and isinstance(value[0], dict)
        and ("paper" in value[0] or may_be_table(value[0]))
        for value in entry.values()
    )


def _mended(value: Any) -> Any:
    """Replace lone surrogates, which no file could hold, where papers have text."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {
            _mended(name): _SURROGATE.sub("\ufffd", one) if isinstance(one, str) else one
            for name, one in value.items()
        }
    return value
