"""Read a record that stands in a string, in the notation of another language.

Python's (a dict as `repr` shows it), JSON's, and what PowerShell makes of an
object (``@{id=1; title=...}``). Must never evaluate anything: the text is taken
apart into plain tokens first, and what holds any other is refused before a
parser sees it.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import warnings
from typing import Any

LONGEST = 1_000_000
"""Characters that a record in a string may have."""

_DEEPEST = 50
_MOST_SEPARATORS = 50_000
_STRINGS = re.compile(
    r"(?:[rRbBuU]{0,2}(?:'(?!'')(?:[^'\\\n]|\\.)*+'|\"(?!\"\")(?:[^\"\\\n]|\\.)*+\""
    r"|'''(?:[^'\\]|\\.|'(?!''))*+'''|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+\"\"\")\s*+)++",
    re.DOTALL,
)
# What may be left when a number stands for each string.
_PLAIN = re.compile(r"[\s\w.,:=(){}\[\]+-]*+", re.ASCII)
_OUT_OF_PLACE = re.compile(
    r"[\w)\]}.]\s*[-+]|[-+]\s*[-+]|\w\s+[\w(]|[)\]}]\s*+[\w.({\[]|\w\s*[\[{]|\d\s*\("
    r"|(?:[A-Za-z_]\w*\.){4}",
    re.ASCII,
)
_EXPONENT = re.compile(r"(?<=\d)[eE][-+](?=\d)")
_BRACKET = re.compile(r"[\[{(]|[\]})]")
_HAS_TITLE = re.compile(r"\btitle\b", re.IGNORECASE)
_HAS_ABSTRACT = re.compile(r"abstract|summary", re.IGNORECASE)
_NAMES = {"True": True, "False": False, "None": None, "NaT": None, "nan": None, "inf": None}
_NAMES |= {"true": True, "false": False, "null": None, "NaN": None, "Infinity": None}
# Calls that stand for their first argument.
_WRAPPERS = frozenset(
    "array list tuple set OrderedDict Timestamp ObjectId ISODate UUID Decimal HttpUrl Url AnyUrl"
    " float64 float32 int64 int32 str_ bool_".split()
)
_POWERSHELL_NAME = re.compile(r"(?:\A@\{|; )([A-Za-z_]\w*)=", re.ASCII)
# What the API calls the fields of an entry: only among these may a semicolon separate.
_API_NAMES = frozenset(
    "paper _id id authors publishedAt submittedOnDailyAt submittedOnDailyBy title summary upvotes"
    " abstract discussionId mediaUrl mediaUrls thumbnail numComments submittedBy organization"
    " isAuthorParticipating githubRepo githubStars githubRepoAddedBy projectPage ai_summary"
    " ai_keywords upvoted withdrawnAt url link published date".split()
)


class NotLiteralError(ValueError):
    """The text is no record in a notation that can be read safely; says why."""


def read_literal(text: str) -> Any:
    """Read plain values in JSON's, Python's or PowerShell's notation.

    Raises
    ------
    NotLiteralError
        If there is anything else in `text`, or too much.

    Examples
    --------
    >>> read_literal("{'title': 'A', 'abstract': 'B', 'at': datetime.date(2025, 1, 2)}")
    {'title': 'A', 'abstract': 'B', 'at': datetime.date(2025, 1, 2)}
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise NotLiteralError(f"it has more than {LONGEST:,} characters")
    if text.startswith("@{"):
        return _powershell(text)
    if not text.startswith(("{", "[")):
        raise NotLiteralError("it begins with neither '{' nor '['")
    if not has_fields(text):
        raise NotLiteralError("neither title nor abstract is in it")
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass  # not JSON then
    _require_plain(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a backslash that means nothing stands for itself
        try:
            return _value(ast.parse(text, mode="eval").body)
        except NotLiteralError:
            raise
        except (ValueError, SyntaxError, RecursionError, MemoryError, OverflowError):
            raise NotLiteralError("its brackets, quotes or commas do not match") from None


def has_fields(text: str) -> bool:
    """Tell whether the words for title and abstract are in `text`."""
    return bool(_HAS_TITLE.search(text) and _HAS_ABSTRACT.search(text))


def _require_plain(text: str) -> None:
    """Refuse all but literals, so that no parser is led into the depths."""
    bare = _EXPONENT.sub("e", _STRINGS.sub(" 0", text))
    plain = _PLAIN.match(bare)
    end = plain.end() if plain else 0
    if end < len(bare):
        raise NotLiteralError(f"'{bare[end : end + 10]}' is no plain value")
    found = _OUT_OF_PLACE.search(bare)
    if found:
        raise NotLiteralError(f"a comma is missing at '{found[0]}'")
    if bare.count(",") + bare.count(":") > _MOST_SEPARATORS:
        raise NotLiteralError("it is too long")
    depth = 0
    for bracket in _BRACKET.finditer(bare):
        depth += 1 if bracket[0] in "[{(" else -1
        if depth > _DEEPEST:
            raise NotLiteralError("it is nested too deeply")


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=str() | int() | float() | bool() | None as value):
            return value
        case ast.Constant(value=bytes()):
            return None  # no field of a paper
        case ast.Dict(keys=keys, values=values):
            return {_key(k): _value(v) for k, v in zip(keys, values, strict=True)}
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return [_value(one) for one in elements]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            value = _value(operand)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return -value if isinstance(sign, ast.USub) else value
            return None if value is None else _refuse("a sign")
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
        case ast.Attribute(attr=name) if name in _NAMES:
            return _NAMES[name]
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments):
            return _call(name, [_value(one) for one in arguments])
    return _refuse(type(node).__name__)


def _key(node: ast.expr | None) -> Any:
    key = _value(node) if node is not None else None
    return key if isinstance(key, str | int | float | None) else _refuse("a key that is a list")


def _call(name: str, arguments: list[Any]) -> Any:
    """Return what a date or a wrapped value shows; no other call means anything here."""
    if name in ("datetime", "date") and all(type(one) is int for one in arguments):
        make = dt.datetime if name == "datetime" else dt.date
        try:
            return make(*arguments)
        except (TypeError, ValueError, OverflowError):
            return None  # no date; the entry may do without
    if name in _WRAPPERS and arguments:
        return arguments[0]
    return _refuse(f"a call of {name[:40]}")


def _refuse(what: str) -> Any:
    raise NotLiteralError(f"{what} is no plain value")


def _powershell(text: str) -> dict[str, str]:
    """Take ``@{a=b; c=d}`` apart, if there is but one way to do so."""
    if not text.endswith("}"):
        raise NotLiteralError("it does not end with '}'")
    matches = list(_POWERSHELL_NAME.finditer(text))
    names = [match[1] for match in matches]
    unknown = next((name for name in names if name not in _API_NAMES), None)
    if unknown is not None or len(set(names)) < len(names) or not names:
        which = f"'; {unknown}='" if unknown else "a name that comes twice"
        raise NotLiteralError(
            f"{which} may begin a field of '@{{...}}' or be text; save it as JSON"
        )
    ends = [match.start() for match in matches[1:]] + [len(text) - 1]
    return {m[1]: text[m.end() : end] for m, end in zip(matches, ends, strict=True)}
