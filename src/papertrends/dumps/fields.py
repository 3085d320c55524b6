"""From the fields of an entry, however they are called, to a record.

What the API's JSON, JSON lines and tables have in common: an entry is a mapping
of names to values. Must not guess: a value that is not what its name says is
left out, and what cannot be a paper is said to be none.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from papertrends.dumps.dates import YEARS, parse_date
from papertrends.dumps.records import Dropped, Record
from papertrends.dumps.text import fold
from papertrends.errors import InputError, did_you_mean

NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "title": ("title", "paper title"),
        "abstract": ("abstract", "summary"),
        "arxiv_id": ("arxiv_id", "arxiv", "id", "paper_id", "abs", "url", "link"),
        "url": ("url", "link", "abs"),
        "published_date": ("published_date", "published_at", "published", "publication_date"),
        "digest_date": ("digest_date", "submitted_on_daily_at"),
        "upvotes": ("upvotes", "votes"),
    }
)
"""For each field of a record the names it may have, the surest first.

Upper and lower case, spaces, dashes and underscores do not matter.
"""

_ARXIV_ID = re.compile(
    r"(?:arxiv:|.*?(?:arxiv\.org/(?:abs|pdf|html)|papers|alphaxiv\.org/(?:abs|pdf))/)?\s*"
    r"(\d{4}\.\d{4,5}|[a-z]+(?:-[a-z]+)?(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?(?:[?#].*)?",
    re.IGNORECASE | re.ASCII,
)
_LONGEST_URL = 2_000
_T = TypeVar("_T")


def require_fields(columns: Mapping[str, str]) -> None:
    """Raise an `InputError` if `columns` maps what is no field of a paper."""
    for name in columns:
        if name not in NAMES:
            raise InputError(f"there is no field '{name}'", did_you_mean(name, NAMES))


def key(name: str) -> str:
    """Return a name as it is compared: in small letters, without dashes and white space."""
    return "".join(name.replace("_", "").replace("-", "").split()).casefold()


def merged(entry: Mapping[str, Any], paper: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an entry of the API and of the paper in it, the paper's counting more.

    Beside a paper, the entry's own time of publication is that of the digest.
    """
    own = {name: value for name, value in paper.items() if value is not None and value != ""}
    taken = {"paper", *map(key, NAMES["published_date"]), *(key(str(name)) for name in own)}
    return {**own, **{name: one for name, one in entry.items() if key(str(name)) not in taken}}


def keyed(names: Iterable[object], columns: Mapping[str, str]) -> dict[str, list[str]]:
    """Find the columns that may hold each field, the surest first.

    Parameters
    ----------
    names : iterable
        The names of the columns of a table, or of the entries of a mapping.
    columns : mapping of str to str
        The column of a field, where it was said.
    """
    by_key: dict[str, list[str]] = {}
    for name in names:
        if isinstance(name, str):
            by_key.setdefault(key(name), []).append(name)
    found: dict[str, list[str]] = {}
    for field, allowed in NAMES.items():
        if field in columns:
            found[field] = [columns[field]]
        else:
            found[field] = [own for name in allowed for own in by_key.get(key(name), ())]
    return found


def record_or_dropped(
    entry: Mapping[str, Any],
    fields: Mapping[str, list[str]],
    *,
    lines: tuple[int, ...],
    position: int,
) -> Record | Dropped:
    """Return the paper that `entry` is, or why it is none.

    Parameters
    ----------
    entry : mapping
        The values by name.
    fields : mapping
        What `keyed` found for the names of the entry.
    lines : tuple of int
        The lines it stands on, counted from 1.
    position : int
        The rank it would have.
    """
    title, abstract = _text(entry, fields["title"]), _text(entry, fields["abstract"])
    if not title:
        return Dropped(lines, abstract or _shown(entry), "no title", "an entry without a title")
    if not abstract:
        return Dropped(lines, title, "no abstract", "an entry without an abstract")
    return Record(
        title,
        abstract,
        lines,
        position,
        published_date=_first(map(date_of, _values(entry, fields["published_date"]))),
        arxiv_id=_first(map(arxiv_id_of, _values(entry, fields["arxiv_id"]))),
        url=_first(map(url_of, _values(entry, fields["url"]))),
        upvotes=_first(map(count_of, _values(entry, fields["upvotes"]))),
        digest_date=_first(map(date_of, _values(entry, fields["digest_date"]))),
    )


def arxiv_id_of(value: object) -> str | None:
    """Return the arXiv id that `value` is or links to, without its version.

    Examples
    --------
    >>> arxiv_id_of("2503.04625v2"), arxiv_id_of("https://arxiv.org/abs/2503.04625")
    ('2503.04625', '2503.04625')
    >>> arxiv_id_of("an id of its own") is None
    True
    """
    if not isinstance(value, str) or len(value) > _LONGEST_URL:
        return None
    match = _ARXIV_ID.fullmatch(value.strip())
    return match[1].lower() if match else None


def date_of(value: object) -> dt.date | None:
    """Return the full date that `value` says, as written: no time zone moves it.

    Examples
    --------
    >>> date_of("2025-10-15T00:25:14.164Z"), date_of("Fri, 25 Apr 2025 10:20:25 +0000")
    (datetime.date(2025, 10, 15), datetime.date(2025, 4, 25))
    >>> date_of("Jul 31") is None
    True
    """
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return value if value == value and value.year in YEARS else None  # NaT is not itself
    if not isinstance(value, str) or len(value) > 100:
        return None
    text = value.strip()
    written = parse_date(text[:10] if re.match(r"\d{4}-\d\d-\d\d[T ]", text) else text, 1)
    if written:
        return written.in_year(written.year) if written.year else None
    try:
        return date_of(email.utils.parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def count_of(value: object) -> int | None:
    """Return the whole number from 0 on that `value` is."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 15:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    return value if whole else None  # type: ignore[return-value]


def url_of(value: object) -> str | None:
    """Return the link to a page that `value` is."""
    if not isinstance(value, str) or len(value) > _LONGEST_URL:
        return None
    text = value.strip()
    is_link = re.fullmatch(r"https?://[^\s\"'<>]+", text, re.IGNORECASE) is not None
    return text if is_link and text.isprintable() else None


def _values(entry: Mapping[str, Any], names: Iterable[str]) -> Iterable[object]:
    return (entry.get(name) for name in names)


def _text(entry: Mapping[str, Any], names: Iterable[str]) -> str:
    texts = (fold(value) for value in _values(entry, names) if isinstance(value, str))
    return next((text for text in texts if text), "")


def _first(values: Iterable[_T | None]) -> _T | None:
    return next((value for value in values if value is not None), None)


def _shown(entry: Mapping[str, Any]) -> str:
    return ", ".join(str(name) for name in list(entry)[:10])[:200]
