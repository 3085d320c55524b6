"""Dumps of a paper digest: one reader a format, all yielding the same records.

A new format is a module of its own with ``looks_like(text)`` and ``read``, and a
line in `READERS`. Must not know of dates beyond what a dump says, nor of papers
met twice: that is for the stage that puts dumps together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Protocol

from papertrends.dumps.content import Content
from papertrends.dumps.fields import require_fields
from papertrends.dumps.lists import delimited, feed, json_entries, json_lines, parquet
from papertrends.dumps.pages import html_page, page_text, rendered_page
from papertrends.dumps.records import Dropped, Dump, PartialDate, Record
from papertrends.dumps.text import decode_beginning, fold
from papertrends.errors import InputError, did_you_mean, shortened

__all__ = ["READERS", "Dropped", "Dump", "PartialDate", "Reader", "Record", "read_dump", "sniff"]


class _Read(Protocol):
    def __call__(self, content: Content, *, columns: Mapping[str, str]) -> Dump:
        """Read one dump; `columns` says how a table calls the fields of a paper."""


class _ReadText(Protocol):
    def __call__(self, text: str, *, file: str) -> Dump:
        """Read one dump from its whole text; `file` is its name for messages."""


@dataclass(frozen=True)
class Reader:
    """How one format is told, and read.

    Attributes
    ----------
    suffixes : tuple of str
        The endings, like ``.txt``, by which its files are found in a folder.
    looks_like : callable
        ``text -> bool``, judging by the beginning of the text.
    read : callable
        ``(content, columns=mapping) -> Dump``.
    magic : bytes
        How its files begin if they are no text.
    """

    suffixes: tuple[str, ...]
    looks_like: Callable[[str], bool]
    read: _Read
    magic: bytes = b""


def _whole(read: _ReadText) -> _Read:
    """Make a reader of contents from one of whole texts."""

    def read_content(content: Content, *, columns: Mapping[str, str]) -> Dump:
        del columns  # pages and feeds have none
        text, notes = content.text()
        dump = read(text, file=content.file)
        return replace(dump, notes=(*notes, *dump.notes))

    return read_content


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "parquet": Reader((".parquet",), parquet.looks_like, parquet.read, magic=b"PAR1"),
        "daily-papers-html": Reader(
            (".html", ".htm"), html_page.looks_like, _whole(html_page.read)
        ),
        "feed": Reader((".xml", ".rss", ".atom"), feed.looks_like, _whole(feed.read)),
        "jsonl": Reader((".jsonl", ".ndjson"), json_lines.looks_like, json_lines.read),
        "json": Reader((".json",), json_entries.looks_like, _whole(json_entries.read)),
        "daily-papers-markdown": Reader(
            (".md", ".markdown", ".txt"), rendered_page.looks_like, _whole(rendered_page.read)
        ),
        "daily-papers-text": Reader((".txt",), page_text.looks_like, _whole(page_text.read)),
        "csv": Reader((".csv", ".tsv"), delimited.looks_like, delimited.read),
    }
)
"""The readers by the name of their format, the most particular first."""


def sniff(beginning: bytes) -> str | None:
    """Return the name of the format that begins like this, or None.

    Examples
    --------
    >>> page = ["Daily Papers", "Jul 31", "A title", "An abstract."]
    >>> sniff(chr(10).join(page).encode())
    'daily-papers-text'
    >>> sniff(b"Dear diary") is None
    True
    """
    return _told(beginning, decode_beginning(beginning))


def _told(beginning: bytes, text: str | None) -> str | None:
    for name, reader in READERS.items():
        if reader.magic and beginning.startswith(reader.magic):
            return name
    if text is None:
        return None
    return next((name for name, reader in READERS.items() if reader.looks_like(text)), None)


def read_dump(
    content: Content, *, format: str | None = None, columns: Mapping[str, str] | None = None
) -> Dump:
    """Read one dump, whatever its format.

    Parameters
    ----------
    content : Content
        What there is to read.
    format : str, optional
        One of `READERS`; found out from the content if not given.
    columns : mapping of str to str, optional
        How a table calls the fields of a paper, like ``{"abstract": "Summary text"}``.

    Returns
    -------
    Dump
        What the reader found, with the format's name and notes on the encoding.

    Raises
    ------
    InputError
        If it is empty, no text, of no known format, or not as its format should be.
    """
    require_format(format)
    require_fields(columns or {})
    beginning = content.beginning()
    text = decode_beginning(beginning)
    _refuse_empty(content, text)
    name = format or _sniffed(content, beginning, text)
    dump = READERS[name].read(content, columns=columns or {})
    return replace(dump, format=name)


def require_format(format: str | None) -> None:
    """Raise an `InputError` if there is no reader of that name."""
    if format is not None and format not in READERS:
        raise InputError(f"there is no format '{format}'", did_you_mean(format, READERS))


class UnknownFormatError(InputError):
    """There is nothing of a known format in a file."""


def _sniffed(content: Content, beginning: bytes, text: str | None) -> str:
    name = _told(beginning, text)
    if name is None:
        if text is None:
            content.text()  # says where it is no text
        shown = shortened((text or "")[:1_000], 40)
        raise UnknownFormatError(
            f"this is no dump of a known format (it begins with '{shown}')",
            f"leave it out, or say which format it is ({', '.join(READERS)})",
            file=content.file,
            line=1,
        )
    return name


def _refuse_empty(content: Content, text: str | None) -> None:
    if text is None or fold(text[:1000]) or fold(text):
        return
    if not fold(content.text()[0]):
        raise UnknownFormatError(
            "the file is empty", "leave it out or save it again", file=content.file
        )
